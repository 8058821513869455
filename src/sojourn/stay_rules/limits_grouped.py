"""Limits whose days add up over a group of stays until a new group begins: gap, session, block.

They differ in one method, `new_group_opens`: the first day on which an entry begins a new group.
"""

# ruff: noqa: D102 - the docstrings of `Limit` describe the methods of all limits
from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from sojourn.stay_rules.counting import CountedDays
from sojourn.stay_rules.dates import Range, add_months, months
from sojourn.stay_rules.limits import DayLimit


@dataclass(frozen=True, slots=True)
class Grouped(DayLimit):
    """Base of the limits whose days add up over a group of rows."""

    @abstractmethod
    def new_group_opens(self, tally: CountedDays, head: int, last: int) -> int:
        """Return the first day on which an entry begins a new group after rows `head` to `last`."""

    def _standing(self, tally: CountedDays, day: int) -> tuple[int, int] | None:
        """Return the first and the last row of the open group; None if an entry would begin a new group."""
        last = tally.last_row(day)
        if last < 0:
            return None
        head = _heads(self, tally)[last]
        if head < 0 or (tally.row_on(day) is None and day >= self.new_group_opens(tally, head, last)):
            return None
        return head, last

    def breaches(self, tally: CountedDays, row: int) -> Iterator[Range]:
        head = _heads(self, tally)[row]
        if head >= 0:
            left = max(0, self.cap - (tally.before[row] - tally.before[head]))
            over = Range(tally.starts[row] + left, tally.ends[row])
            if over.days:
                yield over

    def used(self, tally: CountedDays, day: int) -> int:
        group = self._standing(tally, day)
        return 0 if group is None else tally.counted_until(day) - tally.before[group[0]]

    def spent(self, tally: CountedDays, row: int) -> tuple[int, int]:
        head = _heads(self, tally)[row]
        used = tally.before[row + 1] - tally.before[head] if head >= 0 else 0
        return used, max(0, self.cap - used)

    def counted(self, tally: CountedDays, day: int) -> list[Range]:
        group = self._standing(tally, day)
        return [] if group is None else tally.within(Range(tally.starts[group[0]], day))

    def returns(self, tally: CountedDays, day: int) -> list[Range]:
        group = self._standing(tally, day)
        if group is None:
            return []
        back = max(day, self.new_group_opens(tally, *group))
        return [Range(back, back) for _ in self.counted(tally, day)]

    def reopens(self, tally: CountedDays, day: int, need: int) -> int:
        group = self._standing(tally, day)
        return day + 1 if group is None else max(day + 1, self.new_group_opens(tally, *group))


def _heads(limit: Grouped, tally: CountedDays) -> list[int]:
    if limit in tally.memo:
        return tally.memo[limit]
    heads: list[int] = []
    head = -1
    for row, entry in enumerate(tally.entries):
        if head >= 0 and entry >= limit.new_group_opens(tally, head, row - 1):
            head = -1
        if head < 0 and tally.counts[row]:
            head = row
        heads.append(head)
    tally.memo[limit] = heads
    return heads


@dataclass(frozen=True, slots=True)
class GapLimit(Grouped):
    """Days add up until `outside` consecutive full days outside."""

    outside: int

    def new_group_opens(self, tally: CountedDays, head: int, last: int) -> int:
        return tally.exits[last] + self.outside + 1


def continuous(id: str, cap: int) -> GapLimit:
    """Return the limit on consecutive days: a gap of one full day, so a same-day visa run resets nothing."""
    return GapLimit(id, cap, 1)


@dataclass(frozen=True, slots=True)
class SessionLimit(Grouped):
    """The first entry opens a period of `days` days; each entry within it opens the period anew."""

    days: int

    def new_group_opens(self, tally: CountedDays, head: int, last: int) -> int:
        while not tally.counts[last]:
            last -= 1
        return tally.entries[last] + self.days


@dataclass(frozen=True, slots=True)
class BlockLimit(Grouped):
    """The first entry opens a window; the first entry after its last day opens the next one.

    Days of a stay that continues past the end of its window still count in that window.
    """

    window: int | str

    def new_group_opens(self, tally: CountedDays, head: int, last: int) -> int:
        start = tally.entries[head]
        return start + self.window if isinstance(self.window, int) else add_months(start, months(self.window))
