"""Writing of cases, so that everything unchanged keeps its bytes.

A file whose rows did not change is written byte for byte. In a changed file, unchanged
rows and cells keep their text, and new rows and columns follow the format of the file
(separator, line ends, byte order mark). `case.toml` keeps its comments and its layout.
Other files in the folder, such as a README, a truth.toml or an old series, are not deleted.

Cells are written exactly as the analyst wrote them, even if a spreadsheet would run them
as a formula: the ledger is the analyst's own file. Files that the program writes for other
readers are protected against formulas (`sojourn._core.csv_safety`).
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from sojourn._core.errors import Problem
from sojourn._core.files import write_atomically
from sojourn.case.case import Case, Series
from sojourn.case.cell_parsers import number_text, span_text
from sojourn.case.csv_file import BOM, Sheet, open_sheet
from sojourn.case.errors import CaseError
from sojourn.case.read import parse_case
from sojourn.case.rows import read_rows
from sojourn.case.schema import CONTACTS, TABLES, ColumnSchema, TableSchema
from sojourn.case.settings_read import FILE
from sojourn.case.settings_write import render_settings


def write_case(case: Case, folder: str | PathLike[str]) -> Path:
    """Write a case into a folder, which is created if it does not exist.

    Args:
        case: the case.
        folder: the folder; other files in it are kept.

    Returns:
        The path of the folder.

    Raises:
        CaseError: `read_case` could not read the result; nothing was written.

    Example:
        >>> from tempfile import mkdtemp
        >>> from sojourn.case import read_case
        >>> folder = write_case(read_case("kazakhstan-2022"), mkdtemp())
        >>> read_case(folder).settings == read_case("kazakhstan-2022").settings
        True
    """
    files = render_case(case)
    parse_case(files, case.name)
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise CaseError([Problem(str(folder), "is a file; a case is written into a folder")])
    for name, data in files.items():
        write_atomically(target / name, data)
    return target


def render_case(case: Case) -> dict[str, bytes]:
    """Return the bytes of every file of a case, by path within the folder.

    Raises:
        CaseError: a value cannot be written in its column.

    Example:
        >>> from sojourn.case import read_case
        >>> sorted(render_case(read_case("kazakhstan-2022")))[:3]
        ['case.toml', 'claims.csv', 'contacts.csv']
    """
    files = {FILE: render_settings(case.settings, case.files.get(FILE))}
    rows: Mapping[str, tuple[Any, ...]] = {
        "sources.csv": case.sources,
        "claims.csv": case.claims,
        "readings.csv": case.readings,
        "contacts.csv": case.contacts,
    }
    for table in TABLES:
        if table is CONTACTS and not case.contacts and table.file not in case.files:
            continue
        files[table.file] = _render_table(table, rows[table.file], case.files.get(table.file))
    for series in case.series:
        file = f"series/{series.name}.csv"
        files[file] = _render_series(series, file, case.files.get(file))
    return files


def _render_table(table: TableSchema, rows: tuple[Any, ...], before: bytes | None) -> bytes:
    if before is None:
        sheet = Sheet(table.file, header=tuple(column.name for column in table.columns))
        old: dict[int, Any] = {}
    else:
        sheet = open_sheet(table.file, before)
        parsed = read_rows(sheet, table).rows
        if parsed == list(rows):
            return before
        old = {row.row: row for row in parsed}
    records = list(sheet.records()) if before is not None else []
    header = (*sheet.header, *_new_columns(table, rows, sheet.header))
    same_header = header == sheet.header
    raw = {record.row: record for record in records}
    out = [records[0].raw if records and same_header else sheet.encode(header)]
    for row in rows:
        record, was = raw.get(row.row), old.get(row.row)
        if record is not None and was == row and same_header:
            out.append(record.raw)
            continue
        cells = dict(zip(sheet.header, record.cells, strict=True)) if record and was else {}
        out.append(sheet.encode([_cell(table, name, row, was, cells) for name in header]))
    return _join(sheet, out)


def _join(sheet: Sheet, rows: list[str]) -> bytes:
    """Join rows to a file; a row that was the last one may have no line end."""
    ended = [row if row.endswith(("\n", "\r")) else row + sheet.newline for row in rows[:-1]]
    return ((BOM if sheet.bom else "") + "".join(ended) + rows[-1]).encode()


def _new_columns(table: TableSchema, rows: tuple[Any, ...], header: tuple[str, ...]) -> list[str]:
    """Return columns that the rows need but the file does not have: those of the schema first."""
    absent = [column for column in table.columns if column.name not in header]
    needed = [
        column.name for column in absent if any(cell_value(column, row) != column.empty for row in rows)
    ]
    for row in rows:
        needed += [name for name in row.extra if name not in header and name not in needed]
    return needed


def cell_value(column: ColumnSchema, row: Any) -> Any:
    """The value of a row in a column; for a span, its first and last day."""
    if column.kind == "span":
        return getattr(row, column.name), getattr(row, f"{column.name}_until")
    return getattr(row, column.name)


def _cell(table: TableSchema, name: str, row: Any, was: Any, cells: Mapping[str, str]) -> str:
    """Return the text of a cell, as it was written if its value did not change."""
    known = {column.name: column for column in table.columns}
    if name not in known:
        before = cells.get(name)
        text = row.extra.get(name, "")
        return before if before is not None and before.strip() == text.strip() else text
    column = known[name]
    value = cell_value(column, row)
    if name in cells and cell_value(column, was) == value:
        return cells[name]
    try:
        return cell_text(column, value)
    except ValueError as error:
        raise CaseError([Problem(table.file, str(error), row.row or None, name)]) from None


def cell_text(column: ColumnSchema, value: Any) -> str:
    """The text of a value in a column.

    Raises:
        ValueError: the value cannot be written in the column.
    """
    if value is None or value == column.empty:
        return ""
    if column.kind == "span":
        return span_text(*value)
    if isinstance(value, float | int):
        return number_text(value)
    return value if isinstance(value, str) else value.isoformat()


def _render_series(series: Series, file: str, before: bytes | None) -> bytes:
    sheet = Sheet(file) if before is None else open_sheet(file, before)
    if before is not None:
        rows = [tuple(cell.strip() for cell in cells) for _, cells in sheet.rows()]
        if rows == [series.header, *series.rows]:
            return before
    return _join(sheet, [sheet.encode(cells) for cells in (series.header, *series.rows)])
