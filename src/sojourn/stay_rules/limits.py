"""The eight period kinds: one small class each, answering the same questions about a `CountedDays`.

=================  ====================================================================
`entry`            days since the last entry; leaving resets it
`continuous`       days in one piece; a full day outside resets it
`gap`              days add up until so many full days outside in one piece
`session`          days add up while each entry falls within the file the last one opened
`block`            days within a window that the first entry opens
`calendar_year`    days within a year from 1 January
`rolling`          days within the window that ends on each day
`absence_rolling`  the same over the days outside (`rolling` on a tally of absences)
=================  ====================================================================

`continuous`, `gap`, `session` and `block`, which add up over a group of stays, are in `limits_grouped`.

Every limit answers the same questions about the counted days: `breaches` lists the days of one row
that go beyond the cap, `used` counts the days that stand against a day, `counted` says which, `returns`
when they come back, and `reopens` names the first day on or after `day` on which a stay of `need` days
may begin as far as this limit knows. All days are ordinals.
"""

# ruff: noqa: D102 - `Limit` says what each method of the limits answers
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sojourn.stay_rules.counting import CountedDays
from sojourn.stay_rules.dates import FIRST, LAST, Range, add_months, months


@dataclass(frozen=True, slots=True)
class Limit(ABC):
    """A limit with its numbers."""

    id: str
    """The name the rule file gives the limit."""
    cap: int | str
    """Permitted days, or a span of months for a limit that runs by the calendar."""

    @abstractmethod
    def breaches(self, tally: CountedDays, row: int) -> Iterator[Range]:
        """The counted days of a row beyond the cap, in order."""

    @abstractmethod
    def used(self, tally: CountedDays, day: int) -> int:
        """Days that stand against a day; outside, against an entry on that day."""

    @abstractmethod
    def spent(self, tally: CountedDays, row: int) -> tuple[int, int]:
        """Days used on the last counted day of a row, by it and earlier ones, and days then left."""

    @abstractmethod
    def days_left(self, tally: CountedDays, day: int) -> int:
        """Days not yet used up on a day, never below 0."""

    @abstractmethod
    def excess(self, tally: CountedDays, day: int) -> int:
        """Days used beyond the cap in the window that holds a day, never below 0."""

    @abstractmethod
    def counted(self, tally: CountedDays, day: int) -> list[Range]:
        """The days that `used` counts."""

    @abstractmethod
    def returns(self, tally: CountedDays, day: int) -> list[Range]:
        """From when to when the counted days come back, one range for each range of `counted`."""

    @abstractmethod
    def reopens(self, tally: CountedDays, day: int, need: int) -> int:
        """A lower bound (at least `day + 1`) on the next day a stay of `need` counted days may begin."""


@dataclass(frozen=True, slots=True)
class DayLimit(Limit):
    """A limit whose cap is a number of days, so that what is left is the cap less what is used."""

    cap: int

    def days_left(self, tally: CountedDays, day: int) -> int:
        """The cap less the days used."""
        return max(0, self.cap - self.used(tally, day))

    def excess(self, tally: CountedDays, day: int) -> int:
        """The days used less the cap."""
        return max(0, self.used(tally, day) - self.cap)


@dataclass(frozen=True, slots=True)
class EntryLimit(Limit):
    """At most `cap` days (or calendar months) from each entry: the loophole of the visa run."""

    def allowed_until(self, tally: CountedDays, row: int) -> int:
        """The last permitted day of a row."""
        anchor = tally.entries[row] - 1 + tally.graced[row]
        if isinstance(self.cap, int):
            return anchor + self.cap
        return add_months(tally.entries[row], months(self.cap)) - 1 + tally.graced[row]

    def breaches(self, tally: CountedDays, row: int) -> Iterator[Range]:
        over = Range(max(tally.starts[row], self.allowed_until(tally, row) + 1), tally.ends[row])
        if over.days:
            yield over

    def used(self, tally: CountedDays, day: int) -> int:
        return sum(r.days for r in self.counted(tally, day))

    def spent(self, tally: CountedDays, row: int) -> tuple[int, int]:
        used = max(0, tally.ends[row] - tally.entries[row] - tally.graced[row] + 1)
        left = (
            self.cap - used if isinstance(self.cap, int) else self.allowed_until(tally, row) - tally.ends[row]
        )
        return used, max(0, left)

    def days_left(self, tally: CountedDays, day: int) -> int:
        row = self._row(tally, day)
        if row is None:
            anchor = day - 1
            last = anchor + self.cap if isinstance(self.cap, int) else add_months(day, months(self.cap)) - 1
            return last - anchor
        return max(0, self.allowed_until(tally, row) - max(day, tally.entries[row] - 1 + tally.graced[row]))

    def excess(self, tally: CountedDays, day: int) -> int:
        row = self._row(tally, day)
        return 0 if row is None else max(0, min(day, tally.ends[row]) - self.allowed_until(tally, row))

    def counted(self, tally: CountedDays, day: int) -> list[Range]:
        row = self._row(tally, day)
        if row is None:
            return []
        span = Range(tally.entries[row] + tally.graced[row], min(day, tally.ends[row]))
        return [span] if span.days else []

    def returns(self, tally: CountedDays, day: int) -> list[Range]:
        return [Range(day, day) for _ in self.counted(tally, day)]

    def reopens(self, tally: CountedDays, day: int, need: int) -> int:
        return day + 1

    @staticmethod
    def _row(tally: CountedDays, day: int) -> int | None:
        row = tally.row_on(day)
        return row if row is not None and tally.counts[row] else None


