"""Pareto-smoothed importance weights, which turn draws from one posterior into draws from another.

ArviZ computes the smoothing and k̂ (Vehtari, Simpson, Gelman, Yao, Gabry 2024, JMLR 25:72).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sojourn._core.arrays import Indices, Real
from sojourn._core.outcomes import OUTCOMES
from sojourn.inference.draw_summary import LEVELS, significant


@dataclass(frozen=True)
class Weights:
    """Weights (n,) with sum 1, their Pareto k̂, and their effective sample size."""

    weight: Real
    k_hat: float
    effective: float


def smooth(log_ratio: Real, efficiency: float = 1.0) -> Weights:
    """Smooth the importance weights of draws.

    Args:
        log_ratio: (n,) log density of the target minus that of the distribution drawn from.
        efficiency: effective sample size of the draws divided by their number.
    """
    from arviz_stats.base.array import array_stats

    if np.ptp(log_ratio) < 1e-12:
        return equal(len(log_ratio), efficiency)
    # ArviZ expects the log likelihoods to leave out, which are the log ratios with the opposite sign.
    # Few draws with equal tails have no Pareto fit: k̂ is then infinite, so that nobody trusts the weights.
    with np.errstate(divide="ignore", invalid="ignore"):
        log_weight, k_hat = array_stats.psislw(-log_ratio, r_eff=efficiency)
    if not np.isfinite(k_hat) or not np.isfinite(log_weight).all():
        log_weight, k_hat = log_ratio, np.inf
    weight = np.exp(log_weight - np.max(log_weight))
    weight /= weight.sum()
    return Weights(weight, float(k_hat), efficiency / float(np.sum(weight**2)))


def equal(count: int, efficiency: float = 1.0) -> Weights:
    """Equal weights, for draws from the target itself."""
    return Weights(np.full(count, 1 / count), float("-inf"), efficiency * count)


def resample(weight: Real, count: int, rng: np.random.Generator) -> Indices:
    """Indices (count,) of draws by systematic resampling, each about count × weight times."""
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
    """Weighted mean and sd of draws (n,).

    Example:
        >>> moments(np.array([1.0, 3.0]), np.array([0.5, 0.5]))
        (2.0, 1.0)
    """
    mean = float(weight @ draws)
    return mean, float(np.sqrt(weight @ (draws - mean) ** 2))


def quantities_at(persons: Real) -> dict[str, Real]:
    """Quantities from persons (n, 4) in the order of `OUTCOMES`; shares of nobody are not a number."""
    found = dict(zip(OUTCOMES, persons.T, strict=True))
    arrived = np.where(found["arrived"] >= 1, found["arrived"], np.nan)
    return found | {f"share {name}": found[name] / arrived for name in OUTCOMES[1:]}


def efficiency(quantities: Mapping[str, Real], chains: int) -> float:
    """Effective draws over draws, the worst of the quantities, at most 1."""
    from arviz_stats.base.array import array_stats

    series = np.stack([x.reshape(chains, -1) for x in quantities.values()])
    effective = np.min(array_stats.ess(series, method="mean", chain_axis=1, draw_axis=2))
    return float(min(1.0, effective / series[0].size))
