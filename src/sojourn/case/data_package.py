"""`datapackage.json`: a description of the tables of a case that any Data Package tool can read.

Follows the Frictionless Data Package and Table Schema, version 1 in structure and
listing the `profile` of version 2 under `$schema` (https://datapackage.org).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sojourn._core.errors import Problem
from sojourn._core.files import dump_json, write_atomically
from sojourn.case.case import Case
from sojourn.case.csv_file import Sheet, open_sheet
from sojourn.case.errors import CaseError
from sojourn.case.schema import TABLES, ColumnSchema, TableSchema

FILE = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

TYPES: dict[str, dict[str, Any]] = {
    "number": {"type": "number", "bareNumber": True},
    "positive": {"type": "number", "bareNumber": True, "constraints": {"exclusiveMinimum": 0}},
    "day": {"type": "date", "format": "%Y-%m-%d"},
}
"""Kind of column → its Table Schema type; every other kind is a string."""


def describe_package(case: Case) -> dict[str, Any]:
    """Return the Data Package descriptor of a case: its tables, field schemas and foreign keys.

    Args:
        case: a case that was read from a folder; its `files` give the columns and the format.

    Returns:
        A dict that `json.dumps` can write.

    Example:
        >>> from sojourn.case import read_case
        >>> describe_package(read_case("kazakhstan-2022"))["resources"][0]["name"]
        'sources'
    """
    resources = [
        _resource(table, open_sheet(table.file, case.files[table.file]))
        for table in TABLES
        if table.file in case.files
    ]
    resources += [
        _plain(name, open_sheet(name, data))
        for name, data in case.files.items()
        if name.startswith("series/")
    ]
    return {
        "$schema": PROFILE,
        "name": case.name.casefold(),
        "title": case.settings.question,
        "resources": resources,
    }


def package_bytes(case: Case) -> bytes:
    """Return the descriptor as the bytes of `datapackage.json`."""
    return dump_json(describe_package(case), indent=2).encode()


def _file(name: str, sheet: Sheet) -> dict[str, Any]:
    return {
        "name": name.removesuffix(".csv").replace("/", "-").casefold(),
        "path": name,
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": sheet.delimiter, "lineTerminator": sheet.newline},
    }


def _resource(table: TableSchema, sheet: Sheet) -> dict[str, Any]:
    known = {column.name: column for column in table.columns}
    schema: dict[str, Any] = {
        "fields": [
            _field(known[name]) if name in known else {"name": name, "type": "string"}
            for name in sheet.header
        ],
        "primaryKey": list(table.key),
    }
    links = [(column, target) for column, target in table.links if column in sheet.header]
    keys = [
        {"fields": [column], "reference": {"resource": target.removesuffix(".csv"), "fields": [column]}}
        for column, target in links
    ]
    if table.file == "claims.csv" and "copy_of" in sheet.header:
        keys.append({"fields": ["copy_of"], "reference": {"resource": "", "fields": ["claim"]}})
    if keys:
        schema["foreignKeys"] = keys
    return {**_file(table.file, sheet), "schema": schema}


def _field(column: ColumnSchema) -> dict[str, Any]:
    kind = TYPES.get(column.kind, {"type": "string"})
    constraints: dict[str, Any] = dict(kind.get("constraints", {}))
    if column.required:
        constraints["required"] = True
    if column.words:
        constraints["enum"] = list(column.words)
    field = {"name": column.name, **kind, "description": column.meaning, "example": column.example}
    return {**field, "constraints": constraints} if constraints else field


def _plain(name: str, sheet: Sheet) -> dict[str, Any]:
    fields = [{"name": column, "type": "any"} for column in sheet.header]
    return {**_file(name, sheet), "schema": {"fields": fields}}


def write_package(case: Case) -> Path:
    """Write `datapackage.json` into the folder that a case was read from.

    Returns:
        The path of the file.

    Raises:
        CaseError: the case was not read from a folder, or the file cannot be written.
    """
    if case.path is None:
        raise CaseError([Problem(FILE, "cannot be written: this case was not read from a folder")])
    try:
        write_atomically(case.path / FILE, package_bytes(case))
    except OSError as error:
        raise CaseError([Problem(str(case.path / FILE), f"cannot be written: {error.strerror}")]) from None
    return case.path / FILE
