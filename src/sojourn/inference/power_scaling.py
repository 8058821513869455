"""Sensitivity of quantities to the power of a prior, or of the likelihood.

Power-scaling (Kallioinen, Paananen, Bürkner, Vehtari 2024, Statistics and Computing
34:57): importance weights raise a prior, or the likelihood, to a power slightly below and
above 1, and the change in each quantity's distribution is measured per doubling of the
power. Priors are scaled where the unknowns are standard normal, on their unbounded scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sojourn._core.arrays import Real
from sojourn.inference.priors import Unknowns

POWERS = (0.8, 1.25)
WALKS = {"leave_walk.elsewhere": "leave_walk", "visitor_walk.elsewhere": "visitor_walk"}
"""Blocks that share a named prior with another block."""


def name_prior(block: str) -> str:
    """Name of the prior of a block of unknowns, as in `[priors]` of `case.toml`."""
    return WALKS.get(block, block)


def log_priors(unknowns: Unknowns, z: Real) -> dict[str, Real]:
    """Log density of each named prior at draws z (n, D), (n,), up to a constant."""
    found: dict[str, Real] = {}
    slices = unknowns.slices()
    for block in unknowns.blocks:
        name = name_prior(block.name)
        found[name] = found.get(name, np.zeros(len(z))) - 0.5 * np.sum(z[:, slices[block.name]] ** 2, axis=1)
    return found


class PowerScaling:
    """Power-scaling of densities at the same draws of some quantities, which are sorted once."""

    def __init__(self, quantities: Mapping[str, Real]) -> None:
        """Sort the draws (n,) of each quantity, upwards and downwards."""
        self.names = list(quantities)
        values = np.stack(list(quantities.values()), axis=1)
        self.sides = [_SortedDraws(values), _SortedDraws(-values)]

    def measure(self, log_density: Real) -> dict[str, float]:
        """Sensitivity of each quantity to the power of a density with log density (n,) at the draws."""
        from arviz_stats.base.array import array_stats

        log_weights = [array_stats.power_scale_lw(log_density, alpha=power) for power in POWERS]
        return dict(zip(self.names, self._measure(log_weights, slice(None)).tolist(), strict=True))

    def measure_along(self, unknown: Real, column: int) -> float:
        """Sensitivity of one quantity to the power of the standard normal prior of one unknown (n,).

        Such weights have light tails and need no smoothing.
        """
        log_weights = [(1 - power) * unknown**2 / 2 for power in POWERS]
        return float(self._measure(log_weights, slice(column, column + 1))[0])

    def _measure(self, log_weights: Sequence[Real], columns: slice) -> Real:
        found: Real = np.zeros(1)
        for power, log_weight in zip(POWERS, log_weights, strict=True):
            weight = np.exp(log_weight - np.max(log_weight))
            upwards, downwards = (side.distance(weight, columns) for side in self.sides)
            found = found + np.maximum(upwards, downwards) / abs(np.log2(power)) / len(POWERS)
        return found


class _SortedDraws:
    """Sorted draws (n, Q), for the cumulative Jensen-Shannon distance of weighted draws to them."""

    def __init__(self, values: Real) -> None:
        n = len(values)
        self.order = np.argsort(values, axis=0)
        self.width = np.diff(np.take_along_axis(values, self.order, axis=0), axis=0)
        self.own = np.linspace(1 / n, 1 - 1 / n, n - 1)[:, None]
        self.own_area = np.sum(self.own * self.width, axis=0)

    def distance(self, weight: Real, columns: slice) -> Real:
        """Distance of some of the quantities, as `arviz_stats` defines it."""
        width, own_area = self.width[:, columns], self.own_area[columns]
        other = np.cumsum(weight[self.order[:, columns]] / np.sum(weight), axis=0)[:-1]
        other_area = np.sum(other * width, axis=0)
        middle = np.log2((self.own + other) / 2)
        log_other = np.log2(other, out=np.zeros_like(other), where=other > 0)
        rest = 0.5 / np.log(2) * (other_area - own_area)
        one = np.sum(width * self.own * (np.log2(self.own) - middle), axis=0) + rest
        two = np.sum(width * other * (log_other - middle), axis=0) - rest
        total = np.maximum(one, 0) + np.maximum(two, 0)
        return np.sqrt(total / (own_area + other_area))
