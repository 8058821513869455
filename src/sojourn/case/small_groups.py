"""Disclosure control for contact groups: small groups are shown in one row, or withheld.

An interviewee describes friends or a hostel. "One of my three friends went back" could identify
a person. The model uses every group of a case; outputs list only groups that certainly have ten
people or more, and combine all others in one row.
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
"""Minimum size of a group, or of all small groups together, for which counts are shown."""
FOLDED = f"groups of fewer than {LEAST_PEOPLE} people"
"""Id of the row of small groups; no group of a case has it, since ids have no spaces."""
WITHHELD = "withheld"
PLAIN = ("", "exact", "reported")
"""Hedges under which the size of a group is the stated number."""
GroupCells = Mapping[str, Any]


def is_small(group: ContactGroup) -> bool:
    """Tell whether a group must not be shown separately, because it may have fewer than ten people.

    A group without a size is small unless its counts add up to ten. A group whose hedge allows
    fewer than ten people ("up to 12") is small as well.

    Args:
        group: a group of the case.

    Returns:
        True if the group may have fewer than ten people.

    Example:
        >>> from datetime import date
        >>> said = ("hostel", "HO", date(2022, 12, 1), 60, "about", "5", "half", "", "", "interviewees")
        >>> is_small(ContactGroup("G1_hostel", "G1", "working", *said))
        False
    """
    return _least(_record(group)) < LEAST_PEOPLE


def fold_groups(groups: Mapping[str, GroupCells]) -> dict[str, GroupCells]:
    """Return contact groups for outputs: large groups unchanged, and one row for all small groups.

    The row has the number of small groups (`groups`) and the sums of their sizes and counts, if
    every group has a number. If the small groups together have fewer than ten people, sizes and
    counts are "withheld". The row has no other information about a small group.

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
    """Return ids of claims and groups, with one entry in place of all small groups.

    Args:
        ids: ids in order.
        small: ids of the small groups.

    Returns:
        The ids, with `FOLDED` in the position of the first small group.

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
        Their ids; empty if the groups are already folded.

    Example:
        >>> small_ids({})
        frozenset()
    """
    return frozenset(id for id, group in groups.items() if id != FOLDED and _least(group) < LEAST_PEOPLE)


def _record(group: ContactGroup) -> GroupCells:
    return {name: getattr(group, name) for name in ("size", "size_hedge", *FATES)}


def _folded(small: list[GroupCells]) -> GroupCells:
    """Return the row of the small groups; a sum is empty if a group has no number for it."""
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
    """Return the minimum number of people of a group, by its size and its counts."""
    counted = sum(int(group[name]) for name in FATES if group[name].isdecimal())
    return max(counted, _least_size(group["size"], group["size_hedge"]))


def _least_size(size: float | None, hedge: str) -> int:
    if size is None or size <= 0 or hedge in SHARES or hedge not in ("", *HEDGES):
        return 0
    if hedge in PLAIN:
        return int(size)
    return ceil(min(span.low for span in intervals(size, cast(Hedge, hedge))))
