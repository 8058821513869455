"""The outcome rule over a register: migrant, not a migrant, or not yet determined, for every crossing.

In: crossings (person, day, direction). Out: the same rows with the status before and after, the answer and
the day on which it became final. The work is done by the engine that holds the table; see `order` (what is
certain between crossings), `reach` (when days are full), `status` (the extreme courses), `together` and
`gaps` (open crossings), `final` (since when an answer holds).
"""

from __future__ import annotations

from typing import Any

from sojourn.borders.chance import with_chance
from sojourn.borders.days import dated, engine
from sojourn.borders.final import with_final
from sojourn.borders.gaps import able
from sojourn.borders.order import Table, laid, numbered, with_history
from sojourn.borders.reach import with_reach
from sojourn.borders.rule import STATUSES, OutcomeRule
from sojourn.borders.status import events, with_status
from sojourn.borders.together import fits, with_company

RESULT = ("status_before", "status_after", "long_term_migrant", "final_on", "p_migrant")


def classify(table: Table, rule: OutcomeRule) -> Table:
    """A row per crossing with `status_before`, `status_after`, `long_term_migrant`, `final_on`, `p_migrant`.

    `table` has `person`, `day` (date), `direction` (`arrival`, `departure`), and optionally `initial_status`
    (`resident`, `non_resident`: the status before a person's first crossing) and `sequence` (order within a
    day); other columns are kept. A status is null where it is not certain. `long_term_migrant` is null where
    both answers are still possible. `final_on` is the first day on which observation could have ended and
    the answer been the same for certain; null where it is not. In a person with a missing crossing it is the
    day by which all that the answer rests on was known. `p_migrant` is the chance of a migration (`chance`).

    Crossings before `rule.since` are history like any other; those on or after `rule.until` settle nothing.
    Raises BordersError for columns; a row that is no crossing ends the query with a message.
    """
    names = [name for name in table.columns if name not in RESULT]
    rows = answered(laid(with_history(numbered(table.select(*names)), rule), rule), rule)
    rows = with_chance(with_final(rows, rule), rule)
    rows = rows.filter(~rows.history)
    return rows.select(
        *names,
        status_before=_status(rows.was_low, rows.was_high),
        status_after=_status(rows.is_low, rows.is_high),
        long_term_migrant=rows.answer,
        final_on=dated(rows.final),
        p_migrant=rows.p_migrant,
    )


def answered(rows: Table, rule: OutcomeRule) -> Table:
    """Adds `answer` (true, false, null) to crossings that are laid."""
    ibis = engine()
    rows = with_status(events(with_reach(rows, rule), rule))
    rows = with_company(rows, rule)
    able_rows = able(rows, rule).mutate(able=ibis.literal(True))
    rows = rows.left_join(able_rows, [("person", "of"), ("n", "at")]).drop("of", "at")
    against = rows.arr.ifelse(rows.was_low == 0, rows.was_high == 1)
    along = rows.arr.ifelse(rows.was_high == 1, rows.was_low == 0)
    can_fit = (rows.gaps > 0).ifelse(rows.able.fill_null(False), fits(rows, rule))
    can: Any = rows.missed.isnull() & against & (~rows.open | can_fit)
    cannot: Any = rows.reached.isnull() | along
    return rows.mutate(answer=ibis.cases((~can, False), (~cannot, True), else_=ibis.null("boolean")))


def _status(low: Any, high: Any) -> Any:
    """The status as a word where both courses agree."""
    ibis = engine()
    return ibis.cases((low == 1, STATUSES[0]), (high == 0, STATUSES[1]), else_=ibis.null("string"))
