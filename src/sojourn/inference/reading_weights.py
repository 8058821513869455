"""The answer had others weighed the readings: other weights around the analyst's, by weights of the draws.

The weights of the readings of a claim are a judgement. Another person's are drawn from a Dirichlet
distribution around them. Readings are marginalised, so a draw's likelihood under other weights is that
under the analyst's times the mean of the ratios of the weights, over the posterior weights of the readings.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sojourn._core.arrays import Indices, Real
from sojourn.inference.likelihood import ClaimLayout

VECTORS = 50
CONCENTRATION = 15.0
"""Concentration of the Dirichlet distribution; its mean is the analyst's weights."""
SEED = 15


def draw_weight_ratios(layout: ClaimLayout, counted: Real, readings: Real) -> Real:
    """Log ratios (VECTORS, n) of the likelihood of draws under other weights of readings to their own.

    Args:
        layout: the claims; the claims of a series share one vector of weights.
        counted: (claims,) 1 for claims in use, else 0.
        readings: (n, readings) posterior weight of each reading within its claim.

    Returns:
        The log ratios; no rows if no claim in use has several readings.
    """
    rng = np.random.default_rng(SEED)
    found = np.zeros((VECTORS, len(readings)))
    several = False
    for own, prior in _choices(layout, counted):
        several = True
        drawn = rng.dirichlet(CONCENTRATION * prior, size=VECTORS)
        found += np.log(np.maximum((drawn / prior) @ readings[:, own].T, 1e-300))
    return found if several else found[:0]


def _choices(layout: ClaimLayout, counted: Real) -> Iterator[tuple[Indices, Real]]:
    """Yield the readings of one claim of each series in use that has several, and their prior weights."""
    for padded in layout.of_series:
        meanings = padded[padded < len(layout.of_meaning)]
        members = layout.of_meaning[meanings]
        inside = members[members < len(layout.log_prior)]
        used = [k for k in dict.fromkeys(layout.claim[inside].tolist()) if counted[k] > 0]
        if len(meanings) > 1 and used:
            own = np.flatnonzero(layout.claim == used[0])
            prior = np.exp(layout.log_prior[own])
            yield own, prior / prior.sum()


def weighted_medians(draws: Real, weight: Real, order: Indices) -> Real:
    """Medians (Q,) of weighted draws (n, Q), given the order (n, Q) that sorts each column."""
    reached = np.cumsum(weight[order], axis=0)
    first = np.argmax(reached >= 0.5 * reached[-1], axis=0)
    return np.take_along_axis(draws, order[first, np.arange(draws.shape[1])][None], axis=0)[0]