@dataclass(frozen=True, slots=True)
class YearLimit(DayLimit):
    """At most `cap` days from 1 January to 31 December."""

    def breaches(self, tally: CountedDays, row: int) -> Iterator[Range]:
        first, last = tally.starts[row], tally.ends[row]
        while first <= last:
            opening, closing = _year(first)
            left = max(0, self.cap - (tally.counted_until(first - 1) - tally.counted_until(opening - 1)))
            over = Range(first + left, min(last, closing))
            if over.days:
                yield over
            first = closing + 1

    def used(self, tally: CountedDays, day: int) -> int:
        return tally.counted_until(day) - tally.counted_until(_year(day)[0] - 1)

    def spent(self, tally: CountedDays, row: int) -> tuple[int, int]:
        used = tally.before[row + 1] - tally.counted_until(_year(tally.ends[row])[0] - 1)
        return used, max(0, self.cap - used)

    def counted(self, tally: CountedDays, day: int) -> list[Range]:
        return tally.within(Range(_year(day)[0], day))

    def returns(self, tally: CountedDays, day: int) -> list[Range]:
        back = _year(day)[1] + 1
        return [Range(back, back) for _ in self.counted(tally, day)]

    def reopens(self, tally: CountedDays, day: int, need: int) -> int:
        left = max(0, self.cap - self.used(tally, day - 1)) if _year(day - 1) == _year(day) else self.cap
        return day + 1 if need <= left else max(day + 1, _year(day)[1] - left)


def _year(day: int) -> Range:
    year = date.fromordinal(day).year
    return Range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())


@dataclass(frozen=True, slots=True)
class RollingLimit(DayLimit):
    """At most `cap` days in the window that ends on each day, that day included."""

    window: int | str

    def opens(self, day: int) -> int:
        """The first day of the window that ends on a day."""
        if isinstance(self.window, int):
            return max(FIRST, day - self.window + 1)
        return add_months(day, -months(self.window)) + 1

    @property
    def shortest(self) -> int:
        """The fewest days a window can have."""
        if isinstance(self.window, int):
            return self.window
        return 365 * (months(self.window) // 12) + 28 * (months(self.window) % 12)

    def breaches(self, tally: CountedDays, row: int) -> Iterator[Range]:
        """By the calendar the days used may fall within a row, by at most 3 where a month begins: a day
        under the cap by n cannot be followed by one over it within n days, nor can 28 days undo 7."""
        if isinstance(self.window, int):
            first = self._first(tally, row)
            if first <= tally.ends[row]:
                yield Range(first, tally.ends[row])
            return
        day, last, first = tally.starts[row], tally.ends[row], 0
        while day <= last:
            over = self.used(tally, day) - self.cap
            if over > 0 and not first:
                first = day
            elif over <= 0 and first:
                yield Range(first, day - 1)
                first = 0
            day += 1 - over if over <= 0 else 28 if over > 6 else 1
        if first:
            yield Range(first, last)

    def _first(self, tally: CountedDays, row: int) -> int:
        """The first day beyond the cap: within a row the days used never fall, so one look-up."""
        assert isinstance(self.window, int)
        if self.window <= self.cap:
            return LAST + 1
        gone = _after(tally, tally.away[row] - (self.window - self.cap))
        return max(tally.starts[row], tally.starts[row] + self.cap - (tally.before[row] - gone))

    def used(self, tally: CountedDays, day: int) -> int:
        return tally.counted_until(day) - tally.counted_until(self.opens(day) - 1)

    def spent(self, tally: CountedDays, row: int) -> tuple[int, int]:
        used = tally.before[row + 1] - tally.counted_until(self.opens(tally.ends[row]) - 1)
        return used, max(0, self.cap - used)

    def counted(self, tally: CountedDays, day: int) -> list[Range]:
        return tally.within(Range(self.opens(day), day))

    def returns(self, tally: CountedDays, day: int) -> list[Range]:
        return [Range(self._back(r.first), self._back(r.last)) for r in self.counted(tally, day)]

    def _back(self, day: int) -> int:
        """The first day whose window no longer holds a day."""
        if isinstance(self.window, int):
            return day + self.window
        back = add_months(day, months(self.window)) - 3
        while self.opens(back) <= day:
            back += 1
        return back

    def reopens(self, tally: CountedDays, day: int, need: int) -> int:
        number = tally.counted_until(day - 1) + need - self.cap
        if number <= 0 or need > self.cap:
            return day + 1
        return max(day + 1, tally.counted_day(number) + self.shortest - need)


def _after(tally: CountedDays, away: int) -> int:
    """Counted days up to the end of the last row with at most so many uncounted days before it."""
    low, high = 0, len(tally.away)
    while low < high:
        middle = (low + high) // 2
        if tally.away[middle] <= away:
            low = middle + 1
        else:
            high = middle
    return tally.before[low]
