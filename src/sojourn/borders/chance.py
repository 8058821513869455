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

from dataclasses import dataclass
from typing import Any

from sojourn.borders.days import engine
from sojourn.borders.order import Table
from sojourn.borders.rule import OutcomeRule
from sojourn.borders.scratch import kept

WEEK = 7
LEAST = 50
TRAITS = ("nationality", "purpose")


@dataclass(frozen=True)
class Life:
    """Life tables of spells by group and by direction, and how often a status before was the other one.

    The tables have `w` (week), `s` (share of spells that last to its beginning) and `risk` (how many did);
    `against` has `way` (leads into the country) and `share`.
    """

    tables: tuple[Table, ...]
    against: Table
    groups: tuple[str, ...]


def life_of(rows: Table, sure: list[Table], rule: OutcomeRule) -> Life:
    """Life tables from the spells after `rows` (`arr`, `d`, `next_d`, `gap_after`, `day`, traits).

    `sure` are the crossings whose status before is certain: `arr`, and `was` (1 resident, 0 not).
    """
    ibis = engine()
    groups = tuple(name for name in TRAITS if name in rows.columns)
    spells = rows.filter(~rows.gap_after & (rows.d < rule.end))
    end = ibis.literal(rule.end, "int32")
    length = ibis.greatest(0, ibis.least(spells.next_d.fill_null(rule.end), end) - spells.d)
    spells = _grouped(spells, groups).mutate(
        week=ibis.least(length // WEEK, _weeks(rule)).cast("int32"),
        ended=(spells.next_d < end).fill_null(False),
    )
    keys = ("arr", "month", *groups)
    counts = spells.group_by([*keys, "week"]).aggregate(
        seen=spells.count(), ends=spells.ended.cast("int64").sum()
    )
    counts = kept(counts)
    votes = [
        each.group_by(way=each.arr).aggregate(
            all=each.count(), other=each.arr.ifelse(1 - each.was, each.was).sum()
        )
        for each in sure
    ]
    votes = ibis.union(*votes) if len(votes) > 1 else votes[0]
    against = votes.group_by("way").aggregate(share=votes.other.sum() / votes["all"].sum())
    tables = tuple(kept(_survival(counts, list(by), rule)) for by in (keys, ("arr",)))
    return Life(tables, kept(against), groups)


def _grouped(rows: Table, groups: tuple[str, ...]) -> Table:
    """Adds the month; a group that is not known is a group."""
    return rows.mutate(month=rows.day.month(), **{name: rows[name].fill_null("") for name in groups})


def _weeks(rule: OutcomeRule) -> int:
    return -(-2 * rule.window // WEEK) + 2


def _survival(counts: Table, keys: list[str], rule: OutcomeRule) -> Table:
    """`s`, the share of a group's spells that last to the beginning of week `w`; `risk`, how many did."""
    ibis = engine()
    counts = counts.group_by([*keys, "week"]).aggregate(seen=counts.seen.sum(), ends=counts.ends.sum())
    every = ibis.range(_weeks(rule) + 1).unnest().name("w").as_table()
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


def with_chance(rows: Table, life: Life, rule: OutcomeRule) -> Table:
    """Adds `p`, the chance of a migration, to undetermined crossings; null where nothing like it was watched.

    `rows` have `person`, `n`, `arr`, `day`, traits; `own` and `other`, days observed since the crossing in
    the state it leads to and in the other; `going`, whether the person is in that state at the end of
    observation, and `age`, for how many days they have been in whichever; `certain`, whether the status
    before is certain.
    """
    ibis = engine()
    asked = _grouped(rows.filter(rows.answer.isnull() & (rows.d < rule.end)), life.groups).select(
        "person", "n", "arr", "month", *life.groups, "own", "other", "going", "age", "certain"
    )
    need = ibis.greatest(0, rule.threshold - asked.own)
    slack = ibis.greatest(0, rule.slack - asked.other)
    asked = asked.mutate(need=need, slack=slack, start=asked.going.ifelse(asked.age, 0))
    asked = _with_ratio(asked, life.tables, "stays", asked.arr, asked.start, asked.start + asked.need)
    asked = _with_ratio(asked, life.tables, "back", ~asked.arr, asked.age, asked.age + asked.slack + 1)
    chance = asked.going.ifelse(asked.stays, asked.stays * (1 - asked.back))
    asked = asked.mutate(chance=chance).left_join(life.against, [("arr", "way")])
    p = asked.chance * asked.certain.ifelse(1.0, asked.share.fill_null(0.5))
    found = kept(asked.select(of="person", at="n", p=p))
    return rows.left_join(found, [("person", "of"), ("n", "at")]).drop("of", "at")


def _with_ratio(asked: Table, tables: tuple[Table, ...], name: str, way: Any, start: Any, stop: Any) -> Table:
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
