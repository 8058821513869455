"""The sampler on densities whose moments and quantiles are known, without a model."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import gamma, norm

from sojourn.inference.convergence import measure_convergence
from sojourn.inference.leapfrog import StepSize
from sojourn.inference.preconditioner import Metric
from sojourn.inference.sampler import (
    FULL,
    QUICK,
    Adaptation,
    ChainDraws,
    Draws,
    KeptDraws,
    Sampler,
    SamplingProgress,
)
from sojourn.inference.sampling_progress import Interrupted

D = 50
SHORT = replace(FULL, pilot=40, rounds=((50, 0.5),), settle=30)


def sampler_of(gradient, size: int, scales: int = 0) -> Sampler:
    """A sampler of one density; it takes no claims. The first `scales` unknowns are no part of the mode."""
    return Sampler(lambda _: gradient, np.arange(size) < scales, lambda z: z[:, :2])


def gaussian(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and precision of a correlated Gaussian: a standard normal prior and a dozen facts about sums."""
    rng = np.random.default_rng(seed)
    facts = rng.normal(size=(12, D)) * 10 ** rng.uniform(-0.5, 1.5, size=(12, 1))
    return np.linspace(-1, 1, D), np.eye(D) + facts.T @ facts


def gaussian_sampler(seed: int) -> Sampler:
    mean, precision = gaussian(seed)

    def gradient(z):
        slope = precision @ (z - mean)
        return float(0.5 * (z - mean) @ slope), slope

    return sampler_of(gradient, D)


def effective(z: np.ndarray) -> np.ndarray:
    """Effective draws (D,) of draws (chains, draws, D)."""
    series = np.moveaxis(z, 2, 0)
    return measure_convergence(series, series[:0]).bulk


