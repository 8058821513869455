"""White coordinates: a linear map and its transpose, and how round they make a known curvature."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sojourn.inference.preconditioner import (
    DIRECTIONS,
    STRETCH,
    curvature,
    find_mode,
    from_curvature,
    pull_back,
    to_z,
)

D = 30


def correlated(seed: int, told: int = 8) -> np.ndarray:
    """Curvature of a standard normal prior to which `told` precise facts about sums were added."""
    rng = np.random.default_rng(seed)
    facts = rng.normal(size=(told, D)) * 10 ** rng.uniform(-0.5, 1.5, size=(told, 1))
    return np.eye(D) + facts.T @ facts


def quadratic(precision: np.ndarray, mode: np.ndarray):
    return lambda z: (float(0.5 * (z - mode) @ precision @ (z - mode)), precision @ (z - mode))


def test_the_pull_back_is_the_transpose_of_the_map() -> None:
    metric = from_curvature(np.arange(D) / 7.0, [correlated(0)])
    rng = np.random.default_rng(1)
    for _ in range(5):
        y, g = rng.normal(size=(2, D))
        moved = np.asarray(to_z(metric, jnp.asarray(y))) - np.asarray(metric.mean)
        assert moved @ g == pytest.approx(float(y @ pull_back(metric, jnp.asarray(g))))
        slope = jax.grad(lambda y, g=g: jnp.dot(to_z(metric, y), g))(jnp.asarray(y))
        np.testing.assert_allclose(slope, pull_back(metric, jnp.asarray(g)), atol=1e-12)


def test_white_coordinates_begin_at_the_mean() -> None:
    metric = from_curvature(np.arange(D) / 7.0, [correlated(0)])
    np.testing.assert_allclose(to_z(metric, jnp.zeros(D)), np.arange(D) / 7.0)
    assert metric.directions.shape == (D, DIRECTIONS)
    used = np.asarray(metric.directions)[:, np.asarray(metric.stretch) != 1]
    np.testing.assert_allclose(used.T @ used, np.eye(used.shape[1]), atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_a_known_curvature_becomes_round(seed: int) -> None:
    """The condition number falls a hundredfold or more, to below the square of what is let pass as flat."""
    precision = correlated(seed)
    metric = from_curvature(np.zeros(D), [precision])
    white = whitened(metric, precision)
    assert np.linalg.cond(precision) > 200 * np.linalg.cond(white)
    assert np.linalg.cond(white) < 1.31
    draws = np.random.default_rng(seed).multivariate_normal(np.zeros(D), np.linalg.inv(white), size=4000)
    z = np.asarray(jax.vmap(lambda y: to_z(metric, y))(jnp.asarray(draws)))
    np.testing.assert_allclose(np.cov(z.T), np.linalg.inv(precision), atol=0.15)


def whitened(metric, precision: np.ndarray) -> np.ndarray:
    """The curvature in white coordinates: the map's transpose, the curvature, the map."""
    along = np.asarray(jax.vmap(lambda y: to_z(metric, y) - metric.mean)(jnp.eye(D)))
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
    assert (np.asarray(metric.stretch)[:-3] <= STRETCH + 1e-12).all()


def test_steep_one_way_and_the_other_is_not_flat() -> None:
    """Curvatures of 9 and −9 along one direction average to the size 9, so it is pressed together."""
    up, down = np.eye(D), np.eye(D)
    up[0, 0], down[0, 0] = 9.0, -9.0
    metric = from_curvature(np.zeros(D), [up, down])
    assert np.asarray(to_z(metric, jnp.eye(D)[0]))[0] == pytest.approx(1 / 3)


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
