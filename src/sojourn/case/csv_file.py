"""Reading of CSV files as spreadsheets write them, so that they can be written back without loss.

Accepted: UTF-8 with or without a byte order mark; comma, semicolon or tab as the
separator of the whole file; Unix, Windows or classic Mac line ends; quoted cells
with line breaks; blank rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sojourn._core.errors import Problem, did_you_mean
from sojourn.case.errors import CaseError
from sojourn.case.personal_columns import is_personal

BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """One row that is not blank; `raw` is its text, including its line end and the blank rows before it."""

    row: int
    cells: list[str]
    raw: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of a CSV file and its format: byte order mark, separator and line ends."""

    file: str
    text: str = ""
    bom: bool = False
    delimiter: str = ","
    newline: str = "\n"
    header: tuple[str, ...] = ()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number and the cells of the header (row 1) and of every row that is not blank.

        Raises:
            CaseError: quotes do not match.
        """
        yield from self._parse(io.StringIO(self.text, newline=""))

    def records(self) -> Iterator[CsvRecord]:
        """Yield the same rows with their text, so that unchanged rows can be written back as they were."""
        raw: list[str] = []

        def lines() -> Iterator[str]:
            for line in io.StringIO(self.text, newline=""):
                raw.append(line)
                yield line

        for row, cells in self._parse(lines()):
            yield CsvRecord(row, cells, "".join(raw))
            raw.clear()

    def _parse(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        row = 0
        try:
            for row, cells in enumerate(csv.reader(lines, delimiter=self.delimiter, strict=True), 1):
                # The first cell is nearly always an id, so the other cells are examined only if it is blank.
                if cells and (cells[0].strip() or any(cell.strip() for cell in cells)):
                    yield row, cells
        except csv.Error as error:
            message = f"quotes do not match ({error}); write a quote inside a quoted cell twice"
            raise CaseError([Problem(self.file, message, row + 1)]) from None

    def encode(self, cells: Sequence[str]) -> str:
        """Return one row as text; cells are quoted only if they need it."""
        out = io.StringIO()
        csv.writer(out, delimiter=self.delimiter, lineterminator=self.newline).writerow(cells)
        return out.getvalue()


def decode(file: str, data: bytes) -> tuple[str, bool]:
    """Decode UTF-8 text; return it without its byte order mark, and whether there was one.

    Raises:
        CaseError: the bytes are not UTF-8 text.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CaseError([Problem(file, "is UTF-16 text; save it as CSV UTF-8")])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        message = f"is not UTF-8 text (byte 0x{data[error.start]:02x}); save the file as UTF-8"
        raise CaseError([Problem(file, message, row)]) from None
    if (nul := text.find("\0")) >= 0:
        message = "contains a NUL byte; it is not a text file, or it is damaged"
        raise CaseError([Problem(file, message, text.count("\n", 0, nul) + 1)])
    bom = text.startswith(BOM)
    return text[bom:], bom


def open_sheet(file: str, data: bytes) -> Sheet:
    """Detect the format of a CSV file and read its header.

    Raises:
        CaseError: the bytes are not the text of a CSV file, or the file is empty.
    """
    text, bom = decode(file, data)
    first = next(iter(io.StringIO(text, newline="")), "")
    if not first.strip():
        raise CaseError([Problem(file, "is empty; its first row must name the columns", 1)])
    delimiter = max(",;\t", key=first.count)
    newline = "\r\n" if first.endswith("\r\n") else "\r" if first.endswith("\r") else "\n"
    sheet = Sheet(file, text, bom, delimiter, newline)
    _, names = next(sheet.rows())
    header = tuple(name.strip() for name in names)
    return Sheet(file, text, bom, delimiter, newline, header)


def header_problems(sheet: Sheet, known: Sequence[str] = (), required: Sequence[str] = ()) -> list[Problem]:
    """Return problems of the header: missing, repeated, unnamed and personal columns."""
    file, header = sheet.file, sheet.header
    found = personal_column_problems(sheet, known)
    for place, name in enumerate(header, 1):
        if not name:
            found.append(Problem(file, f"column number {place} has no name", 1))
        elif header.index(name) < place - 1:
            found.append(Problem(file, "this column appears twice", 1, name))
    unknown = [name for name in header if name not in known]
    for name in required:
        if name not in header:
            found.append(Problem(file, f"this column is missing{did_you_mean(name, unknown)}", 1, name))
    return found


def personal_column_problems(sheet: Sheet, known: Sequence[str] = ()) -> list[Problem]:
    """Return columns whose names say that they hold personal data; columns of the schema are exempt."""
    message = "seems to hold personal data, which a ledger must not contain; remove this column"
    message += ", or rename it if it holds none"
    about_people = "respondent" in known
    return [
        Problem(sheet.file, message, 1, name)
        for name in sheet.header
        if name not in known and is_personal(name, about_people)
    ]
