"""`sojourn audit`, `vintages`, `worth` and `whatif` as a user runs them: in a process of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audit.conftest import SMALL

COMMAND = [sys.executable, "-c", "from sojourn.cli import main; main()"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_audit_of_a_saved_answer(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(saved, folder)
    done = run("audit", folder, "--case", SMALL, "--refits", "0")
    # 200 draws have not converged: status 1, with the audit printed and saved.
    assert done.returncode == 1, done.stderr
    for words in (
        "What each figure most likely counts",
        "Who contradicts whom",
        "Which figures matter most",
        "B–H",
    ):
        assert words in done.stdout
    changed = run("whatif", folder, "--case", SMALL, "--scale", "second=0.5", "--json")
    assert changed.returncode == 1, changed.stderr
    record = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    assert record["whatif"] == json.loads(changed.stdout)["whatif"]
    assert record["conflict"]["claims"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("audit", "no-such-case"), "is neither a folder nor the name of a shipped case"),
        (("audit", SMALL, "--refits", "-1"), "--refits"),
        (("audit", SMALL, "--case", SMALL), "is for a saved answer"),
        (("worth", SMALL, "--draws", "3"), "--draws"),
        (("whatif", SMALL, "--scale", "second"), "EVENT=0.5"),
        (("whatif", SMALL, "--end", "AA-entry=soon"), "REGIME=YYYY-MM-DD"),
    ],
)
def test_bad_input_is_status_2(arguments: tuple[str | Path, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["audit", "show", "worth"])
def test_what_is_no_answer_is_status_2(tmp_path: Path, command: str) -> None:
    """JSON, but not of an answer: of another version, say; whether its case is named or not."""
    text = '{"question": "x", "outcomes": {}, "warnings": []}'
    (tmp_path / "answer.json").write_text(text, encoding="utf-8")
    for more in ((),) if command == "show" else ((), ("--case", SMALL)):
        done = run(command, tmp_path, *more)
        assert done.returncode == 2
        assert "answer.json: cannot be read: the keys schema, " in done.stderr
        assert "Traceback" not in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["answer.json"]


def test_a_saved_answer_needs_its_case(saved: Path) -> None:
    done = run("vintages", saved)
    assert done.returncode == 2
    assert "--case" in done.stderr
    assert not (saved / "audit.json").exists()
