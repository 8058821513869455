"""Columns of each kind of limit over a register: days used at exit, days left, first unlawful day.

For a window of M days and a cap of N, the first unlawful day of a stay needs one lookup. Let F be the
number of counted days so far and A the number of other days so far; A is constant during a stay. The days
used on day d are M − (A(d) − A(d − M)), so the cap is exceeded on the first d with A(d − M) > A − (M − N):
with G the counted days up to the end of the last stay whose A is at most A − (M − N), this is the day
first + N − (F − G), or the first day of the stay if that is later. Both F and G are window aggregates
over a range, which every backend supports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sojourn._core.ibis_tools import Table, dated, engine, epoch, first_row, number
from sojourn.stay_rules.dates import LAST, months
from sojourn.stay_rules.limits import EntryLimit, RollingLimit
from sojourn.stay_rules.limits_grouped import BlockLimit, GapLimit, Grouped, SessionLimit
from sojourn.stay_rules.register.calendar_windows import length, lengths, pick_by_length

if TYPE_CHECKING:
    from sojourn.stay_rules.limits import Limit
    from sojourn.stay_rules.timeline import Era


def add_limit_columns(rows: Table, era: Era) -> Table:
    """Add for the k-th limit `used_k` at exit and `first_k` (for calendar windows, one for each length)."""
    ibis = engine()
    rolling = [(k, limit) for k, limit in enumerate(era.limits) if isinstance(limit, RollingLimit)]
    frames: dict[str, Any] = {}
    if any(isinstance(limit, RollingLimit | Grouped) for limit in era.limits):
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
        if isinstance(limit, EntryLimit):
            rows = _entry(rows, k, limit)
        elif isinstance(limit, Grouped):
            rows = _grouped(rows, k, limit)
        elif isinstance(limit, RollingLimit):
            rows = _rolling(rows, k, limit)
    return rows


def _entry(rows: Table, k: int, limit: EntryLimit) -> Table:
    ibis = engine()
    used = rows.cx - rows.a - rows.grace + 1
    if isinstance(limit.cap, int):
        first = rows.a + rows.grace + limit.cap
    else:
        first = number((dated(rows.a) + ibis.interval(months=months(limit.cap))).cast("date")) + rows.grace
    return rows.mutate(**{f"used_{k}": used, f"first_{k}": ibis.greatest(first, rows.c)})


def _grouped(rows: Table, k: int, limit: Grouped) -> Table:
    ibis = engine()
    if isinstance(limit, GapLimit):
        opens = rows.seen.isnull() | (rows.a - rows.seen > limit.outside)
    elif isinstance(limit, BlockLimit):
        rows = _blocks(rows, limit)
        opens = rows.heads
    else:
        assert isinstance(limit, SessionLimit)
        opens = rows.opened.isnull() | (rows.a - rows.opened >= limit.days)
    rows = rows.mutate(start=opens.ifelse(rows.sum - rows.len, ibis.null("int32")))
    so_far = ibis.window(group_by=rows.person, order_by=rows.n, preceding=(None, 0))
    rows = rows.mutate(start=rows.start.max().over(so_far).fill_null(0))
    used = rows.sum - rows.start
    first = rows.c + ibis.greatest(0, limit.cap - (used - rows.len))
    return rows.mutate(**{f"used_{k}": used, f"first_{k}": first})


def _blocks(rows: Table, limit: BlockLimit) -> Table:
    """Mark the stays that open a block. Each block depends on the previous one, so this is iterative.

    One round finds the next block of every person; the rounds end when no person has another. The
    backend computes each round and keeps it until the connection ends.
    """
    ibis = engine()
    rows = materialise(rows)
    entries = rows.filter(rows.counts).select("person", "n", "a")
    front = materialise(
        entries.group_by("person").aggregate(n=entries.n.min(), a=entries.a.argmin(entries.n))
    )
    fronts: list[Table] = []
    while first_row(front.aggregate(size=front.count()))[0] > 0:
        fronts.append(front)
        ends = front.select(of=front.person, end=_later(front.a, limit.window))
        later = entries.inner_join(ends, entries.person == ends.of)
        later = later.filter(later.a >= later.end)
        front = materialise(later.group_by("person").aggregate(n=later.n.min(), a=later.a.argmin(later.n)))
    if not fronts:
        return rows.mutate(heads=ibis.literal(False))
    heads = ibis.union(*fronts) if len(fronts) > 1 else fronts[0]
    heads = heads.select(of="person", number="n", heads=ibis.literal(True))
    joined = rows.left_join(heads, [rows.person == heads.of, rows.n == heads.number])
    return joined.mutate(heads=joined.heads.fill_null(False)).drop("of", "number")


def materialise(table: Table) -> Table:
    """Compute a table once: a temporary table of the connection in DuckDB, a cached frame in Spark."""
    connection: Any = table.get_backend()
    if connection.name == "pyspark":
        return table.cache()
    return connection.create_table(f"sojourn_{uuid4().hex}", table, temp=True)


def _later(value: Any, window: int | str) -> Any:
    """Return a numbered day shifted by a window."""
    ibis = engine()
    if isinstance(window, int):
        return value + window
    return number((dated(value) + ibis.interval(months=months(window))).cast("date"))


def _rolling(rows: Table, k: int, limit: RollingLimit) -> Table:
    """Add the days used at exit, and the first unlawful day of people with a stay above the cap."""
    ibis = engine()
    used: dict[int, Any] = {}
    for size in lengths(limit):
        cut = ibis.greatest(0, rows.cx - size - rows[f"next{size}"] + 1)
        used[size] = rows.sum - rows[f"gone{size}"].fill_null(0) - cut
    if isinstance(limit.window, int):
        rows = rows.mutate(**{f"used_{k}": used[limit.window]})
        return _first_unlawful(rows, k, limit, limit.window, f"first_{k}")
    rows = rows.mutate(**{f"used_{k}": pick_by_length(length(rows.cx, limit.window), used)})
    for size in used:
        rows = _first_unlawful(rows, k, limit, size, f"first{size}_{k}")
    return rows


def _first_unlawful(rows: Table, k: int, limit: RollingLimit, size: int, name: str) -> Table:
    """Look up the first unlawful day of each stay, for people with a stay that ends above the cap.

    Within a stay the days used never fall if the window has a constant length, so a stay that ends
    within the cap never exceeded it. For calendar windows all people are looked up.
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


def summarise_pieces(pieces: Table, era: Era) -> Table:
    """Return a row for each piece: its unlawful days and its binding limit.

    A piece that no version governs has `from_day` at the end of the calendar.
    """
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
    counted = (pieces.len > 0) & (pieces.from_day < never)
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


def _left(pieces: Table, k: int, limit: Limit) -> Any:
    ibis = engine()
    if isinstance(limit.cap, int):
        return ibis.greatest(0, limit.cap - pieces[f"used_{k}"])
    return ibis.greatest(0, pieces[f"first_{k}"] - 1 - pieces.cx)
