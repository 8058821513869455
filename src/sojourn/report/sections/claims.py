"""What was said: every claim against the model, its readings, and the sources with their biases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp
from typing import Any

from sojourn._core.thresholds import CONFLICT, MISFIT
from sojourn.report import charts
from sojourn.report.document import Cell, Column, Figure, Section, Table
from sojourn.report.inputs import Numbers, Record, ReportInputs
from sojourn.report.wording import published, share

GROUPS = {
    "crossings": "Crossings and arrivals",
    "stocks": "People in a place, or gone from it",
    "registers": "Registers and permits",
    "balances": "Balances of entries and exits",
    "shares": "Shares, in per cent",
}
MEASURES = {
    **dict.fromkeys(("entries", "exits", "people", "arrivals", "departures"), "crossings"),
    **dict.fromkeys(("issued", "register", "settled"), "registers"),
    "net": "balances",
}
BIASES = 25
"""Sources' biases in the figure: those farthest from none; all are in the table."""


@dataclass(frozen=True)
class ClaimView:
    """A claim, as said and as understood. `readings` are rows of the answer, likeliest first."""

    id: str
    claim: Record
    words: Record
    readings: tuple[Record, ...]
    sentences: tuple[str, ...]
    verdict: str

    @property
    def group(self) -> str:
        """Key of `GROUPS`."""
        if self.words["unit"] in ("percent", "share"):
            return "shares"
        return MEASURES.get(self.readings[0]["measure"], "stocks")


def told(material: ReportInputs) -> list[ClaimView]:
    """Every claim that has readings, by the day it was published."""
    audited = {claim["claim"]: claim for claim in material.section("claims") or ()}
    found = [_told(material, claim, audited.get(claim["claim"])) for claim in material.answer["claims"]]
    return sorted(found, key=lambda item: (item.words["published"], item.id))


def _told(material: ReportInputs, claim: Record, audited: Record | None) -> ClaimView:
    words = material.ledger["claims"][claim["claim"]]
    order = sorted(claim["readings"], key=lambda reading: -reading["posterior"])
    by_id = {r["reading"]: r["sentence"] for r in audited["readings"]} if audited else {}
    sentences = tuple(
        by_id.get(r["reading"]) or plain(material, r, words["readings"][r["reading"]]) for r in order
    )
    verdict = audited["verdict"] if audited else _fit(claim)
    return ClaimView(claim["claim"], claim, words, tuple(order), sentences, verdict)


def _fit(claim: Record) -> str:
    """Without an audit: from the fit, in which the claim itself has taken part."""
    if claim["status"] != "use":
        return "not used"
    return "conflicts" if claim["fit"] < MISFIT else "strained" if claim["fit"] < CONFLICT else "fits"


def plain(material: ReportInputs, reading: Record, scope: Record) -> str:
    """What a reading counts, from its columns."""
    what = f"{reading['measure'].replace('_', ' ')} ({reading['who']})"
    if scope["of_measure"]:
        what += f" over {scope['of_measure'].replace('_', ' ')}"
    what += f", {material.place(scope['place'])}" if scope["place"] else ""
    when = " to ".join(filter(None, (scope["start"], scope["end"])))
    what += f", {when}" if when else ""
    return f"{what}: {reading['why']}" if reading["why"] else what


def claims_section(material: ReportInputs) -> Section:
    """Every claim as said against what its likeliest reading expects."""
    claims = told(material)
    verdict = (
        "Verdicts are the audit's: a claim against all the rest."
        if material.section("claims")
        else "Verdicts are by how well the model fits a claim in which that claim took part; "
        "`sojourn audit` judges it against the rest."
    )
    text = (
        "The grey bar is what the words may stand for; the coloured line is the 90 % interval of what the "
        "likeliest reading expects, before any bias of its source. Bias and error may part the two.",
        verdict,
    )
    figures = tuple(_figure(key, [c for c in claims if c.group == key]) for key in GROUPS)
    table = Table(
        "claims",
        "Every claim as said, and as understood",
        CLAIM_COLUMNS,
        tuple(_rows(material, claims)),
        "claim",
    )
    return Section(
        "claims", "What was said, and what the model expects", text, tuple(f for f in figures if f), (table,)
    )


