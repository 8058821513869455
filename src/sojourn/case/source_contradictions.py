"""Contradictions across sources: figures of two sources that contradict each other under some readings.

Two readings of claims of different sources contradict each other in one of three ways:

* they cannot both be true, by the comparison that `find_contradictions` makes (see `contradictions`);
* both count the same flow over windows that overlap, and both can be true only if its daily rate changed
  by more than a factor of three on days that are not in both windows;
* both count the same stock on days at most a month apart, and both can be true only if the stock changed
  by more than half.

In the second and third case an event, stay rule or scheme on or near those days, or in the window with the
higher rate, explains the change, and the readings do not contradict each other. Figures are intervals (see
`hedges`), so that rounding is no contradiction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

from sojourn.case.case import Case
from sojourn.case.contradictions import (
    MOST,
    Bounds,
    bounds,
    comparison_group,
    find_contradictions,
    gap_between,
)
from sojourn.case.findings import Finding, ReadingPair
from sojourn.case.hedges import figure_text
from sojourn.case.row_checks import is_share
from sojourn.case.schema import FLOWS
from sojourn.case.tables import Claim, Reading
from sojourn.case.unexplained_changes import find_unexplained_change


@dataclass(frozen=True, slots=True)
class ReadingContradiction:
    """Two readings that contradict each other: by which ratio, and why."""

    first: Bounds
    second: Bounds
    ratio: float
    why: str


@dataclass(frozen=True)
class SourceContradiction:
    """Claims of two sources that contradict each other under some pairs of their readings.

    `found` has those pairs, the most probable first; `readings` has every pair.
    """

    case: Case
    first: Claim
    second: Claim
    found: tuple[ReadingContradiction, ...]

    @cached_property
    def readings(self) -> tuple[ReadingPair, ...]:
        """Every pair of readings of the two claims, and whether they contradict each other."""
        clashing = {(pair.first.reading.reading, pair.second.reading.reading) for pair in self.found}
        return tuple(
            ReadingPair(a.reading, b.reading, (a.reading, b.reading) in clashing)
            for a, b in product(*self._sides)
        )

    @property
    def _sides(self) -> list[tuple[Reading, ...]]:
        return [self.case.readings_by_claim[claim.claim] for claim in (self.first, self.second)]

    @property
    def probability(self) -> float:
        """Prior probability of a pair of readings that contradict each other, readings being independent."""
        total = sum(r.weight for r in self._sides[0]) * sum(r.weight for r in self._sides[1])
        return sum(_weight(pair) for pair in self.found) / total

    @property
    def is_certain(self) -> bool:
        """Whether the two claims contradict each other under every pair of readings."""
        return len(self.found) == len(self._sides[0]) * len(self._sides[1])

    def sentence(self) -> str:
        """The two figures with their sources, and the readings that decide, in one sentence."""
        first, second = self.first, self.second
        figures = " and ".join(f"“{figure_text(c)}” ({c.claim}, {c.source})" for c in (first, second))
        likeliest = self.found[0].why
        if self.is_certain:
            return f"{figures} contradict each other under every pair of their readings: {likeliest}"
        clashes, agreements = self._clashes(), self._agreements()
        return f"{figures} contradict each other if {clashes}: {likeliest}; they do not {agreements}"

    def _clashes(self) -> str:
        """Pairs of readings that contradict each other; those with the same partners are named together."""
        partners: dict[str, list[str]] = defaultdict(list)
        for pair in self.readings:
            if pair.contradict:
                partners[pair.first].append(pair.second)
        groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for reading, others in partners.items():
            groups[tuple(others)].append(reading)
        return ", or if ".join(self._read_as(names, others) for others, names in groups.items())

    def _read_as(self, names: Sequence[str], others: Sequence[str]) -> str:
        """The readings of both claims in words, without those of a claim all of whose readings are meant."""
        sides = zip((self.first, self.second), (names, others), self._sides, strict=True)
        limited = [(claim.claim, some) for claim, some, every in sides if len(some) < len(every)]
        return " and ".join(f"{claim} is read as {_any_of(some)}" for claim, some in limited)

    def _agreements(self) -> str:
        """The readings of one claim that agree with every reading of the other."""
        clashing = [
            {getattr(pair, side) for pair in self.readings if pair.contradict} for side in ("first", "second")
        ]
        safe = [
            f"if {claim.claim} is read as {_any_of(names)}"
            for claim, readings, used in zip((self.first, self.second), self._sides, clashing, strict=True)
            if (names := [r.reading for r in readings if r.reading not in used])
        ]
        left = len(clashing[0]) * len(clashing[1]) > len(self.found)
        return ", or ".join([*safe, "in any other combination of their readings"] if left else safe)


def _any_of(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def _weight(pair: ReadingContradiction) -> float:
    return pair.first.reading.weight * pair.second.reading.weight


def find_source_contradictions(case: Case) -> list[SourceContradiction]:
    """Return the pairs of claims in use of different sources that contradict each other under some readings.

    Args:
        case: the case, with regimes in place of stay rules (see `list_change_days`).

    Returns:
        The pairs, the most probable contradiction first.

    Example:
        >>> from sojourn.case import read_case
        >>> pairs = find_source_contradictions(read_case("kazakhstan-2022"))
        >>> ("KZ14", "KZ22") in [(pair.first.claim, pair.second.claim) for pair in pairs]
        True
    """
    groups: dict[tuple[object, ...], list[Bounds]] = defaultdict(list)
    for reading in case.readings:
        claim = case.claims_by_id[reading.claim]
        if case.is_counted(claim):
            groups[_group(case, reading)].append(bounds(case, claim, reading))
    found: dict[tuple[str, str], list[ReadingContradiction]] = defaultdict(list)
    order = {claim.claim: place for place, claim in enumerate(case.claims)}
    for group in groups.values():
        if len({one.claim.claim for one in group}) > MOST:
            continue
        for a, b in combinations(sorted(group, key=lambda item: order[item.claim.claim]), 2):
            if a.claim.source == b.claim.source:
                continue
            gap = gap_between(case, a, b) or find_unexplained_change(case, a, b)
            if gap is not None:
                found[a.claim.claim, b.claim.claim].append(ReadingContradiction(a, b, *gap))
    pairs = [
        SourceContradiction(
            case,
            case.claims_by_id[first],
            case.claims_by_id[second],
            tuple(sorted(clashes, key=lambda pair: -_weight(pair))),
        )
        for (first, second), clashes in found.items()
    ]
    return sorted(pairs, key=lambda pair: (-pair.probability, order[pair.first.claim]))


def source_remarks(case: Case) -> Iterator[Finding]:
    """Yield contradictions across sources, except pairs that `find_contradictions` lists already."""
    listed = {(pair.first, pair.second) for pair in find_contradictions(case)}
    for pair in find_source_contradictions(case):
        if (pair.first.claim, pair.second.claim) in listed:
            continue
        yield Finding(
            "sources", pair.sentence(), (pair.first.claim, pair.second.claim), readings=pair.readings
        )


def _group(case: Case, reading: Reading) -> tuple[object, ...]:
    """Return the key of comparison; stocks of all days are compared, since days may be near each other."""
    key = comparison_group(case, reading)
    return key if is_share(reading) or reading.measure in FLOWS else key[:2]
