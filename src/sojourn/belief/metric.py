"""Coordinates in which the posterior is nearly round, so that few leapfrogs suffice.

A metric maps white coordinates y to z = mean + σ·(y + V(s − 1)Vᵀy): a diagonal and a
few directions. The first one comes from the curvature at a mode; the second from
pilot draws and their gradients, by the estimate that minimises Fisher divergence
(as in nutpie; Seyboldt, Carlson and Carpenter 2026, arXiv 2603.18845).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.linalg import sqrtm
from scipy.optimize import minimize

Array = jax.Array
Real = NDArray[np.float64]
Gradient = Callable[[Real], tuple[float, Real]]

DIRECTIONS = 160
"""Most directions that a metric corrects: more than a case has figures."""
STEP = 1e-4
FLAT = 1.5
"""A direction is corrected where its variance differs from 1 by more than this factor."""


class Metric(NamedTuple):
    """mean (D,), diagonal (D,), directions (D, K) orthonormal or 0, stretch (K,)."""

    mean: Array
    diagonal: Array
    directions: Array
    stretch: Array


def to_z(metric: Metric, y: Array) -> Array:
    """z from white coordinates (D,)."""
    along = (metric.stretch - 1) * (metric.directions.T @ y)
    return metric.mean + metric.diagonal * (y + metric.directions @ along)


def pull_back(metric: Metric, gradient: Array) -> Array:
    """Gradient with respect to y from that with respect to z."""
    scaled = metric.diagonal * gradient
    return scaled + metric.directions @ ((metric.stretch - 1) * (metric.directions.T @ scaled))


def from_mode(gradient: Gradient, size: int, free: NDArray[np.bool_], workers: int) -> Metric:
    """Mode and curvature of the potential with the scales held at their prior medians.

    At a joint mode the scales of random effects collapse, so they are not `free`.
    """
    where = np.flatnonzero(free)

    def conditional(x: Real) -> tuple[float, Real]:
        z = np.zeros(size)
        z[where] = x
        value, slope = gradient(z)
        return value, slope[where]

    found = minimize(
        conditional, np.zeros(len(where)), jac=True, method="L-BFGS-B", options={"maxiter": 200, "maxcor": 30}
    )

    def column(i: int) -> Real:
        shift = np.zeros(len(where))
        shift[i] = STEP
        return (conditional(found.x + shift)[1] - conditional(found.x - shift)[1]) / (2 * STEP)

    with ThreadPoolExecutor(workers) as pool:
        curvature = np.array(list(pool.map(column, range(len(where)))))
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    mean = np.zeros(size)
    mean[where] = found.x
    full = np.zeros((size, len(where)))
    full[where] = vectors
    return _metric(mean, np.ones(size), full, 1 / np.clip(values, 0.3, None))


def from_draws(z: Real, gradients: Real) -> Metric:
    """Metric from draws (n, D) and the gradients of the log density there (n, D)."""
    n = len(z)
    mean = z.mean(axis=0)
    diagonal = np.sqrt(z.std(axis=0) / np.maximum(gradients.std(axis=0), 1e-10))
    x = (z - mean) / diagonal
    g = (gradients - gradients.mean(axis=0)) * diagonal
    keep = min(DIRECTIONS // 2, n // 2)
    leading = [np.linalg.svd(a, full_matrices=False)[2][:keep].T for a in (x, g)]
    basis, _ = np.linalg.qr(np.hstack(leading))
    spread = [(a @ basis).T @ (a @ basis) / n + np.eye(basis.shape[1]) * 1e-5 for a in (x, g)]
    values, vectors = np.linalg.eigh(_geometric_mean(*spread))
    return _metric(mean, diagonal, basis @ vectors, values)


def _geometric_mean(x: Real, g: Real) -> Real:
    """The symmetric S with S·g·S = x."""
    root = np.real(sqrtm(g))
    inverse = np.linalg.inv(root)
    middle = inverse @ np.real(sqrtm(root @ x @ root)) @ inverse
    return (middle + middle.T) / 2


def _metric(mean: Real, diagonal: Real, vectors: Real, variances: Real) -> Metric:
    """Keep the directions that differ most from 1, padded to a fixed number."""
    far = np.abs(np.log(np.maximum(variances, 1e-12)))
    chosen = np.argsort(-far)[:DIRECTIONS]
    chosen = chosen[far[chosen] > np.log(FLAT)]
    directions = np.zeros((len(mean), DIRECTIONS))
    stretch = np.ones(DIRECTIONS)
    directions[:, : len(chosen)] = vectors[:, chosen]
    stretch[: len(chosen)] = np.sqrt(np.maximum(variances[chosen], 1e-12))
    return Metric(*(jnp.asarray(a) for a in (mean, diagonal, directions, stretch)))
