"""Preconditioning: the metric in which the posterior is nearly isotropic, to save leapfrog steps.

A priori the unknowns are standard normal, and the claims inform far fewer directions than there are
unknowns. The metric is therefore the identity plus a low-rank correction: the covariance of the
posterior is taken to be I + V(s² − 1)Vᵀ, with V orthonormal and s the standard deviations along its
columns. Two sources inform it: curvatures at points of the posterior, and draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from sojourn._core.arrays import Real

Gradient = Callable[[Real], tuple[float, Real]]
"""The potential and its gradient (D,) at z (D,). The next call may overwrite the gradient: copy it."""

DIRECTIONS = 300
"""Largest number of directions that a metric corrects."""
STEP = 1e-5
"""Step of the finite differences."""
STRETCH = 1.5
"""No direction is stretched beyond this many prior standard deviations."""
FLAT = 1.3
"""A direction is corrected where its variance differs from 1 by more than this factor."""


@dataclass(frozen=True)
class Metric:
    """A metric: mean (D,), orthonormal directions (D, K), and stretch (K,) along each of them."""

    mean: Real
    directions: Real
    stretch: Real

    def place(self, y: Real) -> Real:
        """The point z (D,) that is y (D,) standard deviations from the mean: z = mean + y + V(s − 1)Vᵀy."""
        return self.mean + y + self.directions @ ((self.stretch - 1) * (y @ self.directions))

    def momentum(self, y: Real) -> Real:
        """The momentum (D,) that standard normal y (D,) give, with the metric's inverse as covariance."""
        return y + self.directions @ ((1 / self.stretch - 1) * (y @ self.directions))

    def kinetic_energy(self, p: Real) -> float:
        """Minus the log density of a momentum p (D,), up to a constant."""
        along = p @ self.directions
        return 0.5 * float(p @ p + (self.stretch**2 - 1) @ (along * along))

    def velocity(self, p: Real) -> Real:
        """Velocity (D,) of a momentum p (D,): p + V(s² − 1)Vᵀp.

        It is computed in single precision, which halves its cost and costs no exactness: the leapfrog
        integrator is reversible and preserves volume for any odd function of the momentum, and energies
        are computed in double precision.
        """
        directions, scale = self._single
        along = np.dot(p.astype(np.float32), directions)
        along *= scale
        return p + np.dot(directions, along)

    @cached_property
    def _single(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return self.directions.astype(np.float32), (self.stretch**2 - 1).astype(np.float32)

    def covariance(self) -> Real:
        """The covariance (D, D) that the metric stands for."""
        return np.eye(len(self.mean)) + (self.directions * (self.stretch**2 - 1)) @ self.directions.T


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
    options: dict[str, Any] = {"maxiter": 200, "maxcor": 30}
    found = minimize(conditional, start, jac=True, method="L-BFGS-B", options=options)
    mode = np.zeros(size)
    mode[where] = found.x
    return mode


def curvature(gradient: Gradient, z: Real) -> Real:
    """Hessian (D, D) of the potential at z, by finite differences of its gradient."""
    here = gradient(z)[1].copy()
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
    return _metric(mean, vectors, 1 / np.maximum(values, 1 / STRETCH**2))


def from_draws(draws: Real, prior: Metric, count: float) -> Metric:
    """Build a metric from the covariance of draws (n, D), shrunk towards the covariance of another metric.

    The other metric, that of the curvature, gets the weight D / (D + n · count): a covariance of D
    unknowns from n draws is mostly noise unless n is far larger than D.

    Args:
        draws: draws of the posterior, pooled over the chains.
        prior: the metric to shrink towards.
        count: how many independent draws a draw counts for.
    """
    n, size = draws.shape
    weight = size / (size + n * count)
    mixed = (1 - weight) * np.cov(draws.T) + weight * prior.covariance()
    return from_covariance(draws.mean(axis=0), mixed)


def from_covariance(mean: Real, covariance: Real) -> Metric:
    """Build the metric of a mean (D,) and a covariance (D, D)."""
    values, vectors = np.linalg.eigh(covariance)
    return _metric(mean, vectors, np.minimum(values, STRETCH**2))


def _size(curvature: Real) -> Real:
    values, vectors = np.linalg.eigh(curvature)
    return (vectors * np.abs(values)) @ vectors.T


def _metric(mean: Real, vectors: Real, variances: Real) -> Metric:
    """Keep the directions whose variance differs most from 1."""
    variances = np.maximum(variances, 1e-12)
    far = np.abs(np.log(variances))
    chosen = np.argsort(-far, kind="stable")[:DIRECTIONS]
    chosen = chosen[far[chosen] > np.log(FLAT)]
    return Metric(mean, np.ascontiguousarray(vectors[:, chosen]), np.sqrt(variances[chosen]))
