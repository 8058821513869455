"""Conversion of a sheet to the rows of a table, column by column for speed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import islice
from typing import Any

from sojourn._core.errors import Problem
from sojourn.case.cell_parsers import ID, LONGEST, NUMBER
from sojourn.case.csv_file import Sheet, header_problems
from sojourn.case.schema import ColumnSchema, TableSchema

CHUNK = 20_000
LIMIT = 200_000
"""Maximum number of rows of a table; more are not published figures but individual records."""
NOTHING: Mapping[str, str] = {}
Numbered = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class InvalidCell:
    """Placeholder in a cache for a cell that cannot be parsed."""

    message: str


@dataclass
class Rows:
    """The rows of one table and their problems.

    `invalid_rows` are the numbers of rows that have placeholders in place of cells that could not
    be parsed. Their ids are kept, so that one error does not cause others; nothing else of them is
    checked. `unreadable` is True if the file as a whole could not be read; references to it are
    then not checked.
    """

    table: TableSchema
    rows: list[Any] = field(default_factory=list[Any])
    invalid_rows: set[int] = field(default_factory=set[int])
    problems: list[Problem] = field(default_factory=list[Problem])
    unreadable: bool = False


def read_rows(sheet: Sheet, table: TableSchema) -> Rows:
    """Parse every cell of a sheet. Problems are collected in the result, never raised."""
    out = Rows(table)
    required = [column.name for column in table.columns if column.required]
    known = [column.name for column in table.columns]
    out.problems += header_problems(sheet, known, required)
    if out.problems:
        out.unreadable = True
        return out
    caches: dict[str, dict[str, Any]] = {name: {} for name in known}
    numbered = sheet.rows()
    next(numbered)
    while chunk := list(islice(numbered, CHUNK)):
        _read_chunk(sheet, _rectangular(sheet, chunk, out), caches, out)
        if len(out.rows) > LIMIT:
            message = (
                f"has more than {LIMIT:,} rows; a ledger lists published figures, not individual records"
            )
            return Rows(table, problems=[Problem(sheet.file, message), *out.problems], unreadable=True)
    return out


def _rectangular(sheet: Sheet, chunk: list[Numbered], out: Rows) -> list[Numbered]:
    width = len(sheet.header)
    kept = [numbered for numbered in chunk if len(numbered[1]) == width]
    if len(kept) < len(chunk):
        for row, cells in chunk:
            if len(cells) != width:
                message = f"this row has {len(cells)} cells, the header has {width}; "
                message += "a cell that contains the separator must be quoted"
                out.problems.append(Problem(sheet.file, message, row))
    return kept


def _read_chunk(sheet: Sheet, chunk: list[Numbered], caches: dict[str, dict[str, Any]], out: Rows) -> None:
    if not chunk:
        return
    numbers = [row for row, _ in chunk]
    by_name = dict(zip(sheet.header, zip(*(cells for _, cells in chunk), strict=True), strict=True))
    values: dict[str, list[Any]] = {}
    for column in out.table.columns:
        raw = by_name.pop(column.name, None)
        if raw is None:
            values[column.name] = [column.empty] * len(chunk)
        else:
            values[column.name] = _read_column(column, raw, numbers, caches[column.name], out)
    if "published" in values:
        spans = values["published"]
        values["published"] = [first for first, _ in spans]
        values["published_until"] = [last for _, last in spans]
    values["row"] = numbers
    names = tuple(by_name)
    values["extra"] = (
        [dict(zip(names, cells, strict=True)) for cells in zip(*by_name.values(), strict=True)]
        if names
        else [NOTHING] * len(chunk)
    )
    ordered = [values[item.name] for item in fields(out.table.record)]
    out.rows.extend(map(out.table.record, *ordered))


def _read_column(
    column: ColumnSchema, raw: Sequence[str], numbers: Sequence[int], cache: dict[str, Any], out: Rows
) -> list[Any]:
    if column.kind == "text" and not column.required:
        return [cell.strip() for cell in raw]
    distinct = set(raw)
    if len(distinct) > len(raw) // 2 and (values := _read_at_once(column, raw)) is not None:
        return values
    bad = False
    for cell in distinct:
        if cell not in cache:
            cache[cell] = _read_cell(column, cell.strip())
        bad = bad or isinstance(cache[cell], InvalidCell)
    values = [cache[cell] for cell in raw]
    if bad:
        for place, value in enumerate(values):
            if isinstance(value, InvalidCell):
                shown = raw[place].strip() or None
                out.problems.append(
                    Problem(out.table.file, value.message, numbers[place], column.name, shown)
                )
                out.invalid_rows.add(numbers[place])
                values[place] = _stand_in(column)
    return values


def _read_at_once(column: ColumnSchema, raw: Sequence[str]) -> list[Any] | None:
    """Parse a column of ids or numbers by one regular expression; None if a cell needs closer examination."""
    pattern = {"identifier": ID, "number": NUMBER}.get(column.kind)
    joined = "\n".join(raw)
    if column.kind == "number" and max(map(len, raw)) > LONGEST:
        return None
    if pattern is None or not all(raw) or joined.count("\n") != len(raw) - 1:
        return None
    if not re.fullmatch(rf"(?:(?:{pattern.pattern})\n)+", joined + "\n"):
        return None
    return list(raw) if column.kind == "identifier" else list(map(float, raw))


def _read_cell(column: ColumnSchema, cell: str) -> Any:
    try:
        return column.parse(cell)
    except ValueError as error:
        return InvalidCell(str(error))


def read_record(
    table: TableSchema,
    text_of: Callable[[str], str],
    refuse: Callable[[ColumnSchema, str, ValueError], None],
) -> Any:
    """Return one row of a table from the texts of its cells, or None if one of them cannot be used.

    Args:
        table: the table.
        text_of: from the name of a column to its text; it may raise ValueError.
        refuse: called for each cell that cannot be used, with its column, its text and why.
    """
    values: dict[str, Any] = {}
    is_whole = True
    for column in table.columns:
        text = ""
        try:
            text = text_of(column.name).strip()
            value = column.parse(text)
        except ValueError as error:
            refuse(column, text, error)
            is_whole = False
            continue
        if column.kind == "span":
            values["published"], values["published_until"] = value
        else:
            values[column.name] = value
    return table.record(**values) if is_whole else None


def _stand_in(column: ColumnSchema) -> Any:
    """Return a placeholder of the right type for a cell that could not be parsed."""
    if column.words:
        return column.words[0]
    if column.kind in {"text", "identifier", "count"}:
        return ""
    return column.parser(column.example)
