"""Life tables of stays and absences: how long those last who are alike.

The durations of stays (after arrivals) and absences (after departures) give a life table for each group of
direction, nationality, purpose and month in which they begin, where the table has them. A spell that
observation cuts short counts as long as it was seen (Kaplan and Meier, 1958, in weeks; within a week the
share falls at an even rate).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.materialised import materialise
from sojourn.borders.outcome.renewal import interrupted
from sojourn.borders.outcome.rule import OutcomeRule
from sojourn.borders.small_tables import all_rows, register_table

WEEK = 7
LEAST = 50
EVERY = "*"
TRAITS = ("nationality", "purpose")


@dataclass(frozen=True)
class Life:
    """Life tables of spells by group and by direction, and how often a status before was the other one.

    The tables have `cell` (the group; `EVERY` for all of a direction), `arr`, `w` (week), `s` and `s_next`
    (shares of spells that last to its beginning and end) and `risk` (how many lasted to its beginning).
    `after` has the chances of `interrupted`; `against` has `way` (leads into the country), `share`, and
    `rate`, the share of migrations among the certain answers of that direction.
    """

    table: Table
    after: Table
    against: Table
    groups: tuple[str, ...]


def life_of(rows: Table, answered: list[Table], rule: OutcomeRule) -> Life:
    """Life tables from the spells after `rows` (`arr`, `d`, `next_d`, `gap_after`, `day`, traits).

    `answered` are the same crossings in parts, with `arr`, `was` (status before: 1 resident, 0 not, null not
    certain) and `answer`.
    """
    ibis = engine()
    groups = tuple(name for name in TRAITS if name in rows.columns)
    spells = rows.filter(~rows.gap_after & (rows.d < rule.end))
    end = ibis.literal(rule.end, "int32")
    length = ibis.greatest(0, ibis.least(spells.next_d.fill_null(rule.end), end) - spells.d)
    spells = spells.mutate(
        month=spells.day.month().cast("string"),
        trait=trait_of(spells, groups),
        w=ibis.least(length // unit(rule), steps(rule)).cast("int32"),
        ended=(spells.next_d < end).fill_null(False),
    )
    counts = spells.group_by("arr", "month", "trait", "w").aggregate(
        seen=spells.count(), ends=spells.ended.cast("int64").sum()
    )
    counts = materialise(counts)
    votes = [_votes(each) for each in answered]
    votes = ibis.union(*votes) if len(votes) > 1 else votes[0]
    against = votes.group_by("way").aggregate(
        share=votes.other.sum() / votes.known.sum().nullif(0),
        rate=votes.migrants.sum() / votes.certain.sum().nullif(0),
    )
    cells = (counts.trait + "/" + counts.month, counts.trait + EVERY, ibis.literal(EVERY))
    parts = [counts.mutate(cell=cell).select("cell", "arr", "w", "seen", "ends") for cell in cells]
    table = materialise(_survival(ibis.union(*parts), rule))
    return Life(table, _after(table, rule), materialise(against), groups)


def _votes(rows: Table) -> Table:
    """For each direction, crossings with a known status before, with the other one, answered, migrations."""
    against = rows.arr.ifelse(1 - rows.was, rows.was)
    return rows.group_by(way=rows.arr).aggregate(
        known=rows.was.count(),
        other=against.sum().fill_null(0),
        certain=rows.answer.count(),
        migrants=rows.answer.cast("int32").sum().fill_null(0),
    )


def unit(rule: OutcomeRule) -> int:
    """Days of a step: a week, or more where windows are longer than about two years."""
    return max(WEEK, -(-rule.window // 100))


def steps(rule: OutcomeRule) -> int:
    """Number of steps of a life table: the days that a spell may still need to reach the threshold."""
    return -(-2 * rule.window // unit(rule)) + 2


def trait_of(rows: Table, groups: tuple[str, ...]) -> Any:
    """Nationality and purpose as one text; what is not known is a trait."""
    text: Any = engine().literal("of ")
    for name in groups:
        text = text + rows[name].cast("string").fill_null("") + "/"
    return text


def _survival(counts: Table, rule: OutcomeRule) -> Table:
    """`s`, the share of a cell's spells that last to the beginning of step `w`; `risk`, how many did."""
    ibis = engine()
    counts = counts.group_by("cell", "arr", "w").aggregate(seen=counts.seen.sum(), ends=counts.ends.sum())
    every = ibis.range(steps(rule) + 1).unnest().name("step").as_table()
    grid = counts.select("cell", "arr").distinct().cross_join(every)
    grid = grid.mutate(step=grid.step.cast("int32"))
    named = counts.rename(cell_="cell", arr_="arr")
    grid = grid.left_join(named, [("cell", "cell_"), ("arr", "arr_"), ("step", "w")])
    grid = grid.select(
        "cell",
        "arr",
        w="step",
        seen=grid.seen.fill_null(0).cast("float64"),
        ends=grid.ends.fill_null(0).cast("float64"),
    )
    later = ibis.window(group_by=["cell", "arr"], order_by=grid.w, preceding=0, following=None)
    grid = grid.mutate(risk=grid.seen.sum().over(later))
    # Spells cut short in a step are taken to have been seen for half of it.
    watched = ibis.greatest(1.0, grid.risk - (grid.seen - grid.ends) / 2)
    grid = grid.mutate(log_s=ibis.greatest(1e-9, 1 - grid.ends / watched).ln())
    before = ibis.window(group_by=["cell", "arr"], order_by=grid.w, preceding=(None, 1))
    grid = grid.mutate(s=grid.log_s.sum().over(before).fill_null(0.0).exp())
    return grid.select("cell", "arr", "w", "s", s_next=grid.s * grid.log_s.exp(), risk=grid.risk)


def _after(table: Table, rule: OutcomeRule) -> Table:
    """`begins` and `away` (see `interrupted`) by `cell` (traits), `arr`, `r` and `q`."""
    need, slack = -(-rule.threshold // unit(rule)), -(-(rule.slack + 1) // unit(rule))
    coarse = table.filter(table.cell.endswith(EVERY))
    coarse = coarse.filter(coarse.w <= max(need, slack) + 1)
    found: dict[tuple[str, bool], dict[int, float]] = {}
    begun: dict[tuple[str, bool], float] = {}
    for cell, arr, w, s, risk in all_rows(coarse.select("cell", "arr", "w", "s", "risk")):
        found.setdefault((cell, bool(arr)), {})[int(w)] = float(s)
        if w == 0:
            begun[cell, bool(arr)] = float(risk)
    names = ("cell", "arr", "r", "q", "begins", "away")
    columns: dict[str, list[Any]] = {name: [] for name in names}
    cells = sorted({cell for cell, _ in found if _enough(begun, cell)} | {EVERY})
    never = dict.fromkeys(range(max(need, slack) + 2), 1.0)
    for arr in (False, True):
        own, other = (
            np.array([[found.get((cell, way), never)[w] for w in sorted(never)] for cell in cells])
            for way in (arr, not arr)
        )
        begins, away = interrupted(own, other, need, slack)
        at = np.indices(begins.shape).reshape(3, -1)
        columns["cell"] += [cells[n] for n in at[0]]
        columns["arr"] += [arr] * begins.size
        for name, values in (("r", at[1]), ("q", at[2]), ("begins", begins), ("away", away)):
            columns[name] += values.ravel().tolist()
    return materialise(register_table(table.get_backend(), "sojourn_after", columns))


def _enough(begun: dict[tuple[str, bool], float], cell: str) -> bool:
    return min(begun.get((cell, way), 0.0) for way in (False, True)) >= LEAST
