"""Contact groups so small that a reader could tell who is meant: told together, or not at all.

An interviewee speaks of friends or of a hostel. "One of my three friends went back"
points at a person. The model uses every group as the case has it; whatever is written
for readers lists one by one only the groups that certainly have ten people, and has one
row for all the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any, cast

from sojourn._core.outcomes import FATES
from sojourn.case.hedges import SHARES, intervals
from sojourn.case.schema import HEDGES
from sojourn.case.tables import ContactGroup, Hedge

LEAST_PEOPLE = 10
"""People of a group, or of all small groups together, of whom counts are shown."""
FOLDED = f"groups of fewer than {LEAST_PEOPLE} people"
"""Stands for the small groups; no group of a case has this id, since ids have no spaces."""
WITHHELD = "withheld"
PLAIN = ("", "exact", "reported")
"""Hedges under which the size of a group is the number that was said."""
GroupCells = Mapping[str, Any]


def is_small(group: ContactGroup) -> bool:
    """Tell whether a group must not be shown by itself: the case does not say that it has ten people.

    A group without a size is small unless ten people are counted in its parts, and so is a
    group whose hedge leaves room for fewer: "up to 12".

    Args:
        group: a group of the case.

    Returns:
        True where fewer than ten people may be meant.

    Example:
        >>> from datetime import date
        >>> said = ("hostel", "HO", date(2022, 12, 1), 60, "about", "5", "half", "", "", "interviewees")
        >>> is_small(ContactGroup("G1_hostel", "G1", "working", *said))
        False
    """
    return _least(_record(group)) < LEAST_PEOPLE


def fold_groups(groups: Mapping[str, GroupCells]) -> dict[str, GroupCells]:
    """Return contact groups for readers: the large ones as they are, and one row for all the small ones.

    The row says how many groups it stands for (`groups`) and adds up their sizes and counts, as
    far as each group has a number. Where the small groups together have fewer than ten people,
    sizes and counts are "withheld". Nothing else of a small group is in the row.

    Args:
        groups: groups by id, as in `ledger.contacts` of `answer.json`.

    Returns:
        The same mapping with the small groups replaced. Folding again changes nothing.

    Example:
        >>> friends = {"size": 4, "size_hedge": "", "stayed": "1", "moved_on": "", "returned": "3"}
        >>> row = fold_groups({"G1_friends": friends})["groups of fewer than 10 people"]
        >>> row["groups"], row["size"], row["returned"]
        (1, 'withheld', 'withheld')
    """
    small = small_ids(groups)
    large = {id: group for id, group in groups.items() if id not in small}
    return large | {FOLDED: _folded([groups[id] for id in groups if id in small])} if small else large


def shown_ids(ids: Iterable[str], small: frozenset[str]) -> tuple[str, ...]:
    """Return ids of claims and groups with one entry in place of all small groups.

    Args:
        ids: ids in order.
        small: ids of the small groups.

    Returns:
        The ids, `FOLDED` in the place of the first small group.

    Example:
        >>> shown_ids(["A", "friends", "cousins"], frozenset({"friends", "cousins"}))
        ('A', 'groups of fewer than 10 people')
    """
    return tuple(dict.fromkeys(FOLDED if id in small else id for id in ids))


def small_ids(groups: Mapping[str, GroupCells]) -> frozenset[str]:
    """Return the ids of the groups that `fold_groups` would fold.

    Args:
        groups: groups by id, as in `ledger.contacts` of `answer.json`.

    Returns:
        Their ids; none where the groups are folded already.

    Example:
        >>> small_ids({})
        frozenset()
    """
    return frozenset(id for id, group in groups.items() if id != FOLDED and _least(group) < LEAST_PEOPLE)


def _record(group: ContactGroup) -> GroupCells:
    return {name: getattr(group, name) for name in ("size", "size_hedge", *FATES)}


def _folded(small: list[GroupCells]) -> GroupCells:
    """The row of the small groups; empty where a group says nothing in numbers."""
    empty = {"respondent": "", "source": "", "kind": "", "place": "", "asof": "", "note": ""}
    row: dict[str, Any] = {**empty, "groups": len(small), "size_hedge": ""}
    if sum(map(_least, small)) < LEAST_PEOPLE:
        return row | dict.fromkeys(("size", *FATES), WITHHELD)
    row["size"] = None
    if all(group["size"] is not None for group in small):
        row["size"] = sum(group["size"] for group in small)
        row["size_hedge"] = "" if all(group["size_hedge"] in PLAIN for group in small) else "about"
    for name in FATES:
        cells = [group[name] for group in small]
        row[name] = str(sum(map(int, cells))) if all(cell.isdecimal() for cell in cells) else ""
    return row


def _least(group: GroupCells) -> int:
    """The fewest people that a group can have by its size and its counts."""
    counted = sum(int(group[name]) for name in FATES if group[name].isdecimal())
    return max(counted, _least_size(group["size"], group["size_hedge"]))


def _least_size(size: float | None, hedge: str) -> int:
    if size is None or size <= 0 or hedge in SHARES or hedge not in ("", *HEDGES):
        return 0
    if hedge in PLAIN:
        return int(size)
    return ceil(min(span.low for span in intervals(size, cast(Hedge, hedge))))
