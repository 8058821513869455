"""p-values: uniform where a ledger is true, small where a figure is false; adjusted for their number."""

from __future__ import annotations

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import kstest

from sojourn.audit.common_scale import CommonScale
from sojourn.audit.conflict import adjust
from sojourn.audit.predictive import Prediction, log_mixture, predict
from sojourn.case import intervals
from sojourn.inference.density import Model
from sojourn.inference.likelihood import FAR, ClaimIntervals
from sojourn.inference.pointwise import Points, make_points, meant
from tests.inference.simulated import say

DRAWS = 150
LEDGERS = 40


def prediction(location: list[float], spread: list[float], weight: list[float], said: float) -> Prediction:
    """One draw, one logistic for each reading, on one scale."""
    scales = ("log",) * len(weight)
    own = np.zeros(1, dtype=int)
    figures = CommonScale(np.arange(len(weight)), scales, 1.0, 1.0, (own,) * len(weight))
    at, wide, share = (np.array([x], dtype=float) for x in (location, spread, weight))
    grid = np.linspace(min(location) - 30, max(location) + 30, 6001)
    log_f = log_mixture(figures, at, wide, share, grid)
    return Prediction(figures, at, wide, share, grid, log_f, np.array([said]), np.ones(1))


@pytest.mark.parametrize("said", [-3.0, 0.0, 0.7, 4.0, 9.0])
def test_one_peak_is_a_two_sided_test(said: float) -> None:
    assert prediction([0.0], [1.0], [1.0], said).p() == pytest.approx(2 * expit(-abs(said)), rel=0.02)


def test_between_two_peaks_is_as_bad_as_outside() -> None:
    two = [0.0, 20.0], [1.0, 1.0], [0.5, 0.5]
    between, outside = (prediction(*two, said).p() for said in (10.0, -10.0))
    assert between < 1e-3
    # Between the peaks both tails have this density: twice as likely there, and four tails lie below it.
    assert 1 < between / outside < 5
    assert prediction(*two, 20.5).p() > 0.5


def test_p_by_brute_force() -> None:
    one = prediction([0.0, 3.0], [0.4, 1.5], [0.7, 0.3], 2.0)
    rng = np.random.default_rng(1)
    n = 20_000
    wide = rng.random(n) < 0.3
    figures = np.where(wide, 3 + 1.5 * rng.logistic(size=n), 0.4 * rng.logistic(size=n))
    below = one.log_density(figures) <= one.log_density(np.array([2.0]))
    assert one.p() == pytest.approx(below.mean(), abs=4 * np.sqrt(0.25 / n) + 0.002)


def test_a_far_figure_has_a_p_of_its_own() -> None:
    # Not all the same nought: a worse figure has a smaller p.
    p = [prediction([0.0], [1.0], [1.0], said).p() for said in (12.0, 16.0, 20.0)]
    assert p[0] > p[1] > p[2] > 0


def test_holm_and_benjamini_hochberg() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.5])
    holm, bh = adjust(p)
    assert holm == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.5])
    assert bh == pytest.approx([0.025, 0.05, 0.05, 0.025, 0.5])


@pytest.fixture(scope="module")
def prior(model: Model) -> Points:
    z = np.random.default_rng(2).standard_normal((DRAWS, model.unknowns.size))
    return make_points(model)(z, model.said)


def p_of(model: Model, prior: Points, said: ClaimIntervals, claim: int) -> float:
    """p of a claim where nothing else was said: the rest is the prior."""
    silent = said._replace(claim_weight=jnp.zeros_like(said.claim_weight))
    weight = meant(model, prior, silent, claim)
    spoken = replace(model, said=said)
    return predict(spoken, claim, prior.location, prior.spread, weight, DRAWS).p()


def test_true_ledgers_have_uniform_p(model: Model, prior: Points) -> None:
    """One claim from each of many ledgers simulated from the prior, so that they are independent.

    A true p fails here once in a thousand. The full version, with posteriors: make calibrate.
    """
    rng = np.random.default_rng(3)
    p: list[float] = []
    for ledger in range(LEDGERS):
        said = say(model, rng.standard_normal(model.unknowns.size), rng)
        p.append(p_of(model, prior, said, ledger % len(model.wording.claims)))
    assert kstest(p, "uniform").pvalue > 1e-3
    assert np.mean(np.array(p) < 0.1) < 0.3


def test_a_false_figure_has_a_small_p(model: Model, prior: Points) -> None:
    """A figure e^6 times what would be said, of claims in counts."""
    rng = np.random.default_rng(4)
    said = say(model, np.zeros(model.unknowns.size), rng)
    for claim, members in enumerate(model.wording.of_claim):
        own = members[members < len(model.wording.log_prior)]
        if any(model.compiled.scale[i] != "log" for i in own):
            continue
        spans = np.concatenate([model.wording.of_reading[i] for i in own])
        spans = spans[spans < len(said.low)]
        false = said._replace(low=said.low.at[spans].add(6.0), high=said.high.at[spans].add(6.0))
        assert p_of(model, prior, false, claim) < 0.02, model.wording.claims[claim].claim


@pytest.mark.parametrize(("hedge", "value"), [("up_to", 30_000), ("more_than", 30_000), ("about", 837_000)])
def test_words_weigh_what_they_allow(hedge: str, value: float) -> None:
    """Against the intervals themselves, on the log scale; one end may lie at nought."""
    spans = intervals(value, hedge)
    low, high = (np.array([getattr(s, end) for s in spans]) for end in ("low", "high"))
    log_low = np.where(low > 0, np.log(np.maximum(low, 1.0)), -FAR)
    said = ClaimIntervals(
        *(jnp.asarray(x) for x in (log_low, np.log(high), [s.log_weight for s in spans], [1.0], [1.0]))
    )
    figures = CommonScale(np.arange(1), ("log",), 1.0, 1.0, (np.arange(len(spans)),))
    points, kernel = figures.spoken(said, 40)
    # Where the widest interval begins at nought, it is followed for twelve on the log scale.
    assert points.max() <= np.log(high.max())
    assert points.min() >= max(log_low.min(), np.log(low[low > 0].min()) - 12)
    narrow = (points > np.log(value * 0.999)) & (points < np.log(value * 1.001))
    assert narrow.any() or hedge != "about"
    cut = points.min() - 0.2
    begin = np.maximum(log_low, cut)
    expected = sum(np.exp(s.log_weight) * (np.log(s.high) - b) for s, b in zip(spans, begin, strict=True))
    assert kernel.sum() == pytest.approx(expected, rel=0.05)


def test_a_figure_up_to_a_limit_is_no_conflict_below_it(model: Model, prior: Points) -> None:
    """A one-sided figure whose interval reaches nought must not be moved away from where it lies."""
    k = next(i for i, c in enumerate(model.wording.claims) if c.claim == "c09")
    own = model.wording.of_claim[k]
    spans = np.concatenate([model.wording.of_reading[i] for i in own[own < len(model.wording.log_prior)]])
    spans = spans[spans < len(model.said.low)]
    place = float(np.median(prior.location[:, own[0]]))
    low = model.said.low.at[spans].set(-60.0)
    said = model.said._replace(low=low, high=model.said.high.at[spans].set(place + 0.5))
    assert p_of(model, prior, said, k) > 0.2
