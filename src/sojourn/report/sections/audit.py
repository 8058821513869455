"""The sections of `sojourn audit`: conflict, influence, sensitivity."""

from __future__ import annotations

from typing import Any

from sojourn._core.ledger_labels import LedgerLabels
from sojourn._core.thresholds import CONFLICT, K_HAT, SENSITIVE
from sojourn.report import charts
from sojourn.report.document import Cell, Column, Figure, Section, Table
from sojourn.report.inputs import Record, ReportInputs
from sojourn.report.sections.figures import TOP, figure, not_made, short
from sojourn.report.wording import OUTCOMES

LEAST_P = 1e-4
"""Smaller p-values are drawn at this value."""
TESTED = (
    Column("p", "p", "plain"),
    Column("p_error", "± of p", "plain"),
    Column("holm", "p, Holm", "plain"),
    Column("bh", "p, Benjamini–Hochberg", "plain"),
    Column("k_hat", "Pareto k̂", "plain"),
    Column("method", "method"),
)
"""Columns of a test of a claim, or of a source, given the others."""


def conflict_section(material: ReportInputs) -> Section:
    """Each claim and each source compared with all the others, and pairs that contradict each other."""
    title, conflict = "Who contradicts whom", material.section("conflict")
    if conflict is None:
        return Section("conflict", title, missing=not_made("audit"))
    pairs, names = len(conflict["pairs"]), material.labels
    found = (
        f"{pairs} pair{'s' if pairs > 1 else ''} of claims cannot both be true under any of their readings."
        if pairs
        else "No two claims contradict each other under all their readings."
    )
    tables = [_claims_table(material, conflict), _sources_table(material, conflict)]
    if pairs:
        tables.append(_pairs_table(conflict, names))
    figures = _conflict_figure(conflict, names)
    return Section("conflict", title, (conflict["note"], found), figures, tuple(tables))


def _conflict_figure(conflict: Record, names: LedgerLabels) -> tuple[Figure, ...]:
    """The claims that differ most from what the others imply, by p-value, one for each series."""
    known = [item for item in conflict["claims"] if item["p"] is not None]
    by_claim = {item["claim"]: item for item in sorted(known, key=lambda item: item["p"])}
    series = list(names.one_per_series(by_claim).items())[:TOP]
    rows = [_against(by_claim[code], names.mark(code, n)) for code, n in series]
    return figure(
        "conflict",
        f"p-values (log scale) of the {len(rows)} figures that differ most from what the others imply; "
        f"values below {LEAST_P} are drawn at {LEAST_P}. Dashed line: {CONFLICT}.",
        rows,
        lambda: charts.dots(rows, "p-value of the figure given the others", line=CONFLICT, log=True),
    )


def _against(item: Record, label: str) -> dict[str, Any]:
    group = "beyond" if item["p"] < CONFLICT else "within"
    note = f"{item['side']}; p {item['p']:.2g} ± {item['p_error']:.1g}; Holm {item['holm']:.2g}"
    return {"label": label, "value": max(item["p"], LEAST_P), "group": group, "note": note}


def _claims_table(material: ReportInputs, conflict: Record) -> Table:
    columns = (
        Column("claim", "claim", "figure"),
        Column("source", "source"),
        *TESTED,
        Column("side", "side"),
        Column("expected", "the others imply", "count"),
        Column("q05", "90%", "count"),
        Column("q95", "90%, to", "count", upto=True),
    )
    rows = tuple(
        (
            item["claim"],
            material.labels.source(item["source"]),
            *_tested(item),
            item["side"],
            *(item["expected"][key] for key in ("q50", "q05", "q95")),
        )
        for item in conflict["claims"]
    )
    return Table("conflict-claims", "Each claim given all the others", columns, rows)


def _sources_table(material: ReportInputs, conflict: Record) -> Table:
    columns = (
        Column("source", "source"),
        Column("claims", "claims", "plain"),
        Column("verdict", "verdict"),
        Column("meaning", "what that means"),
        Column("mean_z", "mean |z|", "plain"),
        Column("moved_by", "moved most by"),
        Column("moved", "mean z without it, change", "plain"),
        *TESTED,
    )
    name = material.labels.source
    rows = tuple(
        (
            *(name(item["source"]), item["claims"], item["verdict"], item["missing"] or item["meaning"]),
            short(item["mean_z"]),
            name(item["moved_by"]) if item["moved_by"] else "",
            short(item["moved"]),
            *_tested(item),
        )
        for item in conflict["sources"]
    )
    return Table("conflict-sources", "Who was surprised by whom: each source left out whole", columns, rows)


def _tested(item: Record) -> tuple[Cell, ...]:
    """Cells of `TESTED`."""
    return (*(short(item[key]) for key in ("p", "p_error", "holm", "bh", "k_hat")), item["method"])


def _pairs_table(conflict: Record, names: LedgerLabels) -> Table:
    columns = (
        Column("first", "claim", "figure"),
        Column("second", "contradicts", "figure"),
        Column("ratio", "differ by a factor of", "plain"),
        Column("sentence", "why"),
    )
    rows = tuple(
        (*both, pair["ratio"], names.sentence(pair["sentence"], both))
        for pair in conflict["pairs"]
        for both in [(pair["first"], pair["second"])]
    )
    return Table("pairs", "Pairs that cannot both be true", columns, rows)


