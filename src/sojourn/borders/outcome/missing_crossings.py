"""Whether an open crossing can still be a migration where its person has gaps.

The days of gaps are free too, but only in one place each: in a gap after an arrival the days outside come
last, in a gap after a departure first. One course decides: before crossing i every uncertain day is spent
in the other state; after it the earliest uncertain days are, for as many as i can bear (W − V in its
window), and no later ones. No other course has more days of the other state by any day, so it serves every
earlier crossing best, and i migrates in it or in none.

With P(t) and S(t) the possible and the certain days of the other state before day t, and b = W − V, the days
of the other state from i to t in that course are the lesser of P(t) − P(i) and b − (S(i + W) − S(t)). Within
a gap whose days of the other state come last they are the greater of that value at the beginning of the gap
and that at its end less the days from t to the end.
"""

from __future__ import annotations

from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.outcome.rule import OutcomeRule


def doubtful(rows: Table) -> Any:
    """Open crossings, in persons with gaps, whose status before may be the other one."""
    return rows.open & (rows.gaps > 0) & rows.arr.ifelse(rows.was_low == 0, rows.was_high == 1)


def able(rows: Table, rule: OutcomeRule) -> Table:
    """`of` and `at` (person and place) of the doubtful crossings that can migrate."""
    ibis = engine()
    wanted = rows.filter(doubtful(rows)).select(of="person").distinct()
    laid = _with_ends(rows.semi_join(wanted, rows.person == wanted.of), rule)
    i = laid.filter(doubtful(laid))
    names = ("person", "n", "d", "arr", "born", "c", "inn", "out", "end_inn", "end_out")
    i = i.select(**{f"i_{name}": i[name] for name in names})
    pairs = i.left_join(laid, [i.i_person == laid.person, i.i_n > laid.n])
    pairs = pairs.mutate(other=_days_of_other_state(pairs, rule))
    pairs = pairs.mutate(event=_event(pairs, rule))
    last = pairs.group_by("i_person", "i_n", "i_arr", "i_born").aggregate(event=pairs.event.max())
    same = last.i_arr.ifelse(1, 0)
    before = ibis.coalesce(last.event % 2, last.i_born, 1 - same)
    return last.filter(before != same).select(of="i_person", at="i_n")


def _with_ends(rows: Table, rule: OutcomeRule) -> Table:
    """Adds the totals at the end of each window, and the stretch (`run_…`) under way there."""
    ibis = engine()
    ahead = ibis.range_window(group_by=rows.person, order_by=rows.d, preceding=0, following=rule.window)
    rows = rows.mutate(run=rows.n.max().over(ahead), end=rows.d + rule.window)
    names = ("c", "arr", "gap_after", "next_d", "inn", "out", "inside", "outside")
    runs = rows.select(of="person", at="n", **{f"run_{name}": rows[name] for name in names})
    rows = rows.inner_join(runs, [("person", "of"), ("run", "at")]).drop("of", "at")
    spent = rows.end - rows.run_c
    return rows.mutate(
        end_inn=rows.run_inn + ibis.least(rows.run_inside, spent),
        end_out=rows.run_out + ibis.least(rows.run_outside, spent),
    )


def _days_of_other_state(pairs: Table, rule: OutcomeRule) -> Any:
    """Days of i's other state in the window of an earlier crossing, in the course that decides about i."""
    ibis = engine()
    out_is_other = pairs.i_arr

    def certain(inn: Any, out: Any) -> Any:
        return out_is_other.ifelse(out, inn)

    def possible(day: Any, inn: Any, out: Any) -> Any:
        return day - out_is_other.ifelse(inn, out)

    possible_at_i = possible(pairs.i_c, pairs.i_inn, pairs.i_out)
    certain_at_end = certain(pairs.i_end_inn, pairs.i_end_out)

    def by(day: Any, inn: Any, out: Any) -> Any:
        most = possible(day, inn, out) - possible_at_i
        return ibis.least(most, rule.slack - (certain_at_end - certain(inn, out)))

    until = ibis.least(pairs.run_next_d, pairs.i_d + rule.window)
    late = pairs.run_gap_after & (pairs.run_arr == pairs.i_arr)
    at_begin = by(pairs.run_c, pairs.run_inn, pairs.run_out)
    at_end = by(until, pairs.run_inn, pairs.run_out) - (until - pairs.end)
    after = late.ifelse(ibis.greatest(at_begin, at_end), by(pairs.end, pairs.end_inn, pairs.end_out))
    return possible_at_i - possible(pairs.c, pairs.inn, pairs.out) + after


def _event(pairs: Table, rule: OutcomeRule) -> Any:
    """The state that an earlier crossing, or one hidden beside it, settles in that course: `2 n + state`."""
    ibis = engine()
    same = pairs.arr == pairs.i_arr
    to_same = pairs.n * 2 + pairs.i_arr.ifelse(1, 0)
    to_other = pairs.n * 2 + pairs.i_arr.ifelse(0, 1)
    stays_other = pairs.other >= rule.threshold
    stays_same = rule.window - pairs.other >= rule.threshold
    open_event = ibis.cases(
        (pairs.gap_after & same & stays_other, to_other),
        (same & stays_same, to_same),
        (~same & stays_other, to_other),
        (pairs.gap_before & ~same & stays_same, to_same),
    )
    closed_event = pairs.i_arr.ifelse(pairs.low, pairs.high)
    return (pairs.end <= pairs.i_d).ifelse(closed_event, open_event)