CLAIM_COLUMNS = (
    Column("claim", "claim", "text"),
    Column("published", "published"),
    Column("source", "source"),
    Column("said", "said"),
    Column("verdict", "verdict"),
    Column("counts", "most likely counts"),
    Column("weight", "weight of that reading", "share"),
    Column("expected", "model expects", "count"),
    Column("q05", "90 %", "count"),
    Column("q95", "90 %, to", "count", upto=True),
    Column("unit", "unit"),
    Column("status", "status"),
    Column("copy_of", "copy of"),
    Column("quote", "words"),
    Column("via", "via"),
    Column("url", "address", "link"),
)


def _rows(material: ReportInputs, claims: list[ClaimView]) -> Iterator[tuple[Cell, ...]]:
    for item in claims:
        best, words = item.readings[0], item.words
        expected: Numbers = best["expected"]
        yield (
            item.id,
            published(words),
            material.source(item.claim["source"]),
            item.claim["said"],
            item.verdict,
            item.sentences[0],
            best["posterior"],
            *(expected[key] for key in ("q50", "q05", "q95")),
            words["unit"],
            item.claim["status"],
            words["copy_of"],
            words["quote"],
            words["via"],
            words["url"],
        )


def _figure(group: str, claims: list[ClaimView]) -> Figure | None:
    if not claims:
        return None
    log = group not in ("balances", "shares")
    floor = _floor(claims) if log else None
    rows = [_mark(item, floor) for item in claims]
    counts = {verdict: sum(item.verdict == verdict for item in claims) for verdict in charts.VERDICT}
    alt = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)
    title = (
        "per cent" if group == "shares" else "as said, in the claim's unit" + (" (log scale)" if log else "")
    )
    return Figure(
        f"claims-{group}",
        f"{GROUPS[group]}: as said (grey) against what the model expects.",
        f"Interval plot of {len(claims)} claims, by date: {alt}.",
        lambda: charts.said(rows, title, log=log),
    )


def _floor(claims: list[ClaimView]) -> float:
    """Where a log scale begins: bars of "up to" and "less than", which go to 0, end there."""
    least = [item.readings[0]["expected"]["q05"] for item in claims]
    least += [item.words["value"] for item in claims if item.words["value"]]
    return max(min(least) / 1.3, 0.5)


def _mark(item: ClaimView, floor: float | None) -> dict[str, Any]:
    """A row of the chart; shares in per cent, counts not below the floor of a log scale."""
    scale = 100.0 if item.words["unit"] == "share" else 1.0
    expected = item.readings[0]["expected"]
    numbers = {key: item.words[key] for key in ("low", "high")} | {
        k: expected[k] for k in ("q05", "q50", "q95")
    }
    value = item.words["value"]
    placed = {key: x * scale if floor is None else max(x, floor) for key, x in numbers.items()}
    return placed | {
        "middle": None if value is None else value * scale,
        "label": f"{item.id}  {_short(item.claim['said'])}",
        "words": item.words["quote"],
        "verdict": item.verdict,
        "counts": item.sentences[0],
    }


def _short(said: str) -> str:
    """A figure without its unit, which the axis has."""
    for unit in (" persons", " crossings", " documents"):
        said = said.removesuffix(unit)
    return said.replace(" percent", " %")


