"""Reweighted draws against densities computed from the whole model, and what cannot be reweighted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import jsonschema
import numpy as np
import pytest
from scipy.stats import lognorm, norm

from sojourn.case import Case, Reading
from sojourn.case.settings import LogitNormal, LogNormal, Normal
from sojourn.inference import Answer, read_answer
from sojourn.inference.density import Model
from sojourn.inference.estimation import compile_case
from sojourn.inference.importance_weights import Weights, moments
from sojourn.inference.jax_config import OPTIONS
from sojourn.inference.priors import Unknowns
from sojourn.inference.reweighting import (
    CannotReweight,
    Histories,
    StartingDraws,
    compute_histories,
    history_settings,
    resample_answer,
    reweight_answer,
    start_from,
    transform_draws,
    weigh_draws,
)


@pytest.fixture(scope="module")
def start(answer: Answer) -> StartingDraws:
    """Few draws, so that densities can be computed one by one."""
    return start_from(answer, most=60)


def with_rows(case: Case, table: str, id: str, **changes: Any) -> Case:
    key = {"claims": "claim", "contacts": "group", "sources": "source", "readings": "reading"}[table]
    rows = tuple(replace(row, **changes) if getattr(row, key) == id else row for row in getattr(case, table))
    return replace(case, **{table: rows})


def with_settings(case: Case, **changes: Any) -> Case:
    return replace(case, settings=case.settings.model_copy(update=changes))


def said_otherwise(case: Case) -> Case:
    """Another figure, weight and day of publication, and a level that is trusted less."""
    case = with_rows(case, "claims", "c05", value=48000.0, hedge="almost")
    case = with_rows(case, "readings", "displaced", weight=9.0)
    case = with_rows(case, "claims", "c10", published_until=case.settings.asof.replace(year=2022))
    return with_settings(case, anchors=(case.settings.anchors[0].model_copy(update={"sd": 0.2}),))


def with_priors(case: Case) -> Case:
    first, second = case.settings.events
    arrivals = second.arrivals | {"AA": LogNormal(median=60000, factor=1.7)}
    shares = {"AA": LogitNormal(low=0.2, high=0.6)}
    second = second.model_copy(update={"arrivals": arrivals, "passing": shares})
    return with_settings(case, events=(first, second), priors={"pull": Normal(mean=0.1, sd=1)})


def with_fewer_rows(case: Case) -> Case:
    """Without a reading and a group, and in another order: a bias is known by its name, not its place."""
    readings = case.readings[:2] + case.readings[3:]
    claims = tuple(replace(c, status="withdrawn") if c.claim == "c16" else c for c in case.claims)
    return replace(case, claims=claims[::-1], readings=readings[::-1], contacts=case.contacts[:1])


def with_new_source(case: Case) -> Case:
    """The paper says what the office says, twice: a new kind of its bias, with readings that are known."""
    said = [c for c in case.claims if c.claim in ("c01", "c02")]
    claims = [replace(c, claim=f"new-{c.claim}", source="paper") for c in said]
    readings = [replace(r, claim=f"new-{r.claim}") for r in case.readings if r.claim in ("c01", "c02")]
    return replace(case, claims=(*case.claims, *claims), readings=(*case.readings, *readings))


def with_new_reading(case: Case) -> Case:
    other = Reading("c05", "city", 1.0, "present", "AA-1", end=case.settings.asof)
    return replace(case, readings=(*case.readings, other))


def with_other_excursions(case: Case) -> Case:
    place = case.settings.places["AA"].model_copy(update={"excursions_to": {"OO": 1.0, "BB": 3.0}})
    return with_settings(case, places=case.settings.places | {"AA": place})


SAME_HISTORY = (said_otherwise, with_priors, with_fewer_rows, with_new_source)
OTHER_HISTORY = (with_new_reading, with_other_excursions)


def unbounded(family: str, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values on the unbounded scale, and the log of the derivative of that scale."""
    if family == "lognormal":
        return np.log(value), -np.log(value)
    if family == "logitnormal":
        return np.log(value / (1 - value)), -np.log(value) - np.log1p(-value)
    return value, np.zeros_like(value)


