"""The sections of `sojourn vintages`, `worth` and `whatif`: what was known when, what would settle it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sojourn.report import charts
from sojourn.report.document import NUMBERS, SHARES, Cell, Column, Figure, Section, Table, numbers
from sojourn.report.inputs import Record, ReportInputs
from sojourn.report.sections.figures import TOP, figure, not_made, short
from sojourn.report.wording import OUTCOMES, quantity


def history_section(material: ReportInputs) -> Section:
    """The answer at every date on which claims were published."""
    title, history = "The answer as it could have been given", material.section("history")
    if history is None:
        return Section("history", title, missing=not_made("vintages"))
    figures = tuple(made for name, label in OUTCOMES.items() for made in _known(history, name, label))
    columns = (
        Column("date", "date", "date"),
        Column("claims", "claims in use", "plain"),
        Column("quantity", "quantity"),
        *SHARES,
        Column("k_hat", "Pareto k̂", "plain"),
        Column("effective", "effective draws", "plain"),
        Column("method", "by"),
        Column("new", "new claims", "claims"),
    )
    table = tuple(
        (
            m["date"],
            m["claims"],
            quantity(key),
            *numbers(m["asked"][key]),
            short(m["k_hat"]),
            round(m["effective"]),
            m["method"],
            tuple(m["new"]),
        )
        for m in history
        for key in (f"share {name}" for name in OUTCOMES)
        if key in m["asked"]
    )
    return Section(
        "history", title, (), figures, (Table("history", "Shares by date of knowledge", columns, table),)
    )


def _known(history: list[Record], name: str, label: str) -> tuple[Figure, ...]:
    """One outcome's share as it was known; between two dates it was that of the first."""
    key = f"share {name}"
    rows = [
        {**moment["asked"][key], "date": moment["date"], "group": label, "note": ", ".join(moment["new"])}
        for moment in history
        if key in moment["asked"]
    ]
    return figure(
        f"history_{name}",
        f"Share that {label}, on the day asked, from the claims published until each date: median, 50 % and "
        "90 % bands.",
        rows,
        lambda: charts.known(rows, "share"),
    )


def worth_section(material: ReportInputs) -> Section:
    """Statistics not yet published, by what they would settle."""
    title, worth = "What would settle it", material.section("worth")
    if worth is None:
        return Section("worth", title, missing=not_made("worth"))
    rows = [
        {
            "label": item["name"],
            "value": item["answer"],
            "low": item["answer"] - 2 * item["answer_error"],
            "high": item["answer"] + 2 * item["answer_error"],
            "note": item["title"],
        }
        for item in worth[:TOP]
    ]
    figures = figure(
        "worth",
        "Expected share of the answer's variance that a new statistic would remove, with the bias and error "
        "of who would publish it (± 2 s.e.).",
        rows,
        lambda: charts.bars(rows, "share of variance removed", axis=".0%"),
    )
    columns = (
        Column("rank", "rank", "plain"),
        Column("name", "statistic"),
        Column("title", "what"),
        Column("answer", "variance removed", "share"),
        Column("answer_error", "± s.e.", "share"),
        *(Column(f"known_{name}", f"{label}, if known exactly", "share") for name, label in OUTCOMES.items()),
        *(Column(f"heard_{name}", f"{label}, as heard", "share") for name, label in OUTCOMES.items()),
    )
    table = tuple(
        (
            *(item[key] for key in ("rank", "name", "title", "answer", "answer_error")),
            *(item[key].get(name) for key in ("known", "heard") for name in OUTCOMES),
        )
        for item in worth
    )
    exact = Table(
        "worth_counts",
        "What exactly each would count",
        (Column("name", "statistic"), Column("sentence", "counts")),
        tuple((item["name"], item["sentence"]) for item in worth),
    )
    tables = (Table("worth", "Candidates, best first", columns, table), exact)
    return Section("worth", title, (), figures, tables)


def whatif_section(material: ReportInputs) -> Section:
    """Edited histories, each with the difference it makes."""
    title, whatif = "What if", material.section("whatif")
    if whatif is None:
        return Section("whatif", title, missing=not_made("whatif"))
    rows = [
        {**change["difference"], "label": f"{i}: {quantity(name)}", "note": "; ".join(item["edits"])}
        for i, item in enumerate(whatif, 1)
        for name, change in item["quantities"].items()
        if not name.startswith("share ")
    ]
    figures = figure(
        "whatif",
        "Difference that each edit makes, persons: median, 50 % and 90 % interval.",
        rows,
        lambda: charts.intervals(rows, "persons, edited less as it is"),
    )
    columns = (
        Column("number", "no.", "plain"),
        Column("edits", "edit"),
        Column("quantity", "quantity"),
        Column("as_is", "as it is", "plain"),
        Column("edited", "edited", "plain"),
        *(Column(f"difference_{c.name}", f"difference, {c.title}", "plain", c.upto) for c in NUMBERS),
        Column("more", "chance of more", "share"),
    )
    table = tuple(_changes(whatif))
    text = tuple(f"{i}. {item['sentence']}" for i, item in enumerate(whatif, 1))
    return Section(
        "whatif", title, text, figures, (Table("whatif", "Edits and differences", columns, table),)
    )


def _changes(whatif: Iterable[Record]) -> Iterator[tuple[Cell, ...]]:
    for i, item in enumerate(whatif, 1):
        for name, change in item["quantities"].items():
            medians = (change[key]["q50"] for key in ("as_is", "edited"))
            yield (
                i,
                "; ".join(item["edits"]),
                quantity(name),
                *medians,
                *numbers(change["difference"]),
                change["more"],
            )
