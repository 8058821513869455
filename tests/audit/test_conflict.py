"""p-values: uniform where a ledger is true, small where a figure is false; adjusted for their number."""

from __future__ import annotations

from dataclasses import astuple, replace

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import kstest, norm

from sojourn._core.thresholds import K_HAT
from sojourn.audit.conflict import adjust, adjust_known, claim_conflicts
from sojourn.audit.leave_out import LeaveOut, targets_of_claims
from sojourn.audit.posterior import Posterior
from sojourn.audit.predictive import predict
from sojourn.inference.density import Model
from sojourn.inference.importance_weights import resample, smooth
from sojourn.inference.likelihood import ClaimIntervals
from sojourn.inference.pit import FigureLevels, FigurePit, levels_of_figure, readings_of, weigh_readings
from sojourn.inference.pointwise import Points, make_points
from tests.inference.simulated import say

DRAWS = 400
LEDGERS = 200
EVEN = np.full(1, 1.0)


def levels_at(low: list[float], high: list[float], weight: list[float]) -> FigureLevels:
    """A figure with several intervals, under a single standard logistic prediction."""
    below, above = np.array([low]), np.array([high])
    return FigureLevels(expit(below), expit(above), expit(-below), expit(-above), np.log(weight))


@pytest.mark.parametrize("said", [-3.0, 0.0, 0.7, 4.0])
def test_a_precise_figure_has_the_p_of_its_tail(said: float) -> None:
    pit = levels_at([said], [said + 1e-9], [1.0]).pit(EVEN, np.random.default_rng(1))
    assert pit.below == pytest.approx(expit(said))
    assert pit.p == pytest.approx(2 * expit(-abs(said)))
    assert pit.z == pytest.approx(norm.ppf(expit(said)), abs=1e-6)


def test_a_far_figure_has_a_p_of_its_own() -> None:
    # These p-values are not all 0: a worse figure has a smaller one, on either side.
    for side in (-1, 1):
        rng = np.random.default_rng(1)
        pits = [levels_at([side * x], [side * x + 1e-3], [1.0]).pit(EVEN, rng) for x in (40.0, 60.0, 80.0)]
        assert pits[0].p > pits[1].p > pits[2].p > 0
        assert abs(pits[0].z) < abs(pits[1].z) < abs(pits[2].z)
        assert np.sign(pits[0].z) == side


def test_vague_words_give_a_uniform_pit() -> None:
    """What is true falls in one of the cells of a grid, and only the cell is said.

    Two grids, of cells of 1 and of 4, are used with probability 0.5 each. The words of a figure are nested:
    the small cell, or the large one, in which it is the second of four.
    """
    rng = np.random.default_rng(5)
    pits: list[float] = []
    for _ in range(4000):
        truth = rng.logistic()
        vague = rng.random() < 0.5
        # The figure, given the truth: the unit cell, or one of the four in whose words the truth lies.
        cell = np.floor(truth) + (rng.integers(-2, 2) if vague else 0)
        low, high = [cell, cell - 1], [cell + 1, cell + 3]
        pits.append(levels_at(low, high, [0.5, 0.5 / 4]).pit(EVEN, rng).below)
    assert kstest(pits, "uniform").pvalue > 1e-3


def test_p_is_twice_the_smaller_tail() -> None:
    assert FigurePit(0.9, 0.1).p == pytest.approx(0.2)
    assert FigurePit(0.01, 0.99).p == pytest.approx(0.02)


def test_p_that_cannot_be_had_is_none_and_corrects_nothing() -> None:
    holm, bh = adjust_known([0.01, None, 0.04])
    assert holm == pytest.approx([0.02, None, 0.04])
    assert bh == pytest.approx([0.02, None, 0.04])


def test_holm_and_benjamini_hochberg() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005, 0.5])
    holm, bh = adjust(p)
    assert holm == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.5])
    assert bh == pytest.approx([0.025, 0.05, 0.05, 0.025, 0.5])


@pytest.fixture(scope="module")
def prior(model: Model) -> Points:
    z = np.random.default_rng(2).standard_normal((DRAWS, model.unknowns.size))
    return make_points(model)(z, model.said)


def pit_of(
    model: Model, prior: Points, said: ClaimIntervals, claim: int, rng: np.random.Generator
) -> FigurePit:
    """Transform of a claim where nothing else was said: the rest is the prior."""
    silent = said._replace(claim_weight=jnp.zeros_like(said.claim_weight))
    meant = weigh_readings(model, prior.scores, silent, claim)
    levels = levels_of_figure(replace(model, said=said), claim, prior.location, prior.spread, meant)
    return levels.pit(np.full(DRAWS, 1 / DRAWS), rng)