def readings_section(material: ReportInputs) -> Section:
    """Prior and posterior weight of every reading."""
    columns = (
        Column("claim", "claim", "claim"),
        Column("said", "said"),
        Column("reading", "reading"),
        Column("counts", "what it counts"),
        Column("prior", "weight before", "share"),
        Column("posterior", "weight after", "share"),
        Column("expected", "expects", "count"),
        Column("q05", "90 %", "count"),
        Column("q95", "90 %, to", "count", upto=True),
    )
    rows: list[tuple[Cell, ...]] = []
    changed: list[tuple[float, str]] = []
    for item in told(material):
        for reading, words in zip(item.readings, item.sentences, strict=True):
            expected = tuple(reading["expected"][key] for key in ("q50", "q05", "q95"))
            weights = (reading["prior"], reading["posterior"])
            rows.append((item.id, item.claim["said"], reading["reading"], words, *weights, *expected))
        best = item.readings[0]
        changed.append((best["posterior"] - best["prior"], _lead(item)))
    top = [text for gain, text in sorted(changed, key=lambda pair: -pair[0])[:5] if gain > 0]
    text = (
        "Weights before the figures were compared are the analyst's judgement; weights after are an output.",
    )
    table = Table("readings", "Every reading of every claim", columns, tuple(rows))
    return Section("readings", "What each figure most likely counts", (*text, *top), (), (table,))


def _lead(item: ClaimView) -> str:
    best = item.readings[0]
    weights = f"weight {share(best['prior'])} before, {share(best['posterior'])} after"
    return f"{item.id}, “{item.claim['said']}” ({weights}): {item.sentences[0]}"


def sources_section(material: ReportInputs) -> Section:
    """Who speaks, how often, and by what factor their figures lie beside what they count."""
    biases = sorted(
        material.answer["sources"], key=lambda s: -abs(s["bias"]["mean"]) / max(s["bias"]["sd"], 1e-9)
    )
    rows = [_bias(material, item) for item in biases]
    shown = rows[:BIASES]
    alt = "; ".join(f"{row['label']} {row['q50']:.2f}" for row in shown[:8])
    figure = Figure(
        "bias",
        "What a source says over what it counts: 1 is no bias. "
        + (f"The {BIASES} farthest from 1 of {len(rows)}." if len(rows) > BIASES else ""),
        f"Interval plot of factors, the farthest from 1 first: {alt}.",
        lambda: charts.intervals(shown, "factor (log scale)", axis=".2~g", log=True),
    )
    columns = (
        Column("source", "source"),
        Column("kind", "kind of figure"),
        Column("factor", "factor", "plain"),
    )
    interval = (Column("q05", "90 %", "plain"), Column("q95", "90 %, to", "plain", upto=True))
    table = Table(
        "biases",
        "Bias of each source by kind of figure, as a factor",
        (*columns, *interval, Column("claims", "claims", "claims")),
        tuple(
            (row["source"], row["kind"], row["q50"], row["q05"], row["q95"], row["claims"]) for row in rows
        ),
    )
    people = tuple(
        (s["name"], s["role"], s["interest"].replace("_", " "), tuple(_said_by(material, id)), s["note"])
        for id, s in material.ledger["sources"].items()
    )
    who = (
        Column("name", "source"),
        Column("role", "role"),
        Column("interest", "speaks as"),
        Column("claims", "claims", "claims"),
        Column("note", "note"),
    )
    return Section(
        "sources",
        "Sources and their biases",
        ("All that a source says of one kind shares a bias, part of it with all who serve its interest.",),
        (figure,),
        (table, Table("sources", "Who speaks", who, people)),
    )


def _bias(material: ReportInputs, item: Record) -> dict[str, Any]:
    """A bias on the natural scale, to three digits."""
    factors = {key: float(f"{exp(item['bias'][key]):.3g}") for key in ("q05", "q25", "q50", "q75", "q95")}
    kind = item["kind"].replace("_", " ")
    name = material.source(item["source"])
    claims = tuple(_said_by(material, item["source"]))
    own = {"source": name, "kind": kind, "claims": claims, "note": f"{len(claims)} claims"}
    return {**factors, **own, "label": f"{kind}: {name}"}


def _said_by(material: ReportInputs, source: str) -> Iterator[str]:
    return (claim["claim"] for claim in material.answer["claims"] if claim["source"] == source)
