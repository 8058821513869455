"""Crossings paired into stays; a missing crossing is an interval of days, never a guess.

A stay is a time in the country: from an arrival to the next departure. Where a second arrival follows, the
departure between them is unknown, and the stay has an interval for its end; where a departure follows a
departure, the arrival is unknown and the stay has an interval for its beginning. A stay that no departure
ends is open at the end of observation, one whose first crossing is a departure began before it.
"""

from __future__ import annotations

from sojourn._core.ibis_tools import dated, engine
from sojourn.borders.crossings import Table, number_days
from sojourn.borders.neighbours import after, before, in_order, number_within_person
from sojourn.borders.outcome.rule import OutcomeRule

TRAITS = ("border", "nationality", "purpose")


def pair_stays(table: Table, rule: OutcomeRule) -> Table:
    """A row per stay: person, interval of its entry and of its exit, `kind`, traits of the entry.

    `entry_from` = `entry_until` where the entry was seen, likewise `exit`. `days_from`, `days_until`: least
    and most days in the country, the day of arrival counted and that of departure not, up to `rule.until`.
    `kind` is `complete`, `open` (no exit by the end), `before` (entered before observation; `entry_from`
    null where that has no first day), `missing_exit` or `missing_entry`.
    """
    ibis = engine()
    rows = number_days(table)
    rows = rows.filter(rows.d < rule.end)
    rows = number_within_person(in_order(rows))
    traits = [name for name in TRAITS if name in rows.columns]
    rows = rows.mutate(
        next_arr=after(rows, rows.arr),
        next_d=after(rows, rows.d),
        prev_arr=before(rows, rows.arr),
        prev_d=before(rows, rows.d),
    )
    # An arrival begins a stay; a departure ends one that no arrival began.
    begun = rows.arr
    orphan = ~rows.arr & ~rows.prev_arr.fill_null(False)
    rows = rows.filter(begun | orphan)
    nothing = ibis.null("int32")
    since = ibis.literal(rule.begin, "int32") if rule.begin is not None else nothing
    kind = ibis.cases(
        (rows.arr & rows.next_arr.isnull(), "open"),
        (rows.arr & rows.next_arr, "missing_exit"),
        (rows.arr, "complete"),
        (rows.prev_arr.isnull(), "before"),
        else_="missing_entry",
    )
    entry_low = rows.arr.ifelse(rows.d, ibis.coalesce(rows.prev_d, since))
    exit_low = ibis.cases((~rows.arr, rows.d), (kind == "missing_exit", rows.d), else_=rows.next_d)
    exit_high = rows.arr.ifelse(rows.next_d, rows.d)
    shown = rows.mutate(kind=kind, a=entry_low, b=rows.d, x=exit_low, y=exit_high)
    return shown.select(
        "person",
        entry_from=dated(shown.a),
        entry_until=dated(shown.b),
        exit_from=dated(shown.x),
        exit_until=dated(shown.y),
        days_from=ibis.greatest(0, shown.x.fill_null(rule.end) - shown.b).cast("int32"),
        days_until=(shown.y.fill_null(rule.end) - shown.a).cast("int32"),
        kind=shown.kind,
        **{name: shown[name] for name in traits},
    )
