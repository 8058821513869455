"""Pareto-smoothed importance weights: another posterior from the same draws.

The smoothing and k̂ are ArviZ's (Vehtari, Simpson, Gelman, Yao, Gabry 2024, JMLR 25:72).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sojourn._core.arrays import Indices, Real
from sojourn.inference.draw_summary import LEVELS, significant


@dataclass(frozen=True)
class Weights:
    """Weights (n,) with sum 1, their Pareto k̂, and how many equal independent draws they are worth."""

    weight: Real
    k_hat: float
    effective: float


def smooth(log_ratio: Real, efficiency: float = 1.0) -> Weights:
    """Smoothed weights from log density ratios (n,), target over what was drawn from.

    `efficiency` is the effective number of the draws over their number.
    """
    from arviz_stats.base.array import array_stats

    if np.ptp(log_ratio) < 1e-12:
        return equal(len(log_ratio), efficiency)
    statistics: Any = array_stats
    # ArviZ takes log likelihoods to be left out: ratios with their sign changed.
    log_weight, k_hat = statistics.psislw(-log_ratio, r_eff=efficiency)
    weight = np.exp(log_weight - np.max(log_weight))
    weight /= weight.sum()
    return Weights(weight, float(k_hat), efficiency / float(np.sum(weight**2)))


def equal(count: int, efficiency: float = 1.0) -> Weights:
    """Weights of draws that need none."""
    return Weights(np.full(count, 1 / count), float("-inf"), efficiency * count)


def resample(weight: Real, count: int, rng: np.random.Generator) -> Indices:
    """Indices of draws, systematic resampling: each about count × weight times."""
    positions = (np.arange(count) + rng.random()) / count
    return np.minimum(np.searchsorted(np.cumsum(weight), positions), len(weight) - 1)


def summarise_weighted(draws: Real, weight: Real) -> Mapping[str, float]:
    """Mean, sd and quantiles of weighted draws, as `inference.draw_summary.summarise` gives them."""
    mean, sd = moments(draws, weight)
    levels = list(LEVELS.values())
    quantiles = np.quantile(draws, levels, weights=weight, method="inverted_cdf")
    found = {"mean": mean, "sd": sd} | dict(zip(LEVELS, quantiles, strict=True))
    return {name: significant(value) for name, value in found.items()}


def moments(draws: Real, weight: Real) -> tuple[float, float]:
    """Weighted mean and sd."""
    mean = float(weight @ draws)
    return mean, float(np.sqrt(weight @ (draws - mean) ** 2))
