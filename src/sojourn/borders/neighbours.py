"""What lies before and after a crossing of the same person.

Any engine can gather the rows of each person and sort them (`PARTITION BY person ORDER BY …`), once for
every set of windows. DuckDB can also pass once over rows that are sorted already, which costs a tenth of it:
windows without partition or order see the rows as they come, and a neighbour that belongs to another person
is recognised by its `person`. So rows are sorted once, and a row out of order ends the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sojourn._core.ibis_tools import engine, first_row
from sojourn.borders.crossings import Table
from sojourn.borders.materialised import materialise

LEAP, FAR = 2**24, 2**62
ORDER = ("person", "d", "sequence")


def scans_sorted_rows(rows: Table) -> bool:
    """Whether the engine passes over sorted rows in their order."""
    return rows.get_backend().name == "duckdb"


def in_order(rows: Table, also: Sequence[str] = (), timed: bool = True) -> Table:
    """The rows, sorted by person, day and sequence (and `also`) where the engine streams.

    What lies in a file in that order is taken as it lies, unless `also` matters. Without `timed` the sequence
    is the same in all rows.
    """
    if not scans_sorted_rows(rows):
        return rows
    if also:
        keys = (*(ORDER if timed else ORDER[:2]), *also)
        return materialise(rows.order_by([rows[name] for name in keys]), ordered=True)
    looked = _looked(rows.select(*ORDER))
    if first_row(looked.aggregate(wrong=looked.wrong.max()))[0] in (None, False):
        return rows
    return materialise(rows.order_by([rows[name] for name in ORDER]), ordered=True)


def _looked(rows: Table) -> Table:
    """Adds to sorted rows whether one begins a person (`start`), and whether it is out of order (`wrong`)."""
    ibis = engine()
    at = ibis.window()
    was = {name: rows[name].lag().over(at) for name in ORDER}
    same = was["person"] == rows.person
    earlier = (was["d"] > rows.d) | ((was["d"] == rows.d) & (was["sequence"] > rows.sequence))
    wrong = (was["person"] > rows.person) | (same & earlier)
    return rows.mutate(start=~same.fill_null(False), wrong=wrong.fill_null(False))


def number_within_person(rows: Table, also: Sequence[str] = ()) -> Table:
    """Adds `n`, the place among the crossings of a person, from 1. `rows` come from `in_order`.

    `also` are columns that order crossings of one day and sequence, where these do not settle it.
    """
    ibis = engine()
    if not scans_sorted_rows(rows):
        order = ibis.window(group_by=rows.person, order_by=[rows[name] for name in (*ORDER[1:], *also)])
        return rows.mutate(n=(ibis.row_number().over(order) + 1).cast("int32"))
    rows = _looked(rows).mutate(row=ibis.row_number().over(ibis.window()))
    first = rows.start.ifelse(rows.row, ibis.null("int64")).max().over(_so_far())
    message = ibis.literal("crossings are not in the order of persons and days")

    def error(message: str) -> int: ...

    stop = ibis.udf.scalar.builtin(error, name="error", signature=(("string",), "int64"))
    rows = rows.mutate(first=rows.wrong.ifelse(stop(message), first))
    return rows.mutate(n=(rows.row - rows["first"] + 1).cast("int32")).drop("start", "wrong", "row")


def before(rows: Table, value: Any) -> Any:
    """The value of the crossing before; null at the first. `rows` come from `number_within_person`."""
    ibis = engine()
    if not scans_sorted_rows(rows):
        return value.lag().over(ibis.window(group_by=rows.person, order_by=rows.n))
    return (rows.n > 1).ifelse(value.lag().over(ibis.window()), ibis.null(value.type()))


def after(rows: Table, value: Any, places: int = 1) -> Any:
    """The value of the crossing `places` rows later; null after the last (`rows` as above)."""
    ibis = engine()
    if not scans_sorted_rows(rows):
        return value.lead(places).over(ibis.window(group_by=rows.person, order_by=rows.n))
    same = rows.person.lead(places).over(ibis.window()) == rows.person
    return same.ifelse(value.lead(places).over(ibis.window()), ibis.null(value.type()))


def offset_days_by_person(rows: Table) -> Table:
    """Add `at`, the day plus an offset per person so that windows never mix people, and that offset, `base`.

    Where the engine does not stream, people are apart already and `base` is 0.
    """
    base = rows["first"] * LEAP if scans_sorted_rows(rows) else engine().literal(0, "int64")
    return rows.mutate(base=base, at=base + rows.d.cast("int64"))


def days_ahead(rows: Table, places: Sequence[int]) -> dict[str, Any]:
    """`at1`, `at2` …: `at` of the crossings 1, 2 … rows ahead; a very late day beyond a person's last."""
    ibis = engine()
    window = ibis.window() if scans_sorted_rows(rows) else ibis.window(group_by=rows.person, order_by=rows.n)
    return {f"at{k}": rows["at"].lead(k, ibis.literal(FAR, "int64")).over(window) for k in places}


def with_total(rows: Table, name: str, value: Any) -> Table:
    """Add the sum of a non-negative value over the earlier crossings of the person."""
    ibis = engine()
    if not scans_sorted_rows(rows):
        earlier = ibis.window(group_by=rows.person, order_by=rows.n, preceding=(None, 1))
        return rows.mutate(**{name: value.sum().over(earlier).fill_null(0).cast("int32")})
    # Doubles hold whole numbers up to 2⁵³, and are added faster than what sums of whole numbers are kept in.
    rows = rows.mutate(own=value.cast("float64"))
    rows = rows.mutate(sum=rows.own.sum().over(_so_far()) - rows.own)
    # The total up to each person's first crossing: totals never fall, so the latest is the greatest.
    first = (rows.n == 1).ifelse(rows["sum"], ibis.null("float64")).max().over(_so_far())
    return rows.mutate(**{name: (rows["sum"] - first).cast("int32")}).drop("own", "sum")


def _so_far() -> Any:
    return engine().window(preceding=None, following=0)
