"""Crossings in the order in which they happened, and what is certain between two of them.

Between an arrival and the next departure a person is in the country, between a departure and the next
arrival outside. Two arrivals in a row hide a departure on an unknown day between them, two departures an
arrival: a *gap*, of which neither state is certain. Observation ends on a day; after the last crossing
the state lasts until then.
"""

from __future__ import annotations

from typing import Any

from sojourn._core.ibis_tools import engine, first_row, number
from sojourn.borders.column_names import list_columns
from sojourn.borders.errors import BordersError
from sojourn.borders.outcome.rule import DIRECTIONS, STATUSES, OutcomeRule

Table = Any
"""An Ibis table: its columns are known only to the engine, so the type checker cannot help here."""


def validate_crossings(table: Table) -> Table:
    """The columns of crossings, of the right types.

    `person`, `day` (date), `direction`, and optionally `sequence` (whole numbers, the order within a day)
    and `initial_status`. Raises BordersError for a missing or mistyped column; a row with another direction
    or status or without person or day ends the query with a message.
    """
    for name in ("person", "day", "direction"):
        if name not in table.columns:
            raise BordersError(f"crossings: column {name!r} is missing; {list_columns(table)}")
    if not table.day.type().is_date():
        raise BordersError(
            f"crossings, column day: is of type {table.day.type()}, not date; give the local day at the "
            "border, since an instant falls on two days in two time zones"
        )
    for name in ("direction", "initial_status"):
        if name in table.columns and not (table[name].type().is_string() or table[name].type().is_null()):
            raise BordersError(f"crossings, column {name}: is of type {table[name].type()}, not text")
    if "sequence" in table.columns and not table.sequence.type().is_integer():
        raise BordersError(f"crossings, column sequence: is of type {table.sequence.type()}, not integer")
    return table


def number_days(table: Table) -> Table:
    """Crossings with the day as a number `d`, `arr`, `initial` (1 resident, 0 not, null unknown), `sequence`.

    Without a column `sequence`, crossings of one day are put in the order in which directions alternate.
    """
    ibis = engine()
    table = validate_crossings(table)
    given = table.initial_status if "initial_status" in table.columns else ibis.null()
    table = table.mutate(initial_status=given.cast("string"))
    status = table.initial_status
    initial = (status == STATUSES[0]).ifelse(1, 0)
    table = table.mutate(
        d=_checked_day(table, status),
        arr=table.direction == DIRECTIONS[0],
        initial=status.notnull().ifelse(initial, ibis.null("int32")).cast("int32"),
    )
    if "sequence" in table.columns:
        return table
    mixed = find_mixed_days(table)
    if first_row(mixed.aggregate(size=mixed.count()))[0] == 0:
        return table.mutate(sequence=ibis.literal(0, "int64"))
    return order_within_day(table, mixed)


def _checked_day(table: Table, status: Any) -> Any:
    """The day as a number, or the end of the query with a message that names the row."""
    day = number(table.day)
    wrong = [
        (table.person.isnull() | table.day.isnull(), "has no person or no day"),
        (
            ~table.direction.isin(DIRECTIONS).fill_null(False),
            f"has a direction other than {' and '.join(DIRECTIONS)}",
        ),
        (
            status.notnull() & ~status.isin(STATUSES),
            f"has an initial_status other than {', '.join(STATUSES)}",
        ),
    ]
    for bad, text in wrong:
        day = _stop(table, bad, text, day)
    return day


def _stop(table: Table, bad: Any, text: str, value: Any) -> Any:
    """`value`, or the end of the query where `bad` holds; the person is never named."""
    ibis = engine()
    name = "raise_error" if table.get_backend().name == "pyspark" else "error"

    def fail(message: str) -> int: ...

    fail.__name__ = name
    udf = ibis.udf.scalar.builtin(fail, name=name, signature=(("string",), "int64"))
    direction = table.direction.cast("string").fill_null("no direction")
    row = ibis.literal("crossing of ") + table.day.cast("string").fill_null("no day") + ", " + direction
    return bad.ifelse(udf(row + f": {text}").cast("int32"), value)


def find_mixed_days(table: Table) -> Table:
    """`of`: persons who crossed in both directions on one day."""
    way = table.arr.cast("int32")
    days = table.group_by("person", "d").aggregate(ways=way.max() - way.min())
    return days.filter(days.ways > 0).select(of="person").distinct()


