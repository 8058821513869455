"""Each period kind as columns over a register: days used at exit, days left, first unlawful day.

For a window of M days and a cap of N the first unlawful day of a stay is one look-up. Let F count the
counted days so far and A the other days so far; A stands still during a stay. The days used on day d are
M − (A(d) − A(d − M)), so the cap is passed on the first d whose A(d − M) is greater than A − (M − N):
with G the counted days up to the end of the last stay whose A is at most A − (M − N), that is the
day first + N − (F − G), or the first day of the stay if that is later. Both F and G are window
aggregates over a range, which every engine has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sojourn.permits.days import LAST, months
from sojourn.permits.groups import Block, Gap, Grouped, Session
from sojourn.permits.limits import CalendarYear, Entry, Rolling
from sojourn.permits.register_days import Table, dated, engine, epoch, first_row, number

if TYPE_CHECKING:
    from sojourn.permits.kind import Kind
    from sojourn.permits.regime import Era

YEARS = (365, 366)


def lengths(limit: Rolling) -> tuple[int, ...]:
    """The lengths in days that a window can have; a year has two."""
    return (limit.window,) if isinstance(limit.window, int) else YEARS


def with_columns(rows: Table, era: Era) -> Table:
    """Adds, for the k-th limit, `used_k` at exit, and `first_k` (for windows by the year one per length)."""
    ibis = engine()
    rolling = [(k, limit) for k, limit in enumerate(era.limits) if isinstance(limit, Rolling)]
    frames: dict[str, Any] = {}
    if any(isinstance(limit, Rolling | Grouped) for limit in era.limits):
        order = {"group_by": rows.person, "order_by": rows.cx}
        frames["sum"] = rows.len.sum().over(ibis.range_window(preceding=(None, 0), **order))
        for size in {size for _, limit in rolling for size in lengths(limit)}:
            out = ibis.range_window(preceding=(None, size), **order)
            frames[f"gone{size}"] = rows.len.sum().over(out)
            frames[f"next{size}"] = rows.c.min().over(
                ibis.range_window(preceding=size - 1, following=0, **order)
            )
    rows = rows.mutate(**{name: frame.cast("int32") for name, frame in frames.items()})
    for k, limit in enumerate(era.limits):
        if isinstance(limit, Entry):
            rows = _entry(rows, k, limit)
        elif isinstance(limit, Grouped):
            rows = _grouped(rows, k, limit)
        elif isinstance(limit, Rolling):
            rows = _rolling(rows, k, limit)
    return rows


def _entry(rows: Table, k: int, limit: Entry) -> Table:
    ibis = engine()
    used = rows.cx - rows.a - rows.grace + 1
    if isinstance(limit.cap, int):
        first = rows.a + rows.grace + limit.cap
    else:
        first = number((dated(rows.a) + ibis.interval(months=months(limit.cap))).cast("date")) + rows.grace
    return rows.mutate(**{f"used_{k}": used, f"first_{k}": ibis.greatest(first, rows.c)})


def _grouped(rows: Table, k: int, limit: Grouped) -> Table:
    ibis = engine()
    if isinstance(limit, Gap):
        opens = rows.seen.isnull() | (rows.a - rows.seen > limit.outside)
    elif isinstance(limit, Block):
        rows = _blocks(rows, limit)
        opens = rows.heads
    else:
        assert isinstance(limit, Session)
        opens = rows.opened.isnull() | (rows.a - rows.opened >= limit.days)
    rows = rows.mutate(start=opens.ifelse(rows.sum - rows.len, ibis.null("int32")))
    so_far = ibis.window(group_by=rows.person, order_by=rows.n, preceding=(None, 0))
    rows = rows.mutate(start=rows.start.max().over(so_far).fill_null(0))
    used = rows.sum - rows.start
    first = rows.c + ibis.greatest(0, limit.cap - (used - rows.len))
    return rows.mutate(**{f"used_{k}": used, f"first_{k}": first})


def _blocks(rows: Table, limit: Block) -> Table:
    """Marks the stays that open a block: each block depends on the one before, so this is a fold.

    One round finds the next block of every person; rounds end when nobody opens another. Each round is
    worked out by the engine and kept there until the connection ends.
    """
    ibis = engine()
    rows = keep(rows)
    entries = rows.filter(rows.counts).select("person", "n", "a")
    front = keep(entries.group_by("person").aggregate(n=entries.n.min(), a=entries.a.argmin(entries.n)))
    fronts: list[Table] = []
    while first_row(front.aggregate(size=front.count()))[0] > 0:
        fronts.append(front)
        ends = front.select(of=front.person, end=_later(front.a, limit.window))
        later = entries.inner_join(ends, entries.person == ends.of)
        later = later.filter(later.a >= later.end)
        front = keep(later.group_by("person").aggregate(n=later.n.min(), a=later.a.argmin(later.n)))
    if not fronts:
        return rows.mutate(heads=ibis.literal(False))
    heads = ibis.union(*fronts) if len(fronts) > 1 else fronts[0]
    heads = heads.select(of="person", number="n", heads=ibis.literal(True))
    joined = rows.left_join(heads, [rows.person == heads.of, rows.n == heads.number])
    return joined.mutate(heads=joined.heads.fill_null(False)).drop("of", "number")


def keep(table: Table) -> Table:
    """The table worked out once: a temporary table of the connection in DuckDB, a cached frame in Spark."""
    connection: Any = table.get_backend()
    if connection.name == "pyspark":
        return table.cache()
    return connection.create_table(f"sojourn_{uuid4().hex}", table, temp=True)


def _later(value: Any, window: int | str) -> Any:
    """A numbered day shifted by a window."""
    ibis = engine()
    if isinstance(window, int):
        return value + window
    return number((dated(value) + ibis.interval(months=months(window))).cast("date"))


def _rolling(rows: Table, k: int, limit: Rolling) -> Table:
    """Days used at exit for every stay; the first unlawful day only where a stay of the person breaks it."""
    ibis = engine()
    used: dict[int, Any] = {}
    for size in lengths(limit):
        cut = ibis.greatest(0, rows.cx - size - rows[f"next{size}"] + 1)
        used[size] = rows.sum - rows[f"gone{size}"].fill_null(0) - cut
    if isinstance(limit.window, int):
        rows = rows.mutate(**{f"used_{k}": used[limit.window]})
        return _first_unlawful(rows, k, limit, limit.window, f"first_{k}")
    year = leap(_year_of(rows.cx, limit))
    rows = rows.mutate(**{f"used_{k}": year.ifelse(used[366], used[365])})
    for size in YEARS:
        rows = _first_unlawful(rows, k, limit, size, f"first{size}_{k}")
    return rows


def _first_unlawful(rows: Table, k: int, limit: Rolling, size: int, name: str) -> Table:
    """One look-up per stay, for the persons with a stay that ends over the cap.

    Within a stay the days used never fall while the window keeps its length, so a stay that ends within
    the cap never left it; for windows by the year every person is looked up.
    """
    ibis = engine()
    never = ibis.literal(epoch(LAST), "int32")
    if size <= limit.cap:
        return rows.mutate(**{name: never})
    few = rows.select(
        "person", "c", "cx", "len", "sum", *([f"used_{k}"] if isinstance(limit.window, int) else [])
    )
    few = few.filter(few.len > 0)
    if isinstance(limit.window, int):
        over = few.filter(few[f"used_{k}"] > limit.cap).select(of="person").distinct()
        few = few.semi_join(over, few.person == over.of)
    few = few.mutate(before=few.sum - few.len)
    few = few.mutate(away=few.c - 1 - few.before)
    order = ibis.range_window(preceding=(None, size - limit.cap), group_by=few.person, order_by=few.away)
    few = few.mutate(gone=few.sum.max().over(order).fill_null(0))
    first = ibis.greatest(few.c, few.c + limit.cap - (few.before - few.gone))
    few = few.mutate(first=first)
    few = few.filter(few.first <= few.cx).select(of="person", start="c", **{name: few.first})
    joined = rows.left_join(few, [rows.person == few.of, rows.c == few.start, rows.len > 0])
    return joined.drop("of", "start").mutate(**{name: joined[name].fill_null(never)})


def _year_of(value: Any, limit: Kind) -> Any:
    """The year of a numbered day; for windows of a year, a year that begins on its 60th day.

    That is 29 February or 1 March: from it on, and until the next, such a window has the same length.
    """
    return dated(value if isinstance(limit, CalendarYear) else value - 59).year()


def leap(year: Any) -> Any:
    """Whether a year has 366 days."""
    return (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))


def split_by_year(pieces: Table, rows: Table, era: Era) -> Table:
    """Cuts pieces at the turn of the years that matter to a limit, and adds what depends on the year."""
    ibis = engine()
    for k, limit in enumerate(era.limits):
        by_calendar = isinstance(limit, CalendarYear)
        if not by_calendar and not (isinstance(limit, Rolling) and isinstance(limit.window, str)):
            continue
        low, high = _year_of(pieces.from_day, limit), _year_of(pieces.to_day, limit)
        pieces = pieces.mutate(year=ibis.range(low, high + 1).unnest())
        opens, closes = _turns(pieces.year, limit)
        pieces = pieces.mutate(
            from_day=ibis.greatest(pieces.from_day, opens), to_day=ibis.least(pieces.to_day, closes)
        )
        if by_calendar:
            pieces = _calendar(pieces, rows, k, limit)
        else:
            first = leap(pieces.year).ifelse(pieces[f"first366_{k}"], pieces[f"first365_{k}"])
            pieces = pieces.mutate(**{f"first_{k}": first})
        pieces = pieces.drop("year")
    return pieces


def _turns(year: Any, limit: Kind) -> tuple[Any, Any]:
    """First and last day of a year as `_year_of` counts years."""
    ibis = engine()
    year = year.cast("int32")
    if isinstance(limit, CalendarYear):
        return number(ibis.date(year, 1, 1)), number(ibis.date(year, 12, 31))
    return number(ibis.date(year, 3, 1)) - leap(year).ifelse(1, 0), number(ibis.date(year + 1, 2, 28))


def _calendar(pieces: Table, rows: Table, k: int, limit: CalendarYear) -> Table:
    """The day on which each piece passes the cap of its year, and the days used in the year of exit.

    The total of a year runs over all counted days, also of stays that another version governs.
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


