"""The eight kinds of limits on days, one class each, applied to the `CountedDays` of a traveller.

=================  ====================================================================
`entry`            days since the last entry; leaving resets the count
`continuous`       consecutive days; a full day outside resets the count
`gap`              days add up until a given number of consecutive full days outside
`session`          days add up while each entry falls within the period that the last entry opened
`block`            days within a window that the first entry opens
`calendar_year`    days within a year from 1 January
`rolling`          days within the window that ends on each day
`absence_rolling`  the same for days outside (`rolling`, applied to absences)
=================  ====================================================================

`continuous`, `gap`, `session` and `block`, which add up over a group of stays, are in `limits_grouped`.

Every limit has the same methods: `breaches` yields the days of one row above the cap; `used` is the
number of days that count on a day, and `counted` lists them; `returns` says when they stop counting;
`reopens` is a lower bound on the day on which a stay of `need` days may begin. All days are ordinals.
"""

# ruff: noqa: D102 - the docstrings of `Limit` describe the methods of all limits
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sojourn.stay_rules.counting import CountedDays
from sojourn.stay_rules.dates import FIRST, LAST, Range, add_months, months


@dataclass(frozen=True, slots=True)
class Limit(ABC):
    """Base of the limits."""

    id: str
    """The id of the limit in the rule file."""
    cap: int | str
    """Permitted days, or a duration in calendar months."""

    @abstractmethod
    def breaches(self, tally: CountedDays, row: int) -> Iterator[Range]:
        """Yield the counted days of a row above the cap, in order."""

    @abstractmethod
    def used(self, tally: CountedDays, day: int) -> int:
        """Return the days used on a day; if the traveller is outside, for an entry on that day."""

    @abstractmethod
    def spent(self, tally: CountedDays, row: int) -> tuple[int, int]:
        """Return the days used, and the days left, on the last counted day of a row."""

    @abstractmethod
    def days_left(self, tally: CountedDays, day: int) -> int:
        """Return the days left on a day, at least 0."""

    @abstractmethod
    def excess(self, tally: CountedDays, day: int) -> int:
        """Return the days above the cap in the window of a day, at least 0."""

    @abstractmethod
    def counted(self, tally: CountedDays, day: int) -> list[Range]:
        """Return the days that `used` counts."""

    @abstractmethod
    def returns(self, tally: CountedDays, day: int) -> list[Range]:
        """Return the days on which counted days stop counting, one range for each range of `counted`."""

    @abstractmethod
    def reopens(self, tally: CountedDays, day: int, need: int) -> int:
        """Return a lower bound, at least `day + 1`, on the day on which a stay of `need` days may begin."""


@dataclass(frozen=True, slots=True)
class DayLimit(Limit):
    """A limit whose cap is a number of days, so that the days left are the cap minus the days used."""

    cap: int

    def days_left(self, tally: CountedDays, day: int) -> int:
        """Return the cap minus the days used."""
        return max(0, self.cap - self.used(tally, day))

    def excess(self, tally: CountedDays, day: int) -> int:
        """Return the days used minus the cap."""
        return max(0, self.used(tally, day) - self.cap)


@dataclass(frozen=True, slots=True)
class EntryLimit(Limit):
    """At most `cap` days (or calendar months) from each entry; a visa run resets the count."""

    def allowed_until(self, tally: CountedDays, row: int) -> int:
        """Return the last permitted day of a row."""
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
        """Return the first day of the window that ends on a day."""
        if isinstance(self.window, int):
            return max(FIRST, day - self.window + 1)
        return add_months(day, -months(self.window)) + 1

    @property
    def shortest(self) -> int:
        """The minimum length of a window in days."""
        if isinstance(self.window, int):
            return self.window
        return 365 * (months(self.window) // 12) + 28 * (months(self.window) % 12)

    def breaches(self, tally: CountedDays, row: int) -> Iterator[Range]:
        """Yield the days above the cap; see `Limit.breaches`.

        With a window in calendar months, the days used rise by at most 1 a day, and fall by at most 3
        when a month begins. We therefore skip n days if they are n below the cap, and 28 days if they
        are 7 or more above it.
        """
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
        """Return the first day above the cap; one lookup, since the days used never fall within a row."""
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
        """Return the first day whose window no longer includes a day."""
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
    """Return the counted days up to the end of the last row with at most `away` uncounted days before it."""
    low, high = 0, len(tally.away)
    while low < high:
        middle = (low + high) // 2
        if tally.away[middle] <= away:
            low = middle + 1
        else:
            high = middle
    return tally.before[low]
