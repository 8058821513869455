"""Counts that a register supports: crossings, people, stays, migrants; by month, border and nationality.

A summary is a long table: `table` (which classification), `measure`, `month`, `category`, `value`. In each
table months and categories have their totals, named `all`. It holds no row about a person; it is not yet
safe to release (see `disclosure`).
"""

from __future__ import annotations

from typing import Any

from sojourn._core.ibis_tools import dated, engine, number
from sojourn.borders.crossings import Table
from sojourn.borders.labels import OTHER
from sojourn.borders.materialised import materialise
from sojourn.borders.outcome.rule import DIRECTIONS, OutcomeRule
from sojourn.borders.small_tables import all_rows

ALL = "all"
COLUMNS = ("table", "measure", "month", "category", "value")
MEASURES = (
    "entries",
    "exits",
    "people",
    "present",
    "migrant_arrivals",
    "migrant_departures",
    "undetermined_arrivals",
    "undetermined_departures",
    "expected_arrivals",
    "expected_departures",
    "stays",
)
LENGTHS = (
    (1, "0 days"),
    (8, "1 to 7 days"),
    (31, "8 to 30 days"),
    (91, "31 to 90 days"),
    (366, "91 to 365 days"),
)
LONGER = "over 365 days"
MILLION = 1_000_000


def summarise(
    classified: Table, stays: Table, rule: OutcomeRule, by: tuple[str, ...] = (), least_people: int = 1
) -> Table:
    """The summary of classified crossings and their stays, with a table for each column in `by`.

    Categories that fewer than `least_people` people have become `other`, since a label that only a few share
    tells who they are even where their count is withheld.

    Measures: `entries`, `exits` (crossings); `people` (distinct persons who entered, which do not add up
    over months or categories); `present` (persons in the country at the end of the month, at least: stays
    whose end is uncertain count until their last certain day); `migrant_arrivals`, `migrant_departures`
    (certain), `undetermined_arrivals`, `undetermined_departures`, `expected_arrivals`,
    `expected_departures` (certain ones and the chances of the others, crossings); `stays` by length (of
    which both ends are known).
    """
    ibis = engine()
    rows = classified.mutate(month=classified.day.year() * 12 + classified.day.month() - 1)
    parts = [_crossings(rows.mutate(category=ibis.literal(ALL)), "months")]
    for name in by:
        labelled = _with_folded_labels(rows.mutate(category=_word(classified[name])), least_people)
        parts.append(_crossings(labelled, name))
    return ibis.union(*parts, _present(stays, rule), _lengths(stays))


def _with_folded_labels(rows: Table, least_people: int) -> Table:
    """The rows with `other` for every category that fewer than `least_people` people have."""
    people = rows.group_by("category").aggregate(people=rows.person.nunique())
    rare = [row[0] for row in all_rows(people.filter(people.people < least_people).select("category"))]
    return rows.mutate(category=rows.category.isin(rare).ifelse(OTHER, rows.category)) if rare else rows


def _word(value: Any) -> Any:
    return value.cast("string").fill_null("unknown")


def _margins(rows: Table, table: str) -> list[Table]:
    """The rows as they are, and with month (then null), category or both replaced by `all`."""
    ibis = engine()
    every, always = ibis.literal(ALL), ibis.null("int32")
    if table == "months":
        return [rows, rows.mutate(month=always)]
    return [
        rows,
        rows.mutate(month=always),
        rows.mutate(category=every),
        rows.mutate(month=always, category=every),
    ]


def _crossings(rows: Table, table: str) -> Table:
    """Counts of crossings of one table: added up once, in its smallest cells, and these to totals."""
    ibis = engine()
    rows = rows.mutate(month=rows.month.cast("int32"))
    arrives = rows.direction == DIRECTIONS[0]
    answer = rows.long_term_migrant
    # Chances are added as whole millionths: the same sum in whatever order.
    chance = (rows.p_migrant.fill_null(0.0) * MILLION).round(0).cast("int64")
    counted: dict[str, Any] = {"entries": arrives.sum(), "exits": (~arrives).sum()}
    for side, name in ((arrives, "arrivals"), (~arrives, "departures")):
        counted[f"migrant_{name}"] = (side & answer.fill_null(False)).sum()
        counted[f"undetermined_{name}"] = (side & answer.isnull()).sum()
        counted[f"expected_{name}"] = side.ifelse(chance, 0).sum()
    cells = materialise(rows.group_by("month", "category").aggregate(**counted))
    # Who entered more than once in a cell is one of its people.
    people = materialise(rows.filter(arrives).select("month", "category", "person").distinct())
    parts: list[Table] = []
    for margin, (part, persons) in enumerate(
        zip(_margins(cells, table), _margins(people, table), strict=True)
    ):
        sums = part.group_by("month", "category").aggregate(**{name: part[name].sum() for name in counted})
        for name in counted:
            value = sums[name].cast("int64")
            if name.startswith("expected"):
                value = (sums[name] / MILLION).round(0).cast("int64")
            parts.append(sums.select("month", "category", measure=ibis.literal(name), value=value))
        heads = persons.count() if margin == 0 else persons.person.nunique()
        heads = persons.group_by("month", "category").aggregate(value=heads)
        parts.append(
            heads.select("month", "category", measure=ibis.literal("people"), value=heads.value.cast("int64"))
        )
    found = ibis.union(*parts)
    return found.select(
        "measure", "category", "value", table=ibis.literal(table), month=_month(found.month)
    ).select(*COLUMNS)


def _month(number: Any) -> Any:
    """`2023-01` from a number of months since year 0; `all` for null."""
    year, month = (number // 12).cast("string"), (number % 12 + 1).cast("string").lpad(2, "0")
    return (year + "-" + month).fill_null(ALL)


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
    changes = changes.group_by("d").aggregate(change=changes.change.sum())
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
    month = known.entry_from.year() * 12 + known.entry_from.month() - 1
    rows = known.mutate(month=month.cast("int32"), category=ibis.cases(*bands, else_=LONGER))
    cells = materialise(rows.group_by("month", "category").aggregate(stays=rows.count()))
    parts = [
        part.group_by("month", "category").aggregate(value=part.stays.sum())
        for part in _margins(cells, "lengths")
    ]
    shown = ibis.union(*parts)
    return shown.select(
        table=ibis.literal("lengths"),
        measure=ibis.literal("stays"),
        month=_month(shown.month),
        category="category",
        value=shown.value.cast("int64"),
    )
