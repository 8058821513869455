"""Draws that a world is made of: log-logistic durations, days with a season."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sojourn._core.arrays import Real

Whole = NDArray[np.int64]


def log_logistic(rng: np.random.Generator, median: Real | float, shape: float, size: int) -> Real:
    """Durations with this median: P(T > t) = 1 / (1 + (t/median)^shape); heavier tails than exponential."""
    u = rng.random(size)
    return np.asarray(median) * (u / (1 - u)) ** (1 / shape)


def log_normal(rng: np.random.Generator, median: Real | float, sd: float, size: int) -> Real:
    """Positive quantities with this median and sd of the log."""
    return np.asarray(median) * np.exp(sd * rng.standard_normal(size))


def seasonal_days(rng: np.random.Generator, weight: Real, size: int) -> Whole:
    """Days drawn in proportion to their weights, (days,)."""
    edges = np.cumsum(weight)
    return np.searchsorted(edges, rng.random(size) * edges[-1], side="right")


def one_of(rng: np.random.Generator, weights: Real, size: int) -> Whole:
    """Indices drawn in proportion to weights, (n,)."""
    return seasonal_days(rng, np.asarray(weights, dtype=float), size)


def one_of_each(rng: np.random.Generator, weights: Real) -> Whole:
    """For each row of weights, (agents, n), an index drawn in proportion to them."""
    edges = np.cumsum(weights, axis=1)
    drawn = rng.random(len(weights)) * edges[:, -1]
    return np.sum(edges <= drawn[:, None], axis=1)
