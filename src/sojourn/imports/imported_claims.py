"""Claims and readings from the rows of a published table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sojourn._core.errors import Problem, one_of
from sojourn.case.case import Case
from sojourn.case.cell_parsers import number
from sojourn.case.csv_file import open_sheet
from sojourn.case.errors import CaseError
from sojourn.case.personal_columns import is_personal
from sojourn.case.read import parse_case
from sojourn.case.rows import read_record
from sojourn.case.schema import CLAIMS, READINGS, SOURCES, ColumnSchema, TableSchema
from sojourn.case.tables import Claim, Reading, Source
from sojourn.case.write import render_case
from sojourn.imports.cell_patterns import (
    FILTERS,
    PLACE,
    PatternError,
    columns_of,
    fill_pattern,
    unknown_filters,
)
from sojourn.imports.mapping import MappedClaim, Mapping, ObservationFlag
from sojourn.imports.published_table import PublishedTable, TableRow, column_name

REVISED = ("value", "high", "hedge", "published", "published_until")
"""Fields of a claim that a later edition of the table may change."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A case with the claims of a table, and what became of its rows.

    `added` and `revised` are ids of claims; `unchanged` counts claims that the case already had;
    `missing` counts cells without a figure, `left_out` rows that the mapping did not ask for.
    """

    case: Case
    added: tuple[str, ...]
    revised: tuple[str, ...]
    unchanged: int
    readings: int
    missing: int
    left_out: int


@dataclass
class _Result:
    """Claims and readings so far, with the row of the table that each claim is from."""

    claims: dict[str, Claim]
    readings: list[Reading]
    rows: dict[str, int]
    problems: list[Problem]
    missing: int = 0
    left_out: int = 0


def import_table(
    case: Case, table: PublishedTable, mapping: Mapping, file: str, update: bool = False
) -> Imported:
    """Return a case with a claim for each figure of a table.

    A claim whose id the case has already is left as it is, with the readings and weights that the analyst
    gave it. If its figure differs, the table has been revised: that is an error, unless `update` is given.

    Args:
        case: the case.
        table: the table.
        mapping: how its rows become claims.
        file: name of the mapping file, for messages.
        update: let revised figures replace those of the case.

    Raises:
        CaseError: the mapping does not fit the table, a cell cannot be used, or the case would not be
            valid; every problem names its file, row, column, value and what is allowed.
    """
    problems = list(_mapping_problems(table, mapping, file))
    if problems:
        raise CaseError(problems)
    result = _Result({}, [], {}, [])
    for row in table:
        if _is_wanted(row, mapping):
            for claim in mapping.claims:
                _add(result, row, claim, mapping, table.file)
        else:
            result.left_out += 1
    if not result.claims and not result.problems:
        message = f"no row is left: {result.left_out:,} were not asked for, {result.missing:,} have no figure"
        result.problems.append(Problem(table.file, message))
    if result.problems:
        raise CaseError(result.problems)
    return _join(case, result, mapping, table.file, update)


def _mapping_problems(table: PublishedTable, mapping: Mapping, file: str) -> Iterator[Problem]:
    """Yield columns of a mapping that the table does not have, or that hold personal data."""
    names = table.names
    for key, pattern in _patterns(mapping):
        for name in unknown_filters(pattern):
            yield Problem(file, f"is no filter; {one_of((*FILTERS, PLACE), name)}", None, key, name)
        columns = (
            [pattern] if key.endswith(".value") or key in ("flag", "rows", "skip") else columns_of(pattern)
        )
        for name in columns:
            if name and column_name(name) not in names:
                yield Problem(file, f"is no column of {table.file}; {one_of(names, name)}", None, key, name)
            elif is_personal(name):
                yield Problem(
                    file, "seems to hold personal data, which a ledger must not contain", None, key, name
                )


def _patterns(mapping: Mapping) -> Iterator[tuple[str, Any]]:
    yield "flag", mapping.flag
    for key, columns in (("rows", mapping.rows), ("skip", mapping.skip)):
        yield from ((key, name) for name in columns)
    for place, claim in enumerate(mapping.claims, 1):
        where = f"claims[{place}]"
        yield f"{where}.value", claim.value
        yield f"{where}.id", claim.id
        yield from ((f"{where}.{name}", pattern) for name, pattern in claim.columns.items())
        for number_of, reading in enumerate(claim.readings, 1):
            yield from (
                (f"{where}.readings[{number_of}].{name}", pattern) for name, pattern in reading.items()
            )


def _cell(row: TableRow, name: str) -> str:
    return row.cells[column_name(name)]


def _is_wanted(row: TableRow, mapping: Mapping) -> bool:
    is_asked = all(_cell(row, name) in allowed for name, allowed in mapping.rows.items())
    return is_asked and not any(_cell(row, name) in refused for name, refused in mapping.skip.items())


def _add(result: _Result, row: TableRow, mapped: MappedClaim, mapping: Mapping, file: str) -> None:
    """Add the claim of a row with its readings, or its problems."""
    text = _cell(row, mapped.value)
    flag = _flag(row, mapping)
    if text in mapping.missing or (flag is not None and flag.skip):
        result.missing += 1
        return
    try:
        value = _number(text, mapping)
    except ValueError as error:
        message = f"{error}; a cell without a figure is named in missing of the mapping"
        result.problems.append(Problem(file, message, row.row, mapped.value, text))
        return
    cells = {"hedge": "exact", "unit": "persons", "status": "use", **mapped.columns}
    cells["value"] = value
    if flag is not None:
        cells["hedge"] = flag.hedge or cells["hedge"]
        cells["note"] = "; ".join(part for part in (str(cells.get("note", "")), flag.note) if part)
    if number(value) == 0 and cells["status"] == "use":
        cells["status"] = "context"
    claim = _record(
        result, row, CLAIMS, {"claim": mapped.id, "source": mapping.source.source, **cells}, mapping, file
    )
    if claim is None:
        return
    if claim.claim in result.claims:
        message = f"is the id of row {result.rows[claim.claim]}, too; name more columns in id, or fewer rows"
        result.problems.append(Problem(file, message, row.row, "id", claim.claim))
        return
    result.claims[claim.claim], result.rows[claim.claim] = claim, row.row
    for reading in mapped.readings:
        found = _record(result, row, READINGS, {"claim": mapped.id, **reading}, mapping, file)
        if found is not None:
            result.readings.append(found)


def _flag(row: TableRow, mapping: Mapping) -> ObservationFlag | None:
    """Return what the flag of a row means; of several letters, such as "ep", each is looked up."""
    text = _cell(row, mapping.flag) if mapping.flag else ""
    if text in mapping.flags:
        return mapping.flags[text]
    found = [mapping.flags[letter] for letter in text if letter in mapping.flags]
    if not found:
        return ObservationFlag(note=f"flag {text}") if text else None
    return ObservationFlag(
        hedge=next((flag.hedge for flag in found if flag.hedge), ""),
        note=", ".join(flag.note for flag in found if flag.note),
        skip=any(flag.skip for flag in found),
    )


def _number(text: str, mapping: Mapping) -> str:
    """Return a figure as digits with a decimal point.

    Raises:
        ValueError: it is not a number.
    """
    plain = text.replace(mapping.thousands, "") if mapping.thousands else text
    plain = plain.replace(mapping.decimal, ".") if mapping.decimal != "." else plain
    number(plain)
    return plain


def _record(
    result: _Result, row: TableRow, table: TableSchema, patterns: dict[str, Any], mapping: Mapping, file: str
) -> Any:
    """Return a row of the ledger from patterns, or None if it has problems."""

    def text_of(name: str) -> str:
        return fill_pattern(patterns.get(name, ""), row.cells, mapping.places)

    def refuse(column: ColumnSchema, text: str, error: ValueError) -> None:
        name, value = column.name, text or None
        if isinstance(error, PatternError):
            name, value = error.column, error.value
        result.problems.append(Problem(file, str(error), row.row, name, value))

    return read_record(table, text_of, refuse)


def _join(case: Case, result: _Result, mapping: Mapping, file: str, update: bool) -> Imported:
    """Add what is new to a case, and revise what has changed."""
    known = case.claims_by_id
    new = [claim for claim in result.claims.values() if claim.claim not in known]
    changed = {
        claim.claim: replace(known[claim.claim], **{name: getattr(claim, name) for name in REVISED})
        for claim in result.claims.values()
        if claim.claim in known
        and any(getattr(claim, name) != getattr(known[claim.claim], name) for name in REVISED)
    }
    if changed and not update:
        problems = [
            Problem(
                file,
                f"claim {name} of the case says {known[name].value:,.12g}; --update replaces it",
                result.rows[name],
                "",
                f"{claim.value:.12g}",
            )
            for name, claim in changed.items()
        ]
        raise CaseError(problems)
    added = {claim.claim for claim in new}
    readings = [reading for reading in result.readings if reading.claim in added]
    whole = replace(
        case,
        sources=(*case.sources, *_new_source(case, mapping)),
        claims=(*(changed.get(claim.claim, claim) for claim in case.claims), *new),
        readings=(*case.readings, *readings),
    )
    _check(whole, result, file)
    unchanged = len(result.claims) - len(new) - len(changed)
    return Imported(
        whole,
        tuple(claim.claim for claim in new),
        tuple(changed),
        unchanged,
        len(readings),
        result.missing,
        result.left_out,
    )


def _new_source(case: Case, mapping: Mapping) -> list[Source]:
    """Return the source of the mapping if the case does not have it.

    Raises:
        CaseError: its name or its interest is missing.
    """
    given = mapping.source
    if given.source in case.sources_by_id:
        return []
    problems = [
        Problem(
            "mapping.toml", f"must be given: sources.csv has no source {given.source}", None, f"source.{name}"
        )
        for name in ("name", "interest")
        if not getattr(given, name)
    ]
    if problems:
        raise CaseError(problems)
    values = {column.name: getattr(given, column.name, column.empty) for column in SOURCES.columns}
    return [Source(**values)]


def _check(case: Case, result: _Result, file: str) -> None:
    """Validate the case as a whole; problems of new rows name the row of the table that they come from.

    Raises:
        CaseError: the case would not be valid.
    """
    files = render_case(case)
    try:
        parse_case(files, case.name)
    except CaseError as error:
        ids = {name: _ids(name, files[name]) for name in (CLAIMS.file, READINGS.file)}
        raise CaseError(_traced(problem, ids, result, file) for problem in error.problems) from None


def _ids(name: str, data: bytes) -> dict[int, str]:
    sheet = open_sheet(name, data)
    place = sheet.header.index("claim")
    return {row: cells[place].strip() for row, cells in sheet.rows()}


def _traced(problem: Problem, ids: dict[str, dict[int, str]], result: _Result, file: str) -> Problem:
    claim = ids.get(problem.file, {}).get(problem.row or 0, "")
    if claim not in result.rows:
        return problem
    message = f"{problem.message} (claim {claim}, {problem.file})"
    return replace(problem, file=file, row=result.rows[claim], message=message)
