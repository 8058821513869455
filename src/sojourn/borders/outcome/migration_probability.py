"""How likely an undetermined crossing is a migration: from the finished stays of similar travellers.

Of the life tables (`life`) that of the smallest group speaks of which `LEAST` spells lasted as long as this
one, or else that of all crossings in its direction.

A crossing still needs r days in its own state and can afford q days in the other. If the person is in its own
state, at age a of the spell, they stay on for r days with chance S(a + r) / S(a); or leave sooner, and then
must come back in time and stay for the rest, with another interruption perhaps (`interrupt`). If they are in
the other state they must come back before q days are over, and then stay.

An open crossing is a migration only if the status before it was the other one. Where that hangs on earlier
open crossings of the person: of several in the direction of the first of them only one migrates, so a later
one gets what its own chance exceeds theirs by; one in the other direction needs one of them to have migrated.
Where a first status is unknown, the share of certain statuses before such crossings that were the other one
counts. A crossing whose window is over is open because a crossing is missing: it gets the share of migrations
among the certain answers of its direction, whatever the days that are known. Somebody who left unseen after
the last crossing counts as still there.
"""

from __future__ import annotations

from sojourn._core.ibis_tools import dated, engine
from sojourn.borders.crossings import Table
from sojourn.borders.materialised import materialise
from sojourn.borders.outcome.life_tables import EVERY, LEAST, Life, steps, trait_of, unit
from sojourn.borders.outcome.rule import OutcomeRule


