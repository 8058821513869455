"""The report as one Markdown file: text and tables, no charts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sojourn.report.document import Cell, Column, Section, Table
from sojourn.report.formats.html import cells, is_address, shown
from sojourn.report.inputs import ReportInputs
from sojourn.report.wording import day

SPECIAL = re.compile(r"([\\`*_\[\]<>|#~!&])")


def markdown(material: ReportInputs, sections: list[Section]) -> str:
    """The report; claims' words are escaped, so that none is read as markup."""
    return "\n".join(_lines(material, sections)) + "\n"


def _lines(material: ReportInputs, sections: list[Section]) -> Iterator[str]:
    answer = material.answer
    yield f"# {_text(answer['question'])}\n"
    until = day(answer["claims_until"])
    yield f"As of {day(answer['asof'])}, from {len(material.used)} claims published by {until}.\n"
    if material.unconverged:
        yield "**This answer has not converged: do not quote its numbers.**\n"
    if answer["warnings"]:
        yield from (f"* {_text(warning)}" for warning in answer["warnings"])
        yield ""
    for section in sections:
        yield f"## {section.title}\n"
        for paragraph in (*section.text, *filter(None, [section.missing])):
            yield f"{_text(paragraph)}\n"
        for table in section.tables:
            yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    read = cells(table)
    columns = [table.columns[i] for i, _ in read]
    yield f"**{_text(table.caption)}**\n"
    yield "| " + " | ".join(_text(column.title) for column in columns) + " |"
    numeric = ("count", "plain", "share")
    yield "|" + "|".join("---:" if column.kind in numeric else "---" for column in columns) + "|"
    for row in table.rows:
        yield "| " + " | ".join(_cell(row, i, end, table.columns[i]) for i, end in read) + " |"
    yield ""


def _cell(row: tuple[Cell, ...], i: int, end: int | None, column: Column) -> str:
    value = row[i]
    if is_address(value) and column.kind == "link":
        return "<" + str(value).replace(">", "%3E").replace("|", "%7C").replace(" ", "%20") + ">"
    text = shown(value, column.kind)
    if end is not None and value is not None:
        text += f" – {shown(row[end], column.kind)}"
    return _text(text)


def _text(text: str) -> str:
    """One line, with nothing that Markdown would read as markup."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
