"""Limits by the calendar over a register: calendar years, and windows of calendar months or years.

The length in days of a window of months or years depends on the day. Stays are therefore cut where the
length changes, so that each piece has a window of constant length. A window of whole years changes its
length on 29 February or 1 March. A window of months changes it every month, and daily at the end of a
month that is longer than the month in which the window opens.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sojourn._core.ibis_tools import Table, dated, engine, epoch, number
from sojourn.stay_rules.dates import LAST, add_months, months
from sojourn.stay_rules.limits import RollingLimit, YearLimit

if TYPE_CHECKING:
    from sojourn.stay_rules.limits import Limit
    from sojourn.stay_rules.timeline import Era

CYCLE = range(1600 * 12, 2000 * 12)
"""Months of one full cycle of the calendar (400 years)."""


def lengths(limit: RollingLimit) -> tuple[int, ...]:
    """Return the lengths in days that a window can have; a year has two."""
    if isinstance(limit.window, int):
        return (limit.window,)
    return _calendar_lengths(months(limit.window))


@lru_cache(maxsize=64)
def _calendar_lengths(count: int) -> tuple[int, ...]:
    starts = (date(month // 12, month % 12 + 1, 1).toordinal() for month in CYCLE)
    days = (day for start in starts for day in (start, start - 1, start - 2, start - 3))
    return tuple(sorted({day - add_months(day, -count) for day in days}))


def length(value: Any, window: str) -> Any:
    """Return the length in days of the calendar window that ends on a numbered day."""
    ibis = engine()
    return value - number((dated(value) - ibis.interval(months=months(window))).cast("date"))


def pick_by_length(size: Any, values: dict[int, Any]) -> Any:
    """Return an expression that picks the value for a length."""
    return engine().cases(*((size == each, value) for each, value in values.items()))


def needs_cutting(era: Era) -> bool:
    """Tell whether the days used may fall within a stay, so that stays must be cut into pieces."""
    return any(
        isinstance(k, YearLimit) or (isinstance(k, RollingLimit) and isinstance(k.window, str))
        for k in era.limits
    )


def cut_pieces(pieces: Table, rows: Table, era: Era) -> Table:
    """Cut pieces by the calendar if a limit needs it, and add the columns of those limits."""
    for k, limit in enumerate(era.limits):
        if isinstance(limit, YearLimit):
            pieces = _calendar(_by_year(pieces, limit), rows, k, limit).drop("year")
        elif isinstance(limit, RollingLimit) and isinstance(limit.window, str):
            if months(limit.window) % 12:
                pieces = _by_month(pieces, months(limit.window))
            else:
                pieces = _by_year(pieces, limit).drop("year")
            firsts = {size: pieces[f"first{size}_{k}"] for size in lengths(limit)}
            first = pick_by_length(length(pieces.from_day, limit.window), firsts)
            pieces = pieces.mutate(**{f"first_{k}": first})
    return pieces


def _by_year(pieces: Table, limit: Limit) -> Table:
    """Cut pieces at the boundaries of the `year` of a limit."""
    ibis = engine()
    low, high = _year_of(pieces.from_day, limit), _year_of(pieces.to_day, limit)
    pieces = pieces.mutate(year=ibis.range(low, high + 1).unnest())
    opens, closes = _turns(pieces.year, limit)
    return pieces.mutate(
        from_day=ibis.greatest(pieces.from_day, opens), to_day=ibis.least(pieces.to_day, closes)
    )


def _by_month(pieces: Table, count: int) -> Table:
    """Cut pieces so that a window of `count` months has a constant length within each.

    In each month the first piece is as long as the month in which the window opens; each later day is a
    separate piece.
    """
    ibis = engine()
    low, high = _month_of(pieces.from_day), _month_of(pieces.to_day)
    pieces = pieces.mutate(month=ibis.range(low, high + 1).unnest())
    opens = _first_of(pieces.month)
    own = _first_of(pieces.month + 1) - opens
    target = _first_of(pieces.month - count + 1) - _first_of(pieces.month - count)
    pieces = pieces.mutate(opens=opens, own=own, target=target)
    beyond = ibis.greatest(0, pieces.own - pieces.target)
    pieces = pieces.mutate(extra=ibis.range(0, beyond + 1).unnest())
    plain = pieces.extra == 0
    last = pieces.opens + pieces.target + pieces.extra - 1
    first = plain.ifelse(pieces.opens, last)
    last = plain.ifelse(pieces.opens + ibis.least(pieces.own, pieces.target) - 1, last)
    pieces = pieces.mutate(
        from_day=ibis.greatest(pieces.from_day, first).cast("int32"),
        to_day=ibis.least(pieces.to_day, last).cast("int32"),
    )
    return pieces.filter(pieces.from_day <= pieces.to_day).drop("month", "opens", "own", "target", "extra")


def _month_of(value: Any) -> Any:
    """Return the month of a numbered day, counted from year 0."""
    day = dated(value)
    return day.year() * 12 + day.month() - 1


def _first_of(month: Any) -> Any:
    """Return the first day of a month as a numbered day."""
    ibis = engine()
    year = (month - month % 12) / 12
    return number(ibis.date(year.cast("int32"), (month % 12 + 1).cast("int32"), 1))


def _year_of(value: Any, limit: Limit) -> Any:
    """Return the year of a numbered day; for windows of years, a year that begins on its 60th day.

    That day is 29 February or 1 March; until the next such day, the window has a constant length.
    """
    return dated(value if isinstance(limit, YearLimit) else value - 59).year()


def _leap(year: Any) -> Any:
    """Return whether a year has 366 days."""
    return (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))


def _turns(year: Any, limit: Limit) -> tuple[Any, Any]:
    """Return the first and the last day of a year as defined by `_year_of`."""
    ibis = engine()
    year = year.cast("int32")
    if isinstance(limit, YearLimit):
        return number(ibis.date(year, 1, 1)), number(ibis.date(year, 12, 31))
    return number(ibis.date(year, 3, 1)) - _leap(year).ifelse(1, 0), number(ibis.date(year + 1, 2, 28))


def _calendar(pieces: Table, rows: Table, k: int, limit: YearLimit) -> Table:
    """Add the day on which each piece exceeds the cap of its year, and the days used in the year of exit.

    The total of a year includes all counted days, even of stays that another version governs.
    """
    ibis = engine()
    years = rows.filter(rows.len > 0).select("person", "n", "c", "cx")
    years = years.mutate(year=ibis.range(_year_of(years.c, limit), _year_of(years.cx, limit) + 1).unnest())
    opens, closes = _turns(years.year, limit)
    years = years.mutate(low=ibis.greatest(years.c, opens), high=ibis.least(years.cx, closes))
    order = ibis.window(group_by=[years.person, years.year], order_by=years.low, preceding=(None, 0))
    years = years.mutate(used=(years.high - years.low + 1).sum().over(order).cast("int32"))
    before = years.used - (years.high - years.low + 1)
    first = years.low + ibis.greatest(0, limit.cap - before)
    years = years.select(of="person", number="n", in_year="year", used="used", passed=first)
    same = [pieces.person == years.of, pieces.n == years.number, pieces.year == years.in_year]
    names = pieces.columns
    joined = pieces.left_join(years, same)
    joined = joined.select(*names, **{f"first_{k}": joined.passed.fill_null(epoch(LAST))})
    at_exit = years.select(of="of", number="number", in_year="in_year", used="used")
    same = [
        joined.person == at_exit.of,
        joined.n == at_exit.number,
        _year_of(joined.cx, limit) == at_exit.in_year,
    ]
    names = joined.columns
    joined = joined.left_join(at_exit, same)
    return joined.select(*names, **{f"used_{k}": joined.used.fill_null(0)})
