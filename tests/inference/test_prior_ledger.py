"""What the numbers of an answer rest on: the rule on planted draws, and its agreement with `check`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from arviz_stats.base.array import array_stats
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn._core.headline_labels import NOTHING_SPEAKS, state_basis, state_caveat, words_of_quantity
from sojourn.case import Case, check_case, list_remarks, read_case
from sojourn.case.reach import describe_unreached
from sojourn.inference import Answer
from sojourn.inference.answer_ledger import ledger
from sojourn.inference.assumptions import (
    FEWEST_VECTORS,
    LedgerDraws,
    describe_prior,
    find_untouched,
    make_prior_ledger,
)
from sojourn.inference.density import Model
from sojourn.inference.explained_variance import FoldedRegression
from sojourn.inference.likelihood import marginalise_readings
from sojourn.inference.power_scaling import POWERS, PowerScaling
from sojourn.inference.prior_ledger import PriorLedger, decide_basis
from sojourn.inference.priors import PriorBlock, Unknowns
from sojourn.inference.reading_weights import CONCENTRATION, SEED, VECTORS, draw_weight_ratios
from tests.conftest import SMALL

CASE = read_case(SMALL)
DRAWS = 1200


def block(name: str, size: int = 1) -> PriorBlock:
    labels = tuple(f"AA:{k}" for k in range(size))
    return PriorBlock(name, labels, "lognormal", np.full(size, np.log(0.004)), np.full(size, np.log(3)))


UNKNOWNS = Unknowns((block("background"), block("size"), block("pull", 30)))


def plant(draws: int = DRAWS, touched_sd: float = 0.2, case: Case = CASE, **changes: Any) -> LedgerDraws:
    """`arrived` follows an untouched unknown, `stayed` one that the likelihood has narrowed."""
    rng = np.random.default_rng(1)
    z = rng.standard_normal((draws, UNKNOWNS.size))
    z[:, 1] *= touched_sd
    posterior = {
        "arrived": np.exp(9 + 0.6 * z[:, 0] + 0.3 * z[:, 1] / touched_sd),
        "stayed": np.exp(8 + z[:, 1] / touched_sd),
    }
    prior = {name: np.exp(9 + rng.standard_normal(500)) for name in posterior}
    heard = -0.5 * (1 / touched_sd**2 - 1) * z[:, 1] ** 2
    none = np.zeros((0, draws))
    return replace(LedgerDraws(case, UNKNOWNS, 4, z, heard, posterior, prior, none), **changes)


def test_the_rule() -> None:
    assert decide_basis(False, 0.3, 0.1, 0.1) == "figures"
    assert decide_basis(False, 0.301, 0.0, 1.0) == "assumptions"
    assert decide_basis(False, 0.0, 0.11, 0.1) == "assumptions"
    assert decide_basis(False, None, 0.0, 0.0) == "unknown"
    assert decide_basis(True, None, 0.0, 0.0) == "nothing"


def test_a_headline_on_assumptions_and_one_on_figures() -> None:
    found = make_prior_ledger(plant())
    arrived, stayed = found.headline("arrived"), found.headline("stayed")
    assert (arrived.rests_on, stayed.rests_on) == ("assumptions", "figures")
    assert arrived.words == "rests on assumptions"
    assert arrived.untouched_share == pytest.approx(0.8, abs=0.05)
    assert stayed.untouched_share is not None
    assert stayed.untouched_share < 0.02
    assert arrived.assumption is not None
    assert arrived.assumption.prior == "background"
    assert arrived.assumption.title == "arrivals after the surge (Alpha, 0)"
    assert arrived.assumption.says == "median 0.004, factor 3"
    assert stayed.assumption is None
    assert found.unknowns == UNKNOWNS.size
    assert 0 < found.untouched < UNKNOWNS.size


def test_a_prior_that_moves_a_number_more_than_the_figures_do() -> None:
    """The unknown is touched, so no variance is untouched, but the likelihood hardly moves the number."""
    draws = plant(touched_sd=0.9)
    found = make_prior_ledger(draws).headline("stayed")
    assert found.untouched_share is not None
    assert found.untouched_share < 0.3
    assert found.rests_on == "assumptions"
    assert found.moved_by == "number of arrivals"
    assert "the prior on number of arrivals" in state_basis(record(draws)["headlines"][1])


def record(draws: LedgerDraws) -> dict[str, Any]:
    return json.loads(json.dumps(make_prior_ledger(draws).as_record()))


def test_the_record_gives_the_ledger_back() -> None:
    for draws in (plant(), plant(draws=100)):
        assert PriorLedger.from_record(record(draws)) == make_prior_ledger(draws)


def test_too_few_draws_say_so_in_place_of_numbers() -> None:
    found = make_prior_ledger(plant(draws=199, z=np.zeros((199, UNKNOWNS.size))))
    assert found.remarks == (
        "199 draws are too few to tell what the numbers rest on; at least 200 are needed",
    )
    assert {headline.rests_on for headline in found.headlines} == {"unknown"}
    assert all(headline.untouched_share is None for headline in found.headlines)
    assert make_prior_ledger(plant(draws=200)).remarks == ()


def test_the_caveat_of_the_summary() -> None:
    told = {"prior_ledger": record(plant())}
    assert state_caveat(told) == "; how many arrived rests on assumptions"
    assert state_caveat({}) == ""
    assert words_of_quantity(told, "stayed") == ""
    silent = {"quantity": "returned", "rests_on": "nothing"}
    both = {"prior_ledger": {"headlines": [*told["prior_ledger"]["headlines"], silent]}}
    assert state_caveat(both).endswith("; nothing speaks to how many returned")


def test_untouched_unknowns() -> None:
    rng = np.random.default_rng(3)
    z = rng.standard_normal((20_000, 4)) * [1, 0.9, 1, 1.1] + [0, 0, 0.2, 0]
    assert find_untouched(z).tolist() == [0, 3]


def test_noise_explains_nothing() -> None:
    rng = np.random.default_rng(4)
    z, y = rng.standard_normal((300, 200)), rng.standard_normal((300, 2))
    y[:, 1] += z[:, :4].sum(axis=1)
    found = FoldedRegression(z, y).explain(np.arange(200))
    assert found.share[0] < 0.05
    assert found.share[1] > 0.4
    few = FoldedRegression(z, y).explain(np.arange(4))
    assert few.share[1] == pytest.approx(0.8, abs=4 * few.errors(300)[1])


def test_power_scaling_is_that_of_arviz() -> None:
    rng = np.random.default_rng(5)
    x, log_density = rng.standard_normal((400, 2)) ** 3, rng.standard_normal(400)
    found = PowerScaling({"a": x[:, 0], "b": x[:, 1]}).measure(log_density)
    weights = [np.exp(array_stats.power_scale_lw(log_density, alpha=a)) for a in POWERS]
    for k, name in enumerate("ab"):
        lower, upper = (weight[None] for weight in weights)
        expected: Any = array_stats.power_scale_sense(x[None, :, k], lower, upper, *POWERS)
        assert found[name] == pytest.approx(float(expected))


def test_other_weights_give_the_likelihood_under_them(model: Model) -> None:
    """The log ratios are the differences of the marginal likelihood under other prior weights."""
    layout, counted = model.wording, np.asarray(model.said.claim_weight)
    scores = np.random.default_rng(6).normal(size=(3, len(layout.log_prior)))
    said = model.said.claim_weight
    heard = [marginalise_readings(layout, said, jnp.asarray(score)) for score in scores]
    readings = np.stack([np.asarray(each.readings) for each in heard])
    found = draw_weight_ratios(layout, counted, readings)
    rng, changed = np.random.default_rng(SEED), layout.log_prior.copy()
    for padded in layout.of_series:
        meanings = padded[padded < len(layout.of_meaning)]
        members = [layout.of_meaning[m][layout.of_meaning[m] < len(changed)] for m in meanings]
        if len(meanings) > 1 and any(counted[layout.claim[i]] for own in members for i in own):
            prior = np.exp([layout.log_prior[own[0]] for own in members])
            drawn = rng.dirichlet(CONCENTRATION * prior / prior.sum(), size=VECTORS)[7]
            for own, weight in zip(members, drawn, strict=True):
                changed[own] = np.log(weight)
    other = replace(layout, log_prior=changed)
    for draw, score in enumerate(scores):
        total = marginalise_readings(other, said, jnp.asarray(score)).total
        assert found[7, draw] == pytest.approx(float(total - heard[draw].total), abs=1e-9)


def test_the_range_had_others_read() -> None:
    draws = plant()
    tilt = np.linspace(-0.5, 0.5, 50)[:, None] * draws.z[:, 0]
    found = make_prior_ledger(replace(draws, ratios=tilt))
    low, high = found.headline("arrived").had_others_read or (0, 0)
    middle = found.headline("arrived").posterior.q50
    assert low == pytest.approx(middle * np.exp(-0.3), rel=0.1)
    assert high == pytest.approx(middle * np.exp(0.3), rel=0.1)
    assert (found.weightings, found.weightings_used, found.remarks) == (50, 50, ())


def test_weightings_too_far_from_the_draws_are_counted_and_not_used() -> None:
    draws = plant()
    tilt = np.zeros((50, DRAWS))
    far = np.random.default_rng(2).pareto(0.5, DRAWS)
    tilt[:3] = np.log(far)
    found = make_prior_ledger(replace(draws, ratios=tilt))
    assert found.weightings_used == 47
    assert found.remarks[0].startswith("3 of 50 other weightings")
    tilt[: 50 - FEWEST_VECTORS + 1] = np.log(far)
    found = make_prior_ledger(replace(draws, ratios=tilt))
    assert found.headline("arrived").had_others_read is None
    assert found.remarks[0].endswith("too few are left for a range")


def test_a_prior_in_words() -> None:
    share = PriorBlock("run_out", ("a", "b"), "logitnormal", np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    step = PriorBlock("walk", ("a",), "normal", np.array([0.0]), np.array([0.3]))
    unknowns = Unknowns((share, step))
    assert describe_prior(unknowns, [0]) == "16% to 84%"
    assert describe_prior(unknowns, [2]) == "mean 0, sd 0.3"
    assert describe_prior(unknowns, [0, 1]) == ""


def test_the_event_carries_what_it_rests_on() -> None:
    noted = [event for event in ledger(CASE, {"AA-rolling": "assumed"})["events"] if "note" in event]
    assert [(event["id"], event["note"], event["name"]) for event in noted] == [
        ("AA-rolling", "assumed", "permitted days run out together")
    ]
    assert not any("note" in event for event in ledger(CASE, {})["events"])


HEADLINES = ("arrived", "surge", "later", "stayed", "settled", "moved_on", "returned", "share stayed")
NAMED = ("in BB", "in XX", "in AA-1")


@settings(max_examples=60)
@given(st.sets(st.sampled_from([claim.claim for claim in CASE.claims])), st.booleans())
def test_check_and_the_answer_agree_on_what_nothing_speaks_to(kept: set[str], contacts: bool) -> None:
    """Whatever claims are in use: a number is silent in the answer exactly if `check` says so."""
    claims = tuple(replace(c, status=c.status if c.claim in kept else "context") for c in CASE.claims)
    case = replace(CASE, claims=claims, contacts=CASE.contacts if contacts else ())
    said = {finding.message for finding in (*check_case(case), *list_remarks(case))}
    quantities = {name: np.ones(50) for name in (*HEADLINES, *NAMED)}
    draws = plant(draws=50, case=case, posterior=quantities, prior=quantities)
    silent = {h.quantity for h in make_prior_ledger(draws).headlines if h.words == NOTHING_SPEAKS}
    spoken = ("arrived", "stayed", "settled", "moved_on", "returned", *NAMED)
    assert silent & set(spoken) == {name for name in spoken if describe_unreached(case, name) in said}
    assert ("surge" in silent, "later" in silent) == ("arrived" in silent, "arrived" in silent)
    assert ("share stayed" in silent) == ("stayed" in silent)


def test_headlines_are_those_of_the_answer(answer: Answer) -> None:
    """The ledger repeats the answer's own numbers, and arrivals in and after the surge make up all."""
    ledger = answer.prior_ledger
    assert ledger is not None
    means = {headline.quantity: headline.posterior.mean for headline in ledger.headlines}
    assert means["surge"] + means["later"] == pytest.approx(means["arrived"], rel=1e-4)
    assert 0 < means["settled"] < means["stayed"] == answer.outcome("stayed").persons.mean
    assert means["share stayed"] == answer.shares().loc["stayed", "mean"]
    assert means["in BB"] == answer.place("BB").persons.mean
    assert ledger.headline("in XX").rests_on == "nothing"
    assert ledger.untouched > 0
    assert ledger.weightings == 50
    frame = answer.headlines()
    assert frame.index.tolist() == [headline.quantity for headline in ledger.headlines]
    assert frame.loc["arrived", "posterior_q50"] == answer.outcome("arrived").persons.q50
    old = {key: value for key, value in answer.to_dict().items() if key != "prior_ledger"}
    assert Answer(old).prior_ledger is None
    assert Answer(old).headlines().empty


def test_the_day_on_which_days_run_out_says_if_it_rests_on_a_prior(answer: Answer) -> None:
    (day,) = [
        e for e in answer.to_dict()["ledger"]["events"] if e["name"].startswith("permitted days run out")
    ]
    z_sd = {item.quantity: 1 - item.contraction for item in answer.contractions}["run_out[AA-rolling]"] ** 0.5
    assert ("note" in day) <= (z_sd > 0.94)
    if "note" in day:
        assert day["note"] == (
            "rests on assumptions: the share that leaves then (5% to 75%) is that of the prior"
        )
