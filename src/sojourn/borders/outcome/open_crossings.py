"""Whether an open crossing can still be a migration: its window and those before it must fit together.

A crossing migrates if it reaches its threshold and the last crossing before it to do so led the other way. So
some opposite crossing k before it (or the first status) must reach its own threshold, every crossing l to the
same state after k must miss it, and the crossing itself must not spend more than W − V days in the other
state. The first two are served by many and early days in the other state, the last by few.

Without gaps only the days after observation are free. All open windows share them, so days in the other state
at their very beginning serve every k and l at once, and what must hold is about days already observed, spent
in the other state since k and since l:

* at least 2V − W since the opposite crossing k, if k is itself open;
* at least one since the last open crossing to the same state, if that comes after k.
"""

from __future__ import annotations

from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.outcome.rule import OutcomeRule


def with_company(rows: Table, rule: OutcomeRule) -> Table:
    """Adds `open`, and places and days of the crossings before, as the two conditions need them."""
    ibis = engine()
    rows = rows.mutate(open=rows.reached.isnull() & rows.missed.isnull() & (rows.d < rule.end))
    before = ibis.window(group_by=rows.person, order_by=rows.n, preceding=(None, 1))

    def where(condition: Any, value: Any) -> Any:
        return condition.ifelse(value, ibis.null("int32"))

    sides = {"arr": rows.arr, "dep": ~rows.arr}
    columns: dict[str, Any] = {}
    for name, side in sides.items():
        other = rows.out if name == "arr" else rows.inn
        own = rows.inn if name == "arr" else rows.out
        columns |= {
            f"sure_{name}": where(side & rows.reached.notnull(), rows.n).max().over(before),
            f"open_{name}": where(side & rows.open, rows.n).max().over(before),
            f"open_{name}_other": where(side & rows.open, other).max().over(before),
            f"open_{name}_own": where(side & rows.open, own).min().over(before),
        }
    return rows.mutate(**columns)


def fits(rows: Table, rule: OutcomeRule) -> Any:
    """Whether an open crossing of a person without gaps can migrate."""
    arr = rows.arr
    other = arr.ifelse(rows.out, rows.inn)
    sure_same = arr.ifelse(rows.sure_arr, rows.sure_dep).fill_null(0)
    sure_against = arr.ifelse(rows.sure_dep, rows.sure_arr).fill_null(0)
    same = arr.ifelse(rows.open_arr, rows.open_dep).fill_null(0)
    against = arr.ifelse(rows.open_dep, rows.open_arr).fill_null(0)
    since_same = other - arr.ifelse(rows.open_arr_other, rows.open_dep_other)
    since_against = other - arr.ifelse(rows.open_dep_own, rows.open_arr_own)
    unsettled = (sure_same == 0) & (sure_against == 0)
    born_same = (rows.born == arr.ifelse(1, 0)).fill_null(False)
    base = (sure_against > sure_same) | (unsettled & ~born_same)
    last_sure = engine().greatest(sure_same, sure_against)
    apart = since_same >= 1
    settled_apart = base & ((same <= last_sure) | apart)
    if rule.apart > 0:
        # The earliest k is the best one, and an l that is not apart comes after it.
        open_apart = (against > 0) & (since_against >= rule.apart) & ((same == 0) | apart)
    else:
        open_apart = (against > sure_same) & ((against > same) | apart)
    return settled_apart | open_apart.fill_null(False)
