"""Acceptance of drafts: rows that a person has marked become claims or contact groups of the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sojourn._core.errors import Problem, one_of
from sojourn.case.case import Case
from sojourn.case.errors import CaseError
from sojourn.case.rows import read_record
from sojourn.case.schema import CLAIMS, CONTACTS, ColumnSchema, TableSchema
from sojourn.case.tables import Claim, ContactGroup, Source
from sojourn.drafting.draft_table import GROUP_COLUMNS, DraftRow

TO_READ = "accepted from a draft; write its readings, then set status to use"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A case with the rows that were accepted, and how many of them there are."""

    case: Case
    claims: int
    groups: int


def accept_drafts(
    case: Case, file: str, rows: Sequence[DraftRow], sources: Sequence[Source] = ()
) -> Accepted:
    """Return a case with the accepted drafts: claims with status `context`, and contact groups.

    Claims get no reading: what a figure may count is for the analyst to write, who then sets the status
    to `use`.

    Args:
        case: the case.
        file: name of the file of the rows, for messages.
        rows: the rows to accept, whatever their column `accept` says.
        sources: new sources that the rows name.

    Raises:
        CaseError: a cell of a row cannot be used; all problems are named.
    """
    known = [source.source for source in (*case.sources, *sources)]
    problems: list[Problem] = []
    claims: list[Claim] = []
    groups: list[ContactGroup] = []
    taken = set(case.claims_by_id) | {group.group for group in case.contacts}
    for row in rows:
        if row.cells["claim"] in taken:
            problems.append(
                Problem(file, "is the id of another claim or group", row.row, "claim", row.cells["claim"])
            )
        taken.add(row.cells["claim"])
        if row.cells["source"] not in known:
            message = f"must be the id of a source of sources.csv; {one_of(known, row.cells['source'])}"
            problems.append(Problem(file, message, row.row, "source", row.cells["source"]))
        if any(row.cells[name] for name in GROUP_COLUMNS):
            groups += _parse(file, row, CONTACTS, _group_cells(row), problems)
        else:
            claims += _parse(file, row, CLAIMS, _claim_cells(row), problems)
    if problems:
        raise CaseError(problems)
    whole = replace(
        case,
        sources=(*case.sources, *sources),
        claims=(*case.claims, *claims),
        contacts=(*case.contacts, *groups),
    )
    return Accepted(whole, len(claims), len(groups))


def _claim_cells(row: DraftRow) -> dict[str, str]:
    cells = row.cells
    perhaps = " in ".join(part for part in (cells["measure"].replace("_", " "), cells["place"]) if part)
    parts = (cells["note"], f"drafted by {cells['drafted_by']}", perhaps and f"perhaps {perhaps}", TO_READ)
    note = "; ".join(part for part in parts if part)
    return {**cells, "note": note, "status": "context"}


def _group_cells(row: DraftRow) -> dict[str, str]:
    cells = row.cells
    return {
        "group": cells["claim"],
        "asof": cells["published"],
        "note": f"“{cells['quote']}”; drafted by {cells['drafted_by']}",
        **{name: cells[name] for name in (*GROUP_COLUMNS, "place", "source")},
    }


def _parse(
    file: str, row: DraftRow, table: TableSchema, cells: dict[str, str], problems: list[Problem]
) -> list[Any]:
    """Return the row as a record of a table; its problems are added to the list."""

    def refuse(column: ColumnSchema, text: str, error: ValueError) -> None:
        said = {"group": "claim", "asof": "published"}.get(column.name, column.name)
        problems.append(Problem(file, str(error), row.row, said, text or None))

    record = read_record(table, lambda name: cells.get(name, ""), refuse)
    return [] if record is None else [record]
