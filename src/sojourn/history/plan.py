"""The plan of a history: everything that does not depend on unknown parameters.

It lists places, cohorts, states and rows. A **cohort** is a host and a wave: the displaced who
came with that shock and whose first host it is. Cohorts that no reading and no question
distinguishes form one **row**; a cohort with a contact group has one row for each stratum.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sojourn.case import Case, Reading
from sojourn.case.settings import CaseSettings, Event, Regime
from sojourn.history.calendar import Calendar, build_calendar

Standing = Literal["passing", "staying", "settled"]
Selector = tuple[str, str]
"""A host (or "" for any) and a wave (or "" for any)."""

COHORT_MEASURES = frozenset({"returned", "moved_on", "stayed"})
"""Measures whose `place` is a first host."""
PLACE_MEASURES = frozenset({"present", "settled", "departures", "rate"})
"""Measures of the displaced, of any first host, who are in `place`."""


@dataclass(frozen=True)
class State:
    """A place together with a standing."""

    place: str
    standing: Standing


@dataclass(frozen=True)
class Cohort:
    """The displaced whose first host is `host` and who came with `wave`."""

    host: str
    wave: str
    start: date
    until: date | None
    """From this day on, arrivals outside the surge belong to the next wave."""


@dataclass(frozen=True)
class PlanRow:
    """Cohorts that are modelled together, in one stratum (-1: in all strata)."""

    cohorts: tuple[int, ...]
    stratum: int


@dataclass(frozen=True)
class Plan:
    """Calendar, places, cohorts, states and rows of a case.

    `places` are the countries, the origin first (parts are not included); the first D states are
    `staying` in each of them, in the same order.
    """

    settings: CaseSettings
    calendar: Calendar
    places: tuple[str, ...]
    states: tuple[State, ...]
    cohorts: tuple[Cohort, ...]
    rows: tuple[PlanRow, ...]
    visited: tuple[str, ...]
    """Places whose visitors are modelled."""
    parts: tuple[str, ...]
    regimes: tuple[Regime, ...]
    knots: tuple[date, ...]
    slow_knots: tuple[date, ...]

    def country(self, place: str) -> str:
        """Return the country of a part; for a country, the country itself."""
        return self.settings.places[place].parent or place

    def place(self, place: str) -> int:
        """Return the index of the country of `place` in `places`."""
        return self.places.index(self.country(place))

    def state(self, place: str, standing: Standing) -> int:
        """Return the index of a state.

        Raises:
            ValueError: the plan has no such state.
        """
        return self.states.index(State(place, standing))

    @property
    def settles(self) -> tuple[int, ...]:
        """Indices of the places that grant residence permits, in the order of the settled states."""
        return tuple(self.places.index(s.place) for s in self.states if s.standing == "settled")

    def states_of(self, place: str) -> list[int]:
        """Return the indices of the states in a country."""
        return [i for i, state in enumerate(self.states) if state.place == place]

    def cohorts_of(self, selector: Selector) -> list[int]:
        """Return the indices of the cohorts with this host and wave ("" for any)."""
        return [i for i, cohort in enumerate(self.cohorts) if _selects(selector, cohort)]

    def rows_of(self, selector: Selector) -> list[int]:
        """Return the indices of the rows whose cohorts are all selected.

        Raises:
            ValueError: a row has both selected and other cohorts, because the plan was not built for
                this selector.
        """
        chosen = set(self.cohorts_of(selector))
        rows = [i for i, row in enumerate(self.rows) if chosen.issuperset(row.cohorts)]
        if sum(len(self.rows[i].cohorts) for i in rows if self.rows[i].stratum <= 0) != len(chosen):
            raise ValueError(f"the plan does not distinguish cohorts {selector}")
        return rows


def build_plan(case: Case, extra: Iterable[Reading] = ()) -> Plan:
    """Build the plan of a case.

    Args:
        case: the case.
        extra: further readings (candidates, probes) that the plan must distinguish.

    Example:
        >>> from sojourn.case import read_case
        >>> build_plan(read_case("kazakhstan-2022")).places[0]
        'RU'
    """
    settings = case.settings
    readings = [*case.readings, *extra]
    places = _countries(settings)
    cohorts = tuple(_cohorts(settings))
    calendar = build_calendar(
        settings.start,
        max(settings.asof, settings.claims_until, *_foreseen(case)),
        [event.date for event in settings.events if event.arrivals],
        _marks(case, readings),
    )
    return Plan(
        settings=settings,
        calendar=calendar,
        places=places,
        states=_states(settings, places, cohorts, readings),
        cohorts=cohorts,
        rows=_rows(case, cohorts, readings),
        visited=tuple(place for place in places if place in settings.visitors),
        parts=tuple(place for place, spec in settings.places.items() if spec.parent),
        regimes=tuple(sorted(settings.regimes, key=lambda regime: (regime.place, regime.start))),
        knots=_knots(calendar, 30),
        slow_knots=_knots(calendar, 91),
    )


def _foreseen(case: Case) -> list[date]:
    """Return the last days of the readings that are counted; they may be later than `claims_until`."""
    counting = {claim.claim for claim in case.claims if case.is_counted(claim)}
    readings = [r for r in case.readings if r.claim in counting]
    return [day for r in readings for day in (r.end, r.of_end) if day]


def _countries(settings: CaseSettings) -> tuple[str, ...]:
    others = [
        place for place, spec in settings.places.items() if not spec.parent and place != settings.origin
    ]
    return (settings.origin, *others)


def _cohorts(settings: CaseSettings) -> Iterable[Cohort]:
    shocks = sorted((event for event in settings.events if event.arrivals), key=lambda event: event.date)
    for i, event in enumerate(shocks):
        for host in event.arrivals:
            until = next((later.date for later in shocks[i + 1 :] if host in later.arrivals), None)
            yield Cohort(host, event.id, event.date, until)


def _states(
    settings: CaseSettings, places: tuple[str, ...], cohorts: tuple[Cohort, ...], readings: list[Reading]
) -> tuple[State, ...]:
    staying = [State(place, "staying") for place in places]
    permits = {scheme.place for scheme in settings.schemes if scheme.permit}
    counted = {reading.place for reading in readings if reading.measure == "settled"}
    settled = [State(place, "settled") for place in places if place in permits | counted]
    through = {host for event in settings.events for host in event.passing}
    hosts = {cohort.host for cohort in cohorts}
    passing = [State(place, "passing") for place in places if place in through & hosts]
    return (*staying, *settled, *passing)


def _selects(selector: Selector, cohort: Cohort) -> bool:
    host, wave = selector
    return host in ("", cohort.host) and wave in ("", cohort.wave)


def _selectors(case: Case, readings: list[Reading]) -> set[Selector]:
    """Return every set of cohorts that a reading, a contact group or the question selects."""
    settings = case.settings
    parent = {place: spec.parent or place for place, spec in settings.places.items()} | {"": ""}
    hosts = {host for event in settings.events for host in event.arrivals}
    chosen: set[Selector] = {(settings.host, settings.wave)}
    for r in readings:
        of_wave, of_place = r.of_wave or r.wave, r.of_place or r.place
        for measure, place, wave in ((r.measure, r.place, r.wave), (r.of_measure, of_place, of_wave)):
            if measure in ("stayed", "moved_on") and not place:
                chosen.update((host, wave) for host in hosts)
            elif measure in COHORT_MEASURES:
                chosen.add((parent[place], wave))
            elif measure in PLACE_MEASURES:
                chosen.add(("", wave))
    chosen.update((parent[group.place], group.wave or settings.wave) for group in case.contacts)
    return chosen


def _rows(case: Case, cohorts: tuple[Cohort, ...], readings: list[Reading]) -> tuple[PlanRow, ...]:
    selectors = sorted(_selectors(case, readings))
    settings = case.settings
    groups: dict[tuple[bool, ...], list[int]] = {}
    for i, cohort in enumerate(cohorts):
        groups.setdefault(tuple(_selects(s, cohort) for s in selectors), []).append(i)
    met = {(settings.places[g.place].parent or g.place, g.wave or settings.wave) for g in case.contacts}
    rows: list[PlanRow] = []
    for members in groups.values():
        layered = bool(settings.strata) and any(_selects(s, cohorts[i]) for s in met for i in members)
        strata = range(len(settings.strata)) if layered else (-1,)
        rows.extend(PlanRow(tuple(members), stratum) for stratum in strata)
    return tuple(rows)


def _marks(case: Case, readings: list[Reading]) -> list[date]:
    day = timedelta(days=1)
    settings = case.settings
    marks = [settings.asof + day, *(event.date for event in settings.events)]
    for regime in settings.regimes:
        marks.extend([regime.start] + ([regime.end + day] if regime.end else []))
        marks.extend(fortnight(regime))
    for scheme in settings.schemes:
        marks.extend(scheme.purges)
    for r in readings:
        marks.extend(start for start in (r.start, r.of_start) if start)
        marks.extend(end + day for end in (r.end, r.of_end) if end)
    marks.extend(group.asof + day for group in case.contacts)
    return marks


def _knots(calendar: Calendar, every: int) -> tuple[date, ...]:
    count = max(2, round(calendar.days[-1] / every) + 1)
    return tuple(
        calendar.start + timedelta(days=round(d)) for d in np.linspace(0, float(calendar.days[-1]), count)
    )


def arrival_events(settings: CaseSettings) -> list[Event]:
    """Return the events with arrivals of displaced people, in order of date."""
    return sorted((event for event in settings.events if event.arrivals), key=lambda event: event.date)


def fortnight(regime: Regime) -> tuple[date, ...]:
    """Return the two weeks around the day on which many people's permitted days run out.

    Returns:
        The first day and the day after the last; empty for a regime without such a day.
    """
    around = timedelta(days=7)
    return (regime.runs_out - around, regime.runs_out + around) if regime.runs_out else ()


def share_of_steps(
    plan: Plan, start: date | None, end: date | None, open_end: bool = False
) -> NDArray[np.float64]:
    """Return the share of each step in [start, end], or in [start, end) with `open_end`; shape (T,)."""
    days, origin = plan.calendar.days, plan.calendar.start
    left = -np.inf if start is None else (start - origin).days
    right = np.inf if end is None else (end - origin).days + (0 if open_end else 1)
    inside = np.minimum(days[1:], right) - np.maximum(days[:-1], left)
    return np.clip(inside, 0, None) / np.diff(days)
