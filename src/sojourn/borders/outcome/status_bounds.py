"""Status before and after every crossing, in the two extreme courses of what is not known.

A status is that of the last crossing before which reached its threshold. Uncertain are the days of gaps, the
days after observation, and a first status. In the course `low` all of them are spent outside (and a first
status is non-resident), in the course `high` all in the country. A status is certain where both agree on it,
since a person who is a resident in `low` is one in every course.

A hidden crossing of a gap takes part: in `low` a hidden departure falls on the day of the arrival before it
and a hidden arrival on the day of the departure after it, in `high` the other way about.
"""

from __future__ import annotations

from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.outcome.rule import OutcomeRule

RESIDENT, ELSEWHERE = 1, 0


def events(rows: Table, rule: OutcomeRule) -> Table:
    """Adds for each course the state that a row settles (`low`, `high`), alone and with hidden crossings.

    Codes are `2 n + state`, so that the last of several is the greatest; null where nothing qualifies.
    Crossings after observation settle nothing.
    """
    ibis = engine()
    seen = rows.d < rule.end
    nothing = ibis.null("int32")
    resident, elsewhere = rows.n * 2 + RESIDENT, rows.n * 2 + ELSEWHERE

    def when(condition: Any, code: Any) -> Any:
        return (seen & condition).ifelse(code, nothing)

    sure_in, sure_out = rows.in_v.notnull(), rows.out_v.notnull()
    may_leave, may_enter = rows.in_s.isnull(), rows.out_s.isnull()
    before_low = when(rows.gap_before & ~rows.arr & sure_in, resident)
    before_high = when(rows.gap_before & rows.arr & sure_out, elsewhere)
    own_low = ibis.coalesce(when(rows.arr & sure_in, resident), when(~rows.arr & may_leave, elsewhere))
    own_high = ibis.coalesce(when(rows.arr & may_enter, resident), when(~rows.arr & sure_out, elsewhere))
    after_low = when(rows.gap_after & rows.arr & may_leave, elsewhere)
    after_high = when(rows.gap_after & ~rows.arr & may_enter, resident)
    return rows.mutate(
        before_low=before_low,
        before_high=before_high,
        low=ibis.coalesce(after_low, own_low, before_low).cast("int32"),
        high=ibis.coalesce(after_high, own_high, before_high).cast("int32"),
        own_low=own_low,
        own_high=own_high,
    )


def with_status(rows: Table) -> Table:
    """Adds status before (`was_low`, `was_high`) and after (`is_low`, `is_high`), 1 for resident."""
    ibis = engine()
    before = ibis.window(group_by=rows.person, order_by=rows.n, preceding=(None, 1))
    rows = rows.mutate(last_low=rows.low.max().over(before), last_high=rows.high.max().over(before))
    first = {"low": rows.born.fill_null(ELSEWHERE), "high": rows.born.fill_null(RESIDENT)}
    was = {
        name: ibis.coalesce(rows[f"before_{name}"] % 2, rows[f"last_{name}"] % 2, first[name]).cast("int32")
        for name in first
    }
    now = {name: ibis.coalesce(rows[f"own_{name}"] % 2, was[name]).cast("int32") for name in first}
    return rows.mutate(
        **{f"was_{name}": value for name, value in was.items()},
        **{f"is_{name}": value for name, value in now.items()},
    )
