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

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.neighbours import (
    after,
    before,
    days_ahead,
    in_order,
    number_within_person,
    offset_days_by_person,
    with_total,
)
from sojourn.borders.outcome.rule import OutcomeRule

AHEAD = tuple(range(1, 20))
"""How many crossings ahead one looks for the day on which a crossing away missed: nine stays at home."""
LATER = 2**30
"""A day after all."""


def walked(rows: Table, rule: OutcomeRule) -> Table:
    """Crossings from `numbered` in order, with their neighbours and days away.

    `n` (place, from 1), `next_d`, `same_day` (as the crossing before), `gap_after`, `gap` (before it, or it
    is after observation). And, which mean something only for persons without gaps: `away` (leads away),
    `spent` (days away that it begins), `gone` (days away before it); for crossings away `missed`, after the
    end of observation where it is not, `open`, and `long`: not missed within V days, or further ahead than
    was looked.
    """
    rows = offset_days_by_person(number_within_person(in_order(rows)))
    rows = rows.mutate(
        same_day=(before(rows, rows.d) == rows.d).fill_null(False),
        next_d=after(rows, rows.d),
        gap=(before(rows, rows.arr) == rows.arr).fill_null(False) | (rows.d >= rule.end),
        gap_after=(after(rows, rows.arr) == rows.arr).fill_null(False),
        away=rows.n % 2 == 1,
        **days_ahead(rows, AHEAD),
    )
    missed, home = _missed(rows, rule)
    lasts = rows[f"at{AHEAD[-1]}"] - rows.base < rule.end
    spent = engine().least(rows.next_d.fill_null(rule.end), rule.end) - rows.d
    rows = rows.mutate(
        missed=engine().least(missed - rows.base, LATER).cast("int32"),
        long=rows.away & (home <= rule.slack) & lasts,
        spent=rows.away.ifelse(engine().greatest(0, spent), 0).cast("int32"),
    ).drop("at", "base", *[f"at{k}" for k in AHEAD])
    is_open = rows.away & (rows.missed > rule.end)
    late = rows.away & ~is_open & (rows.missed > rows.d + rule.threshold)
    rows = rows.mutate(open=is_open, long=rows.long | late)
    return with_total(rows, "gone", rows.spent)


def _missed(rows: Table, rule: OutcomeRule) -> tuple[Any, Any]:
    """The first day on which more than W − V days after a crossing away were spent at home; those looked at.

    A stay at home that fills them up begins after fewer, so of the days on which they would be full if one
    stayed from each return on, the latest of those that begin before they are is the day. After a person's
    last crossing the days ahead lie so far off that the days at home are full, or the day is.
    """
    ibis = engine()
    home: Any = ibis.literal(0, "int64")
    days: list[Any] = []
    for k in AHEAD[:-1:2]:
        back, leaves = rows[f"at{k}"], rows[f"at{k + 1}"]
        day = back + (rule.slack + 1) - home
        days.append((home <= rule.slack).ifelse(day, 0) if k > 1 else day)
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
    full = rows.d - rows.gone - history < rule.threshold
    people = rows.group_by(of=rows.person).aggregate(
        bad=(rows.gap | rows.long | (rows.open & rows.same_day)).max(),
        first_d=rows.d.min(),
        first_arr=(rows.away == rows.arr).max(),
        born=rows.initial.max(),
        all_gone=(rows.gone + rows.spent).max(),
        open_n=rows.n.min(where=rows.open),
        open_gone=rows.spent.sum(where=rows.open),
        before_full=(rows.gone + rows.spent).max(where=full),
        last_d=rows.d.max(),
        last_n=rows.n.max(),
    )
    known = history + rule.threshold + people.before_full.fill_null(0)
    people = people.mutate(known=people.born.isnull().ifelse(known, ibis.null("int32")).cast("int32"))
    observed = (people.first_d >= begin) & (people.known <= min(rule.end, history + rule.window))
    home = people.first_arr.ifelse(0, 1)
    short = (people.open_gone < rule.apart).fill_null(True)
    return people.filter(~people.bad & short, ibis.coalesce(people.born == home, observed)).select(
        "of", "known", "open_n", "all_gone", "last_d", "last_n"
    )


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
    answer = (sooner | ~rows.away).ifelse(False, ibis.null("boolean"))
    since = rows.away.ifelse(rows.missed, rows.known.fill_null(rows.d))
    final = rows.same_day.ifelse(rows.d, ibis.greatest(rows.d, since))
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
