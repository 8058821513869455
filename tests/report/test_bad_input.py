"""What cannot be reported is said once, and nothing is written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sojourn.case import CaseError
from sojourn.cli import main
from sojourn.report import write_report
from sojourn.report.formats.ro_crate import METADATA


def refuse(folder: Path, *words: str, out: Path | None = None, form: Any = "html") -> None:
    before = {path: path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()}
    with pytest.raises(CaseError) as caught:
        write_report(folder, out, form)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert {path: path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()} == before


def test_no_answer(tmp_path: Path) -> None:
    refuse(tmp_path / "nowhere", "holds no answer.json")


def test_not_json(folder: Path) -> None:
    (folder / "answer.json").write_text("{", encoding="utf-8")
    refuse(folder, "answer.json", "is not JSON")


def test_not_text(folder: Path) -> None:
    (folder / "answer.json").write_bytes(b"\xff\xfe\x00")
    refuse(folder, "answer.json", "is not JSON")


def test_not_an_answer(save: Callable[..., Path]) -> None:
    def damage(record: dict[str, Any]) -> None:
        record["outcomes"]["stayed"]["q50"] = "many"

    refuse(save(damage, None), "$.outcomes.stayed.q50", "'many' is not of type 'number'")


def test_claim_without_its_words(save: Callable[..., Path]) -> None:
    def damage(record: dict[str, Any]) -> None:
        del record["ledger"]["claims"]["c05"]

    refuse(save(damage, None), "c05", "ledger")


def test_audit_of_another_answer(save: Callable[..., Path]) -> None:
    def damage(record: dict[str, Any]) -> None:
        record["header"]["answer"] = "0" * 64

    refuse(save(of_audit=damage), "audit.json", "is about another answer", "sojourn audit")


def test_damaged_audit(save: Callable[..., Path]) -> None:
    def damage(record: dict[str, Any]) -> None:
        record["conflict"]["claims"][0]["p"] = 1.5

    refuse(save(of_audit=damage), "audit.json", "$.conflict.claims[0].p")


def test_out_is_something_else(folder: Path, tmp_path: Path) -> None:
    refuse(folder, "is a folder", out=folder)
    refuse(folder, "is a file", out=folder / "answer.json", form="csv")
    refuse(folder, "lies in a file", out=folder / "answer.json" / "report.html")


def test_somebody_elses_crate_stays(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "mine"
    other.mkdir()
    (other / METADATA).write_text('{"@graph": []}', encoding="utf-8")
    refuse(folder, METADATA, "describes something else", out=other / "report.html")


def test_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["report", str(folder), "--format", "md"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"{folder / 'report.md'}\n"
    for arguments in (["report", str(folder / "no")], ["report", str(folder), "--format", "pdf"], ["report"]):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 2
        assert capsys.readouterr().err


def test_runs_no_model(folder: Path) -> None:
    """A report is of files: neither JAX nor the sampler is loaded."""
    program = (
        "import sys; from pathlib import Path; from sojourn.report import write_report;"
        f"write_report(Path({str(folder)!r}), form='sdmx');"
        "print([name for name in ('jax', 'numba', 'xarray') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
