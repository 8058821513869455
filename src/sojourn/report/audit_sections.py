"""The audit's sections: conflict, influence, sensitivity, as-of history, worth, what if.

A section that the audit does not hold says how to make it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sojourn.report import charts
from sojourn.report.material import Material, Record
from sojourn.report.section import NUMBERS, SHARES, Cell, Column, Figure, Section, Table, numbers
from sojourn.report.words import OUTCOMES, number, quantity, share, span

TOP = 15
"""Rows of a figure; all are in the table."""
K_HAT = 0.7
LEAST_P = 1e-4
"""Smaller p-values are drawn here."""
SENSITIVE = 0.05
AUDIT = "Not made yet: `sojourn {command}` with the folder of this answer adds it."
DIAGNOSIS = (
    Column("p_error", "± of p", "plain"),
    Column("holm", "p, Holm", "plain"),
    Column("bh", "p, Benjamini–Hochberg", "plain"),
    Column("k_hat", "Pareto k̂", "plain"),
    Column("method", "by"),
)


def conflict_section(material: Material) -> Section:
    """Each claim and source against all the rest, and pairs that cannot both be true."""
    title, conflict = "Who contradicts whom", material.section("conflict")
    if conflict is None:
        return Section("conflict", title, missing=AUDIT.format(command="audit"))
    worst = sorted(conflict["claims"], key=lambda item: item["p"])[:TOP]
    rows = [_against(item) for item in worst]
    figures = _figure(
        "conflict",
        f"p-values (log scale) of the {len(rows)} claims farthest from what the rest expects; "
        f"those below {LEAST_P} are drawn there. Dashed: 0.05.",
        rows,
        lambda: charts.dots(rows, "p-value of the claim against the rest", line=0.05, log=True),
    )
    claims = (
        Column("claim", "claim", "claim"),
        Column("source", "source"),
        Column("p", "p", "plain"),
        *DIAGNOSIS,
        Column("side", "lies"),
        Column("expected", "the rest expects", "count"),
        Column("q05", "90 %", "count"),
        Column("q95", "90 %, to", "count", upto=True),
    )
    tables = [
        Table(
            "conflict-claims", "Each claim against all the rest", claims, tuple(_claims(material, conflict))
        )
    ]
    sources = (
        Column("source", "source"),
        Column("claims", "claims", "plain"),
        Column("p", "p", "plain"),
        *DIAGNOSIS,
    )
    by_source = tuple(
        (
            material.source(s["source"]),
            s["claims"],
            *(_short(s[k]) for k in ("p", "p_error", "holm", "bh", "k_hat")),
            s["method"],
        )
        for s in conflict["sources"]
    )
    tables.append(Table("conflict-sources", "Each source against all the others", sources, by_source))
    pairs = tuple(
        (pair["first"], pair["second"], pair["ratio"], pair["sentence"]) for pair in conflict["pairs"]
    )
    columns = (
        Column("first", "claim", "claim"),
        Column("second", "against", "claim"),
        Column("ratio", "miss by a factor of", "plain"),
        Column("sentence", "why"),
    )
    found = (
        f"{len(pairs)} pairs of claims cannot both be true, whatever either counts."
        if pairs
        else ("No two claims contradict each other under all their readings.")
    )
    if pairs:
        tables.append(Table("pairs", "Pairs that cannot both be true", columns, pairs))
    return Section("conflict", title, (conflict["note"], found), figures, tuple(tables))


def _against(item: Record) -> dict[str, Any]:
    group = "beyond" if item["p"] < 0.05 else "within"
    note = f"{item['side']}; p {item['p']:.2g} ± {item['p_error']:.1g}; Holm {item['holm']:.2g}"
    return {"label": item["claim"], "value": max(item["p"], LEAST_P), "group": group, "note": note}


def _claims(material: Material, conflict: Record) -> Iterator[tuple[Cell, ...]]:
    for item in conflict["claims"]:
        values = (_short(item[key]) for key in ("p", "p_error", "holm", "bh", "k_hat"))
        expected = (item["expected"][key] for key in ("q50", "q05", "q95"))
        yield (
            item["claim"],
            material.source(item["source"]),
            *values,
            item["method"],
            item["side"],
            *expected,
        )


def influence_section(material: Material) -> Section:
    """The answer without each claim, and without each source."""
    title, influence = "What the answer hangs on", material.section("influence")
    if influence is None:
        return Section("influence", title, missing=AUDIT.format(command="audit"))
    figures: list[Figure] = []
    tables: list[Table] = []
    for key, what in (("claims", "claim or contact group"), ("sources", "source")):
        items = influence[key]
        rows = [_moved(material, item, key) for item in items[:TOP]]
        figures += _figure(
            f"influence-{key}",
            f"How far the answer moves without one {what}, in posterior standard deviations (± 2 s.e.).",
            rows,
            lambda rows=rows: charts.bars(rows, "shift, in sd"),
        )
        columns = (
            Column("rank", "rank", "plain"),
            Column("name", what, "claim" if key == "claims" else "text"),
            Column("claims", "claims", "plain"),
            Column("distance", "shift, sd", "plain"),
            Column("distance_error", "±", "plain"),
            Column("quantity", "of"),
            *(Column(name, f"{label} without it", "count") for name, label in OUTCOMES.items()),
            Column("k_hat", "Pareto k̂", "plain"),
            Column("method", "by"),
        )
        table = tuple(_influence_row(material, item, key) for item in items)
        tables.append(Table(f"influence-{key}", f"The answer without one {what}", columns, table))
    weak = sum(item["method"] == "unreliable" for key in ("claims", "sources") for item in influence[key])
    text = (
        (f"{weak} rows rest on importance weights with k̂ above {K_HAT}: do not quote them.",) if weak else ()
    )
    return Section("influence", title, text, tuple(figures), tuple(tables))


def _moved(material: Material, item: Record, key: str) -> dict[str, Any]:
    name = item["name"] if key == "claims" else material.source(item["name"])
    error = 2 * item["distance_error"]
    note = f"{quantity(item['quantity'])}; k̂ {item['k_hat']:.2f}, {item['method']}"
    return {
        "label": name,
        "value": item["distance"],
        "low": max(item["distance"] - error, 0),
        "high": item["distance"] + error,
        "note": note,
    }


def _influence_row(material: Material, item: Record, key: str) -> tuple[Cell, ...]:
    name = item["name"] if key == "claims" else material.source(item["name"])
    without = (item["answer"].get(outcome, {}).get("q50") for outcome in OUTCOMES)
    distance = (_short(item["distance"]), _short(item["distance_error"]), quantity(item["quantity"]))
    return (item["rank"], name, item["claims"], *distance, *without, _short(item["k_hat"]), item["method"])


def sensitivity_section(material: Material) -> Section:
    """Power-scaling of each prior and of the likelihood, and what only priors say."""
    title = "What rests on priors"
    learnt = _contraction_table(material)
    sensitivity = material.section("sensitivity")
    if sensitivity is None:
        return Section("sensitivity", title, tables=(learnt,), missing=AUDIT.format(command="audit"))
    ranked = sorted(
        sensitivity, key=lambda s: (s["name"] != "likelihood", -max(s["values"].values(), default=0))
    )
    rows = [_scaled(item) for item in ranked[:TOP]]
    figures = _figure(
        "sensitivity",
        f"How much the answer changes when a prior, or the likelihood, is made stronger; beyond {SENSITIVE} "
        "(dashed) is worth a look.",
        rows,
        lambda: charts.dots(rows, "largest distance over quantities, per doubling", line=SENSITIVE),
    )
    names = list(dict.fromkeys(name for item in sensitivity for name in item["values"]))
    columns = (
        Column("name", "prior"),
        Column("what", "what"),
        *(Column(name.replace(" ", "_"), quantity(name), "plain") for name in names),
        Column("diagnosis", "diagnosis"),
    )
    table = tuple(
        (item["name"], item["what"], *(_short(item["values"].get(name)) for name in names), _diagnosis(item))
        for item in ranked
    )
    scaled = Table("sensitivity", "Power-scaling, distance per doubling", columns, table)
    return Section("sensitivity", title, (), figures, (scaled, learnt))


def _scaled(item: Record) -> dict[str, Any]:
    worst, value = max(item["values"].items(), key=lambda pair: pair[1], default=("", 0.0))
    group = "beyond" if value > SENSITIVE else "within"
    return {
        "label": item["name"],
        "value": value,
        "group": group,
        "note": f"{quantity(worst)}; {item['what']}",
    }


def _diagnosis(item: Record) -> str:
    return "; ".join(f"{quantity(name)}: {text}" for name, text in item["diagnosis"].items() if text)


def _contraction_table(material: Material) -> Table:
    """What the data taught, least first: quantities, then every unknown but walks."""
    rows = tuple(
        (quantity(name), _short(value), material.label(name))
        for name, value in sorted(material.contraction.items(), key=lambda pair: pair[1])
    )
    columns = (
        Column("quantity", "quantity"),
        Column("contraction", "contraction", "plain"),
        Column("label", "rests on"),
    )
    return Table(
        "contraction", "Contraction: 1 where data decide, near 0 where only the prior speaks", columns, rows
    )


def history_section(material: Material) -> Section:
    """The answer at every date on which claims were published."""
    title, history = "The answer as it could have been given", material.section("history")
    if history is None:
        return Section("history", title, missing=AUDIT.format(command="history"))
    rows = [
        {**moment["asked"][key], "date": moment["date"], "group": label, "note": ", ".join(moment["new"])}
        for key, label in ((f"share {name}", label) for name, label in OUTCOMES.items())
        for moment in history
        if key in moment["asked"]
    ]
    figures = _figure(
        "history",
        "Shares on the day asked, from the claims published until each date: median, 50 % and 90 % bands.",
        rows,
        lambda: charts.bands(rows, (), "share of those who arrived", axis="%"),
    )
    columns = (
        Column("date", "date", "date"),
        Column("claims", "claims in use", "plain"),
        Column("quantity", "quantity"),
        *SHARES,
        Column("k_hat", "Pareto k̂", "plain"),
        Column("method", "by"),
        Column("new", "new claims", "claims"),
    )
    table = tuple(
        (
            m["date"],
            m["claims"],
            quantity(key),
            *numbers(m["asked"][key]),
            _short(m["k_hat"]),
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


def worth_section(material: Material) -> Section:
    """Statistics not yet published, by what they would settle."""
    title, worth = "What would settle it", material.section("worth")
    if worth is None:
        return Section("worth", title, missing=AUDIT.format(command="worth"))
    rows = [
        {
            "label": item["name"],
            "value": item["answer"],
            "low": item["answer"] - 2 * item["answer_error"],
            "high": item["answer"] + 2 * item["answer_error"],
            "note": item["sentence"],
        }
        for item in worth[:TOP]
    ]
    figures = _figure(
        "worth",
        "Expected share of the answer's variance that a new statistic would remove, with the bias and error "
        "of who would publish it (± 2 s.e.).",
        rows,
        lambda: charts.bars(rows, "share of variance removed", axis=".0%"),
    )
    columns = (
        Column("rank", "rank", "plain"),
        Column("name", "statistic"),
        Column("sentence", "what"),
        Column("answer", "variance removed", "share"),
        Column("answer_error", "± s.e.", "share"),
        *(Column(f"known_{name}", f"{label}, if known exactly", "share") for name, label in OUTCOMES.items()),
        *(Column(f"heard_{name}", f"{label}, as heard", "share") for name, label in OUTCOMES.items()),
    )
    table = tuple(
        (
            *(item[key] for key in ("rank", "name", "sentence", "answer", "answer_error")),
            *(item[key].get(name) for key in ("known", "heard") for name in OUTCOMES),
        )
        for item in worth
    )
    return Section("worth", title, (), figures, (Table("worth", "Candidates, best first", columns, table),))


def whatif_section(material: Material) -> Section:
    """Edited histories, each with the difference it makes."""
    title, whatif = "What if", material.section("whatif")
    if whatif is None:
        return Section("whatif", title, missing=AUDIT.format(command="whatif"))
    rows = [
        {**change["difference"], "label": f"{i}: {quantity(name)}", "note": "; ".join(item["edits"])}
        for i, item in enumerate(whatif, 1)
        for name, change in item["quantities"].items()
        if not name.startswith("share ")
    ]
    figures = _figure(
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


def _figure(
    id: str, caption: str, rows: list[dict[str, Any]], draw: Callable[[], charts.Spec]
) -> tuple[Figure, ...]:
    """A figure, unless there is nothing to draw; its text names the first rows."""
    if not rows:
        return ()
    return (Figure(id, caption, f"{caption} {'; '.join(_words(row) for row in rows[:8])}.", draw),)


def _words(row: dict[str, Any]) -> str:
    if "value" in row:
        return f"{row['label']} {row['value']:.2g}"
    form = share if abs(row["q95"]) <= 1 else number
    name = row.get("label") or f"{row['date']}, {row['group']}"
    return f"{name} {form(row['q50'])} ({span(row, form)})"


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.3g}")
