"""The probability integral transform (PIT) of a published figure: where it lies in what the rest predicts.

The prediction is a mixture of logistic distributions over draws and readings, so that its distribution
function is exact and needs no kernel. A published figure is an interval, or several nested ones. One of them
is drawn in proportion to its weight times its probability, and the transform uniformly between the values of
the distribution function at its ends. If the model holds, the transform is then uniform from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from scipy.special import expit, ndtri

from sojourn._core.arrays import Indices, Real
from sojourn._core.thresholds import K_HAT
from sojourn.inference.density import Model
from sojourn.inference.importance_weights import smooth
from sojourn.inference.likelihood import ClaimIntervals
from sojourn.inference.quantities import Quantities

LEAST = 1e-300
"""Smallest probability of a tail, so that the logarithm of a p-value is finite."""


@dataclass(frozen=True)
class FigurePit:
    """The transform `below` and its complement `above`, which is exact where the transform is nearly 1."""

    below: float
    above: float

    @property
    def p(self) -> float:
        """Two-sided p-value, uniform from 0 to 1 if the transform is.

        Example:
            >>> FigurePit(0.9, 0.1).p
            0.2
        """
        return float(np.clip(2 * min(self.below, self.above), LEAST, 1.0))

    @property
    def z(self) -> float:
        """The transform as a quantile of the standard normal distribution."""
        if self.below < self.above:
            return float(ndtri(max(self.below, LEAST)))
        return -float(ndtri(max(self.above, LEAST)))


@dataclass(frozen=True)
class ClaimPit:
    """The transform of a claim left out by importance weights: none where their `k_hat` is above 0.7."""

    pit: FigurePit | None
    k_hat: float


@dataclass(frozen=True)
class FigureLevels:
    """Values of the distribution function at the ends of a figure's intervals, (n, intervals), by draw.

    The complements are kept apart, since they are exact in the upper tail. `log_weight` (intervals,) is that
    of the words.
    """

    below_low: Real
    below_high: Real
    above_low: Real
    above_high: Real
    log_weight: Real

    def pit(self, weight: Real, rng: np.random.Generator) -> FigurePit:
        """Transform the figure under draws with weights (n,); `rng` draws an interval and a point in it."""
        chosen, inside = rng.random(2)
        below_low, below_high = weight @ self.below_low, weight @ self.below_high
        above_low, above_high = weight @ self.above_low, weight @ self.above_high
        # The difference of the smaller numbers is the more exact one.
        mass = np.where(below_high < 0.5, below_high - below_low, above_low - above_high)
        share = np.cumsum(np.exp(self.log_weight) * np.maximum(mass, LEAST))
        i = min(int(np.searchsorted(share, chosen * share[-1])), len(share) - 1)
        return FigurePit(
            below=float(below_low[i] + inside * (below_high[i] - below_low[i])),
            above=float(above_high[i] + (1 - inside) * (above_low[i] - above_high[i])),
        )


def levels_of_figure(model: Model, claim: int, location: Real, spread: Real, meant: Real) -> FigureLevels:
    """Compute where the ends of a claim's figure lie in its prediction, draw by draw.

    Args:
        model: the model, whose `said` has the figure.
        claim: index of the claim.
        location: (n, readings) location of the figure under all readings, bias included.
        spread: (n, readings) scales of the logistic errors.
        meant: (n, readings of the claim) weights of the claim's readings; the sum over readings is 1.
    """
    own, said = readings_of(model, claim), model.said
    spans = np.stack([_before(model.wording.of_reading[i], len(said.low)) for i in own])
    at, width = location[:, own, None], spread[:, own, None]
    low, high = ((np.asarray(bound)[spans] - at) / width for bound in (said.low, said.high))
    levels = (np.einsum("nr,nri->ni", meant, expit(z)) for z in (low, high, -low, -high))
    return FigureLevels(*levels, log_weight=np.asarray(said.log_weight)[spans[0]])


def readings_of(model: Model, claim: int) -> Indices:
    """Indices of the readings of a claim."""
    return _before(model.wording.of_claim[claim], len(model.wording.log_prior))


def weigh_readings(model: Model, scores: Real, said: ClaimIntervals, claim: int) -> Real:
    """Weights (n, readings of the claim) of a claim's readings, given the rest of its series.

    The claim's own figure is not used; outside a series these are its prior weights.

    Args:
        model: the model.
        scores: (n, readings) log P(figure | reading).
        said: which claims are in use.
        claim: index of the claim.
    """
    wording, weight = model.wording, np.asarray(said.claim_weight)
    log_weight: list[Real] = []
    for i in readings_of(model, claim):
        shared = _before(wording.of_meaning[wording.meaning[i]], len(wording.log_prior))
        others = shared[wording.claim[shared] != claim]
        log_weight.append(wording.log_prior[shared[0]] + scores[:, others] @ weight[wording.claim[others]])
    columns = np.stack(log_weight, axis=1)
    found = np.exp(columns - columns.max(axis=1, keepdims=True))
    return found / found.sum(axis=1, keepdims=True)


def rng_of_words(seed: int, claim: str) -> np.random.Generator:
    """Return the generator that draws a figure within its words, the same in an answer and its audit."""
    return np.random.default_rng([seed, crc32(claim.encode())])


def pits_by_weights(model: Model, found: Quantities, efficiency: float, seed: int) -> list[ClaimPit | None]:
    """Transform every claim given all others, by importance weights alone; none for claims not in use.

    Args:
        model: the model.
        found: quantities of the draws of its posterior.
        efficiency: effective sample size of the draws divided by their number.
        seed: seed of the answer.
    """
    pits: list[ClaimPit | None] = []
    for k, claim in enumerate(model.wording.claims):
        if not model.said.claim_weight[k]:
            pits.append(None)
            continue
        weights = smooth(-np.asarray(found.claims)[:, k], efficiency)
        meant = weigh_readings(model, found.scores, model.said, k)
        levels = levels_of_figure(model, k, found.location, found.spread, meant)
        pit = levels.pit(weights.weight, rng_of_words(seed, claim.claim))
        pits.append(ClaimPit(pit if weights.k_hat <= K_HAT else None, weights.k_hat))
    return pits


def adjust_by_holm(p: Real) -> Real:
    """p-values (n,) after Holm's correction.

    Example:
        >>> adjust_by_holm(np.array([0.01, 0.5])).tolist()
        [0.02, 0.5]
    """
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)) if len(p) else p
    found = np.empty_like(p)
    found[order] = np.minimum(stepped, 1)
    return found


def _before(indices: Indices, end: int) -> Indices:
    """Members of a padded list."""
    return indices[indices < end]
