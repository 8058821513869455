"""Drafts become claims only by a person: files of drafts, questions on a terminal, and the command."""

from __future__ import annotations

import json
import sys
from io import StringIO
from pathlib import Path

import pytest

from sojourn.case import CaseError, new_case, read_case
from sojourn.cli import main
from sojourn.cli.draft_questions import ask_about_drafts
from sojourn.drafting import draft_by_rules, draft_cells, propose_ids, read_draft_table
from sojourn.drafting.word_lists import word_list

TEXT = """Hostland: about 5,000 still here

12 December 2022 — About 5,000 Originlanders are still in the country, the Labour Ministry of Hostland said.

"There were about 60 Russians in our hostel. Only five stayed, half of them moved on," said Grigory.
"""


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_case(tmp_path / "case")
    (tmp_path / "news.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path / "case"


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.*") if path.is_file()}


def mark(path: Path, **cells: dict[str, str]) -> None:
    """Set cells of the file of drafts as a person would in a spreadsheet: row by its claim."""
    sheet, rows = read_draft_table(path)
    lines = [sheet.encode(sheet.header)]
    for row in rows:
        new = {**row.cells, **cells.get(row.cells["claim"].replace("-", "_"), {})}
        lines.append(sheet.encode([new[name] for name in sheet.header]))
    path.write_text("".join(lines), encoding="utf-8")


def test_drafts_are_written_beside_the_tables_which_stay_as_they_are(capsys, folder: Path) -> None:
    before = tables(folder)
    code, out, err = run(capsys, "draft", folder.parent / "news.txt", "--into", folder)
    assert (code, err) == (0, "")
    assert "Wrote 2 drafts" in out
    assert tables(folder) == before
    _, rows = read_draft_table(folder / "drafts" / "news.csv")
    assert [row.cells["source"] for row in rows] == ["ho_labour", ""]
    assert [row.cells["accept"] for row in rows] == ["", ""]
    assert read_case(folder) == read_case(folder)
    code, _, err = run(capsys, "draft", folder.parent / "news.txt", "--into", folder)
    assert (code, "exists; accept its rows" in err) == (2, True)


def test_marked_rows_become_claims_without_readings_and_contact_groups(capsys, folder: Path) -> None:
    run(capsys, "draft", folder.parent / "news.txt", "--into", folder, "--url", "https://example.org/n")
    path = folder / "drafts" / "news.csv"
    group = {"accept": "yes", "source": "resident_a", "respondent": "G9", "place": "HO"}
    mark(path, news_1={"accept": "yes"}, news_2=group)
    code, out, _ = run(capsys, "draft", path, "--into", folder)
    assert code == 0
    assert "claims (status context): 1, contact groups: 1" in out
    assert not path.exists()
    case = read_case(folder)
    claim = case.claims_by_id["news-1"]
    assert (claim.value, claim.hedge, claim.status, claim.url) == (
        5000,
        "about",
        "context",
        "https://example.org/n",
    )
    assert "drafted by rules; perhaps" in claim.note
    assert "news-1" not in case.readings_by_claim
    (added,) = [item for item in case.contacts if item.group == "news-2"]
    assert (added.size, added.size_hedge, added.stayed, added.moved_on) == (60, "about", "5", "half")


def test_rows_without_a_mark_stay_and_rejected_ones_go(capsys, folder: Path) -> None:
    run(capsys, "draft", folder.parent / "news.txt", "--into", folder)
    path = folder / "drafts" / "news.csv"
    mark(path, news_1={"accept": "yes"})
    assert run(capsys, "draft", path, "--into", folder)[0] == 0
    assert [row.cells["claim"] for row in read_draft_table(path)[1]] == ["news-2"]
    code, _, err = run(capsys, "draft", path, "--into", folder)
    assert (code, "no row with yes" in err) == (2, True)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (
            {"accept": "maybe"},
            'news.csv row 2, column accept: "maybe" is not allowed; one of: (empty), yes, no',
        ),
        ({"accept": "yes", "source": "nobody"}, 'row 2, column source: "nobody" must be the id of a source'),
        ({"accept": "yes", "value": "5,000"}, 'row 2, column value: "5,000" is not a plain number'),
        ({"accept": "yes", "hedge": "around"}, 'column hedge: "around" is not allowed'),
        ({"accept": "yes", "published": ""}, "column published: must not be empty"),
        ({"accept": "yes", "claim": "HERE"}, 'column claim: "HERE" is the id of another claim'),
    ],
)
def test_a_row_that_cannot_be_used_is_named_and_nothing_is_written(
    capsys, folder: Path, cells: dict[str, str], problem: str
) -> None:
    run(capsys, "draft", folder.parent / "news.txt", "--into", folder)
    path = folder / "drafts" / "news.csv"
    mark(path, news_1=cells)
    before, drafts = tables(folder), path.read_bytes()
    code, _, err = run(capsys, "draft", path, "--into", folder)
    assert code == 2
    assert problem in err
    assert tables(folder) == before
    assert path.read_bytes() == drafts


def test_a_shipped_case_is_not_written_into(capsys, folder: Path) -> None:
    code, _, err = run(capsys, "draft", folder.parent / "news.txt", "--into", "kazakhstan-2022")
    assert (code, "is a shipped case" in err) == (2, True)


