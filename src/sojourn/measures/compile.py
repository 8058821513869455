"""Compilation of readings: the features that each reading counts, and their coefficients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from sojourn._core.calendar import PER_DAYS, YEAR_DAYS
from sojourn.case import Reading
from sojourn.history import Plan
from sojourn.measures.kinds import Kind, Scale, kind_of, scale_of
from sojourn.measures.operator import NO_PART, Indices, Layout, Operator, TrackedGroup
from sojourn.measures.sparse import Sparse
from sojourn.measures.terms import STOCK_MEASURES, Feature, Term, term_of, track_group
from sojourn.measures.windows import Windows, feature_shapes


@dataclass(frozen=True)
class CompiledReadings:
    """Readings as terms of the operator.

    For reading i, `first[i]` and `second[i]` are terms (the second is -1 if unused). A count is the first
    term; a share is first / second; a net is first − second (entries − exits); a rent compares the
    displaced present at the end (first) and at the start (second).
    """

    readings: tuple[Reading, ...]
    operator: Operator
    scale: tuple[Scale, ...]
    kind: tuple[Kind, ...]
    first: Indices
    second: Indices
    rent_place: tuple[str, ...]
    """Places with rents, in the order of their parameters."""
    rent: Indices
    """(readings,) index into `rent_place`, or -1."""
    years: NDArray[np.float64]
    """(readings,) years between a rent's two dates."""
    dwellings: NDArray[np.float64]
    """(readings,) dwellings of a rent's place."""


def compile_readings(plan: Plan, readings: Iterable[Reading]) -> CompiledReadings:
    """Compile readings into one operator, in which equal terms are shared.

    Raises:
        ReadingError: the case does not model what a reading counts.

    Example:
        >>> from sojourn.case import read_case
        >>> from sojourn.history import build_plan
        >>> case = read_case("kazakhstan-2022")
        >>> compiled = compile_readings(build_plan(case), case.readings)
        >>> len(compiled.readings) == len(case.readings)
        True
    """
    chosen = tuple(readings)
    builder = _Builder(plan)
    pairs = [_terms(builder, reading) for reading in chosen]
    rents = [reading.place if reading.measure == "rent" else "" for reading in chosen]
    rent_place = tuple(dict.fromkeys(place for place in rents if place))
    return CompiledReadings(
        readings=chosen,
        operator=builder.operator(),
        scale=tuple(scale_of(reading) for reading in chosen),
        kind=tuple(kind_of(reading) for reading in chosen),
        first=np.array([first for first, _ in pairs], dtype=int),
        second=np.array([second for _, second in pairs], dtype=int),
        rent_place=rent_place,
        rent=np.array([rent_place.index(place) if place else -1 for place in rents], dtype=int),
        years=np.array([_years(reading) for reading in chosen]),
        dwellings=np.array([_dwellings(plan, reading) for reading in chosen]),
    )


def _terms(builder: _Builder, r: Reading) -> tuple[int, int]:
    """Return the one or two terms of a reading."""
    if r.measure == "net":
        return builder.term(_as(r, "entries")), builder.term(_as(r, "exits"))
    if r.measure == "rent":
        return (
            builder.term(Reading(r.claim, r.reading, 1.0, "present", r.place, end=r.end)),
            builder.term(Reading(r.claim, r.reading, 1.0, "present", r.place, end=r.start)),
        )
    if r.measure == "rate":
        group = builder.plan.country(r.of_place or r.place)
        before = Reading(r.claim, r.reading, 1.0, "present", group, wave=r.of_wave or r.wave, end=r.start)
        return builder.rate(r), builder.term(before)
    whole = r.whole()
    return builder.term(r), -1 if whole is None else builder.term(whole)


def _as(r: Reading, measure: str) -> Reading:
    from dataclasses import replace

    return replace(r, measure=measure)  # pyright: ignore[reportArgumentType]


def _years(r: Reading) -> float:
    if r.measure != "rent" or r.start is None or r.end is None:
        return 0.0
    return (r.end - r.start).days / YEAR_DAYS


