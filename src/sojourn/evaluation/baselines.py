"""Naive answers: two baselines that need no model and take the claims of a case at face value.

**Last official stock**: the latest official figure of people present is taken as those who stayed.
**Entries less exits**: in the latest pair of border counts over the same window, entries are taken
as arrivals, and entries less exits as those who stayed. Both use only the likeliest reading of each
claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sojourn.case import Case, Claim, Reading

OFFICIAL = frozenset({"host_official", "origin_official", "third_official"})
STOCKS = frozenset({"present", "stayed", "register"})


@dataclass(frozen=True)
class Naive:
    """A naive answer: number of people by outcome, and the claims on which it is based."""

    name: str
    persons: Mapping[str, float]
    claims: tuple[str, ...]


def naive_answers(case: Case) -> tuple[Naive, ...]:
    """Return the naive answers to a case, without those that its claims do not allow.

    Example:
        >>> from sojourn.case import read_case
        >>> [naive.name for naive in naive_answers(read_case("kazakhstan-2022"))]
        ['last official stock', 'entries less exits']
    """
    found = (last_stock(case), balance(case))
    return tuple(answer for answer in found if answer is not None)


def last_stock(case: Case) -> Naive | None:
    """The official stock in the host with the latest date, at face value."""
    stocks = [
        (reading.end, claim)
        for claim, reading in _believed(case)
        if reading.measure in STOCKS
        and not reading.of_measure
        and case.sources_by_id[claim.source].interest in OFFICIAL
        and reading.end is not None
    ]
    if not stocks:
        return None
    _, claim = max(stocks, key=lambda item: (item[0], item[1].published_until))
    return Naive("last official stock", {"stayed": _figure(claim)}, (claim.claim,))


def balance(case: Case) -> Naive | None:
    """Entries less exits over the latest window with figures for both; the longest of those that end then."""
    counts: dict[tuple[Any, ...], dict[str, Claim]] = {}
    for claim, reading in _believed(case):
        if reading.measure in ("entries", "exits") and reading.per == "total":
            window = (reading.end, reading.start, reading.counterpart)
            counts.setdefault(window, {})[reading.measure] = claim
    pairs = {window: pair for window, pair in counts.items() if len(pair) == 2}
    if not pairs:
        return None
    window = max(pairs, key=lambda item: (item[0], -(item[1] or date.min).toordinal(), item[2]))
    entries, exits = pairs[window]["entries"], pairs[window]["exits"]
    arrived, left = _figure(entries), _figure(exits)
    persons = {"arrived": arrived, "stayed": arrived - left}
    return Naive("entries less exits", persons, (entries.claim, exits.claim))


def _believed(case: Case) -> Iterator[tuple[Claim, Reading]]:
    """Yield every figure in use about the host up to the reference date, with its likeliest reading."""
    for claim in case.claims:
        readings = case.readings_by_claim.get(claim.claim, ())
        if not readings or claim.value is None or not case.is_counted(claim):
            continue
        reading = max(readings, key=lambda item: item.weight)
        here = (reading.place or case.settings.host) == case.settings.host
        if here and reading.end is not None and reading.end <= case.settings.asof:
            yield claim, reading


def _figure(claim: Claim) -> float:
    """The figure of a claim; of a range, its midpoint."""
    assert claim.value is not None
    return claim.value if claim.high is None else (claim.value + claim.high) / 2
