"""Counts that a register supports: crossings, people, stays, migrants; by month, border and nationality.

A summary is a long table: `table` (which classification), `measure`, `month`, `category`, `value`. In each
table months and categories have their totals, named `all`. It holds no row about a person; it is not yet
safe to release (see `protect`).
"""

from __future__ import annotations

from typing import Any

from sojourn.borders.days import dated, engine, number
from sojourn.borders.order import Table
from sojourn.borders.rule import DIRECTIONS, OutcomeRule

ALL = "all"
COLUMNS = ("table", "measure", "month", "category", "value")
LENGTHS = (
    (1, "0 days"),
    (8, "1 to 7 days"),
    (31, "8 to 30 days"),
    (91, "31 to 90 days"),
    (366, "91 to 365 days"),
)
LONGER = "over 365 days"


def summarise(classified: Table, stays: Table, rule: OutcomeRule, by: tuple[str, ...] = ()) -> Table:
    """The summary of classified crossings and their stays, with a table for each column in `by`.

    Measures: `entries`, `exits` (crossings); `people` (distinct persons who entered, which do not add up
    over months or categories); `present` (persons in the country at the end of the month, at least: stays
    whose end is uncertain count until their last certain day); `migrant_arrivals`, `migrant_departures`
    (certain), `undetermined_arrivals`, `undetermined_departures`, `expected_arrivals`,
    `expected_departures` (certain ones and the chances of the others, crossings); `stays` by length (of
    which both ends are known).
    """
    rows = classified.mutate(month=classified.day.strftime("%Y-%m"), category=engine().literal(ALL))
    parts = [_crossings(rows, "months"), _present(stays, rule), _lengths(stays)]
    for name in by:
        parts.append(_crossings(rows.mutate(category=_word(classified[name])), name))
    return engine().union(*parts)


def _word(value: Any) -> Any:
    return value.cast("string").fill_null("unknown")


def _margins(rows: Table, table: str, keys: tuple[str, ...] = ("month", "category")) -> list[Table]:
    """The rows as they are, and with month, category or both replaced by `all`."""
    ibis = engine()
    if table == "months":
        return [rows, rows.mutate(month=ibis.literal(ALL))]
    every = ibis.literal(ALL)
    return [
        rows,
        rows.mutate(month=every),
        rows.mutate(category=every),
        rows.mutate(month=every, category=every),
    ]


def _crossings(rows: Table, table: str) -> Table:
    ibis = engine()
    parts: list[Table] = []
    for part in _margins(rows, table):
        arrives = part.direction == DIRECTIONS[0]
        answer, chance = part.long_term_migrant, part.p_migrant.fill_null(0.0)
        counted: dict[str, Any] = {
            "entries": arrives.sum(),
            "exits": (~arrives).sum(),
            "people": part.person.nunique(where=arrives),
        }
        for side, name in ((arrives, "arrivals"), (~arrives, "departures")):
            counted[f"migrant_{name}"] = (side & answer.fill_null(False)).sum()
            counted[f"undetermined_{name}"] = (side & answer.isnull()).sum()
            counted[f"expected_{name}"] = side.ifelse(chance, 0.0).sum().round(0)
        cells = part.group_by("month", "category").aggregate(**counted)
        for measure in counted:
            value = cells[measure].cast("int64")
            parts.append(cells.select("month", "category", measure=ibis.literal(measure), value=value))
    return ibis.union(*parts).mutate(table=ibis.literal(table)).select(*COLUMNS)


def _present(stays: Table, rule: OutcomeRule) -> Table:
    """Persons certainly in the country at the end of each month: arrivals less departures so far."""
    ibis = engine()
    last = ibis.coalesce(number(stays.exit_from), ibis.literal(rule.end, "int32"))
    first = ibis.coalesce(number(stays.entry_until), ibis.literal(rule.begin or 0, "int32"))
    ends = stays.select(first=first, last=last)
    ends = ends.filter(ends["last"] > ends["first"])
    comes = ends.select(d=ends["first"], change=ibis.literal(1))
    goes = ends.select(d=ends["last"], change=ibis.literal(-1))
    changes = comes.union(goes)
    changes = changes.mutate(month=dated(changes.d).strftime("%Y-%m"))
    months = changes.filter(changes.d < rule.end).group_by("month").aggregate(change=changes.change.sum())
    so_far = ibis.window(order_by=months.month, preceding=None, following=0)
    found = months.mutate(value=months.change.sum().over(so_far))
    return found.select(
        table=ibis.literal("present"),
        measure=ibis.literal("present"),
        month="month",
        category=ibis.literal(ALL),
        value=found.value.cast("int64"),
    )


def _lengths(stays: Table) -> Table:
    ibis = engine()
    known = stays.filter(stays.kind == "complete")
    bands = [(known.days_until < below, words) for below, words in LENGTHS]
    rows = known.mutate(month=known.entry_from.strftime("%Y-%m"), category=ibis.cases(*bands, else_=LONGER))
    parts = [
        part.group_by("month", "category").aggregate(value=part.count()) for part in _margins(rows, "lengths")
    ]
    shown = ibis.union(*parts)
    return shown.select(
        table=ibis.literal("lengths"),
        measure=ibis.literal("stays"),
        month="month",
        category="category",
        value=shown.value.cast("int64"),
    )
