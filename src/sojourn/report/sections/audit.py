"""The sections of `sojourn audit`: conflict, influence, sensitivity."""

from __future__ import annotations

from typing import Any

from sojourn._core.thresholds import CONFLICT, K_HAT, SENSITIVE
from sojourn.report import charts
from sojourn.report.document import Cell, Column, Figure, Section, Table
from sojourn.report.inputs import Record, ReportInputs
from sojourn.report.sections.figures import TOP, figure, not_made, short
from sojourn.report.wording import OUTCOMES, quantity

LEAST_P = 1e-4
"""Smaller p-values are drawn here."""
TESTED = (
    Column("p", "p", "plain"),
    Column("p_error", "± of p", "plain"),
    Column("holm", "p, Holm", "plain"),
    Column("bh", "p, Benjamini–Hochberg", "plain"),
    Column("k_hat", "Pareto k̂", "plain"),
    Column("method", "by"),
)
"""Columns of a test of a claim, or of a source, against the rest."""


def conflict_section(material: ReportInputs) -> Section:
    """Each claim and source against all the rest, and pairs that cannot both be true."""
    title, conflict = "Who contradicts whom", material.section("conflict")
    if conflict is None:
        return Section("conflict", title, missing=not_made("audit"))
    pairs = len(conflict["pairs"])
    found = (
        f"{pairs} pairs of claims cannot both be true, whatever either counts."
        if pairs
        else "No two claims contradict each other under all their readings."
    )
    tables = [_claims_table(material, conflict), _sources_table(material, conflict)]
    if pairs:
        tables.append(_pairs_table(conflict))
    return Section("conflict", title, (conflict["note"], found), _conflict_figure(conflict), tuple(tables))


def _conflict_figure(conflict: Record) -> tuple[Figure, ...]:
    """The claims farthest from what the rest expects, by p-value."""
    worst = sorted(conflict["claims"], key=lambda item: item["p"])[:TOP]
    rows = [_against(item) for item in worst]
    return figure(
        "conflict",
        f"p-values (log scale) of the {len(rows)} claims farthest from what the rest expects; "
        f"those below {LEAST_P} are drawn there. Dashed: {CONFLICT}.",
        rows,
        lambda: charts.dots(rows, "p-value of the claim against the rest", line=CONFLICT, log=True),
    )


def _against(item: Record) -> dict[str, Any]:
    group = "beyond" if item["p"] < CONFLICT else "within"
    note = f"{item['side']}; p {item['p']:.2g} ± {item['p_error']:.1g}; Holm {item['holm']:.2g}"
    return {"label": item["claim"], "value": max(item["p"], LEAST_P), "group": group, "note": note}


def _claims_table(material: ReportInputs, conflict: Record) -> Table:
    columns = (
        Column("claim", "claim", "claim"),
        Column("source", "source"),
        *TESTED,
        Column("side", "lies"),
        Column("expected", "the rest expects", "count"),
        Column("q05", "90 %", "count"),
        Column("q95", "90 %, to", "count", upto=True),
    )
    rows = tuple(
        (
            item["claim"],
            material.source(item["source"]),
            *_tested(item),
            item["side"],
            *(item["expected"][key] for key in ("q50", "q05", "q95")),
        )
        for item in conflict["claims"]
    )
    return Table("conflict-claims", "Each claim against all the rest", columns, rows)


def _sources_table(material: ReportInputs, conflict: Record) -> Table:
    columns = (Column("source", "source"), Column("claims", "claims", "plain"), *TESTED)
    rows = tuple(
        (material.source(item["source"]), item["claims"], *_tested(item)) for item in conflict["sources"]
    )
    return Table("conflict-sources", "Each source against all the others", columns, rows)


def _tested(item: Record) -> tuple[Cell, ...]:
    """Cells of `TESTED`."""
    return (*(short(item[key]) for key in ("p", "p_error", "holm", "bh", "k_hat")), item["method"])


def _pairs_table(conflict: Record) -> Table:
    columns = (
        Column("first", "claim", "claim"),
        Column("second", "against", "claim"),
        Column("ratio", "miss by a factor of", "plain"),
        Column("sentence", "why"),
    )
    rows = tuple(
        (pair["first"], pair["second"], pair["ratio"], pair["sentence"]) for pair in conflict["pairs"]
    )
    return Table("pairs", "Pairs that cannot both be true", columns, rows)


def influence_section(material: ReportInputs) -> Section:
    """The answer without each claim, and without each source."""
    title, influence = "What the answer hangs on", material.section("influence")
    if influence is None:
        return Section("influence", title, missing=not_made("audit"))
    figures: list[Figure] = []
    tables: list[Table] = []
    for key, what in (("claims", "claim or contact group"), ("sources", "source")):
        items = influence[key]
        rows = [_moved(material, item, key) for item in items[:TOP]]
        figures += figure(
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


def _moved(material: ReportInputs, item: Record, key: str) -> dict[str, Any]:
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


def _influence_row(material: ReportInputs, item: Record, key: str) -> tuple[Cell, ...]:
    name = item["name"] if key == "claims" else material.source(item["name"])
    without = (item["answer"].get(outcome, {}).get("q50") for outcome in OUTCOMES)
    distance = (short(item["distance"]), short(item["distance_error"]), quantity(item["quantity"]))
    return (item["rank"], name, item["claims"], *distance, *without, short(item["k_hat"]), item["method"])


def sensitivity_section(material: ReportInputs) -> Section:
    """Power-scaling of each prior and of the likelihood, and what only priors say."""
    title = "What rests on priors"
    learnt = _contraction_table(material)
    sensitivity = material.section("sensitivity")
    if sensitivity is None:
        return Section("sensitivity", title, tables=(learnt,), missing=not_made("audit"))
    ranked = sorted(
        sensitivity, key=lambda s: (s["name"] != "likelihood", -max(s["values"].values(), default=0))
    )
    rows = [_scaled(item) for item in ranked[:TOP]]
    figures = figure(
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
        (item["name"], item["what"], *(short(item["values"].get(name)) for name in names), _diagnosis(item))
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


def _contraction_table(material: ReportInputs) -> Table:
    """What the data taught, least first: quantities, then every unknown but walks."""
    rows = tuple(
        (quantity(name), short(value), material.label(name))
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
