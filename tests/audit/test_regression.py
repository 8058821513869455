"""The worth of a figure against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.audit.regression import explained
from sojourn.inference.explained_variance import share_error

DRAWS = 2000


@pytest.mark.parametrize("error", [0.3, 1.0, 3.0])
def test_conjugate_normal(error: float) -> None:
    # θ ~ N(0, 1), y ~ N(θ, error²): the variance falls by the share 1 / (1 + error²).
    rng = np.random.default_rng(1)
    theta = rng.standard_normal(DRAWS)
    y = theta + error * rng.standard_normal(DRAWS)
    found = explained(theta[:, None], y[:, None])
    margin = 4 * share_error(found.left[:, 0], theta_squares(theta), DRAWS)
    assert found.share[0] == pytest.approx(1 / (1 + error**2), abs=margin)


def theta_squares(theta: np.ndarray) -> np.ndarray:
    return (theta - theta.mean()) ** 2


def test_a_beta_and_its_sample() -> None:
    # θ ~ Beta(a, b), y ~ Binomial(n, θ): the variance falls by the share n / (n + a + b).
    rng = np.random.default_rng(2)
    theta = rng.beta(2, 3, DRAWS)
    y = rng.binomial(20, theta).astype(float)
    found = explained(theta[:, None], y[:, None])
    error = share_error(found.left[:, 0], theta_squares(theta), DRAWS)
    assert found.share[0] == pytest.approx(20 / 25, abs=4 * error)


def test_two_figures_are_worth_more_than_one() -> None:
    rng = np.random.default_rng(3)
    theta = rng.standard_normal(DRAWS)
    y = theta[:, None] + rng.standard_normal((DRAWS, 2))
    one, both = (explained(theta[:, None], part) for part in (y[:, :1], y))
    error = share_error(both.left[:, 0], theta_squares(theta), DRAWS)
    assert both.share[0] == pytest.approx(2 / 3, abs=4 * error)
    assert one.share[0] < both.share[0]


def test_noise_is_worth_nothing() -> None:
    rng = np.random.default_rng(4)
    theta = rng.standard_normal((DRAWS, 3))
    found = explained(theta, rng.standard_normal((DRAWS, 2)))
    assert np.abs(found.share).max() < 0.02


def test_a_curve_is_followed_whatever_its_scale() -> None:
    # E[θ | y] is not monotone in y; the scale of y does not matter.
    rng = np.random.default_rng(5)
    x = rng.standard_normal(DRAWS)
    theta = np.cos(2 * x) + 0.1 * rng.standard_normal(DRAWS)
    found = explained(theta[:, None], np.exp(3 * x)[:, None])
    assert found.share[0] > 0.95


def test_a_constant_figure_is_allowed() -> None:
    theta = np.random.default_rng(6).standard_normal((DRAWS, 1))
    assert abs(explained(theta, np.ones((DRAWS, 1))).share[0]) < 0.01
