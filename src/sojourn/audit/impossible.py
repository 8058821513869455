"""Pairs of claims that cannot both be true, whatever either counts: arithmetic, no model, no draws.

Two claims clash where every pair of their readings does. Two readings clash where one
count contains the other (a longer window, all borders, all people, the whole country, all
waves; entries contain people, people contain arrivals, exits contain departures), and
yet the least that the contained figure may stand for exceeds the most that the other may.
Shares of one whole that exclude each other clash where they add up to more than all.
The ends that words leave open ("more than") stay open here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import inf

from sojourn.audit.results import ClashingPair
from sojourn.case import Case, Claim, Reading
from sojourn.case.hedges import claim_intervals
from sojourn.case.schema import FLOWS, SHARE_UNITS, SHARES_OF_ONE
from sojourn.inference.answer_record import said
from sojourn.measures.compile import PER_DAYS

OPEN_ABOVE = frozenset({"more_than", "at_least"})
OPEN_BELOW = frozenset({"up_to", "less_than"})
WITHIN: dict[str, frozenset[str]] = {
    "arrivals": frozenset({"people", "entries"}),
    "people": frozenset({"entries"}),
    "departures": frozenset({"exits"}),
    "settled": frozenset({"present"}),
    "stayed": frozenset({"present"}),
}
"""Measure → measures of the same place and time that cannot be smaller."""
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Bounds:
    """A reading of a claim with the least and the most that it may stand for, in totals."""

    claim: Claim
    reading: Reading
    low: float
    high: float


def clashing_pairs(case: Case) -> list[ClashingPair]:
    """Pairs of claims in use that clash under every pair of readings, worst first."""
    read = {
        claim.claim: [bounds(case, claim, r) for r in case.readings_by_claim[claim.claim]]
        for claim in case.claims
        if case.counts(claim) and claim.claim in case.readings_by_claim
    }
    found = [pair for one, other in combinations(read.values(), 2) for pair in _clash(case, one, other)]
    return sorted(found, key=lambda pair: -(pair.ratio or inf))


def bounds(case: Case, claim: Claim, reading: Reading) -> Bounds:
    """What a claim says of a reading: shares as proportions, rates per day or month as totals."""
    spans = claim_intervals(claim, case.settings.hedges)
    low = 0.0 if claim.hedge in OPEN_BELOW else min(span.low for span in spans)
    high = inf if claim.hedge in OPEN_ABOVE else max(span.high for span in spans)
    factor = 1 / SHARE_UNITS.get(claim.unit, 1.0)
    if reading.per != "total" and reading.start and reading.end:
        factor *= ((reading.end - reading.start).days + 1) / PER_DAYS[reading.per]
    return Bounds(claim, reading, low * factor, high * factor)


def _clash(case: Case, one: list[Bounds], other: list[Bounds]) -> Iterator[ClashingPair]:
    gaps: list[tuple[float, str]] = []
    for a, b in product(one, other):
        gap = gap_between(case, a, b)
        if gap is None:
            return
        gaps.append(gap)
    ratio, why = min(gaps)
    first, second = one[0].claim, other[0].claim
    sentence = (
        f"“{said(first)}” ({first.claim}, {first.source}) and “{said(second)}” "
        f"({second.claim}, {second.source}) cannot both be true: {why}"
    )
    yield ClashingPair(first.claim, second.claim, ratio if ratio < inf else None, sentence)


def gap_between(case: Case, a: Bounds, b: Bounds) -> tuple[float, str] | None:
    """By what factor two readings miss each other, and why; none where both may be true."""
    for part, whole in ((a, b), (b, a)):
        why = contained(case, part.reading, whole.reading)
        if why is not None and part.low > whole.high * (1 + TOLERANCE):
            return part.low / whole.high if whole.high > 0 else inf, f"{_name(part)} {why} {_name(whole)}"
    if exclusive(a.reading, b.reading) and a.low + b.low > 1 + TOLERANCE:
        return inf, f"{_name(a)} and {_name(b)} share one whole"
    return None


def _name(b: Bounds) -> str:
    r = b.reading
    window = f"{r.start} to {r.end}" if r.start else f"on {r.end}"
    return f"{r.measure.replace('_', ' ')} ({r.who}, {window})"


def contained(case: Case, part: Reading, whole: Reading) -> str | None:
    """How one count is contained in another, in words; none where it need not be."""
    part, whole = mirrored(case, part), mirrored(case, whole)
    if _is_share(part) or _is_share(whole):
        return "count the same as" if _same_share(part, whole) else None
    if "net" in (part.measure, whole.measure) or "rent" in (part.measure, whole.measure):
        return "count the same as" if _key(part) == _key(whole) else None
    checks = (
        part.measure == whole.measure or whole.measure in WITHIN.get(part.measure, frozenset()),
        whole.who in (part.who, "all"),
        part.scheme == whole.scheme,
        _place_within(case, part, whole),
        _border_within(case, part, whole),
        whole.wave in ("", part.wave),
        _window_within(part, whole),
    )
    if not all(checks):
        return None
    return "count the same as" if _key(part) == _key(whole) else "are part of"


def mirrored(case: Case, r: Reading) -> Reading:
    """Crossings of the origin's border with a named place, as the other side counts them."""
    if r.place != case.settings.origin or not r.counterpart or r.measure not in ("entries", "exits"):
        return r
    return replace(
        r, measure="exits" if r.measure == "entries" else "entries", place=r.counterpart, counterpart=r.place
    )


