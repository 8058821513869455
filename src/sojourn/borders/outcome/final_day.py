"""The first day on which observation could have ended and the answer been certain.

*True* is certain once the crossing has reached its threshold and the status before it is certain: an opposite
crossing k had reached its own, and the last crossing to the same state after k had missed it.

*False* is certain once the crossing has missed its threshold, or once it could no longer migrate whatever
its own days will be: some crossing j to the same state had reached its threshold, and the last opposite
crossing after j had missed it. Opposite crossings with fewer than 2V − W days of the other state between
them and this one do not count here, since the two cannot both reach theirs; so a resident who comes back
from a short absence is certain on the day of return.

Days on which thresholds are reached rise with the order of crossings in one direction, and so do the days on
which they are missed. The last crossing of several is therefore a maximum, the first a minimum.
"""

from __future__ import annotations

from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.outcome.rule import OutcomeRule

LATER = 2**30
NEEDED = ("person", "n", "d", "arr", "born", "reached", "missed", "inn", "out", "answer")


def final_days(rows: Table, rule: OutcomeRule) -> Table:
    """`person`, `n` and `final`, a day as a number or null, for crossings with an `answer`."""
    ibis = engine()
    whole = rows.filter(rows.gaps == 0).select(*NEEDED)
    whole = _with_settling(_with_next(whole))
    for arr, total in ((True, "out"), (False, "inn")):
        whole = _with_far(whole, rule, arr, total)
    true = ibis.greatest(whole.reached, _since_opposite(whole))
    false = ibis.least(whole.missed.fill_null(LATER), _since_same(whole, rule))
    since = whole.answer.ifelse(true, false)
    gappy = rows.filter(rows.gaps > 0).select(*NEEDED)
    known = ibis.least(gappy.d + rule.window, rule.end)
    so_far = ibis.window(group_by=gappy.person, order_by=gappy.n, preceding=None, following=0)
    known = ibis.coalesce(gappy.reached, gappy.missed, known).max().over(so_far)
    late = ibis.coalesce((~gappy.answer).ifelse(gappy.missed, ibis.null("int32")), known)
    found = whole.select("person", "n", "d", "answer", since=since).union(
        gappy.select("person", "n", "d", "answer", since=late.cast("int32"))
    )
    final = ibis.greatest(ibis.least(found.d, rule.end), found.since)
    return found.select(
        "person", "n", final=found.answer.notnull().ifelse(final, ibis.null("int32")).cast("int32")
    )


def _sure(rows: Table, arr: bool) -> Any:
    return (rows.arr if arr else ~rows.arr) & rows.reached.notnull()


def _where(condition: Any, value: Any) -> Any:
    return condition.ifelse(value, engine().null("int32"))


def _with_next(rows: Table) -> Table:
    """The next crossing in each direction that reaches its threshold, and the first of all: place and day."""
    ibis = engine()
    after = ibis.window(group_by=rows.person, order_by=rows.n, preceding=None, following=None)
    ahead = ibis.window(group_by=rows.person, order_by=rows.n, following=(1, None))
    columns: dict[str, Any] = {}
    for name, arr in (("arr", True), ("dep", False)):
        for what, value in (("n", rows.n), ("t", rows.reached)):
            mine = _where(_sure(rows, arr), value).min()
            columns[f"next_{name}_{what}"] = mine.over(ahead).fill_null(LATER)
            columns[f"first_{name}_{what}"] = mine.over(after).fill_null(LATER)
    return rows.mutate(**columns)


def _with_settling(rows: Table) -> Table:
    """Of the crossings before: the last of each direction, and what followed the last sure one."""
    ibis = engine()
    before = ibis.window(group_by=rows.person, order_by=rows.n, preceding=(None, 1))
    columns: dict[str, Any] = {}
    for name, arr, against in (("arr", True, "dep"), ("dep", False, "arr")):
        side = rows.arr if arr else ~rows.arr
        columns |= {
            f"last_{name}": _where(side, rows.n).max().over(before),
            f"last_{name}_missed": _where(side, rows.missed).max().over(before),
            f"last_{name}_other": _where(side, rows.out if arr else rows.inn).max().over(before),
            f"after_{name}_n": _where(_sure(rows, arr), rows[f"next_{against}_n"]).max().over(before),
            f"after_{name}_t": _where(_sure(rows, arr), rows[f"next_{against}_t"]).max().over(before),
        }
    return rows.mutate(**columns)


def _since_opposite(rows: Table) -> Any:
    """The day since when the status before was certainly the opposite one, where it is."""
    ibis = engine()

    def side(name: str, against: str, born: int) -> Any:
        native = (rows.born == born).fill_null(False)
        at = ibis.coalesce(rows[f"after_{name}_n"], native.ifelse(0, rows[f"first_{against}_n"]))
        day = ibis.coalesce(rows[f"after_{name}_t"], native.ifelse(-LATER, rows[f"first_{against}_t"]))
        passed = (rows[f"last_{name}"] > at).fill_null(False)
        return passed.ifelse(ibis.greatest(day, rows[f"last_{name}_missed"].fill_null(LATER)), day)

    return rows.arr.ifelse(side("arr", "dep", 0), side("dep", "arr", 1))


def _with_far(rows: Table, rule: OutcomeRule, arr: bool, total: str) -> Table:
    """For crossings of one direction, the opposite ones at least 2V − W days of the other state back."""
    ibis = engine()
    name, against = ("arr", "dep") if arr else ("dep", "arr")
    if rule.apart > 0:
        far = ibis.range_window(group_by=rows.person, order_by=rows[total], preceding=(None, rule.apart))
    else:
        far = ibis.window(group_by=rows.person, order_by=rows.n, preceding=(None, 1))
    opposite = ~rows.arr if arr else rows.arr
    sure = _sure(rows, not arr)
    return rows.mutate(
        **{
            f"far_{against}": _where(opposite, rows.n).max().over(far),
            f"far_{against}_known": _where(opposite & rows.missed.notnull(), rows.n).max().over(far),
            f"far_{against}_missed": _where(opposite, rows.missed).max().over(far),
            f"far_{against}_then_n": _where(sure, rows[f"next_{name}_n"]).max().over(far),
            f"far_{against}_then_t": _where(sure, rows[f"next_{name}_t"]).max().over(far),
        }
    )


def _since_same(rows: Table, rule: OutcomeRule) -> Any:
    """The day since when a crossing could not migrate, whatever its own days would be."""
    ibis = engine()

    def side(name: str, against: str, born: int, total: str) -> Any:
        native = (rows.born == born).fill_null(False)
        far = f"far_{against}"
        at = ibis.coalesce(rows[f"{far}_then_n"], native.ifelse(0, rows[f"first_{name}_n"]))
        day = ibis.coalesce(rows[f"{far}_then_t"], native.ifelse(-LATER, rows[f"first_{name}_t"]))
        passed = (rows[far] > at).fill_null(False)
        missed = (rows[f"{far}_known"] == rows[far]).ifelse(rows[f"{far}_missed"], LATER).fill_null(LATER)
        settled = (at < rows.n).ifelse(passed.ifelse(ibis.greatest(day, missed), day), LATER)
        # Without a day of the other state in between, the one before reaches its threshold if this one does.
        twin = (rows[f"last_{name}_other"] == rows[total]).fill_null(False)
        return (twin & (rule.apart > 0)).ifelse(rows.d, settled)

    return rows.arr.ifelse(side("arr", "dep", 1, "out"), side("dep", "arr", 0, "inn"))
