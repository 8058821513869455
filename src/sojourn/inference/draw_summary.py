"""Summaries of posterior draws: moments, intervals, contraction, convergence, and the effect of readings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from sojourn._core.arrays import Real

LEVELS = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


def summarise(draws: Real) -> dict[str, float]:
    """Mean, sd and quantiles over all draws, rounded to six significant digits to keep files readable."""
    values = np.asarray(draws, dtype=float).reshape(-1)
    found = {"mean": values.mean(), "sd": values.std(ddof=1)}
    quantiles = np.quantile(values, list(LEVELS.values()))
    return {k: significant(v) for k, v in (found | dict(zip(LEVELS, quantiles, strict=True))).items()}


def significant(value: float | np.floating[Any], digits: int = 6) -> float:
    """Round a number to `digits` significant digits.

    Example:
        >>> significant(1234.5678, 3)
        1230.0
    """
    return float(f"{float(value):.{digits}g}")


def contraction(posterior: Real, prior: Real) -> float:
    """1 − Var(posterior)/Var(prior): near 1 where the data decide, near 0 where only the prior does.

    Example:
        >>> contraction(np.array([1.0, 2.0]), np.array([0.0, 2.0]))
        0.75
    """
    return significant(1 - np.var(posterior) / np.var(prior), 4)


def convergence(z: Real, quantities: Mapping[str, Real]) -> dict[str, float]:
    """Worst R̂ and effective sample sizes over all unknowns and quantities, each (chains, draws)."""
    from arviz_stats.base.array import array_stats

    series = np.concatenate([np.moveaxis(z, 2, 0), np.stack(list(quantities.values()))])
    size = partial(array_stats.ess, series, chain_axis=1, draw_axis=2)
    return {
        "rhat_max": significant(np.max(array_stats.rhat(series, chain_axis=1, draw_axis=2)), 5),
        "ess_bulk_min": significant(np.min(size(method="bulk")), 5),
        "ess_tail_min": significant(np.min(size(method="tail", prob=(0.05, 0.95))), 5),
    }


def pull_of_readings(weights: Real, prior: Real, outcome: Real) -> float:
    """Mean shift of an outcome, in posterior sd, if another reading of the claim were the true one.

    For each reading, the draws are weighted by its posterior weight and the outcome's mean
    is taken; the distances of these means from the overall mean are averaged with the prior
    weights. Readings with fewer than 20 effective draws contribute 0.

    Args:
        weights: (draws, readings) posterior weight of each reading in each draw.
        prior: (readings,) prior weights, sum 1.
        outcome: (draws,) the outcome.
    """
    total = weights.sum(axis=0)
    effective = np.where(total > 0, total**2 / np.maximum((weights**2).sum(axis=0), 1e-300), 0)
    means = weights.T @ outcome / np.maximum(total, 1e-300)
    distance = np.where(effective >= 20, np.abs(means - outcome.mean()), 0.0)
    return float(prior @ distance / outcome.std())
