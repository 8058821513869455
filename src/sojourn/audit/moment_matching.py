"""Moment matching: draws of one posterior moved to another, where importance weights alone fail.

The draws are shifted to the mean that the weights imply and, if that is not enough, scaled to its marginal
variances, again and again while k̂ falls (Paananen, Piironen, Bürkner, Vehtari 2021, Statistics and Computing
31:16). An affine map changes the density of all draws by the same factor, so the weight of a moved draw is
the new density where it is now over the old density where it came from.

There are hundreds of unknowns and few effective draws, so that most of their weighted means are noise; only
unknowns whose mean differs by several standard errors are moved.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sojourn._core.arrays import Real
from sojourn._core.thresholds import K_HAT
from sojourn.inference.compiled_density import DrawRecord
from sojourn.inference.importance_weights import Weights, smooth

ROUNDS = 10
"""Largest number of moves that are accepted."""
MOVES = ((2.0, False), (2.0, True), (4.0, False))
"""Moves tried in turn: standard errors by which the mean of an unknown must differ for it to be moved, and
whether it is also scaled."""
LEAST_EFFECTIVE = 50
"""Effective draws below which moved draws are not used, whatever their k̂."""


@dataclass(frozen=True)
class MovedDraws:
    """Moved draws: their record under the new posterior, and their weights."""

    record: DrawRecord
    weights: Weights


def match_moments(
    z: Real, potential: Real, start: Weights, record: Callable[[Real], DrawRecord], efficiency: float = 1.0
) -> MovedDraws | None:
    """Move draws to another posterior; return None if k̂ stays above 0.7 or few effective draws remain.

    Args:
        z: (n, D) draws.
        potential: (n,) minus their log density under the posterior that they were drawn from.
        start: their weights under the other posterior.
        record: gives the record of draws under the other posterior, its potential included.
        efficiency: effective sample size of the draws divided by their number.
    """
    at, weights, found = z, start, None
    for _ in range(ROUNDS):
        for clear, scaled in MOVES:
            moved = _move(at, weights, clear, scaled)
            here = record(moved)
            again = smooth(potential - here.potential, efficiency)
            if again.k_hat < weights.k_hat:
                at, weights, found = moved, again, MovedDraws(here, again)
                break
        else:
            return None
        if weights.k_hat <= K_HAT and weights.effective >= LEAST_EFFECTIVE:
            return found
    return None


def _move(z: Real, weights: Weights, clear: float, scaled: bool) -> Real:
    """Shift the unknowns whose weighted mean differs by `clear` standard errors; scale them if asked to."""
    mean, sd = z.mean(axis=0), z.std(axis=0)
    there = weights.weight @ z
    chosen = np.abs(there - mean) > clear * sd / np.sqrt(max(weights.effective, 1.0))
    moved = z + np.where(chosen, there - mean, 0.0)
    if not scaled:
        return moved
    new_sd = np.sqrt(weights.weight @ (z - there) ** 2)
    scale = np.where(chosen, new_sd / np.where(sd > 0, sd, 1.0), 1.0)
    return np.where(chosen, there + scale * (z - mean), z)
