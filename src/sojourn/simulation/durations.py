"""Random durations, seasonal days and categorical choices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sojourn._core.arrays import Real

Whole = NDArray[np.int64]


def log_logistic(rng: np.random.Generator, median: Real | float, shape: float, size: int) -> Real:
    """Log-logistic durations (size,): P(T > t) = 1 / (1 + (t/median)^shape).

    Their tails are heavier than those of exponential durations.
    """
    u = rng.random(size)
    return np.asarray(median) * (u / (1 - u)) ** (1 / shape)


def log_normal(rng: np.random.Generator, median: Real | float, sd: float, size: int) -> Real:
    """Log-normal quantities (size,) with this median and sd of the log."""
    return np.asarray(median) * np.exp(sd * rng.standard_normal(size))


def seasonal_days(rng: np.random.Generator, weight: Real, size: int) -> Whole:
    """Days (size,) drawn in proportion to their weights (days,)."""
    edges = np.cumsum(weight)
    return np.searchsorted(edges, rng.random(size) * float(edges[-1]), side="right")


def one_of(rng: np.random.Generator, weights: Real, size: int) -> Whole:
    """Indices (size,) drawn in proportion to weights (n,)."""
    return seasonal_days(rng, np.asarray(weights, dtype=float), size)


def one_of_each(rng: np.random.Generator, weights: Real) -> Whole:
    """One index per row (agents,), drawn in proportion to the row's weights (agents, n)."""
    edges = np.cumsum(weights, axis=1)
    drawn = rng.random(len(weights)) * edges[:, -1]
    return np.sum(edges <= drawn[:, None], axis=1)