def influence_section(material: ReportInputs) -> Section:
    """The answer without each claim, and without each source."""
    title, influence = "Figures that matter most", material.section("influence")
    if influence is None:
        return Section("influence", title, missing=not_made("audit"))
    names = material.labels
    figures: list[Figure] = []
    tables: list[Table] = []
    for key, what in (("claims", "claim or contact group"), ("sources", "source")):
        items = influence[key]
        by_name = {item["name"]: item for item in items}
        ranked = list(names.one_per_series(by_name).items())[:TOP]
        rows = [_moved(by_name[code], names, key, others) for code, others in ranked]
        figures += figure(
            f"influence-{key}",
            f"Largest shift of the answer without one {what}, in posterior standard deviations "
            "(± 2 standard errors).",
            rows,
            lambda rows=rows: charts.bars(rows, "shift, in posterior sd"),
        )
        columns = (
            Column("rank", "rank", "plain"),
            Column("name", what, "figure" if key == "claims" else "text"),
            Column("claims", "claims", "plain"),
            Column("distance", "shift, sd", "plain"),
            Column("distance_error", "±", "plain"),
            Column("quantity", "largest shift of"),
            *(Column(name, f"{label} without it", "count") for name, label in OUTCOMES.items()),
            Column("k_hat", "Pareto k̂", "plain"),
            Column("method", "method"),
        )
        table = tuple(_influence_row(item, names, key) for item in items)
        tables.append(Table(f"influence-{key}", f"The answer without one {what}", columns, table))
    weak = sum(item["method"] == "unreliable" for key in ("claims", "sources") for item in influence[key])
    text = (
        (f"{weak} rows are unreliable (importance weights with k̂ above {K_HAT}): do not quote them.",)
        if weak
        else ()
    )
    return Section("influence", title, text, tuple(figures), tuple(tables))


def _moved(item: Record, names: LedgerLabels, key: str, others: int) -> dict[str, Any]:
    name = names.mark(item["name"], others) if key == "claims" else names.source(item["name"])
    error = 2 * item["distance_error"]
    note = f"{names.quantity(item['quantity'])}; k̂ {item['k_hat']:.2f}, {item['method']}"
    return {
        "label": name,
        "value": item["distance"],
        "low": max(item["distance"] - error, 0),
        "high": item["distance"] + error,
        "note": note,
    }


def _influence_row(item: Record, names: LedgerLabels, key: str) -> tuple[Cell, ...]:
    name = item["name"] if key == "claims" else names.source(item["name"])
    without = (item["answer"].get(outcome, {}).get("q50") for outcome in OUTCOMES)
    quantity = names.quantity(item["quantity"])
    distance = (short(item["distance"]), short(item["distance_error"]), quantity)
    return (item["rank"], name, item["claims"], *distance, *without, short(item["k_hat"]), item["method"])


def sensitivity_section(material: ReportInputs) -> Section:
    """Power-scaling of each prior and of the likelihood, and quantities that only a prior determines."""
    title, names = "What rests on priors", material.labels
    learnt = _contraction_table(material, names)
    sensitivity = material.section("sensitivity")
    if sensitivity is None:
        return Section("sensitivity", title, tables=(learnt,), missing=not_made("audit"))
    ranked = sorted(
        sensitivity, key=lambda s: (s["name"] != "likelihood", -max(s["values"].values(), default=0))
    )
    rows = [_scaled(item, names) for item in ranked[:TOP]]
    figures = figure(
        "sensitivity",
        "How much the answer changes when a prior, or the weight of all figures together, is made stronger; "
        f"a value above {SENSITIVE} (dashed line) deserves a check.",
        rows,
        lambda: charts.dots(rows, "largest change of any quantity, per doubling", line=SENSITIVE),
    )
    quantities = list(dict.fromkeys(name for item in sensitivity for name in item["values"]))
    columns = (
        Column("name", "id"),
        Column("what", "prior"),
        *(Column(name.replace(" ", "_"), names.quantity(name), "plain") for name in quantities),
        Column("diagnosis", "diagnosis"),
    )
    table = tuple(
        (
            item["name"],
            f"{names.quantity(item['name'])}: {item['what']}",
            *(short(item["values"].get(name)) for name in quantities),
            _diagnosis(item, names),
        )
        for item in ranked
    )
    scaled = Table(
        "sensitivity", "Sensitivity to each prior (power-scaling), distance per doubling", columns, table
    )
    return Section("sensitivity", title, (), figures, (scaled, learnt))


def _scaled(item: Record, names: LedgerLabels) -> dict[str, Any]:
    worst, value = max(item["values"].items(), key=lambda pair: pair[1], default=("", 0.0))
    group = "beyond" if value > SENSITIVE else "within"
    return {
        "label": names.quantity(item["name"]),
        "value": value,
        "group": group,
        "note": f"{names.quantity(worst)}; {item['what']}",
    }


def _diagnosis(item: Record, names: LedgerLabels) -> str:
    return "; ".join(f"{names.quantity(name)}: {text}" for name, text in item["diagnosis"].items() if text)


def _contraction_table(material: ReportInputs, names: LedgerLabels) -> Table:
    """Contraction of quantities and parameters, the smallest first."""
    rows = tuple(
        (names.quantity(name), short(value), material.label(name))
        for name, value in sorted(material.contraction.items(), key=lambda pair: pair[1])
    )
    columns = (
        Column("quantity", "quantity"),
        Column("contraction", "contraction", "plain"),
        Column("label", "rests on"),
    )
    return Table(
        "contraction",
        "Contraction: near 1 where the figures decide, near 0 where the prior does",
        columns,
        rows,
    )
