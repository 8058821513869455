"""Scores of an answer whose truth is known: rank, coverage, log score, CRPS and sharpness.

Numbers of people are compared on the scale log(1 + people), on which a given relative error
counts the same for small and large figures, and which is defined at 0.

**Density.** The log score is the log density of the draws at the truth. The density is a
kernel estimate with a Student t kernel of 4 degrees of freedom and Silverman's bandwidth,
0.9·min(sd, IQR/1.34)·n^(−1/5). A normal kernel would decay faster than the posterior, so that
the score of a truth just outside the draws would depend mainly on the kernel. See Krüger,
Lerch, Thorarinsdottir and Gneiting (2021, International Statistical Review 89:274-301) on scores
of draws. Because they find kernel estimates unreliable in the tails, the CRPS, which needs no
density, is given as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import log, log1p, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

from sojourn._core.arrays import Real
from sojourn._core.outcomes import OUTCOMES
from sojourn.evaluation.baselines import Naive

if TYPE_CHECKING:
    from sojourn.inference import Answer

LEVELS = (0.5, 0.8, 0.9, 0.95)
KERNEL_DF = 4
NAIVE_SD = 0.3
"""Sd of the log error assumed for a naive answer, a figure that may be off by a third (as `bias.stocks`)."""


@dataclass(frozen=True)
class Score:
    """Score of one outcome, in people; `log_score`, `crps` and `width` on the scale log(1 + people).

    `rank` is the share of draws below the truth, with ties counted half; over many cases it is
    uniform if the intervals are calibrated. `covered` says for each level whether the central
    interval contains the truth. A higher `log_score` and a lower `crps` are better. `width` is the
    length of the 90 % interval, log(1 + high) − log(1 + low).
    """

    outcome: str
    truth: float
    median: float
    low: float
    high: float
    rank: float
    covered: Mapping[float, bool]
    log_score: float
    crps: float
    width: float


@dataclass(frozen=True)
class NaiveScore:
    """Score of a naive answer for one outcome; `error` is log((1 + said)/(1 + truth))."""

    name: str
    outcome: str
    said: float
    truth: float
    error: float
    log_score: float


@dataclass(frozen=True)
class ScoreCard:
    """Scores of all outcomes whose truth is known, for the model and for naive answers."""

    scores: tuple[Score, ...]
    naive: tuple[NaiveScore, ...]

    def of(self, outcome: str) -> Score:
        """Return the score of one outcome.

        Raises:
            KeyError: the true number is not known.
        """
        for score in self.scores:
            if score.outcome == outcome:
                return score
        raise KeyError(outcome)


def draws_of(answer: Answer, day: date | None = None) -> dict[str, Real]:
    """Draws of the cohort's outcomes on a day (default: the reference date), in people, (draws,) each.

    For a day within a step of the calendar, the values at the end of the previous step are used.

    Raises:
        ValueError: the answer has no draws, or the day precedes its calendar.

    Example:
        >>> import sojourn
        >>> draws = draws_of(sojourn.read_answer("my-answer"))
        >>> sorted(draws), len(draws["stayed"])
        (['arrived', 'moved_on', 'returned', 'stayed'], 100)
    """
    if answer.posterior is None:
        raise ValueError("an answer that was read back from answer.json has no draws to score")
    outcomes = answer.posterior["posterior"]["outcomes"]
    wanted = str(day or answer.asof)
    position = int(np.searchsorted(np.asarray(outcomes["date"].values, dtype=str), wanted, side="right")) - 1
    if position < 0:
        raise ValueError(f"{wanted} is before the calendar of the answer")
    at = outcomes.isel(date=position)
    return {name: np.asarray(at.sel(outcome=name).values, dtype=float).reshape(-1) for name in OUTCOMES}


def score_answer(
    draws: Mapping[str, Real], truth: Mapping[str, float], naive: tuple[Naive, ...] = ()
) -> ScoreCard:
    """Score the draws of an answer, and naive answers, for the outcomes whose truth is known.

    Args:
        draws: people by outcome, (draws,) each.
        truth: true number of people for some or all of the outcomes.
        naive: the naive answers to score.

    Raises:
        ValueError: an outcome in `truth` has no draws, or its number is negative or not finite.

    Example:
        >>> draws = {"stayed": np.linspace(900, 1_100, 201)}
        >>> [score] = score_answer(draws, {"stayed": 1_000}).scores
        >>> score.median, score.covered[0.9]
        (1000.0, True)
    """
    for outcome, persons in truth.items():
        if outcome not in draws:
            raise ValueError(f"{outcome} has a true value but no draws")
        if not 0 <= persons < float("inf"):
            raise ValueError(f"the true value of {outcome} is {persons}; it must be a number of people")
    known = [name for name in OUTCOMES if name in truth]
    return ScoreCard(
        tuple(score_draws(name, draws[name], truth[name]) for name in known),
        tuple(
            score_naive(item.name, name, item.persons[name], truth[name])
            for item in naive
            for name in known
            if name in item.persons
        ),
    )


def score_draws(outcome: str, draws: Real, truth: float) -> Score:
    """Score the draws (draws,) of one outcome, in people."""
    if draws.size < 2:
        raise ValueError(f"{outcome} has {draws.size} draws; a score needs at least 2")
    rank = float((draws < truth).mean() + (draws == truth).mean() / 2)
    low, median, high = (float(q) for q in np.quantile(draws, [0.05, 0.5, 0.95]))
    logs = np.log1p(np.maximum(draws, 0.0))
    return Score(
        outcome=outcome,
        truth=float(truth),
        median=median,
        low=low,
        high=high,
        rank=rank,
        covered={level: abs(rank - 0.5) <= level / 2 for level in LEVELS},
        log_score=log_density(logs, log1p(truth)),
        crps=crps(logs, log1p(truth)),
        width=log1p(max(high, 0.0)) - log1p(max(low, 0.0)),
    )


def score_naive(name: str, outcome: str, said: float, truth: float, sd: float = NAIVE_SD) -> NaiveScore:
    """Score a naive answer, assuming a normal error with this sd on the scale log(1 + people).

    A negative balance of crossings is treated as 0.

    Example:
        >>> score_naive("last official stock", "stayed", said=40_000, truth=40_000).error
        0.0
    """
    error = log1p(max(said, 0.0)) - log1p(truth)
    return NaiveScore(name, outcome, said, truth, error, normal_log_density(error, sd))


def normal_log_density(error: float, sd: float) -> float:
    """Log density of a normal error with mean 0.

    Example:
        >>> round(normal_log_density(0.0, 0.3), 3)
        0.285
    """
    return -0.5 * (error / sd) ** 2 - log(sd * sqrt(2 * pi))


def log_density(draws: Real, at: float) -> float:
    """Log of a kernel density estimate of draws (draws,) at a point; see the module docstring."""
    upper, lower = np.quantile(draws, [0.75, 0.25])
    spread = min(float(draws.std()), float(upper - lower) / 1.34) or float(draws.std())
    bandwidth = max(0.9 * spread * draws.size ** (-0.2), 1e-9)
    logs = student.logpdf((at - draws) / bandwidth, KERNEL_DF) - log(bandwidth)
    return float(np.logaddexp.reduce(logs) - log(draws.size))


def crps(draws: Real, at: float) -> float:
    """Continuous ranked probability score of draws (draws,): E|X − at| − E|X − X′|/2.

    It is computed for the empirical distribution, from order statistics; see Gneiting and Raftery
    (2007, JASA 102:359-378).

    Example:
        >>> crps(np.array([0.0, 1.0]), 0.5)
        0.25
    """
    ordered = np.sort(draws)
    n = ordered.size
    weight = 2 * np.arange(1, n + 1) - n - 1
    return float(np.mean(np.abs(ordered - at)) - np.sum(weight * ordered) / n**2)
