"""Scores against closed forms, brute force and known coverage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.stats import norm

import sojourn
from sojourn.case import Case
from sojourn.evaluation import draws_of, naive_answers, score_answer
from sojourn.evaluation.scores import LEVELS, crps, log_density, score_draws, score_naive


def test_log_score_is_near_the_density_of_a_normal() -> None:
    draws = np.random.default_rng(1).normal(10.0, 0.5, 4000)
    for at in (9.0, 9.8, 10.0, 10.7):
        # The kernel widens the normal by a few per cent; 4,000 draws tell its density to about 0.1.
        assert log_density(draws, at) == pytest.approx(norm.logpdf(at, 10.0, 0.5), abs=0.15)


def test_a_truth_outside_all_draws_has_a_finite_and_falling_score() -> None:
    draws = np.random.default_rng(1).normal(10.0, 0.5, 400)
    scores = [log_density(draws, at) for at in (12.5, 14.0, 20.0)]
    assert np.isfinite(scores).all()
    assert scores[0] > scores[1] > scores[2]


def test_crps_is_the_mean_of_distances() -> None:
    rng = np.random.default_rng(2)
    draws, at = rng.gamma(2.0, 3.0, 101), 4.2
    brute = np.mean(np.abs(draws - at)) - 0.5 * np.mean(np.abs(draws[:, None] - draws[None]))
    assert crps(draws, at) == pytest.approx(brute)


def test_coverage_of_true_draws_is_nominal() -> None:
    rng = np.random.default_rng(3)
    n = 2000
    scores = [
        score_draws("stayed", rng.lognormal(mu, 0.3, 199), float(rng.lognormal(mu, 0.3)))
        for mu in rng.normal(9.0, 1.0, n)
    ]
    for level in LEVELS:
        share = np.mean([score.covered[level] for score in scores])
        assert share == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / n) + 0.005)


def test_rank_interval_and_width_agree() -> None:
    score = score_draws("stayed", np.arange(1.0, 1001.0), 990.0)
    assert score.rank == pytest.approx(0.9895)
    assert not score.covered[0.95]
    assert score.low < score.median < score.high < score.truth
    assert score.width == pytest.approx(np.log1p(score.high) - np.log1p(score.low))


def test_only_known_truths_are_scored_and_strange_ones_refused() -> None:
    draws = {name: np.linspace(10, 20, 50) for name in ("arrived", "stayed", "moved_on", "returned")}
    card = score_answer(draws, {"stayed": 12.0})
    assert [score.outcome for score in card.scores] == ["stayed"]
    with pytest.raises(ValueError, match="settled"):
        score_answer(draws, {"settled": 1.0})
    for wrong in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="number of people"):
            score_answer(draws, {"stayed": wrong})


def test_a_negative_balance_is_nobody() -> None:
    score = score_naive("entries less exits", "stayed", -500.0, 0.0)
    assert score.error == 0.0
    assert score.log_score == pytest.approx(norm.logpdf(0, 0, 0.3))


def test_naive_answers_of_the_small_case(small: Case) -> None:
    stock, balance = naive_answers(small)
    # c05: about 40,000 on 15 December is the latest stock by an official whose likeliest reading is one;
    # entries and exits are both given for July only.
    assert (stock.claims, dict(stock.persons)) == (("c05",), {"stayed": 40_000})
    assert (balance.claims, dict(balance.persons)) == (("c01", "c02"), {"arrived": 120_000, "stayed": 40_000})


def test_naive_answers_see_only_what_was_published(small: Case) -> None:
    early = small.settings.model_copy(update={"claims_until": date(2021, 7, 31)})
    assert naive_answers(replace(small, settings=early)) == ()


def test_draws_of_an_answer_are_those_of_its_timeline(small: Case) -> None:
    answer = sojourn.estimate(small, seed=1, chains=2, draws=25)
    draws = draws_of(answer)
    for name, row in answer.outcomes().iterrows():
        assert draws[str(name)].mean() == pytest.approx(row["mean"], rel=1e-3)
    early = draws_of(answer, date(2021, 8, 1))
    assert early["arrived"].mean() < draws["arrived"].mean()
    with pytest.raises(ValueError, match="before the calendar"):
        draws_of(answer, date(2019, 1, 1))
    with pytest.raises(ValueError, match="no draws"):
        draws_of(replace(answer, _draws=None))
