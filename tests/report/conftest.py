"""An answer to the small case with its whole audit: tests/data/answer, small enough to be kept.

When a schema changes, make it again with `sojourn estimate tests/data/small --out FOLDER`, then
`audit`, `vintages`, `worth` and `whatif --without AA-rolling` on that folder, and keep the two
JSON files. It has not converged, which is what the tests of warnings want.
"""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[1] / "data" / "answer"
Record = dict[str, Any]
Edit = Callable[[Record], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with answer.json and audit.json."""
    target = tmp_path / "answer"
    shutil.copytree(DATA, target)
    return target


@pytest.fixture(scope="session")
def answer() -> Record:
    return json.loads((DATA / "answer.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def audit() -> Record:
    return json.loads((DATA / "audit.json").read_text(encoding="utf-8"))


@pytest.fixture
def save(tmp_path: Path, answer: Record, audit: Record) -> Callable[..., Path]:
    """Save a changed answer, and its audit unless that is left out."""

    def write(change: Edit = lambda _: None, of_audit: Edit | None = lambda _: None) -> Path:
        target = tmp_path / "changed"
        target.mkdir(exist_ok=True)
        changed = copy.deepcopy(answer)
        change(changed)
        text = json.dumps(changed, ensure_ascii=False)
        (target / "answer.json").write_text(text, encoding="utf-8")
        if of_audit is not None:
            beside = copy.deepcopy(audit)
            beside["header"]["answer"] = hashlib.sha256(text.encode()).hexdigest()
            of_audit(beside)
            (target / "audit.json").write_text(json.dumps(beside, ensure_ascii=False), encoding="utf-8")
        return target

    return write
