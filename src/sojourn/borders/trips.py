"""Persons whose journeys all are short, settled in one pass; the others go through the whole rule.

Most rows of a register belong to people who live on one side all the time: visitors, and residents who
travel. `home` is the state that a person's first crossing leaves, `away` the other; odd crossings lead away,
even ones back. Nobody can have moved if

* no crossing is missing, and none lies before or after observation;
* the status before the first crossing is home: it is given, or the V days of the history before it are full;
* every crossing away missed its threshold, and did so within V days, but for those that are still open;
* since the first open one fewer than 2V − W days were spent away, and nobody came back and left on one day.

Then every crossing is no migration, and the status is home; from the first open crossing on the status is
not certain, and the crossings away are undetermined. The day on which an answer became final follows too. A
crossing away is settled when it is missed. A crossing back is settled when the status before the first one
is: a crossing away with at least 2V − W days away since had missed by then, since it missed within V days.
With 2V ≤ W this does not hold, and `classify` settles nobody here. That the rows are those of the whole rule
is tested (`test_trips`).
"""

from __future__ import annotations

from typing import Any

from sojourn.borders.days import engine
from sojourn.borders.lane import after, before, days_ahead, in_order, placed, with_total
from sojourn.borders.order import Table
from sojourn.borders.rule import OutcomeRule

AHEAD = tuple(range(1, 14))
"""How many crossings ahead one looks for the day on which a crossing away missed: six stays at home."""


def walked(rows: Table, rule: OutcomeRule) -> Table:
    """Crossings from `numbered` in order, with their neighbours and days away.

    `n` (place, from 1), `prev_d`, `next_d`, `gap_before`, `gap_after`; and, which mean something only for
    persons without gaps and crossings after observation: `away` (leads away), `spent` (days away that it
    begins), `gone` (days away before it), and for crossings away `missed`, after the end of observation where
    it is not; `far`: further ahead than was looked.
    """
    rows = placed(in_order(rows))
    rows = rows.mutate(
        prev_d=before(rows, rows.d),
        next_d=after(rows, rows.d),
        gap_before=(before(rows, rows.arr) == rows.arr).fill_null(False),
        gap_after=(after(rows, rows.arr) == rows.arr).fill_null(False),
        away=rows.n % 2 == 1,
        **days_ahead(rows, AHEAD, rule.end),
    )
    missed, home = _missed(rows, rule)
    lasts = rows[f"d{AHEAD[-1]}"] < rule.end
    rows = rows.mutate(
        missed=missed.cast("int32"),
        far=rows.away & (home <= rule.slack) & lasts,
        spent=rows.away.ifelse(engine().greatest(0, rows.d1 - rows.d), 0),
    ).drop(*[f"d{k}" for k in AHEAD])
    return with_total(rows, "gone", rows.spent)


def _missed(rows: Table, rule: OutcomeRule) -> tuple[Any, Any]:
    """The first day on which more than W − V days after a crossing away were spent at home; those looked at.

    A stay at home that fills them up begins after fewer, so of the days on which they would be full if one
    stayed from each return on, the latest of those that begin before they are is the day.
    """
    ibis = engine()
    home: Any = ibis.literal(0, "int32")
    days: list[Any] = []
    for k in AHEAD[:-1:2]:
        back, leaves = rows[f"d{k}"], rows[f"d{k + 1}"]
        days.append((home <= rule.slack).ifelse(back + rule.slack + 1 - home, 0))
        home = home + leaves - back
    return ibis.greatest(*days), home


def settled(rows: Table, rule: OutcomeRule) -> Table:
    """The persons (`of`) settled here, from `walked` rows; needs 2V > W.

    `known` is the day since when the status before the first crossing is certain (null: it was given),
    `open_n` the first open crossing (null: none), `all_gone` days away, `last_d` and `last_n` of the last
    crossing.
    """
    ibis = engine()
    begin = rule.end if rule.begin is None else rule.begin
    history = begin - 1
    is_open = rows.away & (rows.missed > rule.end)
    full = rows.d - rows.gone - history < rule.threshold
    people = rows.group_by(of=rows.person).aggregate(
        bad=(rows.gap_before | (rows.d >= rule.end)).max(),
        late=(rows.far | (rows.away & ~is_open & (rows.missed > rows.d + rule.threshold))).max(),
        again=(is_open & (rows.d == rows.prev_d).fill_null(False)).max(),
        first_d=rows.d.min(),
        first_arr=(rows.away == rows.arr).max(),
        born=rows.initial.max(),
        all_gone=(rows.gone + rows.spent).max(),
        open_n=rows.n.min(where=is_open),
        open_gone=rows.spent.sum(where=is_open),
        before_full=(rows.gone + rows.spent).max(where=full),
        last_d=rows.d.max(),
        last_n=rows.n.max(),
    )
    known = history + rule.threshold + people.before_full.fill_null(0)
    people = people.mutate(known=people.born.isnull().ifelse(known, ibis.null("int32")).cast("int32"))
    observed = (people.first_d >= begin) & (people.known <= min(rule.end, history + rule.window))
    home = people.first_arr.ifelse(0, 1)
    short = (people.open_gone < rule.apart).fill_null(True)
    return people.filter(
        ~people.bad & ~people.late & ~people.again & short,
        ibis.coalesce(people.born == home, observed),
    ).select("of", "known", "open_n", "all_gone", "last_d", "last_n")


def answers(rows: Table, people: Table, rule: OutcomeRule) -> Table:
    """Rows of settled persons with the answer.

    `was`, `became`: status before and after (1 resident, 0 not, null not certain); `answer`, `final`; and
    `own`, `other`, `going`, `age`, `certain` as `chance` needs them.
    """
    ibis = engine()
    rows = rows.inner_join(people, [("person", "of")])
    home = (rows.arr == rows.away).ifelse(0, 1)
    nothing = ibis.null("int32")
    sooner = (rows.n < rows.open_n).fill_null(True)
    certain = sooner | (rows.n == rows.open_n)
    same_day = (rows.d == rows.prev_d).fill_null(False)
    back = same_day.ifelse(rows.d, rows.known.fill_null(rows.d))
    away = (same_day & (rows.n > 1)).ifelse(rows.d, rows.missed)
    answer = (sooner | ~rows.away).ifelse(False, ibis.null("boolean"))
    final = ibis.greatest(rows.d, rows.away.ifelse(away, back))
    spent_away = rows.all_gone - rows.gone
    return rows.mutate(
        was=certain.ifelse(home, nothing).cast("int32"),
        became=sooner.ifelse(home, nothing).cast("int32"),
        answer=answer,
        final=answer.notnull().ifelse(final, nothing).cast("int32"),
        certain=certain,
        own=spent_away,
        other=rule.end - rows.d - spent_away,
        going=rows.last_n % 2 == 1,
        age=rule.end - rows.last_d,
    )
