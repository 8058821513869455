"""Days as whole numbers: parsing of dates, calendar months, and ranges of days.

Within this package a day is the ordinal of `datetime.date` (1 = 1 January of year 1), so that a
difference is a number of days. Dates are used only for input and output.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime
from typing import NamedTuple

from sojourn.stay_rules.errors import StayRuleError

FIRST = 1
LAST = date.max.toordinal()
_MONTHS = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Range(NamedTuple):
    """The days from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def days(self) -> int:
        """The number of days, at least 0."""
        return max(0, self.last - self.first + 1)

    def within(self, other: Range) -> Range:
        """Return the intersection with another range; its `days` is 0 if it is empty."""
        return Range(max(self.first, other.first), min(self.last, other.last))


def parse(value: object, where: str) -> date:
    """Parse a calendar date.

    A time of day is refused, not cut off: the same instant may be another day in another time zone.

    Args:
        value: `YYYY-MM-DD` or a `date`.
        where: the place of the value, for messages.

    Raises:
        StayRuleError: the value is not a date.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = str(value).strip()
    if isinstance(value, datetime) or (_DAY.match(text) and len(text) > 10):
        raise StayRuleError(
            f"{where}: {text!r} has a time of day; give the date at the border alone, as {text[:10]}"
        )
    if not _DAY.fullmatch(text):
        raise StayRuleError(
            f"{where}: {text!r} is not a date; write it as YYYY-MM-DD, for example 2023-01-27"
        )
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise StayRuleError(f"{where}: {text!r} is not a date in the calendar ({error})") from None


def day(ordinal: int) -> date:
    """Return the date of an ordinal."""
    return date.fromordinal(ordinal)


def months(span: str) -> int:
    """Return the number of months in an ISO 8601 duration of years and months.

    Raises:
        ValueError: any other duration; days and weeks are written as plain numbers of days.

    Example:
        >>> months("P1Y6M")
        18
    """
    match = _MONTHS.fullmatch(span)
    if not match or not any(match.groups()):
        raise ValueError(f"{span!r} is not a span of years and months such as P6M or P1Y")
    return 12 * int(match[1] or 0) + int(match[2] or 0)


def add_months(ordinal: int, count: int) -> int:
    """Return the same day of the month `count` months later (earlier if negative).

    If that month is too short, this is its last day: 31 August plus 6 months is 28 or 29 February.
    """
    start = date.fromordinal(ordinal)
    year, month = divmod(12 * start.year + start.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        return FIRST if count < 0 else LAST
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


def merge(ranges: list[Range]) -> list[Range]:
    """Merge ranges into disjoint ranges in order; adjacent ranges become one."""
    merged: list[Range] = []
    for item in sorted(r for r in ranges if r.days):
        if merged and item.first <= merged[-1].last + 1:
            merged[-1] = Range(merged[-1].first, max(merged[-1].last, item.last))
        else:
            merged.append(item)
    return merged


def total(ranges: list[Range]) -> int:
    """Return the total number of days of disjoint ranges."""
    return sum(r.days for r in ranges)