def with_chance(rows: Table, life: Life, rule: OutcomeRule) -> Table:
    """Adds `p`, the chance of a migration, to undetermined crossings; null where nothing like it was watched.

    `rows` have `person`, `n`, `arr`, traits; `own` and `other`, days observed since the crossing in the state
    it leads to and in the other; `going`, whether the person is in that state at the end of observation, and
    `age`, for how many days they have been in whichever; `certain`, whether the status before is certain.
    """
    ibis = engine()
    asked = rows.filter(rows.answer.isnull() & (rows.d < rule.end))
    asked = asked.select(
        "person",
        "n",
        "arr",
        "going",
        "certain",
        age=asked.age.cast("int32"),
        need=ibis.greatest(0, rule.threshold - asked.own).cast("int32"),
        slack=ibis.greatest(0, rule.slack - asked.other).cast("int32"),
        trait=trait_of(asked, life.groups) + EVERY,
        over=asked.d + rule.window <= rule.end,
        month=trait_of(asked, life.groups) + "/" + dated(rule.end - asked.age).month().cast("string"),
    )
    asked = _in_steps(asked, rule)
    asked = asked.mutate(now=asked.arr == asked.going, step=asked.age // unit(rule))
    asked = materialise(_with_cells(asked, life, rule))
    cases = asked.select(*CASE).distinct()
    chances = materialise(_chances(cases, life, rule))
    asked = asked.inner_join(chances, [(name, f"of_{name}") for name in CASE])
    asked = asked.left_join(life.against, [("arr", "way")])
    found = _with_status(asked)
    found = materialise(found.mutate(p=found.over.ifelse(found.rate, found.p)).select("of", "at", "p"))
    return rows.left_join(found, [("person", "of"), ("n", "at")]).drop("of", "at")


def _in_steps(asked: Table, rule: OutcomeRule) -> Table:
    """What comes after the spell under way is looked up by steps: as few cases as there are steps of it."""
    ibis = engine()
    one, half = unit(rule), unit(rule) // 2
    slack = (asked.slack + 1 + half) // one * one - 1
    need = ibis.greatest(ibis.least(1, asked.need), (asked.need + half) // one * one)
    return asked.mutate(
        slack=asked.going.ifelse(slack, asked.slack).cast("int32"),
        need=asked.going.ifelse(asked.need, need).cast("int32"),
    )


CASE = ("cell", "trait_cell", "arr", "going", "age", "need", "slack")
"""What the chance of filling up the days depends on."""


def _with_cells(asked: Table, life: Life, rule: OutcomeRule) -> Table:
    """Adds `cell`, the smallest group of which enough spells lasted as long, and `trait_cell`, likewise for
    what may come after."""
    ibis = engine()
    asked = asked.mutate(step=ibis.least(asked.step, steps(rule)).cast("int32"))
    many = life.table.filter(life.table.risk >= LEAST)
    for name in ("month", "trait"):
        side = many.select(**{f"{name}_cell": "cell", f"{name}_arr": "arr", f"{name}_w": "w"})
        on = [(name, f"{name}_cell"), ("now", f"{name}_arr"), ("step", f"{name}_w")]
        asked = asked.left_join(side, on).drop(f"{name}_arr", f"{name}_w")
    cells = life.after.select(after="cell").distinct()
    asked = asked.mutate(cell=ibis.coalesce(asked.month_cell, asked.trait_cell, EVERY)).drop("trait_cell")
    asked = asked.left_join(cells, [("trait", "after")])
    return asked.mutate(trait_cell=asked.after.fill_null(EVERY)).drop("after", "month_cell")


def _chances(cases: Table, life: Life, rule: OutcomeRule) -> Table:
    """`chance` of filling up the days, for each of `cases` (its columns with `of_` before them)."""
    ibis = engine()
    one = unit(rule)
    # The steps of the spell under way, until the days are full or those to spare are over.
    span = cases.going.ifelse(cases.need, cases.slack + 1)
    cases = cases.mutate(span=span, now=cases.arr == cases.going)
    most = -(-max(rule.threshold, rule.slack + 1) // one)
    every = ibis.range(most + 1).unnest().name("k").as_table()
    rows = cases.cross_join(every)
    rows = rows.filter((rows.k == 0) | (rows.k * one < rows.span)).mutate(k=lambda each: each.k.cast("int32"))
    left = ibis.greatest(rows.span - rows.k * one, 0)
    half = one // 2
    rows = rows.mutate(
        start=rows.age + rows.k * one,
        stop=rows.age + ibis.least((rows.k + 1) * one, rows.span),
        r=rows.going.ifelse(left // one, (rows.need + half) // one).cast("int32"),
        q=rows.going.ifelse((rows.slack + 1 + half) // one, left // one).cast("int32"),
    )
    for name in ("start", "stop"):
        rows = _with_share(rows, life.table, name, rule)
    after = life.after.rename(after_cell="cell", after_arr="arr", after_r="r", after_q="q")
    rows = rows.left_join(
        after, [("trait_cell", "after_cell"), ("arr", "after_arr"), ("r", "after_r"), ("q", "after_q")]
    )
    then = rows.going.ifelse(rows.away, rows.begins)
    rows = rows.mutate(part=(rows.s_start - rows.s_stop) * then)
    found = rows.group_by(**{f"of_{name}": rows[name] for name in CASE}).aggregate(
        part=rows.part.sum(), begin=rows.s_start.max(), end=rows.s_stop.min()
    )
    stays = found.of_going.ifelse(found.end, 0.0)
    chance = (found.of_need == 0).ifelse(1.0, (stays + found.part) / found.begin)
    return found.mutate(chance=ibis.least(1.0, chance)).drop("part", "begin", "end")


def _with_share(rows: Table, table: Table, name: str, rule: OutcomeRule) -> Table:
    """Adds `s_…`, the share of spells that last until a day of theirs."""
    ibis = engine()
    step = ibis.least(rows[name] // unit(rule), steps(rule)).cast("int32")
    rows = rows.mutate(step=step, into=(rows[name] % unit(rule)) / unit(rule))
    side = table.select(table_cell="cell", table_arr="arr", table_w="w", low="s", high="s_next")
    rows = rows.inner_join(side, [("cell", "table_cell"), ("now", "table_arr"), ("step", "table_w")])
    share = (rows.low.ln() * (1 - rows.into) + rows.high.ln() * rows.into).exp()
    return rows.mutate(**{f"s_{name}": share}).drop(
        "table_cell", "table_arr", "table_w", "low", "high", "step", "into"
    )


def _with_status(asked: Table) -> Table:
    """`of`, `at` and `p`: the chance of filling up the days, and of the other status before."""
    ibis = engine()
    order = ibis.window(group_by=asked.person, order_by=asked.n)
    earlier = ibis.window(group_by=asked.person, order_by=asked.n, preceding=(None, 1))
    asked = asked.mutate(
        same=asked.arr == asked.arr.first().over(order), known=asked.certain.first().over(order)
    )
    most = asked.same.ifelse(asked.chance, 0.0).max().over(earlier).fill_null(0.0)
    share = asked.share.fill_null(0.5)
    late = ibis.greatest(0.0, asked.chance - most) * asked.known.ifelse(1.0, share)
    other = asked.chance * asked.known.ifelse(most, share)
    p = asked.certain.ifelse(asked.chance, asked.same.ifelse(late, other))
    return asked.select("over", "rate", of="person", at="n", p=p)
