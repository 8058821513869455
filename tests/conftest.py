"""The small case, read and compiled once; JAX in double precision."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from sojourn.case import Case, read_case
from sojourn.inference.density import Account, Model, build_model
from sojourn.inference.jax_config import configure

configure()
# A busy machine is no failure: nothing is timed in the tests.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
SMALL = Path(__file__).parent / "data" / "small"


@pytest.fixture(scope="session")
def small() -> Case:
    return read_case(SMALL)


@pytest.fixture(scope="session")
def model(small: Case) -> Model:
    return build_model(small)


@pytest.fixture(scope="session")
def accounts(model: Model) -> list[tuple[np.ndarray, Account]]:
    """Three points of the prior and everything that follows from each, as plain arrays."""
    account = jax.jit(model.account)
    points = [0.7 * np.random.default_rng(seed).normal(size=model.unknowns.size) for seed in range(3)]
    return [(z, jax.tree.map(np.asarray, account(jnp.asarray(z), model.said))) for z in points]
