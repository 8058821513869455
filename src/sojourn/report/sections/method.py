"""The method, its diagnostics, and the provenance of every number."""

from __future__ import annotations

from sojourn._core.thresholds import EFFECTIVE, RHAT
from sojourn.report.document import Cell, Column, Section, Table
from sojourn.report.inputs import Record, ReportInputs

DOCS = "https://github.com/sojourn-stats/sojourn/blob/main/docs"
TITLES = {
    "rhat_max": f"largest R̂ (should be at most {RHAT})",
    "ess_bulk_min": f"smallest effective sample size, bulk (should be at least {EFFECTIVE})",
    "ess_tail_min": f"smallest effective sample size, tail (should be at least {EFFECTIVE})",
    "divergences": "divergent transitions (should be 0)",
    "leapfrogs": "leapfrog steps per draw, mean",
    "seconds_compile": "time to compile, seconds",
    "seconds_sample": "time to sample, seconds",
}
METHOD = (
    "The model draws histories of the displaced population (arrivals, moves, stays, trips abroad, visitors, "
    "registers) from their posterior distribution. It treats every published figure as a count in such a "
    "history: under one of its readings, with the bias of its source, and as precise as its words.",
    "“Only the prior says this” marks a quantity whose variance the figures reduced by less than a tenth.",
    "Every number derives from all claims in use. The table of claims gives the address and date of each; "
    "`prov.json` states the same for programs, and `ro-crate-metadata.json` describes the files.",
)


def method_section(material: ReportInputs) -> Section:
    """Method, settings, diagnostics, warnings, hashes."""
    answer = material.answer
    pages = (("The model", f"{DOCS}/theory.md"), ("Every default prior", f"{DOCS}/reference/priors.md"))
    settings = (
        ("case", answer["case"]),
        ("question", answer["question"]),
        ("date of the question", answer["asof"]),
        ("claims published by", answer["claims_until"]),
        ("claims in use", len(material.used)),
        ("chains", answer["draws"]["chains"]),
        ("draws per chain", answer["draws"]["draws"]),
        ("seed", answer["seed"]),
        ("version of sojourn", answer["version"]),
    )
    found = tuple((TITLES.get(key, key), value) for key, value in answer["diagnostics"].items())
    files = tuple(sorted({**material.digests, **answer["inputs"]}.items()))
    pair = (Column("name", "name"), Column("value", "value"))
    tables = (
        Table("settings", "Settings", pair, settings),
        Table("diagnostics", "Diagnostics of the draws", pair, found),
        Table(
            "files",
            "Files on which this report is based, SHA-256",
            (Column("file", "file"), Column("sha256", "SHA-256")),
            files,
        ),
        Table("pages", "Documentation", (Column("page", "page"), Column("url", "address", "link")), pages),
    )
    return Section(
        "method",
        "Method, diagnostics, provenance",
        METHOD,
        (),
        (*tables[:2], *_contacts(material), *tables[2:]),
    )


CONTACTS = (
    Column("groups", "groups", "plain"),
    Column("respondent", "respondent (pseudonym)"),
    Column("kind", "kind"),
    Column("place", "place"),
    Column("asof", "date"),
    Column("size_hedge", "hedge"),
    Column("size", "size"),
    Column("stayed", "stayed"),
    Column("moved_on", "moved on"),
    Column("returned", "returned"),
    Column("note", "note"),
)


def _contacts(material: ReportInputs) -> tuple[Table, ...]:
    """Contact groups as reported, the small ones in one row; they count as evidence like claims."""
    groups = material.ledger["contacts"]
    if not groups:
        return ()
    rows = tuple(
        (id, *(_cell(material, group, column.name) for column in CONTACTS)) for id, group in groups.items()
    )
    columns = (Column("group", "group"), *CONTACTS)
    return (Table("contacts", "Groups of people whom interviewees know", columns, rows, "claim"),)


def _cell(material: ReportInputs, group: Record, key: str) -> Cell:
    return material.labels.place(group[key]) if key == "place" else group.get(key)
