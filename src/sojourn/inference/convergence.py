"""Whether draws represent the posterior: rank-normalised R̂ and effective sample sizes of many series.

The definitions are those of Vehtari et al. (2021, Bayesian Analysis 16:667-718), computed as ArviZ
computes them, but for all series at once: the stopping rule needs them for every unknown after every
block of draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from sojourn._core.arrays import Real
from sojourn._core.thresholds import EFFECTIVE, RHAT

Spread = Callable[[Callable[[Real], Any], Iterable[Real]], Iterable[Any]]
PARTS = 8
"""Parts into which series are divided, so that several threads can share them."""
TAILS = (0.05, 0.95)
"""Quantiles whose effective sample sizes are those of the tails: the ends of 90 % intervals."""


@dataclass(frozen=True)
class Convergence:
    """R̂ (K,) and effective draws of the bulk (K,) of every series, and of the tails (k,) of the outcomes."""

    rhat: Real
    bulk: Real
    tail: Real

    @property
    def is_reached(self) -> bool:
        """Whether every R̂ is low enough and every number of effective draws high enough."""
        low = min(self.bulk.min(), self.tail.min(initial=np.inf))
        return bool(self.rhat.max() <= RHAT and low >= EFFECTIVE)

    @property
    def remaining(self) -> float:
        """How many times as many draws are needed, if R̂ − 1 falls and effective draws rise with them."""
        low = min(self.bulk.min(), self.tail.min(initial=np.inf))
        return float(max(EFFECTIVE / low, (self.rhat.max() - 1) / (RHAT - 1)))


def measure_convergence(series: Real, outcomes: Real, spread: Spread = map) -> Convergence:
    """Convergence of series (K, chains, draws) and, last in the result, of outcomes (k, chains, draws).

    A series that never changes counts as converged.

    Args:
        series: draws of the unknowns.
        outcomes: draws of the outcomes; there may be none.
        spread: applies a function to parts of the series, as `map` does, and perhaps in several threads.
    """
    parts = np.array_split(np.concatenate([series, outcomes]), PARTS)
    found = zip(*spread(rhat_and_bulk, [part for part in parts if len(part)]), strict=True)
    rhat, bulk = (np.concatenate(column) for column in found)
    return Convergence(rhat, bulk, tail_draws(outcomes))


def tail_draws(series: Real) -> Real:
    """Effective draws of the tails (K,) of series (K, chains, draws): the smaller one of the two ends."""
    if not len(series):
        return np.empty(0)
    ends = np.quantile(series, TAILS, axis=(1, 2), keepdims=True)
    low, high = (effective_draws(split_chains((series <= end).astype(float))) for end in ends)
    return np.minimum(low, high)


def rhat_and_bulk(series: Real) -> tuple[Real, Real]:
    """Rank-normalised split R̂ and effective draws of the bulk, each (K,), of series (K, chains, draws)."""
    halves = split_chains(series)
    ranked = normalise_ranks(halves)
    middle = np.median(halves, axis=(1, 2), keepdims=True)
    folded = normalise_ranks(np.abs(halves - middle))
    return np.maximum(split_rhat(ranked), split_rhat(folded)), effective_draws(ranked)


def find_worst_rhat(series: Real) -> float:
    """The largest R̂ of series (K, chains, draws)."""
    return float(rhat_and_bulk(series)[0].max())


def split_chains(series: Real) -> Real:
    """Halves of the chains as chains of their own: (K, chains, draws) to (K, 2 chains, draws // 2)."""
    half = series.shape[2] // 2
    return np.concatenate([series[:, :, :half], series[:, :, series.shape[2] - half :]], axis=1)


def normalise_ranks(series: Real) -> Real:
    """Normal scores of the ranks of each series (K, chains, draws); ties get their average rank."""
    from scipy.stats import rankdata  # a second to load, which `estimate` does while the chains run

    flat = series.reshape(len(series), -1)
    ranks = rankdata(flat, axis=1)
    return ndtri((ranks - 3 / 8) / (flat.shape[1] + 1 / 4)).reshape(series.shape)


def split_rhat(series: Real) -> Real:
    """R̂ (K,) of series (K, chains, draws) that are split already; 1 for a series that never changes."""
    n = series.shape[2]
    between = n * series.mean(axis=2).var(axis=1, ddof=1)
    within = series.var(axis=2, ddof=1).mean(axis=1)
    still = (within == 0) & (between == 0)
    with np.errstate(divide="ignore"):
        return np.sqrt((np.where(still, 1.0, between) / np.where(still, 1.0, within) + n - 1) / n)


def effective_draws(series: Real) -> Real:
    """Effective sample size (K,) of series (K, chains, draws), by Geyer's initial monotone sequence."""
    count, chains, n = series.shape
    total = chains * n
    covariance = _autocovariance(series)
    within = covariance[:, :1] * n / (n - 1)
    pooled = covariance[:, :1] + series.mean(axis=2).var(axis=1, ddof=1)[:, None]
    moves = pooled[:, 0] > 1e-15
    rho = 1 - (within - covariance) / np.where(moves[:, None], pooled, 1.0)
    rho[:, 0] = 1.0
    last = max((n - 3) // 2, 0)  # pairs after this one are never looked at
    pairs = rho[:, 0 : 2 * last + 2 : 2] + rho[:, 1 : 2 * last + 2 : 2]
    positive = np.minimum(np.cumprod(pairs > 0, axis=1).sum(axis=1), last)
    kept = np.arange(pairs.shape[1]) < positive[:, None]
    monotone = np.minimum.accumulate(pairs, axis=1)
    rows = np.arange(count)
    rest = rho[rows, 2 * positive]
    rest = np.where(pairs[rows, positive] < 0, np.maximum(rest, 0.0), rest)
    length = -1 + 2 * np.sum(monotone, axis=1, where=kept) + rest
    return np.where(moves, total / np.maximum(length, 1 / np.log10(total)), total)


def _autocovariance(series: Real) -> Real:
    """Autocovariance (K, lags), averaged over the chains of series (K, chains, draws)."""
    n = series.shape[2]
    length = 2 ** (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(series - series.mean(axis=2, keepdims=True), n=length, axis=2)
    power = np.mean(spectrum.real**2 + spectrum.imag**2, axis=1)
    return np.fft.irfft(power, n=length, axis=1)[:, :n] / n