def distances(z: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Distances (D,) of the mean of draws from the true one, in Monte Carlo standard errors."""
    error = np.sqrt(np.diag(covariance) / effective(z))
    return (z.mean(axis=(0, 1)) - mean) / error


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_moments_of_a_correlated_gaussian(seed: int) -> None:
    """50 means within 4.5 standard errors, and 1,275 covariances within 6 of theirs: 3e-4 by chance."""
    mean, precision = gaussian(seed)
    covariance = np.linalg.inv(precision)
    found, _ = gaussian_sampler(seed).draw(None, seed)
    assert found.stopped_by == "converged"
    assert found.divergences == 0
    z = found.z
    assert np.abs(distances(z, mean, covariance)).max() < 4.5
    spread = np.cov(z.reshape(-1, D).T) - covariance
    sd = np.sqrt(np.diag(covariance))
    # The squares of draws are as correlated as they are, at worst.
    error = np.outer(sd, sd) * np.sqrt(2 / min(effective(z).min(), effective((z - mean) ** 2).min()))
    assert np.abs(spread / error).max() < 6


@pytest.mark.slow
def test_quantiles_of_a_skewed_density() -> None:
    """Logarithms of gamma variables of shape 1/2: a long tail on one side, a steep one on the other."""
    shape, size = 0.5, 10

    def gradient(z):
        return float(np.sum(np.exp(z) - shape * z)), np.exp(z) - shape

    found, _ = sampler_of(gradient, size).draw(None, 1)
    assert found.stopped_by == "converged"
    for level in (0.05, 0.25, 0.5, 0.75, 0.95):
        below = found.z < np.log(gamma(shape).ppf(level))
        error = np.sqrt(level * (1 - level) / effective(below.astype(float)))
        assert np.abs((below.mean(axis=(0, 1)) - level) / error).max() < 4.5, level


@pytest.mark.slow
def test_quantiles_of_a_funnel() -> None:
    """A scale of five others, as the errors of measurement are; the scale itself is standard normal."""

    def gradient(z):
        x, precision = z[1:], np.exp(-z[0])
        value = 0.5 * z[0] ** 2 + 0.5 * precision * x @ x + 0.5 * len(x) * z[0]
        return float(value), np.append(z[0] - 0.5 * precision * x @ x + 0.5 * len(x), precision * x)

    found, _ = sampler_of(gradient, 6, scales=1).draw(None, 3)
    assert found.stopped_by == "converged"
    for level in (0.05, 0.5, 0.95):
        below = found.z[:, :, :1] < norm.ppf(level)
        error = np.sqrt(level * (1 - level) / effective(below.astype(float))[0])
        assert abs(below.mean() - level) < 4.5 * error, level


def test_draws_depend_on_the_seed_alone() -> None:
    sampler = gaussian_sampler(0)
    one, two, four = (sampler.draw(None, 7, 4, 60, schedule=SHORT, threads=n)[0] for n in (1, 2, 4))
    other, _ = sampler.draw(None, 8, 4, 60, schedule=SHORT)
    for name in ChainDraws._fields:
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes() == getattr(four, name).tobytes()
    assert one.gradients == two.gradients == four.gradients
    assert not np.isclose(one.z, other.z).any()


def test_chains_are_different() -> None:
    found, _ = gaussian_sampler(0).draw(None, 1, 4, 10, schedule=SHORT)
    for one, other in itertools.combinations(found.z, 2):
        assert not np.isclose(one, other).any()


def test_statistics_belong_to_the_draws() -> None:
    mean, precision = gaussian(1)
    found, adaptation = gaussian_sampler(1).draw(None, 1, 2, 31, schedule=SHORT)
    assert found.z.shape == (2, 31, D)
    assert found.stopped_by == "draws"
    away = found.z - mean
    np.testing.assert_allclose(found.lp, -0.5 * np.einsum("cni,ij,cnj->cn", away, precision, away), rtol=1e-6)
    assert (found.energy > -found.lp).all()
    assert ((found.acceptance >= 0) & (found.acceptance <= 1)).all()
    np.testing.assert_array_equal(adaptation.positions, found.z[:, -1])


def two_hills(z):
    """Equal mixture of two Gaussians six standard deviations apart: chains rarely cross."""
    away = np.zeros_like(z)
    away[0] = 3.0
    logs = -0.5 * np.array([(z - away) @ (z - away), (z + away) @ (z + away)])
    weight = np.exp(logs - np.logaddexp(*logs))
    return -float(np.logaddexp(*logs)), z - (weight[0] - weight[1]) * away


@pytest.mark.slow
def test_chains_that_do_not_mix_end_by_the_limit() -> None:
    found, _ = sampler_of(two_hills, 5).draw(None, 1, limit=1e-9)
    assert found.stopped_by == "limit"
    assert found.z.shape[1] == FULL.block
    series = np.moveaxis(found.z, 2, 0)
    assert not measure_convergence(series, series[:2]).is_reached


def test_the_limit_does_not_bind_a_number_of_draws() -> None:
    found, _ = sampler_of(two_hills, 5).draw(None, 1, 2, 300, limit=1e-9, schedule=SHORT)
    assert found.stopped_by == "draws"
    assert found.z.shape[1] == 300


@pytest.mark.slow
def test_a_warm_start_draws_from_the_same_density() -> None:
    """It learns nothing anew, so it needs far fewer gradients before its first draw."""
    mean, precision = gaussian(2)
    covariance = np.linalg.inv(precision)
    sampler = gaussian_sampler(2)
    cold, adaptation = sampler.draw(None, 1, draws=500)
    warm, again = sampler.draw(None, 2, draws=500, start=adaptation)
    for found in (cold, warm):
        assert np.abs(distances(found.z, mean, covariance)).max() < 4.5
    assert warm.gradients < 0.65 * cold.gradients
    assert again.metric is adaptation.metric
    assert not np.isclose(warm.z[:, 0], cold.z[:, -1]).any()


def test_a_warm_start_forgets_where_it_began() -> None:
    """The saved chains sat ten standard deviations off; what is kept is drawn from the density."""
    mean, precision = gaussian(2)
    covariance = np.linalg.inv(precision)
    sampler = gaussian_sampler(2)
    _, learned = sampler.draw(None, 1, draws=50, schedule=SHORT)
    off = Adaptation(learned.metric, learned.step, learned.positions + 10 * np.sqrt(np.diag(covariance)))
    found, _ = sampler.draw(None, 3, chains=3, draws=400, start=off)
    assert np.abs(distances(found.z, mean, covariance)).max() < 4.5


@pytest.mark.slow
def test_a_metric_replaces_the_curvature() -> None:
    mean, precision = gaussian(0)
    covariance = np.linalg.inv(precision)
    sampler = gaussian_sampler(0)
    metric = sampler.learn_metric(None, mean[None])
    found, _ = sampler.draw(None, 1, draws=400, metric=metric)
    assert np.abs(distances(found.z, mean, covariance)).max() < 4.5


@pytest.mark.slow
@pytest.mark.parametrize("target", [0.65, 0.8, 0.9])
def test_the_step_meets_its_target(target: float) -> None:
    found, _ = gaussian_sampler(1).draw(None, 1, draws=250, schedule=replace(FULL, target=target))
    assert found.acceptance.mean() == pytest.approx(target, abs=0.07)


def test_a_step_that_is_always_accepted_grows() -> None:
    step = StepSize(0.3, 0.8)
    for _ in range(20):
        step.update(1.0)
    assert step.step > step.settled > 0.3


def test_where_the_density_is_not_defined_no_chain_goes() -> None:
    """A wall at 1: trajectories that cross it are rejected and count as divergent."""

    def gradient(z):
        inside = np.abs(z).max() < 1
        return (float(0.5 * z @ z), z) if inside else (np.nan, np.full_like(z, np.nan))

    start = Adaptation(Metric(np.zeros(2), np.empty((2, 0)), np.empty(0)), 0.5, np.zeros((2, 2)))
    found, _ = sampler_of(gradient, 2).draw(None, 1, 2, 200, start=start)
    assert np.abs(found.z).max() < 1
    assert found.divergences == found.diverging.sum() > 0


def test_stopping_ends_with_the_next_gradient() -> None:
    stop, calls = threading.Event(), itertools.count(1)
    mean, precision = gaussian(0)

    def gradient(z):
        if next(calls) == 3000:
            stop.set()
        slope = precision @ (z - mean)
        return float(0.5 * (z - mean) @ slope), slope

    with pytest.raises(Interrupted):
        sampler_of(gradient, D).draw(None, 1, stop=stop, threads=2)
    assert next(calls) <= 3000 + 2


def test_an_error_of_the_density_ends_the_run() -> None:
    calls = itertools.count(1)
    mean, precision = gaussian(0)

    def gradient(z):
        if next(calls) == 9000:
            raise FloatingPointError("planted")
        slope = precision @ (z - mean)
        return float(0.5 * (z - mean) @ slope), slope

    with pytest.raises(FloatingPointError, match="planted"):
        sampler_of(gradient, D).draw(None, 1, threads=2)
    assert next(calls) <= 9000 + 2


def test_progress_goes_through_the_phases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sojourn.inference.sampling_progress.EVERY", 0.0)
    seen: list[SamplingProgress] = []
    found, _ = gaussian_sampler(0).draw(None, 1, 2, 300, schedule=SHORT, report=seen.append)
    phases = [phase for phase, _ in itertools.groupby(seen, lambda progress: progress.phase)]
    assert phases == ["finding the mode", "learning the metric", "drawing"]
    counts = [progress.gradients for progress in seen]
    assert counts == sorted(counts)
    assert all(progress.expected >= progress.gradients for progress in seen)
    assert all(progress.seconds_left >= 0 for progress in seen)
    # What was expected at first is what it took, but for the search of the mode.
    assert seen[0].expected == pytest.approx(found.gradients, rel=0.1)
    assert seen[-1].draws == FULL.block


def test_a_draft_takes_fewer_gradients() -> None:
    sampler = gaussian_sampler(0)
    full, quick = (sampler.draw(None, 1, limit=0.01, schedule=schedule)[0] for schedule in (FULL, QUICK))
    assert quick.gradients < 0.4 * full.gradients


def block(first: int, count: int) -> ChainDraws:
    """Draws of two chains that are numbered."""
    numbers = np.tile(np.arange(first, first + count, dtype=float), (2, 1))
    return ChainDraws(numbers[:, :, None], numbers, numbers, numbers, numbers % 7 == 0)


def test_long_runs_are_thinned_evenly() -> None:
    kept = KeptDraws(100)
    divergences = 0
    for first in range(0, 900, 45):
        new = block(first, 45)
        divergences += int(new.diverging.sum())
        kept.add(new, new.z)
        numbers = kept.draws.z[0, :, 0]
        assert len(numbers) <= 100
        assert len(set(np.diff(numbers))) <= 1
        np.testing.assert_array_equal(kept.outcomes, kept.draws.z)
        np.testing.assert_array_equal(kept.draws.lp[1], numbers)
    assert kept.seen == 900
    assert kept.divergences == divergences
    assert np.diff(kept.draws.z[0, :, 0])[0] == 16


@pytest.mark.parametrize(("chains", "draws"), [(0, None), (2, 0), (2, 7)])
def test_too_few_draws_are_refused(chains: int, draws: int | None) -> None:
    with pytest.raises(ValueError, match="at least 1 chain and 8 draws"):
        gaussian_sampler(0).draw(None, 1, chains, draws)


def test_a_number_of_draws_is_not_thinned() -> None:
    found: Draws
    found, _ = sampler_of(two_hills, 3).draw(None, 1, 1, 60, schedule=replace(SHORT, keep=20))
    assert found.z.shape[1] == 60
