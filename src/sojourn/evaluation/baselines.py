"""Two answers that need no model, taken from a case's claims at their word.

**Last official stock**: what the latest official figure of people present says, stayed.
**Entries less exits**: the latest pair of border counts over one window, entered, arrived;
their difference, stayed. Both believe the likeliest reading of each claim and nothing else.
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
    """A naive answer: persons by outcome, and the claims that it rests on."""

    name: str
    persons: Mapping[str, float]
    claims: tuple[str, ...]


def naive_answers(case: Case) -> tuple[Naive, ...]:
    """The naive answers that a case's claims give; one that they do not give is absent."""
    found = (last_stock(case), balance(case))
    return tuple(answer for answer in found if answer is not None)


def last_stock(case: Case) -> Naive | None:
    """The official stock in the host with the latest date, believed as it was said."""
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
    """Entries less exits of the latest window for which both are given; the longer one of two."""
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
    """Every figure in use about the host with its likeliest reading, no later than the day asked."""
    for claim in case.claims:
        readings = case.readings_by_claim.get(claim.claim, ())
        if not readings or claim.value is None or not case.is_counted(claim):
            continue
        reading = max(readings, key=lambda item: item.weight)
        here = (reading.place or case.settings.host) == case.settings.host
        if here and reading.end is not None and reading.end <= case.settings.asof:
            yield claim, reading


def _figure(claim: Claim) -> float:
    """The figure as said; the middle of a range."""
    assert claim.value is not None
    return claim.value if claim.high is None else (claim.value + claim.high) / 2
