"""Tables in other formats: every number there, and no cell that a spreadsheet runs or a reader misreads."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from sojourn.report import write_report
from sojourn.report.document import Column, Section, Table
from sojourn.report.formats.sdmx import HEADER
from sojourn.report.formats.tables import csv_files, safe, workbook
from sojourn.report.inputs import read_inputs
from sojourn.report.sections import compose

FORMULAS = ('=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=1|x\x07")


def formulas(record: dict[str, Any]) -> None:
    words = iter(FORMULAS * 20)
    for claim in record["ledger"]["claims"].values():
        claim["quote"] = next(words)
    for source in record["ledger"]["sources"].values():
        source["name"] = next(words)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_begins_a_formula(text: str) -> None:
    assert str(safe(text)).startswith("'")


@pytest.mark.parametrize("value", [-5, -0.25, 3.5, None, "a = b", "–"])
def test_numbers_and_plain_words_stay(value: Any) -> None:
    assert safe(value) == value


def test_workbook_runs_nothing(save: Callable[..., Path]) -> None:
    book = openpyxl.load_workbook(write_report(save(formulas), form="xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert sum(str(cell.value).startswith("'=HYPERLINK") for cell in cells) >= 3
    assert any(isinstance(cell.value, (int, float)) and cell.value < 0 for cell in cells)


@pytest.mark.parametrize("text", FORMULAS)
def test_headers_run_nothing(text: str) -> None:
    table = Table("odd", "odd", (Column(text, text), Column("plain", "plain")), ((text, 1),))
    sections = [Section("odd", "odd", tables=(table,))]
    header = next(csv.reader(StringIO(csv_files(sections)["odd.csv"].decode(), newline="")))
    book = openpyxl.load_workbook(BytesIO(workbook(sections, [])))
    assert header[0].startswith("'")
    assert str(book["odd"]["A1"].value).startswith("'")


def test_workbook_has_every_table(folder: Path, answer: dict[str, Any]) -> None:
    book = openpyxl.load_workbook(write_report(folder, form="xlsx"))
    tables = {table.id[:31]: table for s in compose(read_inputs(folder)) for table in s.tables}
    assert set(book.sheetnames) == {"about", *tables}
    assert len(tables) == sum(len(s.tables) for s in compose(read_inputs(folder)))
    assert all(book[name].max_row == len(table.rows) + 1 for name, table in tables.items())
    outcomes = {row[0]: row[1] for row in book["outcomes"].iter_rows(min_row=2, values_only=True)}
    assert outcomes["stayed"] == answer["outcomes"]["stayed"]["q50"]


def test_csv_keeps_every_cell(folder: Path) -> None:
    target = write_report(folder, form="csv")
    for section in compose(read_inputs(folder)):
        for table in section.tables:
            rows = list(
                csv.reader(StringIO((target / f"{table.id}.csv").read_text(encoding="utf-8"), newline=""))
            )
            assert rows[0] == [column.name for column in table.columns]
            assert len(set(rows[0])) == len(rows[0]), table.id
            assert len(rows) == len(table.rows) + 1
            for row, cells in zip(rows[1:], table.rows, strict=True):
                numbers = [(a, b) for a, b in zip(row, cells, strict=True) if isinstance(b, (int, float))]
                assert all(float(a) == b for a, b in numbers)


def test_sdmx_has_one_row_a_key(folder: Path, answer: dict[str, Any]) -> None:
    frame = pd.read_csv(write_report(folder, form="sdmx"), keep_default_na=False)
    assert tuple(frame.columns) == HEADER
    key = ["FREQ", "REF_AREA", "COUNTERPART_AREA", "INDICATOR", "STATISTIC", "TIME_PERIOD"]
    assert not frame.duplicated(key).any()
    assert not (frame[key] == "").any(axis=None)
    stayed = frame[(frame["INDICATOR"] == "STAYED") & (frame["TIME_PERIOD"] == answer["asof"])]
    found = dict(zip(stayed["STATISTIC"].str.lower(), stayed["OBS_VALUE"], strict=True))
    assert found == answer["outcomes"]["stayed"]
    moves = frame[(frame["INDICATOR"] == "MOVES") & (frame["STATISTIC"] == "MEAN")]
    said = [flow["persons"]["mean"] for flow in answer["flows"] if flow["kind"] == "move"]
    assert sorted(moves["OBS_VALUE"]) == sorted(said)


def test_markdown_is_not_markup(save: Callable[..., Path]) -> None:
    def plant(record: dict[str, Any]) -> None:
        for claim in record["ledger"]["claims"].values():
            claim["quote"] = "a | b <img src=x onerror=alert(1)> [x](javascript:alert(1)) `c`\n| d"
            claim["url"] = "https://example.org/a|b?c=<d>"

    text = write_report(save(plant), form="md").read_text(encoding="utf-8")
    assert "\\<img" in text
    assert "<img" not in text.replace("\\<img", "")
    assert "](javascript" not in text.replace("\\](javascript", "").replace("]\\(javascript", "")
    lines = text.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("|---") or line.startswith("|--")]
    assert len(starts) > 12
    for start in starts:
        columns = bars(lines[start])
        for line in lines[start - 1 :]:
            if not line.startswith("|"):
                break
            assert bars(line) == columns, line


def bars(line: str) -> int:
    """Column separators: bars that no backslash precedes."""
    return line.replace("\\\\", "").replace("\\|", "").count("|")


def test_what_a_number_rests_on_travels_with_it(save: Callable[..., Path]) -> None:
    """In sentence, table and chart; the day on which permitted days run out is marked in the chart."""

    def assume(record: dict[str, Any]) -> None:
        outcomes = record["outcomes"]
        told = [
            {
                "quantity": name,
                "rests_on": basis,
                "prior": outcomes[name],
                "posterior": outcomes[name],
                **more,
            }
            for name, basis, more in (
                ("arrived", "figures", {"untouched_share": 0.1, "had_others_read": [1000.0, 2000.0]}),
                ("stayed", "assumptions", {"untouched_share": 0.5}),
                ("returned", "nothing", {}),
            )
        ]
        counts = {"untouched": 3, "unknowns": 9, "weightings": 50, "weightings_used": 50, "remarks": []}
        record["prior_ledger"] = {"headlines": told, **counts}
        record["ledger"]["events"][-1]["note"] = "rests on assumptions: the share that leaves then"

    material = read_inputs(save(assume))
    first, *_ = sections = compose(material)
    assert "; rests on assumptions)" in first.text[0]
    assert "; nothing speaks to this: it is what is left over)" in first.text[0]
    tables = csv_files(sections)
    rows = list(csv.DictReader(StringIO(tables["basis.csv"].decode("utf-8-sig"), newline="")))
    assert [row["basis"].split(",")[0] for row in rows] == [
        "",
        "rests on assumptions",
        "nothing speaks to this: it is what is left over",
    ]
    assert rows[0]["others_from"] == "1000.0"
    figure = first.figures[0].spec
    assert figure is not None
    assert "stayed (rests on assumptions)" in str(figure())
    assert "returned (what is left over)" in str(figure())
    time = next(section for section in sections if section.id == "time")
    chart = time.figures[0].spec
    assert chart is not None
    number = next(table for table in time.tables if table.id == "events").rows[-1][0]
    assert f"'{number}*'" in str(chart())
    assert f"No. {number}* rests on assumptions: the share that leaves then." in time.figures[0].caption
