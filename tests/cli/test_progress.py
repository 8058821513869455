"""Progress on a stderr that is no terminal: the first estimate, then a line every 15 seconds."""

from __future__ import annotations

import pytest

from sojourn.cli.progress import show_progress
from sojourn.inference import SamplingProgress


def told(seconds: list[float], capsys: pytest.CaptureFixture[str], quiet: bool = False) -> list[str]:
    """The lines that are written if progress is reported at these seconds."""
    with show_progress(quiet) as report:
        for now in seconds:
            report(SamplingProgress("drawing", 100, 200, now, 100 - now, 250, 0))
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_a_line_every_fifteen_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told([0.1, 0.6, 5, 14.9, 15.1, 16, 30.2, 31], capsys)
    assert lines[0] == "about 100 s here"
    assert [line.split("; about ")[1] for line in lines[1:]] == ["85 s left", "70 s left"]
    assert all(line.startswith("drawing: 250 draws from each chain") for line in lines[1:])


def test_nothing_is_written_if_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert told([1, 20, 40], capsys, quiet=True) == []
