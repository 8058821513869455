"""Reading of cases from a folder, by the name of a shipped case, or from bytes."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from sojourn._core.errors import Problem, did_you_mean
from sojourn.case.case import Case, Series
from sojourn.case.cross_checks import cross_table_problems
from sojourn.case.csv_file import header_problems, open_sheet, personal_column_problems
from sojourn.case.errors import CaseError
from sojourn.case.group_counts import group_problems
from sojourn.case.row_checks import row_problems
from sojourn.case.rows import Rows, read_rows
from sojourn.case.schema import CONTACTS, SOURCES, TABLES, TableSchema
from sojourn.case.settings import CaseSettings
from sojourn.case.settings_checks import settings_problems
from sojourn.case.settings_read import FILE, read_settings

OTHER_TABLES = ("candidates.csv",)
"""Tables that only some commands read; they are checked for personal columns all the same."""


def shipped_cases() -> list[str]:
    """Return the names of the cases that come with the package.

    Example:
        >>> "kazakhstan-2022" in shipped_cases()
        True
    """
    folder = _shipped()
    return (
        sorted(item.name for item in folder.iterdir() if (item / FILE).is_file()) if folder.is_dir() else []
    )


def read_case(case: str | PathLike[str]) -> Case:
    """Read and validate a case folder, or a shipped case by its name.

    The known answer of a back-test (`truth.toml`) is never opened.

    Args:
        case: a folder with `case.toml` in it, or the name of a shipped case.

    Returns:
        The validated case.

    Raises:
        CaseError: the case is invalid; `problems` has every problem, each with file, row, column,
            value and what is allowed.

    Example:
        >>> read_case("kazakhstan-2022").settings.host
        'KZ'
    """
    try:
        folder = _folder(case)
    except OSError as error:
        raise CaseError([Problem(str(case), f"cannot be read: {error.strerror}")]) from None
    files = _collect(folder)
    if problems := _personal_beside(folder):
        raise CaseError(problems)
    return parse_case(files, folder.resolve().name, folder)


def _personal_beside(folder: Path) -> list[Problem]:
    """Return personal columns of tables that are not read here; whoever reads them reports other problems."""
    found: list[Problem] = []
    for file in OTHER_TABLES:
        try:
            found += personal_column_problems(open_sheet(file, (folder / file).read_bytes()))
        except (OSError, CaseError):
            continue
    return found


def parse_case(files: Mapping[str, bytes], name: str, path: Path | None = None) -> Case:
    """Validate a case that is given as bytes.

    Args:
        files: bytes by path within the folder.
        name: name of the case.
        path: the folder that the files were read from, if any.

    Raises:
        CaseError: as in `read_case`.

    Example:
        >>> case = read_case("kazakhstan-2022")
        >>> parse_case(case.files, case.name).claims == case.claims
        True
    """
    collecting = gc.isenabled()
    gc.disable()  # rows hold no reference cycles, and searching for them takes longer than reading
    try:
        return _parse(files, name, path)
    finally:
        if collecting:
            gc.enable()


def _parse(files: Mapping[str, bytes], name: str, path: Path | None) -> Case:
    problems: list[Problem] = []
    settings: CaseSettings | None = None
    try:
        settings = read_settings(files[FILE])
    except KeyError:
        problems.append(Problem(FILE, "this file is missing"))
    except CaseError as error:
        problems += error.problems
    tables: dict[str, Rows] = {}
    for table in TABLES:
        tables[table.file] = _table(files, table)
        problems += tables[table.file].problems
    series = _read_series(files, problems)
    problems += row_problems(tables)
    problems += cross_table_problems(tables, settings)
    if settings is not None:
        sources = tables[SOURCES.file]
        known = None if sources.unreadable else [source.source for source in sources.rows]
        problems += settings_problems(settings, known)
        if not problems:
            problems += group_problems(tables[CONTACTS.file].rows, settings.hedges)
    if problems or settings is None:
        raise CaseError(problems)
    rows: dict[str, tuple[Any, ...]] = {file: tuple(found.rows) for file, found in tables.items()}
    return Case(
        name=name,
        settings=settings,
        sources=rows["sources.csv"],
        claims=rows["claims.csv"],
        readings=rows["readings.csv"],
        contacts=rows["contacts.csv"],
        series=series,
        path=path,
        files=dict(files),
    )


def _table(files: Mapping[str, bytes], table: TableSchema) -> Rows:
    if table.file not in files:
        missing = [] if table.optional else [Problem(table.file, "this file is missing")]
        return Rows(table, problems=missing, unreadable=True)
    try:
        return read_rows(open_sheet(table.file, files[table.file]), table)
    except CaseError as error:
        return Rows(table, problems=list(error.problems), unreadable=True)


def _read_series(files: Mapping[str, bytes], problems: list[Problem]) -> tuple[Series, ...]:
    found: list[Series] = []
    for file in sorted(name for name in files if name.startswith("series/")):
        try:
            sheet = open_sheet(file, files[file])
            numbered = list(sheet.rows())
        except CaseError as error:
            problems += error.problems
            continue
        problems += header_problems(sheet)
        width = len(sheet.header)
        for row, cells in numbered:
            if len(cells) != width:
                message = f"this row has {len(cells)} cells, the header has {width}"
                problems.append(Problem(file, message, row))
        rows = tuple(tuple(cell.strip() for cell in cells) for _, cells in numbered[1:])
        found.append(Series(Path(file).stem, sheet.header, rows))
    return tuple(found)


def _shipped() -> Path:
    from importlib.resources import files

    return Path(str(files("sojourn") / "cases"))


def _folder(case: str | PathLike[str]) -> Path:
    """Return the folder of a case; a folder without case.toml does not hide a shipped case of that name."""
    given = Path(case)
    shipped = shipped_cases()
    if str(case) in shipped and not (given / FILE).exists():
        return _shipped() / given
    if given.is_dir():
        return given
    if given.exists():
        raise CaseError([Problem(str(case), "is a file; a case is a folder that contains case.toml")])
    hint = did_you_mean(str(case), shipped)
    message = f"is neither a folder nor the name of a shipped case{hint}"
    message += f"; shipped: {', '.join(shipped) or 'none'}"
    raise CaseError([Problem(str(case), message)])


def _collect(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the files of a case; every file that cannot be read is a problem."""
    problems: list[Problem] = []
    files: dict[str, bytes] = {}
    names = [FILE, *(table.file for table in TABLES)]
    optional = {table.file for table in TABLES if table.optional}
    series = folder / "series"
    if series.is_dir():
        names += sorted(f"series/{item.name}" for item in series.glob("*.csv"))
    elif series.exists():
        problems.append(Problem("series", "is a file; it must be a folder of CSV files, or not exist"))
    for name in names:
        if name in optional and not (folder / name).exists():
            continue
        try:
            files[name] = (folder / name).read_bytes()
        except FileNotFoundError:
            problems.append(Problem(name, f"this file is missing in {folder}"))
        except IsADirectoryError:
            problems.append(Problem(name, "is a folder; it must be a file"))
        except OSError as error:
            problems.append(Problem(name, f"cannot be read: {error.strerror}"))
    if problems:
        raise CaseError(problems)
    return files