def test_true_ledgers_have_uniform_pit(model: Model, prior: Points) -> None:
    """One claim from each of many ledgers simulated from the prior, so that they are independent.

    A true p fails here once in a thousand. The full version, with posteriors: benchmarks/audit.py.
    """
    rng = np.random.default_rng(3)
    pits: list[FigurePit] = []
    for ledger in range(LEDGERS):
        said = say(model, rng.standard_normal(model.unknowns.size), rng)
        pits.append(pit_of(model, prior, said, ledger % len(model.wording.claims), rng))
    assert kstest([pit.below for pit in pits], "uniform").pvalue > 1e-3
    p = np.array([pit.p for pit in pits])
    assert kstest(p, "uniform").pvalue > 1e-3
    assert p.mean() == pytest.approx(0.5, abs=4 / np.sqrt(12 * LEDGERS))


def test_a_claim_left_out_by_weights_does_not_remember_itself(model: Model, prior: Points) -> None:
    """Each ledger has one claim, so that the posterior without it is the prior.

    Draws of the posterior with it are prior draws resampled by its likelihood. Weights lead back from these,
    or else, as a refit would, to the prior itself: uniform. Without weights the figure meets itself.
    """
    rng = np.random.default_rng(8)
    right: list[float] = []
    wrong: list[float] = []
    silent = model.said._replace(claim_weight=jnp.zeros_like(model.said.claim_weight))
    for ledger in range(LEDGERS):
        k = ledger % len(model.wording.claims)
        spoken = replace(model, said=say(model, rng.standard_normal(model.unknowns.size), rng))
        meant = weigh_readings(model, prior.scores, silent, k)
        levels = levels_of_figure(spoken, k, prior.location, prior.spread, meant)
        heard = (levels.below_high - levels.below_low) @ np.exp(levels.log_weight) + 1e-30
        kept = resample(heard / heard.sum(), DRAWS, rng)
        with_it = FigureLevels(*(x[kept] for x in astuple(levels)[:4]), levels.log_weight)
        weights = smooth(-np.log(heard[kept]))
        even = np.full(DRAWS, 1 / DRAWS)
        trusted = weights.k_hat <= K_HAT
        right.append((with_it.pit(weights.weight, rng) if trusted else levels.pit(even, rng)).p)
        wrong.append(with_it.pit(even, rng).p)
    assert kstest(right, "uniform").pvalue > 1e-3
    assert kstest(wrong, "uniform").pvalue < 1e-6
    assert np.mean(wrong) > 0.55


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
        assert pit_of(model, prior, false, claim, rng).p < 0.02, model.wording.claims[claim].claim


def test_a_figure_up_to_a_limit_is_no_conflict_below_it(model: Model, prior: Points) -> None:
    """A one-sided figure whose interval reaches down to 0 leaves everything below its limit possible."""
    k = next(i for i, c in enumerate(model.wording.claims) if c.claim == "c09")
    own = readings_of(model, k)
    spans = np.concatenate([model.wording.of_reading[i] for i in own])
    spans = spans[spans < len(model.said.low)]
    place = float(np.median(prior.location[:, own[0]]))
    low = model.said.low.at[spans].set(-60.0)
    said = model.said._replace(low=low, high=model.said.high.at[spans].set(place + 0.5))
    rng = np.random.default_rng(6)
    below = np.array([pit_of(model, prior, said, k, rng).below for _ in range(50)])
    assert below.min() < 0.1
    assert below.max() > 0.4


def test_the_prediction_is_a_distribution(model: Model, prior: Points) -> None:
    """The transforms of figures that it simulates itself are uniform, and its density is their slope."""
    k = next(i for i, c in enumerate(model.wording.claims) if c.claim == "c09")
    silent = model.said._replace(claim_weight=jnp.zeros_like(model.said.claim_weight))
    weight = weigh_readings(model, prior.scores, silent, k)
    one = predict(model, k, prior.location, prior.spread, weight)
    rng = np.random.default_rng(7)
    draw = rng.integers(DRAWS, size=2000)
    past = np.cumsum(weight[draw], axis=1) < rng.random(2000)[:, None]
    reading = np.minimum(past.sum(axis=1), weight.shape[1] - 1)
    assert kstest(one.pits(one.simulate(draw, reading, rng)), "uniform").pvalue > 1e-3
    slope = np.gradient(one.pits(one.grid), one.grid)
    assert slope[5:-5] == pytest.approx(np.exp(one.log_f)[5:-5], rel=0.02, abs=1e-4)


def test_where_weights_fail_there_is_no_p(posterior: Posterior) -> None:
    leaver = LeaveOut(posterior)
    found = [leaver.by_weights(target) for target in targets_of_claims(posterior)]
    found[0] = replace(found[0], method="unreliable", k_hat=0.91)
    tested = {c.claim: c for c in claim_conflicts(posterior, found)}
    doubtful = tested[found[0].target.name]
    assert (doubtful.pit, doubtful.p, doubtful.holm, doubtful.bh, doubtful.p_error) == (None,) * 5
    assert doubtful.missing == "cannot be had: k̂ 0.91 is above 0.7 and no refit was made"
    known = [c for c in tested.values() if c.p is not None]
    assert known
    assert all(c.p == pytest.approx(2 * min(c.pit, 1 - c.pit), abs=1e-9) for c in known if c.pit is not None)
