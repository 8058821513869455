"""Convergence of many series at once, against ArviZ, which computes one after another."""

from __future__ import annotations

import numpy as np
import pytest
from arviz_stats.base.array import array_stats

from sojourn.inference.convergence import Convergence, measure_convergence, rhat_and_bulk, tail_draws

AXES = {"chain_axis": 1, "draw_axis": 2}


def series(chains: int, draws: int) -> np.ndarray:
    """Random walks, alternating series, repeated draws (as after rejections), and chains that disagree."""
    rng = np.random.default_rng(chains * draws)
    x = rng.standard_normal((60, chains, draws))
    x[:15] = np.cumsum(x[:15], axis=2)
    for t in range(1, draws):
        x[15:30, :, t] -= 0.7 * x[15:30, :, t - 1]
    repeated = x[30:45, :, 1::3]
    repeated[:] = x[30:45, :, 0::3][:, :, : repeated.shape[2]]
    x[45:] += np.arange(chains)[:, None]
    return x


@pytest.mark.parametrize(("chains", "draws"), [(4, 1000), (4, 101), (2, 25), (3, 12), (2, 8)])
def test_as_arviz(chains: int, draws: int) -> None:
    x = series(chains, draws)
    rhat, bulk = rhat_and_bulk(x)
    np.testing.assert_allclose(rhat, array_stats.rhat(x, **AXES), rtol=1e-12)
    np.testing.assert_allclose(bulk, array_stats.ess(x, method="bulk", **AXES), rtol=1e-9)
    tail = array_stats.ess(x, method="tail", prob=(0.05, 0.95), **AXES)
    np.testing.assert_allclose(tail_draws(x), tail, rtol=1e-9)


def test_outcomes_come_last() -> None:
    x = series(4, 100)
    found = measure_convergence(x[:50], x[50:])
    rhat, bulk = rhat_and_bulk(x)
    np.testing.assert_array_equal(found.rhat, rhat)
    np.testing.assert_array_equal(found.bulk, bulk)
    np.testing.assert_array_equal(found.tail, tail_draws(x[50:]))


def test_what_never_changes_has_converged() -> None:
    rhat, bulk = rhat_and_bulk(np.ones((1, 4, 50)))
    assert (rhat[0], bulk[0]) == (1, 200)


def test_chains_that_stand_still_apart_have_not() -> None:
    rhat, _ = rhat_and_bulk(np.ones((1, 4, 50)) * np.arange(4)[:, None])
    assert np.isinf(rhat[0])


@pytest.mark.parametrize(
    ("rhat", "bulk", "tail", "reached"),
    [
        (1.009, 401.0, 401.0, True),
        (1.011, 401.0, 401.0, False),
        (1.009, 399.0, 401.0, False),
        (1.009, 401.0, 399.0, False),
    ],
)
def test_every_threshold_counts(rhat: float, bulk: float, tail: float, reached: bool) -> None:
    found = Convergence(np.array([1.0, rhat]), np.array([bulk, 900.0]), np.array([tail]))
    assert found.is_reached == reached
    assert (found.remaining <= 1) == reached
