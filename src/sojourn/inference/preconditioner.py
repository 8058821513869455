"""Coordinates in which the posterior is nearly round, so that few leapfrogs suffice.

Unknowns are standard normal before anything is heard, and what is said bears on far
fewer directions than there are unknowns. So a metric is the identity but for some
directions: z = mean + y + V(s − 1)Vᵀy, with V orthonormal and s their stretch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from scipy.optimize import minimize

from sojourn._core.arrays import Real

Gradient = Callable[[Real], tuple[float, Real]]

DIRECTIONS = 200
"""Most directions that a metric corrects: more than a case has figures."""
STEP = 1e-5
STRETCH = 1.5
"""No direction is stretched beyond this many prior standard deviations."""
FLAT = 1.3
"""A direction is corrected where its variance differs from 1 by more than this factor."""


class Metric(NamedTuple):
    """mean (D,), directions (D, K) orthonormal or 0, stretch (K,)."""

    mean: Array
    directions: Array
    stretch: Array


def to_z(metric: Metric, y: Array) -> Array:
    """z from white coordinates (D,)."""
    along = (metric.stretch - 1) * (metric.directions.T @ y)
    return metric.mean + y + metric.directions @ along


def pull_back(metric: Metric, gradient: Array) -> Array:
    """Gradient (D,) with respect to y from that with respect to z."""
    return gradient + metric.directions @ ((metric.stretch - 1) * (metric.directions.T @ gradient))


def find_mode(gradient: Gradient, size: int, free: NDArray[np.bool_]) -> Real:
    """Mode (size,) of the potential with the scales held at their prior medians.

    At a joint mode the scales of random effects collapse, so they are not `free`.
    """
    where = np.flatnonzero(free)

    def conditional(x: Real) -> tuple[float, Real]:
        z = np.zeros(size)
        z[where] = x
        value, slope = gradient(z)
        return value, slope[where]

    start = np.zeros(len(where))
    options = {"maxiter": 200, "maxcor": 30}
    found = minimize(conditional, start, jac=True, method="L-BFGS-B", options=options)
    mode = np.zeros(size)
    mode[where] = found.x
    return mode


def curvature(gradient: Gradient, z: Real) -> Real:
    """Second derivatives of the potential at z, (D, D), by differences of its gradient."""
    here = gradient(z)[1]
    columns = np.empty((len(z), len(z)))
    for i in range(len(z)):
        shifted = z.copy()
        shifted[i] += STEP
        columns[i] = (gradient(shifted)[1] - here) / STEP
    return (columns + columns.T) / 2


def from_curvature(mean: Real, curvatures: Sequence[Real]) -> Metric:
    """The metric that makes the average size of the curvature round.

    An average over several points stands for the whole posterior, as the curvature at one
    does not where scales are unknown. The size of a curvature is its absolute value, by
    eigenvalues (Betancourt 2013, arXiv:1212.4693): a direction that is steep here and
    bent the other way there must not look flat on average.
    """
    values, vectors = np.linalg.eigh(np.mean([_size(one) for one in curvatures], axis=0))
    return _metric(mean, vectors, 1 / np.clip(values, 1 / STRETCH**2, None))


def _size(curvature: Real) -> Real:
    values, vectors = np.linalg.eigh(curvature)
    return (vectors * np.abs(values)) @ vectors.T


def _metric(mean: Real, vectors: Real, variances: Real) -> Metric:
    """Keep the directions that differ most from 1, padded to a fixed number."""
    far = np.abs(np.log(np.maximum(variances, 1e-12)))
    chosen = np.argsort(-far)[:DIRECTIONS]
    chosen = chosen[far[chosen] > np.log(FLAT)]
    directions = np.zeros((len(mean), DIRECTIONS))
    stretch = np.ones(DIRECTIONS)
    directions[:, : len(chosen)] = vectors[:, chosen]
    stretch[: len(chosen)] = np.sqrt(np.maximum(variances[chosen], 1e-12))
    return Metric(*(jnp.asarray(a) for a in (mean, directions, stretch)))
