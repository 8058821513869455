"""The metric: how round it makes a known curvature, and what it learns from draws."""

import numpy as np
import pytest

from sojourn.inference.preconditioner import (
    STRETCH,
    Metric,
    curvature,
    find_mode,
    from_curvature,
    from_draws,
)

D = 30


def correlated(seed: int, told: int = 8) -> np.ndarray:
    """Curvature of a standard normal prior to which `told` precise facts about sums were added."""
    rng = np.random.default_rng(seed)
    facts = rng.normal(size=(told, D)) * 10 ** rng.uniform(-0.5, 1.5, size=(told, 1))
    return np.eye(D) + facts.T @ facts


def quadratic(precision: np.ndarray, mode: np.ndarray):
    return lambda z: (float(0.5 * (z - mode) @ precision @ (z - mode)), precision @ (z - mode))


def test_momentum_velocity_and_energy_belong_to_one_metric() -> None:
    """Momenta have the inverse covariance; velocity is the derivative of the kinetic energy."""
    metric = from_curvature(np.arange(D) / 7.0, [correlated(0)])
    covariance = metric.covariance()
    rng = np.random.default_rng(1)
    map_ = np.stack([metric.momentum(one) for one in np.eye(D)], axis=1)
    np.testing.assert_allclose(map_ @ map_.T @ covariance, np.eye(D), atol=1e-9)
    for p in metric.momentum(rng.normal(size=D)), rng.normal(size=D):
        assert metric.kinetic_energy(p) == pytest.approx(0.5 * p @ covariance @ p)
        # Velocities are in single precision: exact to 1e-7 of the momentum.
        np.testing.assert_allclose(metric.velocity(p), covariance @ p, atol=1e-5 * np.abs(p).max())


def test_places_begin_at_the_mean() -> None:
    metric = from_curvature(np.arange(D) / 7.0, [correlated(0)])
    np.testing.assert_allclose(metric.place(np.zeros(D)), np.arange(D) / 7.0)
    used = metric.directions
    np.testing.assert_allclose(used.T @ used, np.eye(used.shape[1]), atol=1e-9)
    map_ = np.stack([metric.place(one) - metric.mean for one in np.eye(D)], axis=1)
    np.testing.assert_allclose(map_ @ map_.T, metric.covariance(), atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_known_curvature_becomes_round(seed: int) -> None:
    """The condition number falls a hundredfold or more, to below the square of what is let pass as flat."""
    precision = correlated(seed)
    metric = from_curvature(np.zeros(D), [precision])
    white = whitened(metric, precision)
    assert np.linalg.cond(precision) > 200 * np.linalg.cond(white)
    assert np.linalg.cond(white) < 1.31
    draws = np.random.default_rng(seed).multivariate_normal(np.zeros(D), np.linalg.inv(white), size=4000)
    z = np.stack([metric.place(y) for y in draws])
    np.testing.assert_allclose(np.cov(z.T), np.linalg.inv(precision), atol=0.15)


def whitened(metric, precision: np.ndarray) -> np.ndarray:
    """The curvature in white coordinates: the map's transpose, the curvature, the map."""
    along = np.stack([metric.place(y) - metric.mean for y in np.eye(D)])
    return along @ precision @ along.T


def test_curvatures_are_averaged() -> None:
    one, other = correlated(3), correlated(4)
    both, mean = from_curvature(np.zeros(D), [one, other]), from_curvature(np.zeros(D), [(one + other) / 2])
    np.testing.assert_allclose(whitened(both, one), whitened(mean, one), rtol=1e-9, atol=1e-9)


def test_directions_of_little_curvature_are_stretched_no_further() -> None:
    values = np.ones(D)
    values[:3] = (-1e-9, 0.0, 1e-9)
    metric = from_curvature(np.zeros(D), [np.diag(values)])
    assert np.sort(metric.stretch)[-3:] == pytest.approx([STRETCH] * 3)


def test_steep_one_way_and_the_other_is_not_flat() -> None:
    """Curvatures of 9 and −9 along one direction average to the size 9, so it is pressed together."""
    up, down = np.eye(D), np.eye(D)
    up[0, 0], down[0, 0] = 9.0, -9.0
    metric = from_curvature(np.zeros(D), [up, down])
    assert metric.place(np.eye(D)[0])[0] == pytest.approx(1 / 3)


def test_draws_correct_a_metric_as_far_as_they_are_many() -> None:
    """With ever more draws the metric goes from the given one to that of the draws."""
    covariance = np.linalg.inv(correlated(7))
    given = Metric(np.zeros(D), np.empty((D, 0)), np.empty(0))
    rng = np.random.default_rng(2)
    distances = []
    for n in (D, 20 * D, 400 * D):
        draws = rng.multivariate_normal(np.ones(D), covariance, size=n)
        learned = from_draws(draws, given, 1.0)
        distances.append(np.abs(learned.covariance() - covariance).max())
        np.testing.assert_allclose(learned.mean, draws.mean(axis=0))
    assert distances[0] > 2 * distances[1] > 4 * distances[2]
    assert (learned.stretch <= STRETCH).all()
    half = from_draws(draws, given, 1 / 400)  # the draws count for D: half of the weight
    mixed = np.linalg.eigvalsh((np.cov(draws.T) + np.eye(D)) / 2)
    assert half.stretch.min() ** 2 == pytest.approx(mixed.min())


def test_the_mode_of_a_quadratic() -> None:
    """Scales that are not free stay at their prior medians; the others find the conditional mode."""
    precision, mode = correlated(5), np.linspace(-1, 1, D)
    free = np.ones(D, dtype=bool)
    np.testing.assert_allclose(find_mode(quadratic(precision, mode), D, free), mode, atol=1e-3)
    free[:4] = False
    found = find_mode(quadratic(precision, mode), D, free)
    assert not found[:4].any()
    rest = mode[4:] + np.linalg.solve(precision[4:, 4:], precision[4:, :4] @ mode[:4])
    np.testing.assert_allclose(found[4:], rest, atol=1e-3)


def test_curvature_of_a_quadratic() -> None:
    precision = correlated(6)
    found = curvature(quadratic(precision, np.ones(D)), np.zeros(D))
    np.testing.assert_allclose(found, precision, rtol=1e-5, atol=1e-5 * np.abs(precision).max())
    np.testing.assert_array_equal(found, found.T)
