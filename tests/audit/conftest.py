"""One short answer to the small case, and its draws, for all tests of the room."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.audit.posterior import Posterior, read_posterior
from sojourn.case import Case, read_case
from sojourn.inference import estimate
from sojourn.inference.density import Model
from sojourn.inference.estimation import compile_case
from sojourn.inference.jax_config import configure

SMALL = Path(__file__).parents[1] / "data" / "small"


@pytest.fixture(scope="session")
def case() -> Case:
    return read_case(SMALL)


@pytest.fixture(scope="session")
def model(case: Case) -> Model:
    configure()
    return compile_case(case)


@pytest.fixture(scope="session")
def saved(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved answer: 200 draws, enough for arithmetic and not for conclusions."""
    return estimate(case, chains=2, draws=100).save(tmp_path_factory.mktemp("answers") / "small")


@pytest.fixture(scope="session")
def posterior(saved: Path, case: Case) -> Posterior:
    return read_posterior(saved, case)
