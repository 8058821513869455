"""The small case, read and compiled once; JAX in double precision; which tests are fast."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from sojourn.case import Case, read_case

if TYPE_CHECKING:
    import numpy as np

    from sojourn.inference.density import Account, Model

TESTS = Path(__file__).parent
SMALL = TESTS / "data" / "small"
CORE = (
    "case",
    "cases",
    "core",
    "drafting",
    "imports",
    "cli/test_cli.py",
    "cli/test_commands_page.py",
    "cli/test_completion.py",
    "cli/test_extras.py",
    "stay_rules/test_assessment.py",
    "stay_rules/test_bad_input.py",
    "stay_rules/test_cases.py",
    "stay_rules/test_library.py",
    "tools",
)
"""Folders and files of tests that need no extra: `make matrix` runs them in an install of the core."""
NOT_CORE = ("case/test_personal_columns.py", "cases/test_poland_2022.py")
"""Files in those folders that need the extra `infer`."""
FAST = (
    *CORE,
    "docs/test_generated_pages.py",
    "history/test_calendar.py",
    "cli/test_progress.py",
    "history/test_regimes.py",
    "inference/test_convergence.py",
    "inference/test_preconditioner.py",
    "inference/test_sampler.py",
    "report/test_bad_input.py",
    "report/test_discretion.py",
    "report/test_flow_diagram.py",
    "report/test_formats.py",
    "report/test_provenance.py",
    "audit/test_regression.py",
    "borders/test_protect.py",
    "docs/test_docstrings.py",
)
"""Folders and files of tests without compilation by JAX, Spark or a browser."""
INFERENCE = find_spec("jax") is not None

# A busy machine is no failure: nothing is timed in the tests.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
if INFERENCE:
    from sojourn.inference.jax_config import configure

    configure()


def is_in(path: Path, places: tuple[str, ...]) -> bool:
    """Whether a file of tests is one of the places, or in one of them."""
    return any(path.is_relative_to(TESTS / place) for place in places)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Without the extra `infer`, leave out the tests that cannot be imported."""
    if INFERENCE or not collection_path.is_relative_to(TESTS):
        return None
    if collection_path.is_dir():
        has_core = any((TESTS / place).is_relative_to(collection_path) for place in CORE)
        return None if has_core or is_in(collection_path, CORE) else True
    is_core = is_in(collection_path, CORE) and not is_in(collection_path, NOT_CORE)
    return True if collection_path.name.startswith("test_") and not is_core else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the fast tests by the file they are in, but those marked slow."""
    for item in items:
        if is_in(item.path, FAST) and item.get_closest_marker("slow") is None:
            item.add_marker(pytest.mark.fast)


@pytest.fixture(scope="session")
def small() -> Case:
    return read_case(SMALL)


@pytest.fixture(scope="session")
def model(small: Case) -> Model:
    from sojourn.inference.density import build_model

    return build_model(small)


@pytest.fixture(scope="session")
def accounts(model: Model) -> list[tuple[np.ndarray, Account]]:
    """Three points of the prior and everything that follows from each, as plain arrays."""
    import jax
    import jax.numpy as jnp
    import numpy as np

    account = jax.jit(model.account)
    points = [0.7 * np.random.default_rng(seed).normal(size=model.unknowns.size) for seed in range(3)]
    return [(z, jax.tree.map(np.asarray, account(jnp.asarray(z), model.said))) for z in points]
