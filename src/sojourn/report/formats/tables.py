"""The tables as a workbook or as CSV files; no cell can run as a formula in a spreadsheet."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sojourn._core.csv_safety import tame_formula
from sojourn.report.document import Cell, Section, Table

FORMATS = {"count": "#,##0", "share": "0%"}
EPOCH = (1980, 1, 1, 0, 0, 0)
WIDEST = 60


def safe(value: Cell) -> str | float | int | None:
    """The value to write in a cell: numbers stay numbers, and text cannot begin a formula."""
    if isinstance(value, tuple):
        value = " ".join(value)
    return tame_formula(value) if isinstance(value, str) else value


def csv_files(sections: list[Section]) -> dict[str, bytes]:
    """Each table as CSV (UTF-8, RFC 4180), by file name."""
    return {f"{table.id}.csv": _csv(table).encode() for section in sections for table in section.tables}


def _csv(table: Table) -> str:
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([safe(column.name) for column in table.columns])
    writer.writerows([safe(value) for value in row] for row in table.rows)
    return out.getvalue()


def workbook(sections: list[Section], about: list[tuple[str, str]]) -> bytes:
    """All tables as an Excel workbook: a sheet of notes, then one sheet for each table.

    The same input gives the same bytes.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.properties.created = book.properties.modified = datetime(*EPOCH)
    notes: Any = book.active
    notes.title = "about"
    for line in about:
        notes.append([safe(cell) for cell in line])
    notes.column_dimensions["A"].width, notes.column_dimensions["B"].width = 24, 110
    for section in sections:
        for table in section.tables:
            _sheet(book.create_sheet(table.id[:31]), table)
    out = BytesIO()
    book.save(out)
    return _undated(out.getvalue())


def _sheet(sheet: Any, table: Table) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.append([safe(column.title) for column in table.columns])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in table.rows:
        sheet.append([safe(value) for value in row])
    for i, column in enumerate(table.columns, 1):
        letter = get_column_letter(i)
        widths = [len(str(cell.value or "")) for cell in sheet[letter][:200]]
        sheet.column_dimensions[letter].width = min(max(widths) + 2, WIDEST)
        if column.kind in FORMATS:
            for cell in sheet[letter][1:]:
                cell.number_format = FORMATS[column.kind]
    sheet.freeze_panes = "B2"
    if table.rows:
        sheet.auto_filter.ref = sheet.dimensions


def _undated(content: bytes) -> bytes:
    """The same archive without times of creation, so that the same input gives the same bytes."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for item in old.infolist():
            body = old.read(item)
            if item.filename == "docProps/core.xml":
                stamp = rb"(<dcterms:modified[^>]*>)[^<]*"
                body = re.sub(stamp, rb"\g<1>1980-01-01T00:00:00Z", body)
            new.writestr(ZipInfo(item.filename, EPOCH), body, ZIP_DEFLATED)
    return out.getvalue()
