"""A report knows nothing of the case that an answer keeps: it is private."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.report import write_report
from sojourn.report.write import Format


@pytest.mark.parametrize("form", ["html", "md", "csv", "sdmx"])
def test_the_kept_case_is_neither_read_nor_listed(folder: Path, form: Format) -> None:
    kept = folder / "case.private.zip"
    kept.touch(0o000)
    before = {path for path in folder.rglob("*") if path.is_file()}
    write_report(folder, form=form)
    written = {path for path in folder.rglob("*") if path.is_file()} - before
    assert any(path.name == "ro-crate-metadata.json" for path in written)
    for path in written:
        assert b"case.private" not in path.read_bytes(), path
