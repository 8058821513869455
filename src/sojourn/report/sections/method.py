"""How the answer was made: method, diagnostics, and where every number comes from."""

from __future__ import annotations

from sojourn._core.thresholds import EFFECTIVE, RHAT
from sojourn.report.document import Cell, Column, Section, Table
from sojourn.report.inputs import Record, ReportInputs

DOCS = "https://github.com/sojourn-stats/sojourn/blob/main/docs"
TITLES = {
    "rhat_max": f"largest R̂ (should be at most {RHAT})",
    "ess_bulk_min": f"least effective draws, bulk (should be at least {EFFECTIVE})",
    "ess_tail_min": f"least effective draws, tail (should be at least {EFFECTIVE})",
    "divergences": "divergent transitions (should be 0)",
    "leapfrogs": "leapfrog steps per draw, mean",
    "seconds_compile": "seconds to compile",
    "seconds_sample": "seconds to sample",
}
METHOD = (
    "Histories of the displaced population (arrivals, moves, stays, excursions, visitors, registers) are "
    "drawn from their posterior. Every published figure is taken as a count of that history, by one of its "
    "readings, with the bias of its source, and as coarse as its words.",
    "“Only the prior says this” stands by a quantity whose variance the figures reduced by less than a "
    "tenth.",
    "Each number is derived from all claims in use, and each claim leads to its address and date in the "
    "table of claims; `prov.json` beside this report says the same for machines, `ro-crate-metadata.json` "
    "describes the files.",
)


def method_section(material: ReportInputs) -> Section:
    """Method, settings, diagnostics, warnings, hashes."""
    answer = material.answer
    pages = (("The model", f"{DOCS}/theory.md"), ("Every default prior", f"{DOCS}/reference/priors.md"))
    settings = (
        ("case", answer["case"]),
        ("question", answer["question"]),
        ("day asked", answer["asof"]),
        ("claims published until", answer["claims_until"]),
        ("claims in use", len(material.used)),
        ("chains", answer["draws"]["chains"]),
        ("draws of each", answer["draws"]["draws"]),
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
            "Files that this report comes from, SHA-256",
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
    Column("respondent", "told by (pseudonym)"),
    Column("kind", "kind"),
    Column("place", "place"),
    Column("asof", "on"),
    Column("size_hedge", "about"),
    Column("size", "size"),
    Column("stayed", "stayed"),
    Column("moved_on", "moved on"),
    Column("returned", "returned"),
    Column("note", "note"),
)


def _contacts(material: ReportInputs) -> tuple[Table, ...]:
    """Contact groups as told, the small ones in one row: they count like claims."""
    groups = material.ledger["contacts"]
    if not groups:
        return ()
    rows = tuple(
        (id, *(_cell(material, group, column.name) for column in CONTACTS)) for id, group in groups.items()
    )
    columns = (Column("group", "group"), *CONTACTS)
    return (Table("contacts", "Groups of people that interviewees told of", columns, rows, "claim"),)


def _cell(material: ReportInputs, group: Record, key: str) -> Cell:
    return material.place(group[key]) if key == "place" else group.get(key)
