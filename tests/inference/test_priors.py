"""Priors mean what the case says they mean, and every default serves somewhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from sojourn.case.schema import KINDS
from sojourn.case.settings import CaseSettings, LogitNormal, LogNormal, Normal, Place, Regime
from sojourn.case.tables import Interest
from sojourn.inference.default_priors import DEFAULTS, LESS_RELIABLE, Prior, prior_problems
from sojourn.inference.parameters import _stick_breaking
from sojourn.inference.priors import (
    PriorBlock,
    Unknowns,
    _Collector,
    excursion_prior,
    is_elsewhere,
    location,
    own_bias,
    unknowns,
)

EDGES = np.array([norm.ppf(0.16), 0.0, norm.ppf(0.84)])


def quantiles(prior: LogNormal | LogitNormal | Normal, levels: Sequence[float]) -> np.ndarray:
    """Quantiles of a prior: those of the standard normal, on the natural scale."""
    family, loc, scale = location(prior)
    n = len(levels)
    block = PriorBlock("x", tuple(map(str, levels)), family, np.full(n, loc), np.full(n, scale))
    return np.asarray(Unknowns((block,)).values(jnp.asarray(norm.ppf(levels)))["x"])


@settings(max_examples=20, deadline=None)
@given(st.floats(1e-4, 1e6), st.floats(1.01, 10))
def test_a_log_normal_by_median_and_factor(median: float, factor: float) -> None:
    """Median as said; one standard deviation is the factor: 68 % lie within median ÷ and × factor."""
    one = float(norm.cdf(1))
    assert one - norm.cdf(-1) == pytest.approx(0.68, abs=0.005)
    found = quantiles(LogNormal(median=median, factor=factor), [1 - one, 0.5, one])
    np.testing.assert_allclose(found, [median / factor, median, median * factor], rtol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.001, 0.49), st.floats(0.51, 0.999))
def test_a_logit_normal_by_its_ninety_per_cent(low: float, high: float) -> None:
    found = quantiles(LogitNormal(low=low, high=high), [0.05, 0.95])
    np.testing.assert_allclose(found, [low, high], rtol=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(-3, 3), st.floats(0.01, 3))
def test_a_normal_by_mean_and_sd(mean: float, sd: float) -> None:
    found = quantiles(Normal(mean=mean, sd=sd), [norm.cdf(-1), 0.5, norm.cdf(2)])
    np.testing.assert_allclose(found, [mean - sd, mean, mean + 2 * sd], atol=1e-9)


def test_values_of_the_small_case(model) -> None:
    """Families side by side in one vector, each where its slice says, named as its labels say."""
    names = model.unknowns
    z = np.random.default_rng(4).normal(size=names.size)
    values, slices, labels = names.values(jnp.asarray(z)), names.slices(), names.labels()
    assert len(labels) == len(set(labels)) == names.size
    for name, median, factor in (("size", [20_000, 50_000, 20_000], 2.0), ("leave.staying", [0.025], 2.0)):
        np.testing.assert_allclose(values[name], np.array(median) * factor ** z[slices[name]], rtol=1e-12)
    assert labels[slices["size"]] == ["size[AA:first]", "size[AA:second]", "size[BB:second]"]
    np.testing.assert_allclose(values["pull"], z[slices["pull"]])
    level = norm.cdf(z[slices["passing"]])
    np.testing.assert_allclose(values["passing"], quantiles(LogitNormal(low=0.1, high=0.5), level))
    anchored = labels.index("bias[border:crossings]")
    assert values["bias"][anchored - slices["bias"].start] == pytest.approx(0.02 * z[anchored])


def test_extremes_stay_finite(model) -> None:
    """Twelve standard deviations off everything is still a number, and proportions stay within 0 and 1."""
    for far in (-12.0, 12.0):
        values = model.unknowns.values(jnp.full(model.unknowns.size, far))
        for name, block in zip(values, model.unknowns.blocks, strict=True):
            assert np.isfinite(values[name]).all()
            if block.family == "logitnormal":
                assert ((values[name] > 0) & (values[name] < 1)).all()


def test_every_default_is_used(small, model, monkeypatch) -> None:
    """A default that no block asks for would promise something in vain."""
    asked: set[str] = set()
    look_up = _Collector.default

    def spy(self: _Collector, name: str) -> object:
        asked.add(name)
        return look_up(self, name)

    monkeypatch.setattr(_Collector, "default", spy)
    unknowns(small, replace(model.plan, settings=without_priors(small.settings)), model.compiled)
    by_kind = {f"{name}.{kind}" for name in ("sigma", "bias") for kind in KINDS}
    assert by_kind <= set(DEFAULTS)
    assert asked | by_kind == set(DEFAULTS)


def without_priors(given: CaseSettings) -> CaseSettings:
    """The settings without the priors of places and strata that a case may leave out."""
    places = {key: place.model_copy(update={"residents": None}) for key, place in given.places.items()}
    strata = tuple(stratum.model_copy(update={"share": None}) for stratum in given.strata)
    return given.model_copy(update={"places": places, "strata": strata})


def test_an_override_replaces_a_default(small, model) -> None:
    settings = small.settings.model_copy(update={"priors": {"pull": Normal(mean=1, sd=0.1)}})
    plan = replace(model.plan, settings=settings)
    block = next(
        b
        for b in unknowns(replace(small, settings=settings), plan, model.compiled).blocks
        if b.name == "pull"
    )
    assert (block.loc.tolist(), block.scale.tolist()) == ([1.0] * 3, [0.1] * 3)


def test_every_interest_has_a_reliability() -> None:
    assert set(LESS_RELIABLE) == set(Interest.__args__)


@given(st.lists(st.floats(0.001, 0.999), min_size=0, max_size=4))
@settings(max_examples=15, deadline=None)
def test_stick_breaking(shares: list[float]) -> None:
    """Each stratum takes its share of what the ones before left; the last takes the rest."""
    found = np.asarray(_stick_breaking(jnp, jnp.asarray(shares), len(shares) + 1))
    left, expected = 1.0, []
    for share in shares:
        expected.append(left * share)
        left -= left * share
    np.testing.assert_allclose(found, [*expected, left], atol=1e-12)
    assert found.sum() == pytest.approx(1)


def test_no_strata_no_stick_breaking() -> None:
    assert _stick_breaking(jnp, jnp.zeros(0), 0).shape == (0,)


def regime(**more: object) -> Regime:
    return Regime(id="r", place="AA", start=date(2021, 1, 1), **more)  # pyright: ignore


def test_excursions_follow_the_rule() -> None:
    """Where re-entry resets L days, 7/L a week more than for pleasure; under a rolling window nothing."""
    floor = LogNormal(median=0.02, factor=2)
    assert excursion_prior(regime(kind="entry", cap=90), floor).median == pytest.approx(0.02 + 7 / 90)
    assert excursion_prior(regime(kind="entry", cap=30), floor).median == pytest.approx(0.02 + 7 / 30)
    assert excursion_prior(regime(kind="rolling", cap=90, days=180), floor) == floor
    said = LogNormal(median=0.5, factor=1.1)
    assert excursion_prior(regime(kind="entry", cap=90, excursions=said), floor) is said


def test_anchors_tighten_one_bias(small, model) -> None:
    """The anchored pair has the sd of the anchor; without it, and for other kinds, that of its interest."""
    free = small.settings.model_copy(update={"anchors": ()})
    loose = unknowns(replace(small, settings=free), replace(model.plan, settings=free), model.compiled)
    scale = {label: s for names in (model.unknowns, loose) for label, s in biases(names).items()}
    assert biases(model.unknowns)["border:crossings"] == 0.02
    assert biases(loose)["border:crossings"] == pytest.approx(DEFAULTS["bias.crossings"].sd)
    rest = set(scale) - {"border:crossings"}
    assert all(biases(model.unknowns)[pair] == biases(loose)[pair] for pair in rest)
    assert own_bias(small, "paper", "onward").sd == pytest.approx(0.4 * LESS_RELIABLE["media"])


def test_a_bias_told_once_is_part_of_the_error(small, model) -> None:
    """`paper` speaks once of onward moves: no unknown of its own, and an error as wide as both."""
    assert "paper:onward" not in biases(model.unknowns)
    lone = dict(zip(((r.claim, r.reading) for r in model.compiled.readings), model.wording.lone, strict=True))
    assert lone["c10", "moved"] == pytest.approx(0.4 * LESS_RELIABLE["media"])
    assert lone["c01", "crossings"] == 0


def biases(names: Unknowns) -> dict[str, float]:
    block = next(block for block in names.blocks if block.name == "bias")
    return dict(zip(block.labels, block.scale.tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "prior", "words"),
    [
        ("sigma.crossings", Normal(mean=0.05, sd=2), '"{ mean, sd }" is the wrong family'),
        ("run_out", LogNormal(median=1, factor=2), "expected { low, high }"),
        ("bias.crossings", LogitNormal(low=0.1, high=0.2), "expected { mean, sd }"),
        ("sigma.crossing", LogNormal(median=1, factor=2), "is not a prior of the model"),
    ],
)
def test_a_prior_keeps_its_family(name: str, prior: Prior, words: str) -> None:
    """Else an error might be negative or a share above 1."""
    (problem,) = prior_problems({name: prior, "pull": Normal(mean=0, sd=2)})
    assert problem.column == f"priors.{name}"
    assert words in str(problem)


def test_the_rest_of_the_world_is_known_by_its_id_or_its_name() -> None:
    places = {
        "elsewhere": Place(name="anywhere else"),
        "XX": Place(name="Elsewhere"),
        "TH": Place(name="Thirdland"),
    }
    settings = CaseSettings.model_construct(places=places)
    assert [place for place in places if is_elsewhere(settings, place)] == ["elsewhere", "XX"]
