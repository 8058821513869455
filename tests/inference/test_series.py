"""Claims of one series are read alike: sums over joint readings against plain enumeration."""

from dataclasses import replace
from datetime import date
from itertools import product

import jax.numpy as jnp
import numpy as np
import pytest

from sojourn.case import Case, Claim, Reading, Source
from sojourn.inference.density import Model
from sojourn.inference.likelihood import ClaimLayout, lay_out_claims, marginalise_readings
from sojourn.measures import compile_readings

DAY = date(2021, 12, 15)
WEIGHTS = {"all": 3.0, "newcomers": 1.0}
SERIES = {"k0": "daily", "k1": "daily", "k2": "daily", "k3": "", "k4": "weekly", "k5": "weekly"}


@pytest.fixture(scope="module")
def wording(small: Case, model: Model) -> ClaimLayout:
    claims = tuple(
        Claim(k, "a", DAY, DAY, 40_000.0, None, "about", "persons", series=s) for k, s in SERIES.items()
    )
    readings = tuple(
        Reading(k, name, weight, "present", "AA", who=who, end=DAY)
        for k in SERIES
        for (name, weight), who in zip(WEIGHTS.items(), ("all", "displaced"), strict=True)
    )
    sources = (Source("a", "a", "", "host_official"),)
    case = replace(small, sources=sources, claims=claims, readings=readings, contacts=())
    return lay_out_claims(case, compile_readings(model.plan, readings))[0]


def enumerated(wording: ClaimLayout, counts: np.ndarray, scores: np.ndarray) -> float:
    """log of the sum, over every way to read every series, of prior times likelihood."""
    units = list(dict.fromkeys(s or k for k, s in SERIES.items()))
    total = 0.0
    for meant in product(WEIGHTS, repeat=len(units)):
        chosen = dict(zip(units, meant, strict=True))
        p = np.prod([WEIGHTS[name] / sum(WEIGHTS.values()) for name in meant])
        for i, claim in enumerate(np.repeat(list(SERIES), len(WEIGHTS))):
            if list(WEIGHTS)[i % len(WEIGHTS)] == chosen[SERIES[claim] or claim]:
                p *= np.exp(counts[wording.claim[i]] * scores[i])
        total += p
    return float(np.log(total))


@pytest.mark.parametrize("silent", [(), (1,), (0, 1, 2), (3,), (0, 4)])
def test_one_reading_holds_for_a_whole_series(wording: ClaimLayout, silent: tuple[int, ...]) -> None:
    """The total, and each claim's probability given the others, as differences of enumerated totals."""
    counts = np.array([0.0 if k in silent else 1.0 for k in range(len(SERIES))])
    scores = np.random.default_rng(len(silent)).normal(-2, 2, size=len(SERIES) * len(WEIGHTS))
    heard = marginalise_readings(wording, jnp.asarray(counts), jnp.asarray(scores))
    assert heard.total == pytest.approx(enumerated(wording, counts, scores), rel=1e-12)
    for k in range(len(SERIES)):
        with_it, without = counts.copy(), counts.copy()
        with_it[k], without[k] = 1.0, 0.0
        expected = enumerated(wording, with_it, scores) - enumerated(wording, without, scores)
        assert heard.claims[k] == pytest.approx(expected, rel=1e-9)


def test_the_posterior_of_a_series_is_shared(wording: ClaimLayout) -> None:
    """Claims that count share the weights of their readings; they are Bayes' of the product."""
    scores = np.random.default_rng(7).normal(-2, 2, size=len(SERIES) * len(WEIGHTS))
    heard = marginalise_readings(wording, jnp.ones(len(SERIES)), jnp.asarray(scores))
    weight = np.asarray(heard.readings).reshape(len(SERIES), len(WEIGHTS))
    np.testing.assert_allclose(weight[0], weight[1], rtol=1e-12)
    np.testing.assert_allclose(weight[0], weight[2], rtol=1e-12)
    joint = np.array([3.0, 1.0]) * np.exp(scores.reshape(len(SERIES), -1)[:3].sum(axis=0))
    np.testing.assert_allclose(weight[0], joint / joint.sum(), rtol=1e-9)
    assert abs(weight[0, 0] - weight[3, 0]) > 0.01