def _dwellings(plan: Plan, r: Reading) -> float:
    if r.measure != "rent":
        return 1.0
    return plan.settings.places[r.place].dwellings or 1.0


@dataclass
class _Builder:
    """Collects distinct windows, dates and terms."""

    plan: Plan
    windows: dict[tuple[date, date], int] = field(default_factory=dict[tuple[date, date], int])
    dates: dict[date, int] = field(default_factory=dict[date, int])
    rates: list[TrackedGroup] = field(default_factory=list[TrackedGroup])
    terms: dict[tuple[object, ...], int] = field(default_factory=dict[tuple[object, ...], int])
    built: list[tuple[Term, int, float]] = field(default_factory=list[tuple[Term, int, float]])

    def term(self, r: Reading) -> int:
        """Return the index of the term of a reading without its denominator."""
        who = "" if r.measure in ("arrivals", "departures") else r.who
        key = (r.measure, r.place, r.counterpart, who, r.wave, r.start, r.end, r.per, r.scheme)
        if key not in self.terms:
            scale = 1.0
            if r.measure in STOCK_MEASURES:
                at = self._date(r.end)
            else:
                at = self._window(r)
                if r.per != "total" and r.start and r.end:
                    scale = PER_DAYS[r.per] / ((r.end - r.start).days + 1)
            self.terms[key] = len(self.built)
            self.built.append((term_of(self.plan, r), at, scale))
        return self.terms[key]

    def rate(self, r: Reading) -> int:
        """Return the index of the term of people who are in the place of a `rate` at its end.

        A group in a part of a country moves as the country does; at the end, a part has its share.
        """
        self.rates.append(track_group(self.plan, r))
        feature = Feature("tracked", (len(self.rates) - 1,), 1.0)
        part = r.place if r.place in self.plan.parts and r.of_place not in ("", r.place) else ""
        self.built.append((Term((feature,), part, of_stock=True), self._date(r.end), 1.0))
        return len(self.built) - 1

    def _window(self, r: Reading) -> int:
        if r.start is None or r.end is None:
            raise ValueError(f"{r.claim}/{r.reading}: {r.measure} needs a window")
        return self.windows.setdefault((r.start, r.end), len(self.windows))

    def _date(self, day: date | None) -> int:
        if day is None:
            raise ValueError("a stock needs a date")
        return self.dates.setdefault(day, len(self.dates))

    def operator(self) -> Operator:
        """Build the operator of the collected terms."""
        calendar = self.plan.calendar
        groups = tuple(
            dict.fromkeys([(*range(len(self.plan.rows)),), *(t.movers for t, _, _ in self.built if t.movers)])
        )
        windows = Windows(
            start=np.array([calendar.position(start) for start, _ in self.windows]),
            end=np.array([calendar.end_of(end) for _, end in self.windows]),
            days=np.array(
                [(end - start + timedelta(days=1)).days for start, end in self.windows], dtype=float
            ),
            date=np.array([calendar.end_of(day) for day in self.dates]),
            groups=groups,
        )
        layout = Layout(
            names=tuple({feature.name for term, _, _ in self.built for feature in term.features}),
            shapes=feature_shapes(self.plan, len(groups), len(self.rates)),
            windows=len(self.windows),
            dates=len(self.dates),
        )
        entries: list[tuple[int, int, float]] = []
        for i, (term, at, scale) in enumerate(self.built):
            for feature in term.features:
                index = feature.index
                if feature.name in ("moves", "moves_out") and term.movers:
                    index = (groups.index(term.movers), *index[1:])
                entries.append((i, layout.flat(feature.name, at, index), scale * feature.value))
        parts = [term.part for term, _, _ in self.built]
        return Operator(
            windows=windows,
            rates=tuple(self.rates),
            terms=len(self.built),
            layout=layout,
            matrix=Sparse.from_entries(entries, (len(self.built), layout.size)),
            part=np.array([self.plan.parts.index(part) if part else NO_PART for part in parts], dtype=int),
            of_stock=np.array([term.of_stock for term, _, _ in self.built]),
        )