def order_within_day(table: Table, mixed: Table) -> Table:
    """Adds `sequence` so that the crossings of a day alternate, beginning with what the days around suggest.

    `mixed` are the persons who need it; the others have one direction a day.
    """
    ibis = engine()
    plain = table.anti_join(mixed, [("person", "of")]).mutate(sequence=ibis.literal(0, "int64"))
    rest = table.semi_join(mixed, [("person", "of")])
    of_day = ibis.range_window(group_by=rest.person, order_by=rest.d, preceding=0, following=0)
    rest = rest.mutate(net=rest.arr.ifelse(1, -1).sum().over(of_day))
    end_of_day = rest.d * 2 + (rest.net > 0).ifelse(1, 0)
    uneven = (rest.net != 0).ifelse(end_of_day, ibis.null("int32"))
    before = ibis.range_window(group_by=rest.person, order_by=rest.d, preceding=(None, 1))
    after = ibis.range_window(group_by=rest.person, order_by=rest.d, following=(1, None))
    twins = ibis.window(group_by=[rest.person, rest.d, rest.arr], order_by=rest.d)
    rest = rest.mutate(
        came=uneven.max().over(before), comes=uneven.min().over(after), rank=ibis.row_number().over(twins)
    )
    first = ibis.cases(
        (rest.net != 0, rest.net > 0),
        (rest.came.notnull(), rest.came % 2 == 0),
        (rest.comes.notnull(), rest.comes % 2 == 1),
        (rest.initial.notnull(), rest.initial == 0),
        else_=True,
    )
    rest = rest.mutate(sequence=(rest["rank"] * 2 + (rest.arr != first).ifelse(1, 0)).cast("int64"))
    return plain.union(rest.select(plain.columns))


def with_history(crossings: Table, rule: OutcomeRule) -> Table:
    """Adds, where observation has a first day and no status is given, a crossing on the day before it.

    It leads to the state in which a person's first crossing finds them (`laid` says which). Its own window
    then tells exactly when the history before the first crossing settles the status, and when it does not.
    """
    ibis = engine()
    crossings = crossings.mutate(history=ibis.literal(False))
    if rule.begin is None:
        return crossings
    first = crossings.group_by("person").aggregate(day=crossings.d.min(), initial=crossings.initial.max())
    first = first.filter(first.initial.isnull())
    extra = first.select(
        "person",
        d=(ibis.least(first.day, rule.begin) - 1).cast("int32"),
        sequence=ibis.literal(0).cast(crossings.sequence.type()),
        history=ibis.literal(True),
    )
    lacking = {
        name: ibis.null(kind) for name, kind in crossings.schema().items() if name not in extra.columns
    }
    return crossings.union(extra.mutate(**lacking).select(crossings.columns))


def add_state_days(crossings: Table, rule: OutcomeRule) -> Table:
    """Crossings with their neighbours and the certain days before each.

    `n` (place in the person's order), `gap_after`, `gap_before`, `next_d`; `inn` and `out`, days certainly in
    the country and certainly outside before this crossing; `all_in`, `all_out`, the same up to the end of
    observation; `gaps`, how many the person has; `born`, the status given; `last_c` and `last_state`,
    the day of the last crossing and whether it led into the country. Days after the end of
    observation count for nothing.
    """
    ibis = engine()
    order = ibis.window(group_by=crossings.person, order_by=[crossings.d, crossings.sequence])
    rows = crossings.mutate(
        n=(ibis.row_number().over(order) + 1).cast("int32"),
        prev_arr=crossings.arr.lag().over(order),
        next_arr=crossings.arr.lead().over(order),
        next_d=crossings.d.lead().over(order),
    )
    rows = rows.mutate(arr=ibis.coalesce(rows.arr, ~rows.next_arr))
    end = ibis.literal(rule.end, "int32")
    length = ibis.greatest(0, ibis.least(rows.next_d.fill_null(rule.end), end) - rows.d)
    gap_after = (rows.next_arr == rows.arr).fill_null(False)
    rows = rows.mutate(
        gap_after=gap_after,
        gap_before=(rows.prev_arr == rows.arr).fill_null(False),
        c=ibis.least(rows.d, end),
        inside=(rows.arr & ~gap_after).ifelse(length, 0).cast("int32"),
        outside=(~rows.arr & ~gap_after).ifelse(length, 0).cast("int32"),
    )
    before = ibis.window(group_by=rows.person, order_by=rows.n, preceding=(None, 1))
    whole = ibis.window(group_by=rows.person, order_by=rows.n, preceding=None, following=None)
    return rows.mutate(
        inn=rows.inside.sum().over(before).fill_null(0).cast("int32"),
        out=rows.outside.sum().over(before).fill_null(0).cast("int32"),
        all_in=rows.inside.sum().over(whole).cast("int32"),
        all_out=rows.outside.sum().over(whole).cast("int32"),
        gaps=rows.gap_after.cast("int32").sum().over(whole).cast("int32"),
        born=rows.initial.max().over(whole),
        last_c=rows.c.max().over(whole),
        last_state=rows.next_arr.isnull()
        .ifelse(rows.arr.cast("int32"), ibis.null("int32"))
        .max()
        .over(whole),
    ).drop("prev_arr", "next_arr", "initial", "sequence")
