"""Published tables: CSV with lines before the header, HXL hashtags, or a column for each period."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sojourn._core.errors import Problem, one_of
from sojourn.case.csv_file import Sheet, decode
from sojourn.case.errors import CaseError
from sojourn.imports.mapping import PERIOD, VALUE, Mapping

HASHTAG = re.compile(r"#[a-z][a-z0-9_]*(?:\s*\+\s*[a-z][a-z0-9_]*)*", re.I)
HASHTAG_ROWS = 25
"""Hashtags are looked for in this many rows after the header."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table, or one cell of a wide one: its number and its cells by heading and hashtag."""

    row: int
    cells: dict[str, str]


@dataclass(frozen=True)
class PublishedTable:
    """A table with its headings, the hashtags of its columns if it has any, and its rows."""

    file: str
    header: tuple[str, ...]
    hashtags: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    wide: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names by which a mapping may call the columns."""
        return tuple(dict.fromkeys([*self.header, *(tag for tag in self.hashtags if tag), *self._virtual]))

    @property
    def _virtual(self) -> tuple[str, ...]:
        return (PERIOD, VALUE) if self.wide else ()

    def __iter__(self) -> Iterator[TableRow]:
        """Yield the rows; of a wide table one for each period."""
        periods = [
            (place, match[1])
            for place, name in enumerate(self.header)
            if self.wide and (match := re.fullmatch(self.wide, name))
        ]
        for number, row in self.rows:
            cells = {name: cell.strip() for name, cell in zip(self.header, row, strict=False)}
            cells |= {tag: cell.strip() for tag, cell in zip(self.hashtags, row, strict=False) if tag}
            if not self.wide:
                yield TableRow(number, cells)
            for place, period in periods:
                yield TableRow(number, {**cells, PERIOD: period, VALUE: row[place].strip()})


def read_table(path: Path, mapping: Mapping | None = None) -> PublishedTable:
    """Read a table.

    Args:
        path: a CSV file, UTF-8, with comma, semicolon or tab.
        mapping: says where the header is and which headings are periods; left out: the header is the
            first row.

    Raises:
        CaseError: the file cannot be read, has no header in that row, or rows of another length.
    """
    try:
        text, _ = decode(path.name, path.read_bytes())
    except OSError as error:
        raise CaseError([Problem(str(path), f"cannot be read: {error.strerror}")]) from None
    first = 1 if mapping is None else mapping.header
    lines = io.StringIO(text, newline="").readlines()
    if len(lines) < first or not lines[first - 1].strip():
        raise CaseError(
            [
                Problem(
                    path.name, "is empty; the headings are expected here (key header of the mapping)", first
                )
            ]
        )
    delimiter = max(",;\t", key=lines[first - 1].count)
    numbered = [
        (row, cells) for row, cells in Sheet(path.name, text, delimiter=delimiter).rows() if row >= first
    ]
    header = tuple(name.strip() for name in numbered[0][1])
    while header and not header[-1]:
        header = header[:-1]  # World Bank tables end each row with a separator
    hashtags, start = _hashtags(numbered)
    rows = tuple(numbered[start:])
    width = len(header)
    problems = [
        Problem(path.name, f"this row has {len(cells)} cells, the header has {width}", row)
        for row, cells in rows
        if len(cells) < width or any(cell.strip() for cell in cells[width:])
    ]
    wide = "" if mapping is None else mapping.wide
    problems += _heading_problems(path.name, header, wide, first)
    if problems:
        raise CaseError(problems)
    return PublishedTable(path.name, header, hashtags, rows, wide)


def _hashtags(numbered: list[tuple[int, list[str]]]) -> tuple[tuple[str, ...], int]:
    """Return the hashtags of the columns, in normal form, and the place of the first row of data."""
    for place, (_, cells) in enumerate(numbered[1 : 1 + HASHTAG_ROWS], 1):
        filled = [cell.strip() for cell in cells if cell.strip()]
        if filled and all(HASHTAG.fullmatch(cell) for cell in filled):
            return tuple(normal_hashtag(cell) for cell in cells), place + 1
    return (), 1


def normal_hashtag(tag: str) -> str:
    """Return a hashtag with its attributes in alphabetical order; their order means nothing.

    Example:
        >>> normal_hashtag("#affected +refugees+f") == normal_hashtag("#affected+f+refugees")
        True
    """
    name, *attributes = re.split(r"\s*\+\s*", tag.strip().lower())
    return "+".join([name, *sorted(attributes)])


def column_name(name: str) -> str:
    """Return the name under which a row has a column: a heading, or a hashtag in normal form."""
    return normal_hashtag(name) if name.startswith("#") else name


def _heading_problems(file: str, header: tuple[str, ...], wide: str, row: int) -> Iterator[Problem]:
    for place, name in enumerate(header):
        if name and header.index(name) < place:
            yield Problem(file, "this column appears twice", row, name)
    if not wide:
        return
    try:
        found = [name for name in header if re.fullmatch(wide, name)]
        groups = re.compile(wide).groups
    except re.error as error:
        yield Problem(file, f"is not a regular expression: {error}", None, "wide", wide)
        return
    if not groups:
        yield Problem(file, r"must have a group for the period, such as (\d{4})", None, "wide", wide)
    elif not found:
        yield Problem(file, f"no heading is such a period; {one_of(header)}", row, "wide", wide)
