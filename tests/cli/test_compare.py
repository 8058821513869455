"""`sojourn compare` as a user runs it, on an answer without draws or case, and on bad input."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sojourn.inference.answer import read_answer

DATA = Path(__file__).parents[1] / "data" / "answer"
COMMAND = [sys.executable, "-c", "from sojourn.cli import main; main()", "compare"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """An answer to the same question, with a claim taken out and a share that fell by two sd."""
    record = json.loads((DATA / "answer.json").read_text(encoding="utf-8"))
    gone = record["claims"].pop(0)["claim"]
    del record["ledger"]["claims"][gone]
    stayed = record["shares"]["stayed"]
    stayed["mean"] -= 2 * stayed["sd"]
    record["diagnostics"]["ess_bulk_min"] = 1000
    (tmp_path / "answer.json").write_text(json.dumps(record), encoding="utf-8")
    return tmp_path


def test_answers_without_cases_are_put_side_by_side(edited: Path) -> None:
    done = run(DATA, edited)
    assert done.returncode == 1, done.stderr  # neither answer has converged
    gone = next(iter(read_answer(DATA).claim_answers))
    before, after = (read_answer(folder) for folder in (DATA, edited))
    shares = before.outcome("stayed").share, after.outcome("stayed").share
    assert shares[0] is not None
    assert shares[1] is not None
    sizes = f"from {shares[0].mean:.0%} to {shares[1].mean:.0%}".replace("%", " %")
    assert done.stdout.startswith(
        (f"Stayed fell {sizes} (2.0 of A's standard deviations).", "No outcome differs by more than chance.")
    )
    assert f"  claim {gone} removed with " in done.stdout
    assert "Edits are not weighed, because the case of an answer is not known: give --case-a" in done.stdout


def test_json_is_the_comparison(edited: Path) -> None:
    done = run(DATA, edited, "--json", "--refits", "0")
    record = json.loads(done.stdout)
    assert record["edits"] == []
    assert {row["kind"] for row in record["rows"]} == {"removed"}
    assert record["a"]["sha256"] == read_answer(DATA).sha256


def other_question(folder: Path) -> None:
    file = folder / "answer.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"asof": "2020-01-01"}), encoding="utf-8")


def broken_case(folder: Path) -> None:
    (folder / "case.private.zip").write_bytes(b"no zip file")


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        (other_question, (), "the answers: cannot be compared: they differ in asof ("),
        (broken_case, (), "case.private.zip: is not a ZIP file of a case"),
        (shutil.rmtree, (), "has no answer.json; give the folder of --out"),
        (None, ("--refits", "-1"), '--refits: "-1" must be at least 0'),
        (None, ("--case-a", "no-such-case"), "is neither a folder nor the name of a shipped case"),
    ],
)
def test_bad_input_is_one_line_and_status_2(edited: Path, change, options, words: str) -> None:
    if change is not None:
        change(edited)
    done = run(DATA, edited, *options)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
