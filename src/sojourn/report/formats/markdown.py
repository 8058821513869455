"""The report as one Markdown file: text and tables, no charts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sojourn._core.ledger_labels import LedgerLabels, more_of_series
from sojourn._core.verdict import state_verdict
from sojourn.report.document import NUMERIC, Cell, Section, Table
from sojourn.report.formats.html import cells, is_address, shown
from sojourn.report.inputs import ReportInputs
from sojourn.report.wording import day

SPECIAL = re.compile(r"([\\`*_\[\]<>|#~!&])")


def markdown(material: ReportInputs, sections: list[Section]) -> str:
    """The report; the words of claims are escaped, so that they are not read as markup."""
    return "\n".join(_lines(material, sections)) + "\n"


def _lines(material: ReportInputs, sections: list[Section]) -> Iterator[str]:
    answer, names = material.answer, material.labels
    yield f"# {_text(answer['question'])}\n"
    yield f"**{_text(state_verdict(answer))}**\n"
    until = day(answer["claims_until"])
    yield f"As of {day(answer['asof'])}, from {len(material.used)} claims published by {until}.\n"
    if material.unconverged:
        yield "**This answer has not converged.**\n"
    if answer["warnings"]:
        yield from (f"* {_text(names.sentence(warning))}" for warning in answer["warnings"])
        yield ""
    for section in sections:
        yield f"## {section.title}\n"
        for paragraph in (*section.text, *filter(None, [section.missing])):
            yield f"{_text(paragraph)}\n"
        for table in section.tables:
            yield from _table(table, names)


def _table(table: Table, names: LedgerLabels) -> Iterator[str]:
    read = cells(table)
    columns = [table.columns[i] for i, _ in read]
    yield f"**{_text(table.caption)}**\n"
    yield "| " + " | ".join(_text(column.title) for column in columns) + " |"
    yield "|" + "|".join("---:" if column.kind in NUMERIC else "---" for column in columns) + "|"
    for row in table.rows:
        yield "| " + " | ".join(_cell(table, row, i, end, names) for i, end in read) + " |"
    yield ""


def _cell(table: Table, row: tuple[Cell, ...], i: int, end: int | None, names: LedgerLabels) -> str:
    value, kind = row[i], table.kind(row, i)
    if is_address(value) and kind == "link":
        return "<" + str(value).replace(">", "%3E").replace("|", "%7C").replace(" ", "%20") + ">"
    if kind in ("figure", "figures"):
        series = names.one_per_series(value if isinstance(value, tuple) else (str(value),))
        return _text("; ".join(names.claim(code) + more_of_series(n) for code, n in series.items()))
    text = shown(value, kind)
    if end is not None and value is not None:
        text += f" – {shown(row[end], kind)}"
    return _text(text)


def _text(text: str) -> str:
    """One line, in which every character with a meaning in Markdown is escaped."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
