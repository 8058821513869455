"""Count vectors that are consistent with what an interviewee says about a contact group.

"Of sixty in my hostel five stayed, half left for other countries, the rest went back"
is consistent with only a few vectors of counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import ceil, floor

from sojourn._core.errors import Problem
from sojourn._core.outcomes import FATES
from sojourn.case.hedges import SHARES, intervals
from sojourn.case.schema import CONTACTS
from sojourn.case.tables import ContactGroup

Hedges = Mapping[str, tuple[float, float]]
SETS: tuple[tuple[int, ...], ...] = ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2))
"""Sets of outcomes that a description may combine."""
SIZES_OF_SOME = (10, 20, 40)
"""Sizes assumed if none was given: how many friends one can keep track of. A judgement."""


def group_problems(groups: Iterable[ContactGroup], hedges: Hedges) -> Iterator[Problem]:
    """Yield groups whose description is inconsistent with every vector of counts."""
    for group in groups:
        if not allowed_counts(group, hedges):
            words = [f"{name} {word}" for name in (*FATES, "unknown") if (word := getattr(group, name))]
            message = f"is impossible: no numbers of people are consistent with {', '.join(words)}"
            size = "" if group.size is None else f"{group.size_hedge} {group.size:g}".strip()
            yield Problem(CONTACTS.file, message, group.row or None, "size", size.replace("_", " "))


def allowed_counts(group: ContactGroup, hedges: Hedges | None = None) -> list[tuple[dict[int, int], float]]:
    """Return every count vector consistent with a group's description, with the prior weight of its size.

    `half`, `most` and `some` are shares of the group, or of those who did not stay ("half of them
    left" has two meanings). People whose outcome is unknown are left out.

    Args:
        group: a contact group.
        hedges: interval widths that the case overrides.

    Returns:
        Pairs of a vector and a weight. A vector maps positions in `SETS` to counts; outcomes that
        the interviewee did not mention form one set, whose division is marginalised. Weights of
        the possible sizes are equal.
    """
    said = [i for i, outcome in enumerate(FATES) if getattr(group, outcome)]
    rest = tuple(i for i in range(len(FATES)) if i not in said)
    ways: list[tuple[dict[int, int], float]] = []
    hedges = hedges or {}
    sizes = _sizes(group, hedges)
    for size in sizes:
        known = size - int(group.unknown) if group.unknown.isdigit() else size
        for counts in product(*(_options(getattr(group, FATES[i]), known, group, hedges) for i in said)):
            left = known - sum(counts)
            if left < 0 or (left > 0 and not rest):
                continue
            way = {SETS.index((i,)): k for i, k in zip(said, counts, strict=True)}
            if rest:
                way[SETS.index(rest)] = left
            ways.append((way, 1 / len(sizes)))
    return ways


def _sizes(group: ContactGroup, hedges: Hedges) -> list[int]:
    if group.size is None:
        return list(SIZES_OF_SOME)
    if group.size_hedge in ("", "exact", "reported"):
        return [int(group.size)]
    spans = intervals(group.size, group.size_hedge, overrides=hedges)
    low = min(max(ceil(span.low), 1) for span in spans)
    high = max(floor(span.high) for span in spans)
    return list(range(low, high + 1))


def _options(word: str, size: int, group: ContactGroup, hedges: Hedges) -> list[int]:
    """Return the counts that one cell allows in a group of `size` people."""
    if word in SHARES:
        low, high = hedges.get(word, SHARES[word])
        left = size - int(group.stayed) if group.stayed.isdigit() else size
        bases = {size, left}
        return [k for k in range(size + 1) if any(low * base <= k <= high * base for base in bases)]
    return [int(word)]
