"""How likely an undetermined crossing is a migration: from the finished stays of similar travellers.

The durations of stays (after arrivals) and absences (after departures) give a life table for each group of
direction, nationality, purpose and month of crossing, where the table has them. A spell that observation
cuts short counts as long as it was seen (Kaplan and Meier, 1958, in weeks). Where fewer than `LEAST` spells
of a group lasted as long, the table of all crossings in that direction speaks.

For a crossing whose spell goes on, at age a and with r days lacking to the threshold, the chance is S(a +
r) / S(a). It takes interruptions for ends, and so leans low for people who come and go. For one whose spell
has ended, they must come back before the days of the other state are too many, and then stay: the chance of
the first from the table of the other direction, times S(r). Where the status before is not certain either,
it is multiplied by the share of certain statuses before such crossings that were the other one.
"""

from __future__ import annotations

from typing import Any

from sojourn.borders.days import engine
from sojourn.borders.order import Table
from sojourn.borders.rule import OutcomeRule

WEEK = 7
LEAST = 50
TRAITS = ("nationality", "purpose")


def with_chance(rows: Table, rule: OutcomeRule) -> Table:
    """Adds `p_migrant` to answered crossings: 1 or 0 where the answer is certain, else between them.

    `rows` come from `answered`, with `day` and, where known, `nationality` and `purpose`. Null where no
    spell in that direction was ever watched.
    """
    groups = [name for name in TRAITS if name in rows.columns]
    keys = ["arr", "month", *groups]
    rows = _with_spell(rows, rule)
    rows = rows.mutate(month=rows.day.month())
    watched = rows.filter(rows.watched).mutate(**{name: rows[name].fill_null("") for name in groups})
    tables = [_survival(watched, keys, rule), _survival(watched, ["arr"], rule)]
    asked = rows.filter(rows.answer.isnull() & ~rows.history & (rows.d < rule.end))
    asked = asked.mutate(**{name: asked[name].fill_null("") for name in groups})
    asked = asked.mutate(start=asked.going.ifelse(asked.age, 0))
    asked = _with_ratio(asked, tables, "stays", asked.arr, asked.start, asked.start + asked.need)
    asked = _with_ratio(asked, tables, "away", ~asked.arr, asked.age, asked.age + asked.slack + 1)
    chance = asked.going.ifelse(asked.stays, asked.stays * (1 - asked.away))
    share = _against(rows)
    asked = asked.mutate(chance=chance).left_join(share, [("arr", "way")])
    certain = asked.arr.ifelse(asked.was_high == 0, asked.was_low == 1)
    p = asked.chance * certain.ifelse(1.0, asked.share.fill_null(0.5))
    found = asked.select(of="person", at="n", p=p)
    rows = rows.left_join(found, [("person", "of"), ("n", "at")]).drop("of", "at")
    return rows.mutate(p_migrant=rows.answer.ifelse(1.0, 0.0).fill_null(rows.p))


def _with_spell(rows: Table, rule: OutcomeRule) -> Table:
    """Adds the spell that a crossing begins, and what it still needs at the end of observation."""
    ibis = engine()
    end = ibis.literal(rule.end, "int32")
    own = rows.arr.ifelse(rows.all_in - rows.inn, rows.all_out - rows.out)
    other = rows.arr.ifelse(rows.all_out - rows.out, rows.all_in - rows.inn)
    return rows.mutate(
        spell=ibis.greatest(0, ibis.least(rows.next_d.fill_null(rule.end), end) - rows.c),
        ended=(rows.next_d < end).fill_null(False),
        watched=~rows.gap_after & (rows.d < end) & ~rows.history,
        need=ibis.greatest(0, rule.threshold - own),
        slack=ibis.greatest(0, rule.slack - other),
        going=rows.arr == (rows.last_state == 1),
        age=end - rows.last_c,
    )


def _survival(watched: Table, keys: list[str], rule: OutcomeRule) -> Table:
    """`s`, the share of a group's spells that last to the beginning of week `w`; `risk`, how many did."""
    ibis = engine()
    weeks = -(-2 * rule.window // WEEK) + 2
    spells = watched.mutate(week=ibis.least(watched.spell // WEEK, weeks).cast("int32"))
    counts = spells.group_by([*keys, "week"]).aggregate(
        seen=spells.count(), ends=spells.ended.cast("int64").sum()
    )
    every = ibis.range(weeks + 1).unnest().name("w").as_table()
    grid = counts.select(*keys).distinct().cross_join(every).mutate(w=lambda each: each.w.cast("int32"))
    on = [grid[key] == counts[key] for key in keys]
    grid = grid.left_join(counts, [*on, grid.w == counts.week]).select(
        *keys, "w", seen=ibis.coalesce(counts.seen, 0), ends=ibis.coalesce(counts.ends, 0)
    )
    later = ibis.window(group_by=keys, order_by=grid.w, preceding=0, following=None)
    grid = grid.mutate(risk=grid.seen.sum().over(later))
    left = ibis.greatest(1e-9, 1 - grid.ends / ibis.greatest(1, grid.risk))
    before = ibis.window(group_by=keys, order_by=grid.w, preceding=(None, 1))
    grid = grid.mutate(log_s=left.ln())
    grid = grid.mutate(s=grid.log_s.sum().over(before).fill_null(0.0).exp())
    return grid.select(*keys, "w", "s", "risk")


def _with_ratio(asked: Table, tables: list[Table], name: str, way: Any, start: Any, stop: Any) -> Table:
    """Adds S(stop) / S(start) of spells in a direction; the group's own where enough lasted to `start`."""
    ibis = engine()
    asked = asked.mutate(way_=way, from_=(start // WEEK).cast("int32"), to_=(stop // WEEK).cast("int32"))
    columns: list[Any] = []
    for number, table in enumerate(tables):
        keys = [key for key in table.columns if key not in ("arr", "w", "s", "risk")]
        for end in ("from_", "to_"):
            named = {f"k{number}{end}{key}": table[key] for key in (*keys, "arr", "w")}
            side = table.select(**named, **{f"s{number}{end}": table.s, f"r{number}{end}": table.risk})
            on = [(key, f"k{number}{end}{key}") for key in keys]
            on += [("way_", f"k{number}{end}arr"), (end, f"k{number}{end}w")]
            asked = asked.left_join(side, on).drop(*named)
        columns += [f"{letter}{number}{end}" for letter in "sr" for end in ("from_", "to_")]
    enough = (asked.r0from_ >= LEAST).fill_null(False)
    ratio = enough.ifelse(asked.s0to_ / asked.s0from_, asked.s1to_ / asked.s1from_)
    kept = asked.mutate(**{name: ibis.least(1.0, ratio.fill_null(0.0))})
    return kept.drop(*columns, "way_", "from_", "to_")


def _against(rows: Table) -> Table:
    """`share` of crossings in each direction (`way`) whose status before is certain and was the other one."""
    sure = rows.filter((rows.was_low == rows.was_high) & ~rows.history)
    other = sure.arr.ifelse(1 - sure.was_low, sure.was_low)
    return sure.group_by(way=sure.arr).aggregate(share=other.mean())
