"""When a crossing's days reach the threshold, or can no longer reach it.

From a crossing on day d the state it leads to is *reached* on the first day t on which V days of [d, t) were
certainly spent in that state, and *missed* on the first day t on which more than W − V were certainly spent
in the other, t ≤ d + W. A crossing that observation leaves with neither is open.

The first day on which a running total passes a value is one look-up: order a person's crossings by the total;
among those with a total below the value the last one, on day r, has the greatest (r − total), and the value
is passed at value + (r − total). That is the maximum over a range of a window, which every engine has.
"""

from __future__ import annotations

from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.outcome.rule import OutcomeRule


def with_reach(rows: Table, rule: OutcomeRule) -> Table:
    """Adds when V, and W − V + 1, days in (`in_v`, `in_s`) and outside (`out_v`, `out_s`) are full.

    Null where they never are within the window and the observation. Also `reached` and `missed`.
    """
    rows = _full(rows, rule, "in", rows.inn, rows.all_in)
    rows = _full(rows, rule, "out", rows.out, rows.all_out)
    return rows.mutate(
        reached=rows.arr.ifelse(rows.in_v, rows.out_v), missed=rows.arr.ifelse(rows.out_s, rows.in_s)
    )


def _full(rows: Table, rule: OutcomeRule, name: str, total: Any, all_days: Any) -> Table:
    ibis = engine()
    columns: dict[str, Any] = {}
    for suffix, days in (("v", rule.threshold), ("s", rule.slack + 1)):
        below = ibis.range_window(group_by=rows.person, order_by=total, preceding=0, following=days - 1)
        columns[f"{name}_{suffix}"] = (rows.c - total).max().over(below).cast("int32")
    found = rows.mutate(**columns)
    total, all_days = found[total.get_name()], found[all_days.get_name()]
    for suffix, days in (("v", rule.threshold), ("s", rule.slack + 1)):
        day = total + days + found[f"{name}_{suffix}"]
        real = (total + days <= all_days) & (day <= found.d + rule.window) & (found.d < rule.end)
        columns[f"{name}_{suffix}"] = real.ifelse(day, ibis.null("int32")).cast("int32")
    return found.mutate(**columns)
