"""The predictive distribution of a claim's figure given the rest, which may have several modes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logsumexp

from sojourn._core.arrays import Real
from sojourn.audit.common_scale import CommonScale, common_scale_of
from sojourn.inference.density import Model
from sojourn.inference.importance_weights import summarise_weighted

GRID = 1000
CHUNK = 50
REACH = 12.0
"""Distance that the grid extends beyond the draws, in scales of the error: e^-12 of the mass lies outside."""


@dataclass(frozen=True)
class Prediction:
    """The predictive density of one claim's figure, on a grid of the claim's common scale.

    The components are logistic: `location`, `spread` and `weight` are (draws, readings), and
    the weights of a draw sum to 1.
    """

    figures: CommonScale
    location: Real
    spread: Real
    weight: Real
    grid: Real
    log_f: Real

    def pits(self, at: Real) -> Real:
        """Values (n,) of the distribution function at points (n,) of the common scale."""
        u, _ = self.figures.to_readings(at)
        share = self.weight / len(self.location)
        return np.array([np.sum(share * expit((one - self.location) / self.spread)) for one in u])

    def summary(self) -> Mapping[str, float]:
        """Summary of the predicted figure in the unit of the claim; mean and sd of its central 98 %."""
        mass = np.exp(self.log_f) * np.gradient(self.grid)
        below = np.cumsum(mass) / mass.sum()
        inside = (below > 0.01) & (below < 0.99)
        value, weight = self.figures.in_unit(self.grid), mass / mass.sum()
        central = summarise_weighted(value[inside], weight[inside] / weight[inside].sum())
        whole = summarise_weighted(value, weight)
        return {**whole, "mean": central["mean"], "sd": central["sd"]}

    def simulate(self, draw: NDArray[np.intp], reading: NDArray[np.intp], rng: np.random.Generator) -> Real:
        """Simulate a figure (n,) for each pair of a draw (n,) and a reading (n,)."""
        u = self.location[draw, reading] + self.spread[draw, reading] * rng.logistic(size=len(draw))
        return self.figures.from_reading(u, reading)


def predict(model: Model, claim: int, location: Real, spread: Real, weight: Real) -> Prediction:
    """Predict the figure of a claim from draws.

    Args:
        model: the model.
        claim: index of the claim.
        location: (draws, readings) of all readings, bias included.
        spread: (draws, readings) scales of the logistic errors.
        weight: (draws, readings of the claim) weights of the claim's readings.
    """
    figures = common_scale_of(model, claim)
    here, own = location[:, figures.members], spread[:, figures.members]
    grid = _grid(figures, here, own)
    return Prediction(figures, here, own, weight, grid, log_mixture(figures, here, own, weight, grid))


def _grid(figures: CommonScale, location: Real, spread: Real) -> Real:
    """Grid (GRID,) over the predictions of the draws."""
    reach = REACH * np.median(spread, axis=0)
    low, high = np.quantile(location, [0.002, 0.998], axis=0)
    readings = np.arange(len(reach))
    ends = [figures.from_reading(end, readings) for end in (low - reach, high + reach)]
    return np.linspace(float(np.min(ends)), float(np.max(ends)), GRID)


def log_mixture(figures: CommonScale, location: Real, spread: Real, weight: Real, at: Real) -> Real:
    """Log density (n,) of the mixture of logistic distributions over draws and readings.

    It is evaluated at points `at` (n,) of the common scale.
    """
    u, log_slope = figures.to_readings(at)
    log_weight = np.log(np.maximum(weight, 1e-300)) - np.log(len(location)) - np.log(spread)
    out = np.empty(len(at))
    for begin in range(0, len(at), CHUNK):
        own = slice(begin, begin + CHUNK)
        z = np.abs(u[own, None] - location) / spread
        each = log_slope[own, None] + log_weight - z - 2 * np.log1p(np.exp(-z))
        out[own] = logsumexp(each, axis=(1, 2))
    return out
