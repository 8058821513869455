"""One short answer to the small case, saved with its case, which several tests start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.case import Case
from sojourn.inference import Answer, estimate, read_answer


@pytest.fixture(scope="session")
def saved(small: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved answer: 300 draws, enough for arithmetic and not for conclusions."""
    return estimate(small, chains=2, draws=150).save(tmp_path_factory.mktemp("answers") / "small")


@pytest.fixture(scope="session")
def answer(saved: Path) -> Answer:
    return read_answer(saved)
