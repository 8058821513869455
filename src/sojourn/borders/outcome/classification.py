"""The outcome rule over a register: migrant, not a migrant, or not yet determined, for every crossing.

In: crossings (person, day, direction). Out: the same rows with the status before and after, the answer and
the day on which it became final. The work is done by the engine that holds the table. Persons whose journeys
all are short are settled in one pass (`trips`); for the others see `order` (what is certain between
crossings), `reach` (when days are full), `status` (the extreme courses), `together` and `gaps` (open
crossings), `final` (since when an answer holds). `chance` is about what is not yet determined.
"""

from __future__ import annotations

from typing import Any

from sojourn._core.ibis_tools import dated, engine
from sojourn.borders.crossings import Table, add_state_days, number_days, with_history
from sojourn.borders.materialised import materialise
from sojourn.borders.outcome.final_day import final_days
from sojourn.borders.outcome.life_tables import life_of
from sojourn.borders.outcome.migration_probability import with_chance
from sojourn.borders.outcome.missing_crossings import able
from sojourn.borders.outcome.open_crossings import fits, with_company
from sojourn.borders.outcome.rule import DIRECTIONS, STATUSES, OutcomeRule
from sojourn.borders.outcome.short_trips import answers, settled, walked
from sojourn.borders.outcome.status_bounds import events, with_status
from sojourn.borders.outcome.thresholds import with_reach

TOLD = ("day", "direction", "initial_status")
RESULT = ("status_before", "status_after", "long_term_migrant", "final_on", "p_migrant")


def classify(table: Table, rule: OutcomeRule, shortcut: bool = True) -> Table:
    """A row per crossing with `status_before`, `status_after`, `long_term_migrant`, `final_on`, `p_migrant`.

    `table` has `person`, `day` (date), `direction` (`arrival`, `departure`), and optionally `initial_status`
    (`resident`, `non_resident`: the status before a person's first crossing) and `sequence` (order within a
    day); other columns are kept. A status is null where it is not certain. `long_term_migrant` is null where
    both answers are still possible. `final_on` is the first day on which observation could have ended and
    the answer been the same for certain; null where it is not. In a person with a missing crossing it is the
    day by which all that the answer rests on was known. `p_migrant` is the chance of a migration (`chance`).

    Crossings before `rule.since` are history like any other; those on or after `rule.until` settle nothing.
    Without `shortcut` the whole rule runs on every person: the same rows, later. The engine holds tables in
    between until `scratch.forget`.
    Raises BordersError for columns; a row that is no crossing ends the query with a message.
    """
    names = [name for name in table.columns if name not in RESULT]
    # Held without what the numbers say as well: it is put back when the result is written.
    rows = number_days(table.select(*names))
    rows = materialise(walked(rows.drop(*[name for name in TOLD if name in rows.columns]), rule))
    rest, parts = rows, list[Table]()
    if shortcut and rule.apart > 0:
        people = materialise(settled(rows, rule))
        rest = materialise(rows.anti_join(people, [("person", "of")]))
        parts.append(answers(rows, people, rule))
    parts.append(_by_whole_rule(rest, rule))
    life = life_of(_on_days(rows), [part.select("arr", "was", "answer") for part in parts], rule)
    return engine().union(*[_shown(with_chance(_on_days(part), life, rule), names) for part in parts])


def _by_whole_rule(crossings: Table, rule: OutcomeRule) -> Table:
    """Answers for crossings from `walked`, in the columns of `trips.answers`."""
    ibis = engine()
    # Windows carry every column of a row along, so the rule gets those that it needs.
    narrow = crossings.select("person", "d", "arr", "initial", "sequence", place="n")
    rows = materialise(add_state_days(with_history(narrow, rule), rule))
    rows = materialise(answered(rows, rule).select(*ANSWERED))
    final = materialise(final_days(rows, rule)).rename(whose="person", which="n")
    nothing = ibis.null("int32")
    found = rows.filter(~rows.history).inner_join(final, [("person", "whose"), ("n", "which")])
    found = found.select(
        "place",
        "answer",
        "final",
        of="person",
        was=(found.was_low == found.was_high).ifelse(found.was_low, nothing),
        became=(found.is_low == found.is_high).ifelse(found.is_low, nothing),
        certain=found.arr.ifelse(found.was_high == 0, found.was_low == 1),
        own=found.arr.ifelse(found.all_in - found.inn, found.all_out - found.out),
        other=found.arr.ifelse(found.all_out - found.out, found.all_in - found.inn),
        going=found.arr == (found.last_state == 1),
        age=ibis.literal(rule.end, "int32") - found.last_c,
    )
    return crossings.inner_join(found, [("person", "of"), ("n", "place")]).drop("of", "place")


ANSWERED = (
    *("person", "n", "place", "history", "d", "arr", "born", "gaps", "answer", "reached", "missed"),
    *("inn", "out", "all_in", "all_out", "last_c", "last_state", "was_low", "was_high", "is_low", "is_high"),
)
"""What the day on which an answer became final, and the chance, are worked out from."""


def answered(rows: Table, rule: OutcomeRule) -> Table:
    """Adds `answer` (true, false, null) to crossings that are laid."""
    ibis = engine()
    passing = ("before_low", "before_high", "own_low", "own_high", "last_low", "last_high")
    rows = materialise(with_status(events(materialise(with_reach(rows, rule)), rule)).drop(*passing))
    rows = materialise(with_company(rows, rule))
    able_rows = able(rows, rule).mutate(able=ibis.literal(True))
    rows = rows.left_join(able_rows, [("person", "of"), ("n", "at")]).drop("of", "at")
    against = rows.arr.ifelse(rows.was_low == 0, rows.was_high == 1)
    along = rows.arr.ifelse(rows.was_high == 1, rows.was_low == 0)
    can_fit = (rows.gaps > 0).ifelse(rows.able.fill_null(False), fits(rows, rule))
    can: Any = rows.missed.isnull() & against & (~rows.open | can_fit)
    cannot: Any = rows.reached.isnull() | along
    return rows.mutate(answer=ibis.cases((~can, False), (~cannot, True), else_=ibis.null("boolean")))


def _on_days(rows: Table) -> Table:
    return rows.mutate(day=dated(rows.d))


def _shown(rows: Table, names: list[str]) -> Table:
    """The columns of the result. The chances of what is certain are 1 and 0."""
    ibis = engine()
    rows = rows.mutate(
        direction=rows.arr.ifelse(ibis.literal(DIRECTIONS[0]), ibis.literal(DIRECTIONS[1])),
        initial_status=_status(rows.initial),
    )
    return rows.select(
        *names,
        status_before=_status(rows.was),
        status_after=_status(rows.became),
        long_term_migrant=rows.answer,
        final_on=dated(rows.final),
        p_migrant=rows.answer.cast("int32").cast("float64").fill_null(rows.p),
    )


def _status(code: Any) -> Any:
    return engine().cases((code == 1, STATUSES[0]), (code == 0, STATUSES[1]), else_=engine().null("string"))