def result(pieces: Table, era: Era) -> Table:
    """The row of each piece: its unlawful days and the limit that explains them."""
    ibis = engine()
    never = ibis.literal(epoch(LAST), "int32")
    none = ibis.null("int32")
    low, high = ibis.greatest(pieces.c, pieces.from_day), ibis.least(pieces.cx, pieces.to_day)
    found: list[Any] = []
    for k in range(len(era.limits)):
        first = ibis.greatest(pieces[f"first_{k}"], low)
        found.append((first <= high).ifelse(first, never))
    first = ibis.least(*found) if len(found) > 1 else found[0] if found else never
    binding, used = ibis.literal(""), ibis.literal(0, "int32")
    lefts = [_left(pieces, k, limit) for k, limit in enumerate(era.limits)]
    least = ibis.least(*lefts) if len(lefts) > 1 else lefts[0] if lefts else never
    counted = pieces.len > 0
    for k in reversed(range(len(era.limits))):
        this = ((first < never) & (found[k] == first)) | ((first >= never) & (lefts[k] == least))
        binding = (counted & this).ifelse(era.limits[k].id, binding)
        used = (counted & this).ifelse(pieces[f"used_{k}"], used)
    first = pieces.expired.ifelse((low <= high).ifelse(low, never), first)
    binding = (pieces.expired & (first < never)).ifelse("stay_until", binding)
    used = (pieces.expired & (first < never)).ifelse(0, used)
    broken = first < never
    kept = [name for name in ("permit", "member", "n") if name in pieces.columns]
    return pieces.select(
        "person",
        "entry",
        "exit",
        *kept,
        "to_day",
        first=broken.ifelse(first, none),
        first_unlawful=dated(broken.ifelse(first, none)),
        unlawful_days=broken.ifelse(high - first + 1, 0).cast("int64"),
        binding_limit=binding,
        used_at_exit=used.cast("int64"),
    )


def _left(pieces: Table, k: int, limit: Kind) -> Any:
    ibis = engine()
    if isinstance(limit.cap, int):
        return ibis.greatest(0, limit.cap - pieces[f"used_{k}"])
    return ibis.greatest(0, pieces[f"first_{k}"] - 1 - pieces.cx)
