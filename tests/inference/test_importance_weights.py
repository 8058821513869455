"""Importance weights against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from sojourn.inference.draw_summary import summarise
from sojourn.inference.importance_weights import equal, moments, resample, smooth, summarise_weighted


def test_weights_move_a_normal() -> None:
    # From N(0, 1) to N(0.5, 1): log ratio x/2 − 1/8.
    x = np.random.default_rng(1).standard_normal(4000)
    found = smooth(0.5 * x - 0.125)
    mean, sd = moments(x, found.weight)
    assert found.k_hat < 0.5
    assert mean == pytest.approx(0.5, abs=4 / np.sqrt(found.effective))
    assert sd == pytest.approx(1, abs=4 / np.sqrt(2 * found.effective))


def test_a_heavy_tail_is_seen() -> None:
    # exp(k·E) with E exponential is Pareto with shape k.
    x = np.random.default_rng(2).exponential(size=4000)
    for k in (0.3, 0.9):
        assert smooth(k * x).k_hat == pytest.approx(k, abs=0.15)


def test_no_change_needs_no_weights() -> None:
    found = smooth(np.full(100, -3.0), 0.5)
    assert np.all(found.weight == 0.01)
    assert found.effective == pytest.approx(50)


def test_fewer_effective_draws_where_draws_hang_together() -> None:
    x = np.random.default_rng(3).standard_normal(1000)
    assert smooth(0.3 * x, 0.1).effective < 0.2 * smooth(0.3 * x).effective


def test_resampling_is_in_proportion() -> None:
    weight = np.array([0.5, 0.3, 0.15, 0.05])
    counts = np.bincount(resample(weight, 1000, np.random.default_rng(4)), minlength=4)
    assert np.abs(counts - 1000 * weight).max() <= 1


def test_equal_weights_summarise_as_draws_do() -> None:
    x = np.random.default_rng(5).gamma(2, size=5000)
    ours, theirs = summarise_weighted(x, equal(len(x)).weight), summarise(x)
    assert ours.keys() == theirs.keys()
    for name in theirs:
        assert ours[name] == pytest.approx(theirs[name], rel=5e-3), name
