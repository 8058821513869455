"""What was said: every claim beside what the model expects, its readings, and the biases of sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp
from typing import Any

from sojourn._core.answer_warnings import warnings_of
from sojourn._core.ledger_labels import (
    MEASURES,
    LedgerLabels,
    measure_title,
    more_of_series,
)
from sojourn._core.thresholds import CONFLICT
from sojourn.report import charts
from sojourn.report.document import Cell, Column, Figure, Section, Table
from sojourn.report.inputs import Numbers, Record, ReportInputs
from sojourn.report.wording import published, share

GROUPS = {
    "crossings": "Crossings and arrivals",
    "stocks": "People in a place, or gone from it",
    "registers": "Registers and permits",
    "balances": "Balances of entries and exits",
    "shares": "Shares, in percent",
}
GROUP_OF = {
    **dict.fromkeys(("entries", "exits", "people", "arrivals", "departures"), "crossings"),
    **dict.fromkeys(("issued", "register", "settled"), "registers"),
    "net": "balances",
}
SEVERITY = ("conflicts", "strained", "fits", "not judged", "not used")
"""Verdicts, the worst first."""
BIASES = 25
"""Number of biases in the figure: those farthest from 1; the table has all of them."""


@dataclass(frozen=True)
class ClaimView:
    """A claim as said and as read. `readings` are rows of the answer, the most likely first."""

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
        return GROUP_OF.get(self.readings[0]["measure"], "stocks")


def view_claims(material: ReportInputs) -> list[ClaimView]:
    """Every claim that has readings, by date of publication."""
    audited = {claim["claim"]: claim for claim in material.section("claims") or ()}
    found = [_view(material, claim, audited.get(claim["claim"])) for claim in material.answer["claims"]]
    return sorted(found, key=lambda item: (item.words["published"], item.id))


def _view(material: ReportInputs, claim: Record, audited: Record | None) -> ClaimView:
    words = material.ledger["claims"][claim["claim"]]
    order = sorted(claim["readings"], key=lambda reading: -reading["posterior"])
    by_id = {r["reading"]: r["sentence"] for r in audited["readings"]} if audited else {}
    sentences = tuple(
        by_id.get(r["reading"]) or plain(material, r, words["readings"][r["reading"]]) for r in order
    )
    verdict = audited["verdict"] if audited else _judge(material, claim)
    return ClaimView(claim["claim"], claim, words, tuple(order), sentences, verdict)


def _judge(material: ReportInputs, claim: Record) -> str:
    """The verdict without an audit, from importance weights that leave the claim out."""
    if claim["status"] != "use":
        return "not used"
    if claim["p"] is None:
        return "not judged"
    if any(w.kind == "misfit" and claim["claim"] in w.claims for w in warnings_of(material.answer)):
        return "conflicts"
    return "strained" if claim["p"] < CONFLICT else "fits"


def plain(material: ReportInputs, reading: Record, scope: Record) -> str:
    """What a reading counts, from its columns."""
    what = measure_title(reading["measure"], reading["who"])
    if scope["of_measure"]:
        what += f" as a share of {MEASURES.get(scope['of_measure'], scope['of_measure'])}"
    what += f", {material.labels.place(scope['place'])}" if scope["place"] else ""
    when = " to ".join(filter(None, (scope["start"], scope["end"])))
    what += f", {when}" if when else ""
    return f"{what}: {reading['why']}" if reading["why"] else what


def claims_section(material: ReportInputs) -> Section:
    """Every claim as said, beside what its most likely reading expects."""
    claims, names = view_claims(material), material.labels
    verdict = (
        "The verdicts come from the audit, which compares each claim with all the others."
        if material.section("claims")
        else "The verdicts compare each claim with all the others by importance weights. Where those are "
        "unreliable the claim is not judged; `sojourn audit` can draw again without it."
    )
    text = (
        "The grey bar is the range that the words allow; the coloured line is the 90% interval of what the "
        "most likely reading expects, before any bias of the source. Bias or error can explain a gap. "
        "A series of figures is one row, the one with the worst verdict.",
        verdict,
    )
    figures = tuple(_figure(key, [c for c in claims if c.group == key], names) for key in GROUPS)
    table = Table(
        "claims",
        "Every claim as said, and as read",
        CLAIM_COLUMNS,
        tuple(_rows(material, claims)),
        "claim",
        names.series(item.id for item in claims),
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
    Column("weight", "probability of that reading", "share"),
    Column("expected", "model expects", "count"),
    Column("q05", "90%", "count"),
    Column("q95", "90%, to", "count", upto=True),
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
            material.labels.source(item.claim["source"]),
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


def _figure(group: str, claims: list[ClaimView], names: LedgerLabels) -> Figure | None:
    if not claims:
        return None
    worst = sorted(claims, key=lambda item: SEVERITY.index(item.verdict))
    others = names.one_per_series(item.id for item in worst)
    shown = [item for item in claims if item.id in others]
    log = group not in ("balances", "shares")
    floor = _floor(shown) if log else None
    rows = [_mark(item, floor, names.mark(item.id, others[item.id])) for item in shown]
    counts = {verdict: sum(item.verdict == verdict for item in claims) for verdict in charts.VERDICT}
    alt = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)
    title = "percent" if group == "shares" else "in the unit of the claim" + (" (log)" if log else "")
    return Figure(
        f"claims-{group}",
        f"{GROUPS[group]}: as said (grey), and what the model expects.",
        f"Interval plot of {len(claims)} claims, by date: {alt}.",
        lambda: charts.said(rows, title, log=log),
    )


def _floor(claims: list[ClaimView]) -> float:
    """Lower end of a log scale, where the bars of "up to" and "less than" are cut, since they reach 0."""
    least = [item.readings[0]["expected"]["q05"] for item in claims]
    least += [item.words["value"] for item in claims if item.words["value"]]
    return max(min(least) / 1.3, 0.5)


def _mark(item: ClaimView, floor: float | None, label: str) -> dict[str, Any]:
    """A row of the chart; shares in percent, counts not below the lower end of a log scale."""
    scale = 100.0 if item.words["unit"] == "share" else 1.0
    expected = item.readings[0]["expected"]
    numbers = {key: item.words[key] for key in ("low", "high")} | {
        k: expected[k] for k in ("q05", "q50", "q95")
    }
    value = item.words["value"]
    placed = {key: x * scale if floor is None else max(x, floor) for key, x in numbers.items()}
    return placed | {
        "middle": None if value is None else value * scale,
        "label": label,
        "words": item.words["quote"],
        "verdict": item.verdict,
        "counts": item.sentences[0],
    }


def readings_section(material: ReportInputs) -> Section:
    """Prior and posterior probability of every reading."""
    columns = (
        Column("claim", "claim", "figure"),
        Column("said", "said"),
        Column("reading", "reading"),
        Column("counts", "what it counts"),
        Column("prior", "before (prior)", "share"),
        Column("posterior", "after (posterior)", "share"),
        Column("expected", "expects", "count"),
        Column("q05", "90%", "count"),
        Column("q95", "90%, to", "count", upto=True),
    )
    rows: list[tuple[Cell, ...]] = []
    changed: dict[str, tuple[float, str]] = {}
    for item in view_claims(material):
        for reading, words in zip(item.readings, item.sentences, strict=True):
            expected = tuple(reading["expected"][key] for key in ("q50", "q05", "q95"))
            weights = (reading["prior"], reading["posterior"])
            rows.append((item.id, item.claim["said"], reading["reading"], words, *weights, *expected))
        best = item.readings[0]
        changed[item.id] = (best["posterior"] - best["prior"], _lead(material, item))
    ranked = [code for code in sorted(changed, key=lambda code: -changed[code][0]) if changed[code][0] > 0]
    series = list(material.labels.one_per_series(ranked).items())[:5]
    top = [changed[code][1] + more_of_series(others) for code, others in series]
    text = (
        "The probability of a reading before the figures were compared is the analyst's judgement; the "
        "probability afterwards is a result. It rose most for these:",
    )
    table = Table("readings", "Every reading of every claim", columns, tuple(rows))
    return Section("readings", "What each figure most likely counts", (*text, *top), (), (table,))


def _lead(material: ReportInputs, item: ClaimView) -> str:
    """The most likely reading of a claim, with its probability after and before the comparison."""
    best, words = item.readings[0], item.sentences[0].removesuffix(".")
    counted = words if words.startswith("“") else f"“{item.claim['said']}” most likely means {words}"
    weights = f"{share(best['posterior'])}; before: {share(best['prior'])}"
    return f"{material.labels.source(item.claim['source'])}: {counted} ({weights}; {item.id})"


def sources_section(material: ReportInputs) -> Section:
    """Who speaks, how often, and the factor by which their figures differ from what they count."""
    biases = sorted(
        material.answer["sources"], key=lambda s: -abs(s["bias"]["mean"]) / max(s["bias"]["sd"], 1e-9)
    )
    rows = [_bias(material, item) for item in biases]
    shown = rows[:BIASES]
    alt = "; ".join(f"{row['label']} {row['q50']:.2f}" for row in shown[:8])
    figure = Figure(
        "bias",
        "What a source says divided by what it counts: 1 means no bias. "
        + (f"The {BIASES} of {len(rows)} that are farthest from 1." if len(rows) > BIASES else ""),
        f"Interval plot of factors, those farthest from 1 first: {alt}.",
        lambda: charts.intervals(shown, "factor (log scale)", axis=".2~g", log=True),
    )
    columns = (
        Column("source", "source"),
        Column("kind", "kind of figure"),
        Column("factor", "factor", "plain"),
    )
    interval = (Column("q05", "90%", "plain"), Column("q95", "90%, to", "plain", upto=True))
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
        Column("interest", "interest"),
        Column("claims", "claims", "claims"),
        Column("note", "note"),
    )
    return Section(
        "sources",
        "Sources and their biases",
        (
            "A source's figures of one kind are assumed to err together, and partly with those of others "
            "that share its interest.",
        ),
        (figure,),
        (table, Table("sources", "Who speaks", who, people)),
    )


def _bias(material: ReportInputs, item: Record) -> dict[str, Any]:
    """A bias as a factor, to three significant digits."""
    factors = {key: float(f"{exp(item['bias'][key]):.3g}") for key in ("q05", "q25", "q50", "q75", "q95")}
    kind = item["kind"].replace("_", " ")
    name = material.labels.source(item["source"])
    claims = tuple(_said_by(material, item["source"]))
    own = {
        "source": name,
        "kind": kind,
        "claims": claims,
        "note": f"{len(claims)} claim{'s' if len(claims) > 1 else ''}",
    }
    return {**factors, **own, "label": f"{name}: {kind}"}


def _said_by(material: ReportInputs, source: str) -> Iterator[str]:
    return (claim["claim"] for claim in material.answer["claims"] if claim["source"] == source)
