"""The whole way on the small case: draws, the answer, its files, its schema."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import h5py
import jax.numpy as jnp
import jsonschema
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sojourn.case import Case, CaseError, read_case
from sojourn.case.contradictions import find_contradictions
from sojourn.case.settings import LogNormal
from sojourn.inference.answer import FILES, Answer, read_answer
from sojourn.inference.density import Model, build_model
from sojourn.inference.estimation import (
    adaptation_of,
    compile_case,
    estimate,
    make_sampler,
    summarise_draws,
    with_dates,
)
from sojourn.inference.sampler import Adaptation, Draws, Interrupted, Sampler
from tests.inference.simulated import recover

SMALL = Path(__file__).parents[1] / "data" / "small"
CHAINS, DRAWS = 2, 100


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case(SMALL)


@pytest.fixture(scope="module")
def model(case: Case) -> Model:
    return build_model(case)


@pytest.fixture(scope="module")
def sampler(model: Model) -> Sampler:
    return make_sampler(model)


@pytest.fixture(scope="module")
def drawn(model: Model, sampler: Sampler) -> tuple[Draws, Adaptation]:
    return sampler.draw(model.said, 1, CHAINS, DRAWS)


@pytest.fixture(scope="module")
def answer(model: Model, drawn: tuple[Draws, Adaptation]) -> Answer:
    return summarise_draws(model, drawn[0], 1, drawn[1])


def test_answer_follows_its_schema(answer: Answer) -> None:
    schema = json.loads((files("sojourn.inference") / "answer.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(answer.to_json()), schema, format_checker=jsonschema.FormatChecker())


def test_every_key_of_the_schema_is_filled(answer: Answer) -> None:
    assert all(
        answer.to_dict()[key] or key in ("warnings", "warning_kinds", "warning_subjects", "wave", "draft")
        for key in answer.to_dict()
        if key != "divergences"
    )


def test_outcomes_add_up(answer: Answer) -> None:
    means = answer.outcomes()["mean"]
    assert means["stayed"] + means["moved_on"] + means["returned"] == pytest.approx(
        means["arrived"], rel=1e-4
    )
    assert answer.shares()["mean"].sum() == pytest.approx(1, abs=1e-4)
    assert answer.by_place()["mean"].sum() == pytest.approx(means["arrived"], rel=1e-4)


def test_flows_explain_where_people_are(answer: Answer) -> None:
    """Nobody is lost: who came in, less who left, is who is there."""
    flows, there = answer.to_dict()["flows"], answer.by_place()["mean"]
    places = dict.fromkeys(there.index, 0.0)
    for flow in flows:
        if flow["kind"] == "move":
            places[flow["from"]] -= flow["persons"]["mean"]
        places[flow["to"]] += flow["persons"]["mean"]
    total = answer.outcomes()["mean"]["arrived"]
    assert sum(flow["kind"] == "arrival" for flow in flows) == 1
    assert all(places[place] == pytest.approx(there[place], abs=1e-4 * total) for place in places)


def test_ledger_says_what_was_said(case: Case, answer: Answer) -> None:
    told = answer.to_dict()["ledger"]
    assert set(told["claims"]) == {claim["claim"] for claim in answer.to_dict()["claims"]}
    assert told["claims"]["c01"]["low"] == 100_000
    assert told["claims"]["c01"]["high"] == 140_000
    assert [event["id"] for event in told["events"]] == [
        "AA-entry",
        "first",
        "second",
        "AA-rolling",
        "AA-rolling",
    ]
    assert all(told["sources"][claim["source"]]["name"] for claim in answer.to_dict()["claims"])


def test_timeline_ends_with_the_outcomes(answer: Answer) -> None:
    timeline = answer.timeline()
    last = timeline[timeline["date"] == timeline["date"].max()].set_index("outcome")
    assert last["date"].iloc[0] == pd.Timestamp("2021-12-31")
    for outcome in ("stayed", "moved_on", "returned"):
        assert last.loc[outcome, "q50"] == answer.outcomes().loc[outcome, "q50"]


def test_readings_of_a_claim_share_its_weight(answer: Answer) -> None:
    claims = answer.claims()
    assert np.allclose(claims.groupby("claim")["prior"].sum(), 1, atol=1e-3)
    assert np.allclose(claims.groupby("claim")["posterior"].sum(), 1, atol=2e-3)


def test_files_hold_the_answer(answer: Answer, tmp_path: Path) -> None:
    answer.save(tmp_path / "out")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(FILES)
    assert read_answer(tmp_path / "out").to_dict() == json.loads(answer.to_json())
    assert len(pd.read_parquet(tmp_path / "out" / "claims.parquet")) == len(answer.claims())
    assert len(pd.read_parquet(tmp_path / "out" / "timeline.parquet")) == len(answer.timeline())
    with xr.open_datatree(tmp_path / "out" / "posterior.nc", engine="h5netcdf") as tree:
        assert tree["posterior"].sizes["draw"] == DRAWS
        assert tree.attrs["version"] == answer.to_dict()["version"]
        arrived = tree["posterior"]["outcomes"].sel(outcome="arrived", date="2021-12-31")
        assert float(arrived.mean()) == pytest.approx(answer.outcomes().loc["arrived", "mean"], rel=1e-4)
    assert not list(tmp_path.glob(".*"))


def test_same_seed_same_bytes(model: Model, sampler: Sampler, answer: Answer, tmp_path: Path) -> None:
    draws, adaptation = sampler.draw(model.said, 1, CHAINS, DRAWS)
    again = summarise_draws(model, draws, 1, adaptation)
    for one, folder in ((answer, "a"), (again, "b")):
        one.save(tmp_path / folder)
    for name in ("posterior.nc", "timeline.parquet", "claims.parquet"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    timed = {"seconds_compile", "seconds_sample"}
    first, second = (
        {k: v for k, v in a.to_dict()["diagnostics"].items() if k not in timed} for a in (answer, again)
    )
    assert first == second
    assert {**answer.to_dict(), "diagnostics": 0} == {**again.to_dict(), "diagnostics": 0}


def test_stopping_raises_and_leaves_nothing(model: Model, sampler: Sampler) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        sampler.draw(model.said, 1, CHAINS, DRAWS, stop=stop)


def test_the_log_density_of_a_draw_is_that_of_the_model(
    model: Model, drawn: tuple[Draws, Adaptation]
) -> None:
    draws, _ = drawn
    for chain, draw in ((0, 0), (1, 57)):
        potential = float(model.potential(jnp.asarray(draws.z[chain, draw]), model.said))
        assert draws.lp[chain, draw] == pytest.approx(-potential, rel=1e-9)


def test_statistics_of_the_draws_are_saved(answer: Answer, drawn: tuple[Draws, Adaptation]) -> None:
    stats = answer.posterior["sample_stats"]
    for name, expected in (
        ("lp", drawn[0].lp),
        ("energy", drawn[0].energy),
        ("acceptance_rate", drawn[0].acceptance),
        ("n_steps", np.full((CHAINS, DRAWS), drawn[0].leapfrogs)),
        ("diverging", drawn[0].diverging),
    ):
        np.testing.assert_array_equal(stats[name], expected)


def test_adaptation_is_saved_and_read_back(
    model: Model, answer: Answer, drawn: tuple[Draws, Adaptation], tmp_path: Path
) -> None:
    _, adaptation = drawn
    found = adaptation_of(model, read_answer(answer.save(tmp_path / "out")))
    assert found.step == adaptation.step
    np.testing.assert_array_equal(found.positions, adaptation.positions)
    for name in ("mean", "directions", "stretch"):
        np.testing.assert_array_equal(getattr(found.metric, name), getattr(adaptation.metric, name))


def test_a_run_goes_on_from_a_saved_answer(case: Case, model: Model, answer: Answer, tmp_path: Path) -> None:
    saved = read_answer(answer.save(tmp_path / "out"))
    found = estimate(case, seed=2, chains=CHAINS, draws=25, start=saved)
    assert found.to_dict()["draws"]["started_from"] == {"answer": saved.sha256, "how": "chains"}
    assert found.diagnostics.gradients < answer.diagnostics.gradients
    assert "started_from" not in answer.to_dict()["draws"]
    schema = json.loads((files("sojourn.inference") / "answer.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(found.to_json()), schema)


def test_chains_of_other_unknowns_are_refused(case: Case, answer: Answer) -> None:
    settings = case.settings.model_copy(update={"regimes": (), "stay_rules": ()})
    fewer = compile_case(replace(case, settings=settings))
    with pytest.raises(
        CaseError, match=r"posterior\.nc: the chains of this answer .* unknowns are not those"
    ):
        adaptation_of(fewer, answer)


def test_chains_go_on_where_unknowns_of_claims_have_gone(case: Case, model: Model, answer: Answer) -> None:
    """Without contact groups their overdispersion and reach have gone; the rest keeps metric and places."""
    fewer = compile_case(replace(case, contacts=()))
    before, after = adaptation_of(model, answer), adaptation_of(fewer, answer)
    kept = [model.unknowns.labels().index(label) for label in fewer.unknowns.labels()]
    assert len(kept) < model.unknowns.size
    np.testing.assert_array_equal(after.positions, before.positions[:, kept])
    covariance = before.metric.covariance()[np.ix_(kept, kept)]
    np.testing.assert_allclose(after.metric.covariance(), covariance, atol=0.6)
    assert np.linalg.norm(after.metric.covariance() - covariance) < 0.2 * np.linalg.norm(covariance)


def test_a_damaged_adaptation_is_refused(model: Model, answer: Answer, tmp_path: Path) -> None:
    folder = answer.save(tmp_path / "out")
    with h5py.File(folder / "posterior.nc", "r+") as file:
        file["adaptation"]["stretch"][0] = -1.0
    with pytest.raises(CaseError, match="the group adaptation is damaged"):
        adaptation_of(model, read_answer(folder))
    (folder / "posterior.nc").write_bytes(b"no such thing")
    with pytest.raises(CaseError, match=r"posterior\.nc: the chains of this answer cannot be continued"):
        adaptation_of(model, read_answer(folder))
    (folder / "posterior.nc").unlink()
    with pytest.raises(CaseError, match="is missing"):
        adaptation_of(model, read_answer(folder))


def test_a_draft_is_marked_everywhere(model: Model, drawn: tuple[Draws, Adaptation]) -> None:
    draft = summarise_draws(model, drawn[0], 1, draft=True)
    assert draft.is_draft
    assert draft.to_dict()["draft"]
    assert draft.warnings[0].kind == "draft"
    assert "(draft, not converged)" in repr(draft)


def test_what_ended_the_run_is_said(model: Model, answer: Answer, drawn: tuple[Draws, Adaptation]) -> None:
    assert answer.stopped_by == "draws"
    assert answer.to_dict()["draws"]["reproducible"]
    cut = summarise_draws(model, drawn[0]._replace(stopped_by="limit"), 1)
    assert cut.stopped_by == "limit"
    assert not cut.to_dict()["draws"]["reproducible"]


def test_saving_to_a_file_is_refused(answer: Answer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NotADirectoryError):
        answer.save(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_unconverged_answers_say_so(answer: Answer, model: Model) -> None:
    # Two chains of a hundred draws cannot have 400 effective draws.
    assert any(warning.kind == "not_converged" for warning in answer.warnings)
    assert not answer.has_converged
    labels = [*model.unknowns.labels(), "arrived", "stayed", "moved_on", "returned"]
    assert {answer.diagnostics.rhat_of, answer.diagnostics.ess_of} <= set(labels)
    assert any(answer.diagnostics.ess_of in warning.text for warning in answer.warnings)


def test_a_planted_contradiction_is_named(case: Case) -> None:
    twin = next(c for c in case.claims if c.claim == "c15")
    readings = [r for r in case.readings if r.claim == "c15" and r.reading == "residents"]
    liar = replace(twin, claim="c99", value=twin.value * 50)
    planted = replace(
        case,
        claims=(*case.claims, liar),
        readings=(
            *(r for r in case.readings if r.claim != "c15"),
            *readings,
            *(replace(r, claim="c99") for r in readings),
        ),
    )
    assert [(pair.first, pair.second) for pair in find_contradictions(planted)] == [("c15", "c99")]


def test_no_contradiction_if_a_reading_lets_both_be_true(case: Case) -> None:
    assert find_contradictions(case) == []


def test_a_day_before_the_case_is_refused(case: Case) -> None:
    with pytest.raises(CaseError, match="after the start of the case"):
        with_dates(case, date(2020, 1, 1), None)


def test_a_reading_of_unmodelled_visitors_names_row_and_column(case: Case) -> None:
    odd = replace(next(r for r in case.readings if r.claim == "c15"), place="BB", row=24)
    others = tuple(r for r in case.readings if r.claim != "c15")
    with pytest.raises(CaseError, match=r"readings.csv row 24, column who: .*visitors of BB"):
        compile_case(replace(case, readings=(*others, odd)))


def test_an_unknown_prior_is_refused(case: Case) -> None:
    odd = case.settings.model_copy(update={"priors": {"sigma.crossing": LogNormal(median=1, factor=2)}})
    with pytest.raises(CaseError, match=r"priors\.sigma\.crossing.*sigma\.crossings"):
        compile_case(replace(case, settings=odd))


def test_simulated_truths_are_covered(model: Model) -> None:
    """Calibration in a reduced form; in full: `make calibrate`.

    Sixteen truths: fewer than ten in their 90 % intervals would have probability 5e-4
    were the four quantities of a ledger independent.
    """
    found = recover(model, ledgers=4, chains=2, draws=100, seed=11)
    assert found.coverage(0.9) >= 10 / 16
