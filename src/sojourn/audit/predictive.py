"""The predictive density of a claim's figure given the rest of the data, which may have several modes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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
KERNEL = 15
"""Number of points between neighbouring ends of a figure's intervals."""


@dataclass(frozen=True)
class Prediction:
    """The predictive density of one claim's figure, on a grid of the claim's common scale.

    The components are logistic: `location`, `spread` and `weight` are (draws, readings), and
    the weights of a draw sum to 1. `said` and `kernel` are points of the published figure's
    interval and the weight of the wording at each.
    """

    figures: CommonScale
    location: Real
    spread: Real
    weight: Real
    grid: Real
    log_f: Real
    said: Real
    kernel: Real

    def p(self) -> float:
        """Probability of a density no higher than that of the figure, averaged over the figure's interval."""
        log_f = self.log_density(self.said)
        posterior = np.log(np.maximum(self.kernel, 1e-300)) + log_f
        posterior = np.exp(posterior - np.asarray(logsumexp(posterior)))
        order = np.argsort(self.log_f)
        step = np.gradient(self.grid)
        mass = np.cumsum((np.exp(self.log_f) * step)[order])
        below = np.searchsorted(self.log_f[order], log_f, side="right")
        p = np.where(below > 0, mass[np.maximum(below - 1, 0)], 0.0) + self._outside(log_f)
        return float(np.clip(posterior @ p, 1e-12, 1.0))

    def _outside(self, log_f: Real) -> Real:
        """Mass beyond the ends of the grid where the density is lower than at each figure, (n,)."""
        low, high = self.grid[0], self.grid[-1]
        left = self._mean(expit(self._z(low)))
        right = self._mean(expit(-self._z(high)))
        ends = ((left, self.log_f[0]), (right, self.log_f[-1]))
        return sum(
            (mass * np.minimum(1.0, np.exp(np.minimum(log_f - edge, 0.0))) for mass, edge in ends),
            np.zeros(len(log_f)),
        )

    def _z(self, at: float) -> Real:
        u, _ = self.figures.to_readings(np.array([at]))
        return (u[0] - self.location) / self.spread

    def _mean(self, x: Real) -> float:
        return float(np.sum(x * self.weight, axis=1).mean())

    def log_density(self, at: Real) -> Real:
        """Log density at points (n,) of the common scale, (n,)."""
        return log_mixture(self.figures, self.location, self.spread, self.weight, at)

    def side(self) -> Literal["high", "low"]:
        """Whether the figure lies above or below the median of the prediction."""
        middle = float(np.average(self.said, weights=self.kernel))
        return "high" if middle > self._middle else "low"

    @property
    def _middle(self) -> float:
        mass: Real = np.cumsum(np.exp(self.log_f) * np.gradient(self.grid))
        return float(np.interp(0.5 * float(mass[-1]), mass, self.grid))

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

    def spoken(self, count: int, rng: np.random.Generator) -> Real:
        """Draw figures (count,) from the interval of the published figure, given its wording and the rest."""
        log_weight = np.log(np.maximum(self.kernel, 1e-300)) + self.log_density(self.said)
        return rng.choice(self.said, size=count, p=np.exp(log_weight - np.asarray(logsumexp(log_weight))))


def predict(
    model: Model, claim: int, location: Real, spread: Real, weight: Real, effective: float
) -> Prediction:
    """Predict the figure of a claim from draws.

    Each draw is widened by a normal-reference kernel, so that few draws give a smooth density.

    Args:
        model: the model.
        claim: index of the claim.
        location: (draws, readings) of all readings, bias included.
        spread: (draws, readings) scales of the logistic errors.
        weight: (draws, readings of the claim) weights of the claim's readings.
        effective: effective sample size of the draws.
    """
    figures = common_scale_of(model, claim)
    here, own = location[:, figures.members], spread[:, figures.members]
    width = 1.06 * np.minimum(here.std(axis=0), _robust_sd(here)) * max(effective, 2.0) ** -0.2
    wide = np.sqrt(own**2 + 3 / np.pi**2 * width**2)
    said, kernel = figures.spoken(model.said, KERNEL)
    grid = _grid(figures, here, wide, said)
    log_f = log_mixture(figures, here, wide, weight, grid)
    return Prediction(figures, here, wide, weight, grid, log_f, said, kernel)


def _robust_sd(x: Real) -> Real:
    low, high = np.quantile(x, [0.25, 0.75], axis=0)
    return (high - low) / 1.349


def _grid(figures: CommonScale, location: Real, spread: Real, said: Real) -> Real:
    """Grid (GRID,) over the predictions of the draws, extended on both sides to cover the figure."""
    reach = REACH * np.median(spread, axis=0)
    low, high = np.quantile(location, [0.002, 0.998], axis=0)
    readings = np.arange(len(reach))
    ends = [figures.from_reading(end, readings) for end in (low - reach, high + reach)]
    left, right = float(np.min(ends)), float(np.max(ends))
    beyond = max(left - float(said.min()), float(said.max()) - right, 0.0)
    return np.linspace(left - 1.1 * beyond, right + 1.1 * beyond, GRID)


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
