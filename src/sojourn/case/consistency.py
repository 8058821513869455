"""Consistency of the figures of one source, each taken in its most probable reading.

A figure is an interval (see `hedges`). Two figures are inconsistent if no values inside
their intervals agree; the gap is the smallest distance between such values.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import permutations

from sojourn.case.case import Case
from sojourn.case.containment import contained
from sojourn.case.findings import Finding
from sojourn.case.hedges import claim_intervals
from sojourn.case.row_checks import is_share
from sojourn.case.schema import SHARE_UNITS, SHARES_OF_ONE
from sojourn.case.tables import Claim, Reading

MOST = 1_000
"""Maximum number of figures of one source and measure that are compared in pairs."""
SMALL = 100
"""Counts below this often coincide by chance, so that repeats are not reported."""


@dataclass(frozen=True, slots=True)
class LikeliestFigure:
    """A claim in use, its most probable reading, and the interval of its figure."""

    claim: Claim
    reading: Reading
    low: float
    high: float

    @property
    def id(self) -> str:
        """The id of the claim."""
        return self.claim.claim

    @property
    def said(self) -> str:
        """The figure as messages show it."""
        return "?" if self.claim.value is None else f"{self.claim.value:,.12g}"


def arithmetic_findings(case: Case) -> Iterator[Finding]:
    """Yield inconsistent balances, parts and shares, and figures that one source uses for two measures."""
    figures = list(_figures(case))
    yield from _balances(case, figures)
    for group in _groups(figures):
        if len(group) > MOST:
            measure = group[0].reading.measure
            message = f"one source gives {len(group):,} figures for {measure}; they are not compared in pairs"
            yield Finding("arithmetic", message)
            continue
        yield from _contained(case, group)
    yield from _whole(figures)
    yield from _two_meanings(figures)


def _figures(case: Case) -> Iterator[LikeliestFigure]:
    for claim in case.claims:
        readings = case.readings_by_claim.get(claim.claim)
        if claim.status != "use" or not readings:
            continue
        likeliest = max(readings, key=lambda reading: reading.weight)
        spans = claim_intervals(claim, case.settings.hedges)
        yield LikeliestFigure(
            claim, likeliest, min(span.low for span in spans), max(span.high for span in spans)
        )


def _groups(figures: Iterable[LikeliestFigure]) -> Iterable[list[LikeliestFigure]]:
    """Group the counts of one source that differ only in window, place and population."""
    groups: dict[tuple[str, ...], list[LikeliestFigure]] = defaultdict(list)
    for figure in figures:
        reading = figure.reading
        if not is_share(reading) and reading.measure not in ("net", "rent"):
            groups[figure.claim.source, reading.measure, reading.per, reading.scheme].append(figure)
    return groups.values()


def _scope(reading: Reading) -> tuple[str, ...]:
    return reading.place, reading.counterpart, reading.who, reading.wave


def _gap(gap: float) -> str:
    return f"{gap:,.6g}"


def _balances(case: Case, figures: Iterable[LikeliestFigure]) -> Iterator[Finding]:
    """Compare entries minus exits with the net, and with the stock at the end of the window."""
    flows: dict[tuple[object, ...], dict[str, list[LikeliestFigure]]] = defaultdict(lambda: defaultdict(list))
    stocks: dict[tuple[str, str, date | None], list[LikeliestFigure]] = defaultdict(list)
    for figure in figures:
        reading = figure.reading
        place = reading.place or case.settings.host
        if is_share(reading):
            continue
        if reading.measure in ("entries", "exits", "net"):
            scope = (
                figure.claim.source,
                place,
                *_scope(reading)[1:],
                reading.start,
                reading.end,
                reading.per,
            )
            flows[scope][reading.measure].append(figure)
        elif reading.measure == "present":
            stocks[figure.claim.source, place, reading.end].append(figure)
    for kinds in flows.values():
        for entries in kinds["entries"]:
            for exits in kinds["exits"]:
                reading = entries.reading
                place = reading.place or case.settings.host
                still = stocks[entries.claim.source, place, reading.end] if reading.per == "total" else []
                for other in (*kinds["net"], *still):
                    yield from _balance(entries, exits, other)


def _balance(entries: LikeliestFigure, exits: LikeliestFigure, other: LikeliestFigure) -> Iterator[Finding]:
    low, high = entries.low - exits.high, entries.high - exits.low
    gap = max(low - other.high, other.low - high)
    if gap > 0 and entries.claim.value is not None and exits.claim.value is not None:
        left = entries.claim.value - exits.claim.value
        message = (
            f"entries {entries.said} minus exits {exits.said} are {left:,.12g}, but {other.reading.measure}"
        )
        message += f" is given as {other.said}: the gap is at least {_gap(gap)}"
        yield Finding("arithmetic", message, (entries.id, exits.id, other.id), gap)


def _contained(case: Case, group: list[LikeliestFigure]) -> Iterator[Finding]:
    """Yield parts (by window, place, people, border or wave) that exceed their whole."""
    for part, whole in permutations(group, 2):
        gap = part.low - whole.high
        if gap <= 0 or contained(case, part.reading, whole.reading) != "are part of":
            continue
        inner, outer = part.reading, whole.reading
        if (inner.start, inner.end) == (outer.start, outer.end):
            message = f"{inner.measure} {part.said} of a part exceed {whole.said} of the whole"
        elif inner.per == "total":
            message = f"{inner.measure} {part.said} from {inner.start} to {inner.end} exceed {whole.said}"
            message += f" from {outer.start} to {outer.end}, which contains that window,"
        else:
            continue  # a daily mean over a part of the window may exceed the mean over the whole window
        yield Finding("arithmetic", f"{message} by at least {_gap(gap)}", (part.id, whole.id), gap)


def _whole(figures: Iterable[LikeliestFigure]) -> Iterator[Finding]:
    """Yield shares that stayed, moved on and returned, of the same people, that add up to more than 100 %."""
    groups: dict[tuple[object, ...], dict[str, LikeliestFigure]] = defaultdict(dict)
    for figure in figures:
        reading = figure.reading
        if reading.of_measure and reading.measure in SHARES_OF_ONE and not reading.counterpart:
            of = (reading.of_measure, reading.of_place, reading.of_who, reading.of_wave)
            key = (figure.claim.source, figure.claim.unit, reading.place, reading.wave, reading.end, *of)
            groups[key].setdefault(reading.measure, figure)
    for shares in groups.values():
        whole = SHARE_UNITS.get(next(iter(shares.values())).claim.unit, 1.0)
        gap = sum(figure.low for figure in shares.values()) - whole
        if gap > 1e-9:
            message = f"the shares {', '.join(shares)} add up to more than the whole, by at least {_gap(gap)}"
            yield Finding("arithmetic", message, tuple(figure.id for figure in shares.values()), gap)


def _two_meanings(figures: Iterable[LikeliestFigure]) -> Iterator[Finding]:
    """Yield figures that one source gives for two measures."""
    seen: dict[tuple[str, float, str], list[LikeliestFigure]] = defaultdict(list)
    for figure in figures:
        value = figure.claim.value
        if value is not None and abs(value) >= SMALL and figure.claim.unit not in SHARE_UNITS:
            seen[figure.claim.source, value, figure.reading.per].append(figure)
    for same in seen.values():
        measures = list(dict.fromkeys(figure.reading.measure for figure in same))
        if len(measures) > 1:
            message = f"one source gives {same[0].said} both as {' and as '.join(measures)}"
            yield Finding("arithmetic", message, tuple(figure.id for figure in same))
