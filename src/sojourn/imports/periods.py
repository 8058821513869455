"""Periods as statistical tables write them, as first and last day."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])|Q([1-4])[- /]?(\d{4})")
_MONTH = re.compile(r"(\d{4})[-/ ]?M?(0[1-9]|1[0-2])")
_HALF = re.compile(r"(\d{4})[- ]?[SH]([12])")
_WEEK = re.compile(r"(\d{4})[- ]?W(\d\d)")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?")
_EUROPEAN = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4}|\d\d)(?: .*)?")
ALLOWED = "2022, 2022-S1 (half-year), 2022-Q3, 2022-03, 2022-W05 or 2022-03-05"


def period_days(text: str) -> tuple[date, date]:
    """Return the first and last day of a period.

    Raises:
        ValueError: the text is no period; the message completes a sentence whose subject is the cell.

    Example:
        >>> [day.isoformat() for day in period_days("2022-Q3")]
        ['2022-07-01', '2022-09-30']
        >>> period_days("2022-03-05T00:00:00")[0] == period_days("05/03/22 11:00:00")[1]
        True
    """
    cell = text.strip()
    try:
        return _days(cell)
    except (ValueError, TypeError):
        raise ValueError(f"is not a period; write {ALLOWED}") from None


def _days(cell: str) -> tuple[date, date]:
    if re.fullmatch(r"\d{4}", cell):
        return date(int(cell), 1, 1), date(int(cell), 12, 31)
    if match := _QUARTER.fullmatch(cell):
        year, quarter = int(match[1] or match[4]), int(match[2] or match[3])
        return _months(year, 3 * quarter - 2, 3)
    if match := _HALF.fullmatch(cell):
        return _months(int(match[1]), 6 * int(match[2]) - 5, 6)
    if match := _WEEK.fullmatch(cell):
        first = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return first, first + timedelta(days=6)
    if match := _DAY.fullmatch(cell):
        day = date(*(int(part) for part in match.groups()))
        return day, day
    if match := _EUROPEAN.fullmatch(cell):
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        day = date(year, int(match[2]), int(match[1]))
        return day, day
    match = _MONTH.fullmatch(cell)
    if match is None:
        raise ValueError(cell)
    return _months(int(match[1]), int(match[2]), 1)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    last = month + count - 1
    return date(year, month, 1), date(year, last, monthrange(year, last)[1])