def test_accepted_drafts_are_not_written_into_a_shipped_case(capsys, folder: Path) -> None:
    run(capsys, "draft", folder.parent / "news.txt", "--into", folder)
    path = folder / "drafts" / "news.csv"
    mark(path, news_1={"accept": "yes", "source": "kz_mvd"})
    shipped = read_case("kazakhstan-2022").path
    before = tables(shipped)
    code, _, err = run(capsys, "draft", path, "--into", "kazakhstan-2022")
    assert (code, "is a shipped case" in err) == (2, True)
    assert tables(shipped) == before


def answers(*given: str):
    left = list(given)

    def ask(_: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    return ask


def test_questions_on_a_terminal_write_what_is_accepted_only(folder: Path, capsys) -> None:
    case = read_case(folder)
    drafts = draft_by_rules(TEXT)
    ids = propose_ids(case, "news.txt", len(drafts))
    rows = [draft_cells(item, case, claim) for item, claim in zip(drafts, ids, strict=True)]
    before = tables(folder)
    assert ask_about_drafts(case, drafts, rows, str, answers("n", "q")) == 0
    assert ask_about_drafts(case, drafts, rows, str, answers()) == 0
    assert tables(folder) == before
    ask = answers("y", "", "n", "y", "G9", "HO", "grigory", "Grigory", "nonsense")
    assert ask_about_drafts(case, drafts, rows, str, ask) == 1
    written = read_case(folder)
    assert written.claims_by_id["news-1"].source == "ho_labour"
    assert written.contacts == case.contacts
    assert "Not accepted" in capsys.readouterr().out
    ask = answers("n", "y", "G9", "HO", "grigory", "Grigory", "interviewee")
    assert ask_about_drafts(written, drafts, rows, str, ask) == 1
    written = read_case(folder)
    assert written.sources_by_id["grigory"].interest == "interviewee"
    assert len(written.contacts) == len(case.contacts) + 1


@pytest.mark.parametrize(
    ("given", "status", "readings"),
    [
        (["y", "", "y", "2", "2", "1", "2", "", "", "they live there"], "use", ["present"]),
        (["y", "", "y", "9", "2", "2", "3", "", "2022-12-01", "he said still"], "use", ["stayed"]),
        (["y", "", "y", "2", "2", "1", "2", "", "", ""], "context", []),
        (["y", "", "y", "2", "2", "1", "2", "XX", "", "no such place"], "context", []),
        (["y", "", "y", "2", "2", "1", "2", "", "December", "no date"], "context", []),
        (["y", "", "n"], "context", []),
    ],
)
def test_a_reading_is_written_by_answering_questions(
    folder: Path, capsys, given: list[str], status: str, readings: list[str]
) -> None:
    case = read_case(folder)
    drafts = draft_by_rules(TEXT)[:1]
    rows = [draft_cells(drafts[0], case, "news-1")]
    assert ask_about_drafts(case, drafts, rows, str, answers(*given)) == 1
    written = read_case(folder)
    assert written.claims_by_id["news-1"].status == status
    assert [item.measure for item in written.readings_by_claim.get("news-1", ())] == readings
    if given[2] == "y" and given[-1] != "no date":
        assert "The figure counts displaced people" in capsys.readouterr().out


def test_json_has_the_fields_and_offsets_of_the_text(capsys, folder: Path) -> None:
    code, out, _ = run(capsys, "draft", folder.parent / "news.txt", "--json")
    assert code == 0
    drafts = json.loads(out)
    fields = "quote start end speaker value high hedge unit published measure place group drafted_by"
    keys = list(word_list(fields))
    assert [list(draft) for draft in drafts] == [keys, keys]
    assert all(draft["quote"] == TEXT[draft["start"] : draft["end"]] for draft in drafts)
    assert drafts[0]["published"] == "2022-12-12"
    assert drafts[1]["group"]["size"] == "60"


def test_standard_input_and_nothing_found(capsys, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    class Input(StringIO):
        buffer = (folder.parent / "news.txt").open("rb")

    monkeypatch.setattr(sys, "stdin", Input())
    code, out, _ = run(capsys, "draft", "-")
    Input.buffer.close()
    assert (code, "2 drafts; none of them is a claim yet" in out) == (0, True)
    (folder.parent / "empty.txt").write_text("Nothing here.", encoding="utf-8")
    assert run(capsys, "draft", folder.parent / "empty.txt")[0] == 1


def test_a_model_that_is_not_there_is_one_line_after_its_address(capsys, folder: Path) -> None:
    arguments = ("--model-url", "http://127.0.0.1:9/v1", "--model", "small", "--json")
    code, out, err = run(capsys, "draft", folder.parent / "news.txt", *arguments)
    assert code == 0
    assert len(json.loads(out)) == 2
    sent, failed = err.splitlines()
    assert sent == f"Sending the article ({len(TEXT):,} characters) to small at http://127.0.0.1:9/v1"
    assert failed.startswith("small at http://127.0.0.1:9/v1: ")


def test_a_damaged_file_of_drafts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("accept,claim\nyes,A\n", encoding="utf-8")
    with pytest.raises(CaseError, match="this column is missing"):
        read_draft_table(path)