def _border_within(case: Case, part: Reading, whole: Reading) -> bool:
    """All borders; the same one; or the origin's, over which all first arrivals come."""
    if part.measure == whole.measure:
        return whole.counterpart in ("", part.counterpart)
    from_origin = part.measure == "arrivals" and whole.counterpart == case.settings.origin
    return not whole.counterpart or from_origin


def _place_within(case: Case, part: Reading, whole: Reading) -> bool:
    """Same place; or a part of a country in the country."""
    here, there = part.place or case.settings.host, whole.place or case.settings.host
    return here == there or case.settings.places[here].parent == there


def _window_within(part: Reading, whole: Reading) -> bool:
    """Same date for stocks; the longer window contains the shorter for flows."""
    if part.measure not in FLOWS:
        return whole.measure not in FLOWS and part.end == whole.end
    if part.start is None or part.end is None or whole.start is None or whole.end is None:
        return False
    return whole.start <= part.start and part.end <= whole.end


def _key(r: Reading) -> tuple[object, ...]:
    """What a reading counts: totals of a window, so `per` does not matter."""
    return (r.measure, r.place, r.counterpart, r.who, r.wave, r.start, r.end, r.scheme)


def _is_share(r: Reading) -> bool:
    return bool(r.of_measure) or r.measure == "rate"


def _whole_of(r: Reading) -> tuple[object, ...]:
    """The denominator of a share, with what it inherits from the numerator."""
    if r.measure == "rate":
        return (r.of_measure, r.of_place or r.place, r.of_wave or r.wave, r.start)
    start, end = r.of_start or r.start, r.of_end or r.end
    return (r.of_measure, r.of_place or r.place, r.of_who or r.who, r.of_wave or r.wave, start, end)


def _same_share(a: Reading, b: Reading) -> bool:
    return _key(a) == _key(b) and _whole_of(a) == _whole_of(b)


def exclusive(a: Reading, b: Reading) -> bool:
    """Two shares of one whole of which nobody is in both."""
    if not (a.of_measure and b.of_measure) or "rate" in (a.measure, b.measure):
        return False
    same = (a.place, a.wave, a.end, a.who) == (b.place, b.wave, b.end, b.who)
    apart = {a.measure, b.measure} <= SHARES_OF_ONE and a.measure != b.measure
    return apart and same and _whole_of(a) == _whole_of(b)
