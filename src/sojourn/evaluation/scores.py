"""How good an answer was, once the truth is known: rank, coverage, log score, sharpness.

Persons are compared on the scale log(1 + persons), on which a factor counts the same
for a small and a large figure, and nobody at all is still a number.

**Density.** The log score is the log of the density of the draws at the truth. The
density is a kernel estimate with a Student t kernel of 4 degrees of freedom and
Silverman's bandwidth, 0.9·min(sd, IQR/1.34)·n^(−1/5). A normal kernel would decay
faster than the posterior, so that a truth just outside the draws would get a score
that speaks of the kernel. See Krüger, Lerch, Thorarinsdottir and Gneiting (2021,
International Statistical Review 89:274-301) on scores of draws; because their verdict
on kernel estimates in the tails is mixed, the CRPS, which needs none, stands beside it.
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
"""Log sd of the error around a naive answer: a figure that may be off by a third (`bias.stocks`)."""


@dataclass(frozen=True)
class Score:
    """One outcome against its truth; persons, scores on the scale log(1 + persons).

    `rank` is the share of draws below the truth, ties counted half: uniform over many
    cases if the intervals can be trusted. `covered` says for each level whether the
    central interval holds the truth. `log_score`: higher is better. `crps`: lower is
    better. `width` is the length of the 90 % interval: log(1 + high) − log(1 + low).
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
    """A naive answer to one outcome against its truth; `error` is log((1 + said)/(1 + truth))."""

    name: str
    outcome: str
    said: float
    truth: float
    error: float
    log_score: float


@dataclass(frozen=True)
class ScoreCard:
    """All outcomes whose truth is known, and what the naive answers said of them."""

    scores: tuple[Score, ...]
    naive: tuple[NaiveScore, ...]

    def of(self, outcome: str) -> Score:
        """The score of one outcome; `KeyError` where its truth is not known."""
        for score in self.scores:
            if score.outcome == outcome:
                return score
        raise KeyError(outcome)


def draws_of(answer: Answer, day: date | None = None) -> dict[str, Real]:
    """Draws of the cohort's outcomes on a day (default: the day asked), persons, (draws,) each.

    A day within a step of the calendar is read at the end of the step before it.

    Raises:
        ValueError: the answer has no draws, or the day lies before its calendar.
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
    """Score the draws of an answer, persons by outcome, (draws,) each, where the truth is known.

    `truth` may know only some of the outcomes; those are scored, in the order of `OUTCOMES`.

    Raises:
        ValueError: a truth of an outcome that was not drawn, below 0 or not finite, or no draws.
    """
    for outcome, persons in truth.items():
        if outcome not in draws:
            raise ValueError(f"a truth of {outcome}, of which there are no draws")
        if not 0 <= persons < float("inf"):
            raise ValueError(f"the truth of {outcome} is {persons}; it must be a number of persons")
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
    """Score the draws of one outcome, persons, (draws,)."""
    if draws.size < 2:
        raise ValueError(f"{draws.size} draws of {outcome} cannot be scored")
    rank = float(np.mean(draws < truth) + np.mean(draws == truth) / 2)
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
    """Score a naive answer as if its error were normal with this sd on the scale log(1 + persons).

    A negative balance of crossings is read as nobody.
    """
    error = log1p(max(said, 0.0)) - log1p(truth)
    return NaiveScore(name, outcome, said, truth, error, normal_log_density(error, sd))


def normal_log_density(error: float, sd: float) -> float:
    """Log density of a normal error with mean 0."""
    return -0.5 * (error / sd) ** 2 - log(sd * sqrt(2 * pi))


def log_density(draws: Real, at: float) -> float:
    """Log of a kernel density estimate of draws, (draws,), at a point; see the module."""
    upper, lower = np.quantile(draws, [0.75, 0.25])
    spread = min(float(draws.std()), float(upper - lower) / 1.34) or float(draws.std())
    bandwidth = max(0.9 * spread * draws.size ** (-0.2), 1e-9)
    logs = student.logpdf((at - draws) / bandwidth, KERNEL_DF) - log(bandwidth)
    return float(np.logaddexp.reduce(logs) - log(draws.size))


def crps(draws: Real, at: float) -> float:
    """Continuous ranked probability score of draws, (draws,): E|X − at| − E|X − X′|/2.

    The empirical distribution's, by order statistics; Gneiting and Raftery (2007, JASA 102:359-378).
    """
    ordered = np.sort(draws)
    n = ordered.size
    weight = 2 * np.arange(1, n + 1) - n - 1
    return float(np.mean(np.abs(ordered - at)) - np.sum(weight * ordered) / n**2)
