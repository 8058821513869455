"""The sections of `sojourn vintages`, `worth` and `whatif`: earlier answers, new statistics, edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sojourn._core.ledger_labels import LedgerLabels
from sojourn.report import charts
from sojourn.report.document import NUMBERS, SHARES, Cell, Column, Figure, Section, Table, numbers
from sojourn.report.inputs import Record, ReportInputs
from sojourn.report.sections.figures import TOP, figure, not_made, short
from sojourn.report.wording import OUTCOMES


def history_section(material: ReportInputs) -> Section:
    """The answer at every date on which claims were published."""
    title, history = "What we would have said then", material.section("history")
    if history is None:
        return Section("history", title, missing=not_made("vintages"))
    names = material.labels
    figures = tuple(made for name, label in OUTCOMES.items() for made in _known(history, name, label, names))
    columns = (
        Column("date", "date", "date"),
        Column("claims", "claims in use", "plain"),
        Column("quantity", "quantity"),
        *SHARES,
        Column("k_hat", "Pareto k̂", "plain"),
        Column("effective", "effective draws", "plain"),
        Column("method", "method"),
        Column("new", "new claims", "claims"),
    )
    table = tuple(
        (
            m["date"],
            m["claims"],
            names.quantity(key),
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
        "history",
        title,
        (),
        figures,
        (Table("history", "Shares, from the claims published by each date", columns, table),),
    )


def _known(history: list[Record], name: str, label: str, names: LedgerLabels) -> tuple[Figure, ...]:
    """The share of one outcome by date of knowledge; it stays the same until the next date."""
    key = f"share {name}"
    rows = [
        {**moment["asked"][key], "date": moment["date"], "group": label, "note": _new(moment, names)}
        for moment in history
        if key in moment["asked"]
    ]
    return figure(
        f"history_{name}",
        f"Share that {label} by the date of the question, from the claims published by each date: median, "
        "50% and 90% bands.",
        rows,
        lambda: charts.known(rows, "share"),
    )


def _new(moment: Record, names: LedgerLabels) -> str:
    """The speakers of the claims published on a date."""
    speakers = dict.fromkeys(names.speaker(code) for code in moment["new"])
    return f"{len(moment['new'])} new: {', '.join(speakers)}"


def worth_section(material: ReportInputs) -> Section:
    """Statistics not yet published, by how much of the variance they would remove."""
    title, worth = "Which new statistics would help most", material.section("worth")
    if worth is None:
        return Section("worth", title, missing=not_made("worth"))
    rows = [
        {
            "label": _title(item, worth),
            "value": item["answer"],
            "low": item["answer"] - 2 * item["answer_error"],
            "high": item["answer"] + 2 * item["answer_error"],
            "note": item["sentence"],
        }
        for item in worth[:TOP]
    ]
    figures = figure(
        "worth",
        "Expected share of the answer's variance that a new statistic would remove, given the bias and error "
        "of its publisher (± 2 standard errors).",
        rows,
        lambda: charts.bars(rows, "share of variance removed", axis=".0%"),
    )
    columns = (
        Column("rank", "rank", "plain"),
        Column("name", "id"),
        Column("title", "statistic"),
        Column("answer", "variance removed", "share"),
        Column("answer_error", "± s.e.", "share"),
        *(Column(f"known_{name}", f"{label}, if exact", "share") for name, label in OUTCOMES.items()),
        *(Column(f"heard_{name}", f"{label}, as published", "share") for name, label in OUTCOMES.items()),
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
        "What each statistic would count",
        (Column("name", "id"), Column("sentence", "counts")),
        tuple((item["name"], item["sentence"]) for item in worth),
    )
    tables = (Table("worth", "Candidate statistics, the best first", columns, table), exact)
    return Section("worth", title, (), figures, tables)


def _title(item: Record, all_items: list[Record]) -> str:
    """The title of a candidate; with its id where another candidate has the same title."""
    same = sum(other["title"] == item["title"] for other in all_items)
    return item["title"] if item["title"] and same == 1 else f"{item['title']} ({item['name']})".strip()


def whatif_section(material: ReportInputs) -> Section:
    """Edited histories, and the difference that each makes."""
    title, whatif = "What if", material.section("whatif")
    if whatif is None:
        return Section("whatif", title, missing=not_made("whatif"))
    names = material.labels
    rows = [
        {**change["difference"], "label": f"{i}: {names.quantity(name)}", "note": "; ".join(item["edits"])}
        for i, item in enumerate(whatif, 1)
        for name, change in item["quantities"].items()
        if not name.startswith("share ")
    ]
    figures = figure(
        "whatif",
        "Change in the number of people that each edit makes: median, 50% and 90% interval.",
        rows,
        lambda: charts.intervals(rows, "change in people"),
    )
    columns = (
        Column("number", "no.", "plain"),
        Column("edits", "edit"),
        Column("quantity", "quantity"),
        Column("as_is", "unchanged", "measured"),
        Column("edited", "edited", "measured"),
        *(Column(f"difference_{c.name}", f"difference, {c.title}", "measured", c.upto) for c in NUMBERS),
        Column("more", "probability of an increase", "share"),
    )
    table = tuple(_changes(whatif, names))
    text = tuple(f"{i}. {item['sentence']}" for i, item in enumerate(whatif, 1))
    return Section(
        "whatif", title, text, figures, (Table("whatif", "Edits and differences", columns, table),)
    )


def _changes(whatif: Iterable[Record], names: LedgerLabels) -> Iterator[tuple[Cell, ...]]:
    for i, item in enumerate(whatif, 1):
        for name, change in item["quantities"].items():
            medians = (change[key]["q50"] for key in ("as_is", "edited"))
            yield (
                i,
                "; ".join(item["edits"]),
                names.quantity(name),
                *medians,
                *numbers(change["difference"]),
                change["more"],
            )
