"""Drafts as a CSV file beside a case, which a person reads, completes and marks row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sojourn._core.errors import InputError, Problem, one_of
from sojourn._core.files import write_atomically
from sojourn.case.case import Case
from sojourn.case.cell_parsers import number_text
from sojourn.case.csv_file import Sheet, open_sheet
from sojourn.case.errors import CaseError
from sojourn.case.tables import Source
from sojourn.drafting.draft import Draft

FOLDER = "drafts"
ACCEPT = ("", "yes", "no")
CLAIM_COLUMNS = (
    "claim",
    "source",
    "published",
    "value",
    "high",
    "hedge",
    "unit",
    "quote",
    "url",
    "via",
    "note",
)
GROUP_COLUMNS = ("kind", "respondent", "size", "size_hedge", "stayed", "moved_on", "returned", "unknown")
COLUMNS = (
    "accept",
    *CLAIM_COLUMNS,
    "speaker",
    "measure",
    "place",
    *GROUP_COLUMNS,
    "start",
    "end",
    "drafted_by",
)


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A row of a file of drafts: its number in the file and its cells by column."""

    row: int
    cells: dict[str, str]


def draft_cells(draft: Draft, case: Case, claim: str, url: str = "", via: str = "") -> dict[str, str]:
    """Return the cells of a draft for a case: its speaker as a source and its place as a place of the case.

    Args:
        draft: the draft.
        case: the case; a speaker or a place that it does not have is left to the person.
        claim: the id proposed for the claim.
        url: address of the article.
        via: publisher of the article.
    """
    cells = {
        "claim": claim,
        "source": match_source(draft.speaker, case.sources),
        "published": draft.published,
        "value": "" if draft.value is None else number_text(draft.value),
        "high": "" if draft.high is None else number_text(draft.high),
        "hedge": draft.hedge,
        "unit": draft.unit,
        "quote": " ".join(draft.quote.split()),
        "url": url,
        "via": via,
        "note": draft.note,
        "speaker": draft.speaker,
        "measure": draft.measure,
        "place": match_place(draft.place, case),
        "start": str(draft.start),
        "end": str(draft.end),
        "drafted_by": draft.drafted_by,
    }
    if draft.group is not None:
        cells |= {name: getattr(draft.group, name, "") for name in GROUP_COLUMNS}
    return {name: cells.get(name, "") for name in COLUMNS}


def match_source(speaker: str, sources: Sequence[Source]) -> str:
    """Return the id of the source whose name or role shares most words with a speaker, or an empty string.

    Endings are left aside, so that "Ширин Адиловой" is "Ширин Адилова". All words of one of the two
    must occur in the other.

    Example:
        >>> sources = [Source("mvd", "Interior Ministry of Kazakhstan", "", "host_official")]
        >>> match_source("interior ministry", sources), match_source("police", sources)
        ('mvd', '')
    """
    words = _stems(speaker)
    best, most = "", 0
    for source in sources:
        for text in (source.name, source.role):
            other = _stems(text)
            shared = len(words & other)
            if shared > most and (words <= other or (other <= words and other)):
                best, most = source.source, shared
    return best


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"\w+", text.casefold()) if len(word) > 3}


def match_place(place: str, case: Case) -> str:
    """Return the id of the place of a case with that id or name; an empty string if it has none."""
    places = case.settings.places
    if place in places:
        return place
    named = [code for code, item in places.items() if place and item.name.casefold() == place.casefold()]
    return named[0] if named else ""


def propose_ids(case: Case, article: str, count: int) -> list[str]:
    """Return ids for the drafts of an article that the case does not have yet: `news-1`, `news-2`, …"""
    stem = re.sub(r"[^\w.:-]+", "-", Path(article).stem).strip("-.") or "article"
    used, found, number = set(case.claims_by_id) | {group.group for group in case.contacts}, list[str](), 0
    while len(found) < count:
        number += 1
        if f"{stem}-{number}" not in used:
            found.append(f"{stem}-{number}")
    return found


def write_draft_table(folder: Path, article: str, rows: Sequence[dict[str, str]]) -> Path:
    """Write drafts to `drafts/ARTICLE.csv` in the folder of a case; the tables of the case are not touched.

    Raises:
        InputError: the file exists, perhaps with a person's marks.
    """
    path = folder / FOLDER / f"{Path(article).stem or 'article'}.csv"
    if path.exists():
        raise InputError(
            [Problem(str(path), "exists; accept its rows, or delete it, before you draft this article again")]
        )
    sheet = Sheet(path.name, header=COLUMNS)
    lines = [sheet.encode(COLUMNS), *(sheet.encode([row[name] for name in COLUMNS]) for row in rows)]
    write_atomically(path, "".join(lines).encode())
    return path


def read_draft_table(path: Path) -> tuple[Sheet, list[DraftRow]]:
    """Return the rows of a file of drafts.

    Raises:
        CaseError: the file cannot be read, or a cell of `accept` is not allowed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CaseError([Problem(str(path), f"cannot be read: {error.strerror}")]) from None
    sheet = open_sheet(path.name, data)
    missing = [name for name in COLUMNS if name not in sheet.header]
    if missing:
        problems = [
            Problem(path.name, "this column is missing; drafts have the columns of sojourn draft", 1, name)
            for name in missing
        ]
        raise CaseError(problems)
    rows = list(_rows(sheet))
    allowed = one_of([word or "(empty)" for word in ACCEPT])
    problems = [
        Problem(path.name, f"is not allowed; {allowed}", row.row, "accept", row.cells["accept"])
        for row in rows
        if row.cells["accept"] not in ACCEPT
    ]
    if problems:
        raise CaseError(problems)
    return sheet, rows


def _rows(sheet: Sheet) -> Iterator[DraftRow]:
    for number, cells in sheet.rows():
        if number == 1:
            continue
        if len(cells) != len(sheet.header):
            message = f"this row has {len(cells)} cells, the header has {len(sheet.header)}"
            raise CaseError([Problem(sheet.file, message, number)])
        yield DraftRow(number, dict(zip(sheet.header, (cell.strip() for cell in cells), strict=True)))


def keep_open_drafts(path: Path, sheet: Sheet) -> int:
    """Leave only the rows without a mark in a file of drafts, or delete it if there are none.

    Returns:
        How many rows are left.
    """
    records = list(sheet.records())
    accept = sheet.header.index("accept")
    left = [record.raw for record in records[1:] if not record.cells[accept].strip()]
    if left:
        write_atomically(path, "".join([records[0].raw, *left]).encode())
    else:
        path.unlink()
    return len(left)