def values_of(model: Model, z: np.ndarray) -> dict[str, np.ndarray]:
    """Draws on their natural scale, (n,) by label."""
    found = jax.vmap(model.unknowns.values)(jnp.asarray(z))
    return {
        f"{block.name}[{label}]": np.asarray(found[block.name][:, k])
        for block in model.unknowns.blocks
        for k, label in enumerate(block.labels)
    }


def density(model: Model, z: np.ndarray, shared: set[str]) -> np.ndarray:
    """Log density of draws on their natural scale, (n,); of the priors, only those of shared unknowns."""
    values, found = values_of(model, z), np.zeros(len(z))
    for block in model.unknowns.blocks:
        for k, label in enumerate(block.labels):
            if f"{block.name}[{label}]" in shared:
                x, slope = unbounded(block.family, values[f"{block.name}[{label}]"])
                found += norm.logpdf(x, block.loc[k], block.scale[k]) + slope
    one = jax.jit(lambda at: model.log_likelihood(at, model.said), compiler_options=OPTIONS)
    return found + np.array([one(at) for at in jnp.asarray(z)])


@pytest.mark.parametrize("edit", [*SAME_HISTORY, *OTHER_HISTORY])
def test_the_log_ratio_is_that_of_the_densities(
    edit: Callable[[Case], Case],
    start: StartingDraws,
    small: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[np.ndarray] = []
    computed: list[Model] = []

    def keep_ratio(ratio: np.ndarray, efficiency: float) -> Weights:
        found.append(ratio)
        return Weights(np.full(len(ratio), 1 / len(ratio)), 0.0, efficiency)

    def keep_model(model: Model, z: np.ndarray) -> Histories:
        computed.append(model)
        return compute_histories(model, z)

    monkeypatch.setattr("sojourn.inference.reweighting.smooth", keep_ratio)
    monkeypatch.setattr("sojourn.inference.reweighting.compute_histories", keep_model)
    edited = compile_case(edit(small))
    z = weigh_draws(start, edited).z[:3]
    # Histories are computed again only where something that happened was edited.
    assert any(model is edited for model in computed) == (edit in OTHER_HISTORY)
    shared = {*start.model.unknowns.labels()} & {*edited.unknowns.labels()}
    old, new = values_of(start.model, start.z[:3]), values_of(edited, z)
    for label in shared:
        np.testing.assert_allclose(new[label], old[label], rtol=1e-9)
    expected = density(edited, z, shared) - density(start.model, start.z[:3], shared)
    assert np.ptp(expected) > 1e-3
    np.testing.assert_allclose(found[0][:3] - found[0][0], expected - expected[0], rtol=1e-6, atol=1e-7)


def test_equal_cases_keep_equal_weights(start: StartingDraws, small: Case) -> None:
    found = weigh_draws(start, compile_case(small))
    assert found.weights.weight == pytest.approx(np.full(60, 1 / 60))
    assert found.is_trusted
    assert found.doubt.startswith("only ")


def test_other_priors_do_not_make_other_histories(start: StartingDraws, small: Case) -> None:
    wider = with_settings(
        small, priors={"pull": Normal(mean=0, sd=3)}, question="?", claims_until=small.settings.asof
    )
    assert history_settings(start.model) == history_settings(compile_case(wider))


def test_other_unknowns_of_the_history_are_refused(start: StartingDraws, small: Case) -> None:
    settings = small.settings
    shorter = with_settings(small, regimes=settings.regimes[:1])
    with pytest.raises(CannotReweight, match=r"other unknowns: .*\[AA-rolling\]"):
        weigh_draws(start, compile_case(shorter))


def test_a_prior_of_another_family_brings_its_jacobian(start: StartingDraws) -> None:
    """Log-normal to normal and back, which no case asks for: the two ratios cancel."""
    normal = tuple(
        replace(b, family="normal", loc=np.exp(b.loc), scale=np.exp(b.loc)) if b.name == "size" else b
        for b in start.model.unknowns.blocks
    )
    other = replace(start.model, unknowns=Unknowns(normal))
    z, there = transform_draws(start, other)
    _, back = transform_draws(replace(start, model=other, z=z), start.model)
    np.testing.assert_allclose(there, -back, rtol=1e-9)
    size = values_of(start.model, start.z)["size[AA:first]"]
    np.testing.assert_allclose(values_of(other, z)["size[AA:first]"], size, rtol=1e-9)
    one = start.model.unknowns.blocks[0]
    assert one.name == "size"
    sizes = np.exp(one.loc + one.scale * start.z[:, : one.size])
    expected = norm.logpdf(sizes, np.exp(one.loc), np.exp(one.loc)) - lognorm.logpdf(
        sizes, one.scale, scale=np.exp(one.loc)
    )
    np.testing.assert_allclose(there, expected.sum(axis=1), rtol=1e-9)


def test_an_answer_without_its_case_or_draws_is_refused(answer: Answer, small: Case) -> None:
    with pytest.raises(CannotReweight, match="does not keep its case"):
        start_from(Answer(answer.to_dict()))
    with pytest.raises(CannotReweight, match="has no draws"):
        start_from(Answer(answer.to_dict(), None, small))
    other = with_rows(small, "claims", "c05", value=48000.0)
    with pytest.raises(CannotReweight, match="another case or another version"):
        start_from(answer, other)
    assert reweight_answer(Answer(answer.to_dict()), small) is None


def test_a_recorded_density_takes_the_place_of_the_histories(start: StartingDraws, small: Case) -> None:
    """Whatever its constant, the log density that the sampler kept gives the same weights."""
    stated = start.histories.heard - 0.5 * np.sum(start.z**2, axis=1) + 123.0
    edited = compile_case(with_new_reading(small))
    plain = weigh_draws(start, edited)
    quick = replace(start, stated=stated)
    assert weigh_draws(quick, edited).weights.weight == pytest.approx(plain.weights.weight)
    assert "histories" not in vars(quick)


def test_a_reweighted_answer_says_where_its_draws_come_from(answer: Answer, small: Case) -> None:
    edited = with_rows(small, "claims", "c05", value=42000.0)
    found = weigh_draws(start_from(answer), compile_case(edited))
    made = resample_answer(found, edited)
    record = made.to_dict()
    schema = json.loads((files("sojourn.inference") / "answer.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(made.to_json()), schema)
    started = record["draws"]["started_from"]
    assert started["answer"] == answer.sha256
    assert started["how"] == "weights"
    assert record["diagnostics"]["ess_bulk_min"] == started["effective"] == round(found.weights.effective, 1)
    assert record["diagnostics"]["rhat_max"] == answer.diagnostics.rhat_max
    assert [w for w in made.warnings if w.kind == "not_converged"] == [
        w for w in answer.warnings if w.kind == "not_converged"
    ]
    for name, x in found.quantities.items():
        if name in record["outcomes"]:
            mean, sd = moments(x, found.weights.weight)
            # Systematic resampling keeps a mean to within a few draws of the whole.
            assert record["outcomes"][name]["mean"] == pytest.approx(mean, abs=0.02 * sd)
    assert made.kept_case is edited
    assert record["claims"][4]["said"] != answer.to_dict()["claims"][4]["said"]


def test_doubtful_weights_give_no_answer(answer: Answer, small: Case) -> None:
    assert reweight_answer(answer, small) is None  # 300 draws are fewer than 400
    far = weigh_draws(start_from(answer), compile_case(with_rows(small, "claims", "c05", value=400000.0)))
    assert not far.is_trusted
    assert far.doubt.startswith("the case has changed too much for weights (k̂ ")


def test_a_saved_answer_keeps_its_case(saved: Path, small: Case, tmp_path: Path) -> None:
    assert (saved / "case.private.zip").stat().st_mode & 0o777 == 0o600
    kept = read_answer(saved).kept_case
    assert kept == replace(small, path=None)
    again = read_answer(saved).save(tmp_path / "again")
    assert (again / "case.private.zip").read_bytes() == (saved / "case.private.zip").read_bytes()
    unknown = replace(read_answer(saved), _draws=read_answer(saved).posterior)
    unknown.save(again)
    assert not (again / "case.private.zip").exists()
    assert read_answer(again).kept_case is None
