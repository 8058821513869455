"""Contradictions: pairs of claims that cannot both be true under any of their readings.

No model is involved. Two claims contradict each other if every pair of their readings does. Two
readings contradict each other if one count contains the other (see `containment`), yet the lower bound
of the contained figure exceeds the upper bound of the other. Mutually exclusive shares of one whole
contradict each other if they add up to more than the whole. One-sided hedges ("more than") have no
bound on their open side.

`check`, the warnings of an answer and the audit all use this list. Two sources that contradict each other
under some of their readings only are listed by `source_contradictions`, with the same comparison.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from math import inf

from sojourn._core.calendar import PER_DAYS
from sojourn._core.ledger_labels import measure_title
from sojourn.case.case import Case
from sojourn.case.containment import SAME, contained, exclusive, mirrored
from sojourn.case.hedges import claim_intervals, figure_text
from sojourn.case.row_checks import is_share
from sojourn.case.schema import FLOWS, SHARE_UNITS
from sojourn.case.tables import Claim, Reading

OPEN_ABOVE = frozenset({"more_than", "at_least"})
OPEN_BELOW = frozenset({"up_to", "less_than"})
TOLERANCE = 1e-9
MOST = 1_000
"""Maximum number of claims about one kind of count in one country that are compared in pairs."""
FAMILIES = {
    "arrivals": "inflow",
    "people": "inflow",
    "entries": "inflow",
    "departures": "outflow",
    "exits": "outflow",
    "present": "stock",
    "stayed": "stock",
    "settled": "stock",
}
"""Measure → family of measures that may contain one another; other measures form their own family."""


@dataclass(frozen=True)
class Contradiction:
    """Two claims that cannot both be true under any of their readings.

    `ratio` is the smallest ratio of the two bounds, taken over the readings that come closest to
    agreement (None for shares that add up to more than the whole).
    """

    first: str
    second: str
    ratio: float | None
    sentence: str


@dataclass(frozen=True)
class Bounds:
    """A reading of a claim with the lower and upper bound of its figure, as totals of the window."""

    claim: Claim
    reading: Reading
    low: float
    high: float


def find_contradictions(case: Case) -> list[Contradiction]:
    """Return the pairs of claims in use that contradict each other under every pair of readings.

    Args:
        case: the case.

    Returns:
        The pairs, the largest ratio first.

    Example:
        >>> from sojourn.case import read_case
        >>> find_contradictions(read_case("kazakhstan-2022"))
        []
    """
    groups: dict[tuple[object, ...], list[list[Bounds]]] = defaultdict(list)
    for claim in case.claims:
        readings = case.readings_by_claim.get(claim.claim)
        if readings and case.is_counted(claim):
            groups[comparison_group(case, readings[0])].append([bounds(case, claim, r) for r in readings])
    found = [
        pair
        for group in groups.values()
        if len(group) <= MOST
        for one, other in combinations(group, 2)
        for pair in _contradiction(case, one, other)
    ]
    return sorted(found, key=lambda pair: -(pair.ratio or inf))


def comparison_group(case: Case, reading: Reading) -> tuple[object, ...]:
    """Return the key under which readings are compared; readings with different keys never contradict."""
    r = mirrored(case, reading)
    country = country_of(case, r)
    if is_share(r):
        return ("share", r.of_measure, r.wave, r.end)
    family = FAMILIES.get(r.measure, r.measure)
    return (family, country) if r.measure in FLOWS else (family, country, r.end)


def country_of(case: Case, reading: Reading) -> str:
    """Return the country of a reading: its place, or the country of which that place is a part."""
    here = reading.place or case.settings.host
    return case.settings.places[here].parent or here if here in case.settings.places else here


def bounds(case: Case, claim: Claim, reading: Reading) -> Bounds:
    """Return the bounds of a claim under one reading: shares as proportions, rates as totals."""
    spans = claim_intervals(claim, case.settings.hedges)
    low = 0.0 if claim.hedge in OPEN_BELOW else min(span.low for span in spans)
    high = inf if claim.hedge in OPEN_ABOVE else max(span.high for span in spans)
    factor = 1 / SHARE_UNITS.get(claim.unit, 1.0)
    if reading.per != "total" and reading.start and reading.end:
        factor *= ((reading.end - reading.start).days + 1) / PER_DAYS[reading.per]
    return Bounds(claim, reading, low * factor, high * factor)


def _contradiction(case: Case, one: list[Bounds], other: list[Bounds]) -> Iterator[Contradiction]:
    gaps: list[tuple[float, str]] = []
    for a, b in product(one, other):
        gap = gap_between(case, a, b)
        if gap is None:
            return
        gaps.append(gap)
    ratio, why = min(gaps)
    first, second = one[0].claim, other[0].claim
    sentence = (
        f"“{figure_text(first)}” ({first.claim}, {first.source}) and “{figure_text(second)}” "
        f"({second.claim}, {second.source}) cannot both be true: {why}"
    )
    yield Contradiction(first.claim, second.claim, ratio if ratio < inf else None, sentence)


def gap_between(case: Case, a: Bounds, b: Bounds) -> tuple[float, str] | None:
    """Return the ratio by which two readings miss each other, and why; None if both may be true."""
    for part, whole in ((a, b), (b, a)):
        if part.low <= whole.high * (1 + TOLERANCE):
            continue
        why = contained(case, part.reading, whole.reading)
        if why is not None:
            words = f"both count {_name(part)}" if why == SAME else f"{_name(part)} {why} {_name(whole)}"
            return part.low / whole.high if whole.high > 0 else inf, words
    if exclusive(a.reading, b.reading) and a.low + b.low > 1 + TOLERANCE:
        return inf, f"{_name(a)} and {_name(b)} are shares of one whole"
    return None


def _name(b: Bounds) -> str:
    r = b.reading
    window = f"{r.start} to {r.end}" if r.start else f"on {r.end}"
    return f"{measure_title(r.measure, r.who).removesuffix(')')}, {window})"
