"""`sojourn backtest` as a user runs it: what it refuses before the long run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SMALL = Path(__file__).parents[1] / "data" / "small"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from sojourn.cli import main; main()", "backtest"]
    return subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        (None, "truth.toml: this file is missing"),
        ("asof = ", "is not valid TOML"),
        ("asof = 2021-12-30\n[outcomes.stayed]\npersons = 5\n", "2021-12-31"),
        ("asof = 2021-12-31\n[outcomes.stayed]\npersons = -5\n", "outcomes.stayed.persons"),
        ("asof = 2021-12-31\n[outcomes.vanished]\npersons = 5\n", "outcomes.vanished"),
    ],
)
def test_a_truth_that_is_none_is_refused(truth: str | None, words: str, tmp_path: Path) -> None:
    folder = shutil.copytree(SMALL, tmp_path / "case")
    if truth is not None:
        (folder / "truth.toml").write_text(truth, encoding="utf-8")
    done = run(folder, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
