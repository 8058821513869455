"""Preconditioning: coordinates in which the posterior is nearly isotropic, to save leapfrog steps.

A priori the unknowns are standard normal, and the claims inform far fewer directions
than there are unknowns. The metric is therefore the identity plus a low-rank correction:
z = mean + y + V(s − 1)Vᵀy, with V orthonormal and s the stretch along its columns.
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
"""Largest number of directions that a metric corrects; more than a case has figures."""
STEP = 1e-5
"""Step of the finite differences."""
STRETCH = 1.5
"""No direction is stretched beyond this many prior standard deviations."""
FLAT = 1.3
"""A direction is corrected where its variance differs from 1 by more than this factor."""


class Metric(NamedTuple):
    """A metric: mean (D,), directions (D, K), orthonormal columns padded with 0, and stretch (K,)."""

    mean: Array
    directions: Array
    stretch: Array


def to_z(metric: Metric, y: Array) -> Array:
    """Transform whitened coordinates y (D,) to z (D,)."""
    along = (metric.stretch - 1) * (metric.directions.T @ y)
    return metric.mean + y + metric.directions @ along


def pull_back(metric: Metric, gradient: Array) -> Array:
    """Transform a gradient (D,) with respect to z to one with respect to y."""
    return gradient + metric.directions @ ((metric.stretch - 1) * (metric.directions.T @ gradient))


def find_mode(gradient: Gradient, size: int, free: NDArray[np.bool_]) -> Real:
    """Find the mode (size,) of the density with the unknowns that are not `free` held at their prior medians.

    Scales of random effects are not free, because they collapse to 0 at a joint mode.
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
    """Hessian (D, D) of the potential at z, by finite differences of its gradient."""
    here = gradient(z)[1]
    columns = np.empty((len(z), len(z)))
    for i in range(len(z)):
        shifted = z.copy()
        shifted[i] += STEP
        columns[i] = (gradient(shifted)[1] - here) / STEP
    return (columns + columns.T) / 2


def from_curvature(mean: Real, curvatures: Sequence[Real]) -> Metric:
    """Build the metric in which the average absolute curvature is isotropic.

    The average over several points represents the whole posterior; where scales are unknown,
    the curvature at a single point does not. Eigenvalues enter by their absolute value
    (Betancourt 2013, arXiv:1212.4693), so that curvatures of opposite sign do not cancel and
    make a steep direction look flat.
    """
    values, vectors = np.linalg.eigh(np.mean([_size(one) for one in curvatures], axis=0))
    return _metric(mean, vectors, 1 / np.clip(values, 1 / STRETCH**2, None))


def _size(curvature: Real) -> Real:
    values, vectors = np.linalg.eigh(curvature)
    return (vectors * np.abs(values)) @ vectors.T


def _metric(mean: Real, vectors: Real, variances: Real) -> Metric:
    """Keep the directions whose variance differs most from 1, padded to a fixed number."""
    far = np.abs(np.log(np.maximum(variances, 1e-12)))
    chosen = np.argsort(-far)[:DIRECTIONS]
    chosen = chosen[far[chosen] > np.log(FLAT)]
    directions = np.zeros((len(mean), DIRECTIONS))
    stretch = np.ones(DIRECTIONS)
    directions[:, : len(chosen)] = vectors[:, chosen]
    stretch[: len(chosen)] = np.sqrt(np.maximum(variances[chosen], 1e-12))
    return Metric(*(jnp.asarray(a) for a in (mean, directions, stretch)))
