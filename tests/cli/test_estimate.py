"""`sojourn estimate` and `sojourn show` as a user runs them: in a process of their own."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SMALL = Path(__file__).parents[1] / "data" / "small"
COMMAND = [sys.executable, "-c", "from sojourn.cli import main; main()"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("answers") / "small"
    done = run("estimate", SMALL, "--draws", "25", "--chains", "2", "--out", out)
    # 50 draws have not converged: that is status 1, with the answer printed and saved.
    assert done.returncode == 1, done.stderr
    assert "Of those who came to Alpha" in done.stdout
    assert "not converged" in done.stdout
    assert re.match(r"about \d+ s here\n", done.stderr)
    return out


def test_a_run_goes_on_from_an_answer(saved: Path) -> None:
    few = ("--draws", "25", "--chains", "2", "--from", saved, "--quiet", "--json")
    done = run("estimate", SMALL, *few)
    assert done.stderr == ""
    record = json.loads(done.stdout)
    digest = hashlib.sha256((saved / "answer.json").read_bytes()).hexdigest()
    assert record["draws"]["started_from"] == {"answer": digest, "how": "chains"}


def test_a_draft_says_so_first() -> None:
    done = run("estimate", SMALL, "--quick", "--draws", "25", "--chains", "2", "--quiet")
    assert done.stdout.startswith("DRAFT: do not quote these numbers")
    assert "Run it without --quick" in done.stdout


def test_show_prints_what_was_saved(saved: Path) -> None:
    shown = run("show", saved, "--json")
    assert shown.returncode == 0
    assert json.loads(shown.stdout) == json.loads((saved / "answer.json").read_text(encoding="utf-8"))
    text = run("show", saved).stdout
    first = text.splitlines()[0]
    assert first.startswith("NOT RELIABLE YET: ")
    assert "has R̂" in first
    assert "[" not in first
    assert "Run it without --draws" in text
    assert "stayed" in text.split("Warnings")[0]
    assert "XX" not in text
    for word in (
        "arrived",
        "stayed",
        "moved on",
        "returned",
        "in Alpha City",
        "to Beta",
        "elsewhere",
        "Warnings",
    ):
        assert word in text


OBEDIENT = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
"""A process that a shell runs in the background ignores SIGINT, and passes this on to its children."""


def test_interrupt_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    obedient = [sys.executable, "-c", f"{OBEDIENT}import sys; from sojourn.cli import main; sys.exit(main())"]
    process = subprocess.Popen(
        [*obedient, "estimate", str(SMALL), "--draws", "100000", "--chains", "2", "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(12)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 130, errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("estimate", "no-such-case"), "is neither a folder nor the name of a shipped case"),
        (("estimate", SMALL / "case.toml"), "case.toml"),
        (("estimate", SMALL, "--draws", "3"), "--draws"),
        (("estimate", SMALL, "--limit", "0"), "--limit"),
        (("estimate", SMALL, "--from", SMALL), "answer.json: cannot be read: No such file or directory"),
        (("estimate", SMALL, "--asof", "1999-01-01"), "after the start of the case"),
        (("estimate", SMALL, "--out", SMALL / "case.toml"), "--out takes a folder"),
        (("show", SMALL), "no answer.json"),
    ],
)
def test_bad_input_is_status_2(arguments: tuple[str | Path, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
