"""The probability of what was said: intervals, readings, biases, copies, and what comes after."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, getcontext
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit, logsumexp

from sojourn.case import Case, Claim, Reading, Source
from sojourn.case import hedges as hedging
from sojourn.case.hedges import claim_intervals, intervals
from sojourn.case.settings import Anchor
from sojourn.inference.density import Account, Model, build_model
from sojourn.inference.likelihood import (
    ClaimIntervals,
    Expectation,
    expect,
    lay_out_claims,
    log_interval,
    marginalise_readings,
    reading_log_likelihood,
)
from sojourn.inference.priors import own_bias, unknowns
from sojourn.measures import compile_readings

# Intervals

getcontext().prec = 400


def exact(low: float, high: float) -> float:
    """log(F(high) − F(low)) of the logistic distribution, with 400 digits."""

    def below(x: float) -> Decimal:
        return 1 / (1 + (-Decimal(x)).exp())

    return float((below(high) - below(low)).ln())


@settings(max_examples=200, deadline=None)
@given(st.floats(-300, 300), st.floats(1e-9, 300))
def test_log_interval(low: float, width: float) -> None:
    high = low + width
    if high > low:
        found = float(log_interval(jnp.asarray(low), jnp.asarray(high)))
        assert found == pytest.approx(exact(low, high), rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("at", [-2000.0, -800.0, 800.0, 2000.0])
def test_log_interval_far_out(at: float) -> None:
    """Where F itself is 0 or 1 to machine precision the value and its slope are still right."""
    value, slope = jax.value_and_grad(lambda x: log_interval(x, x + 1.0))(at)
    near = at if at > 0 else at + 1
    assert float(value) == pytest.approx(-abs(near) + np.log(-np.expm1(-1.0)))
    assert float(slope) == pytest.approx(-np.sign(at))


# What could have been said


def total_probability(hedge: str, step: float, mu: float, sigma: float, monkeypatch: Any) -> float:
    """Sum over all figures of one grain, up to far beyond, of P(said | a count of exp(mu))."""
    monkeypatch.setattr(hedging, "grain", lambda value, hedge="reported": step)
    figures = np.arange(1, 4000) * step
    spans = [(s.low, s.high, s.log_weight) for v in figures for s in intervals(float(v), hedge)]
    low, high, weight = np.array(spans).T
    with np.errstate(divide="ignore"):
        low = np.maximum(np.log(low), -60.0)
    below, above = (jnp.asarray((x - mu) / sigma) for x in (low, np.log(high)))
    logs = weight + np.asarray(log_interval(below, above))
    return float(np.exp(logsumexp(logs)))


@pytest.mark.parametrize("hedge", [h for h in hedging.WIDTHS if h != "range"])
@pytest.mark.parametrize("sigma", [0.03, 0.1])
def test_what_could_have_been_said_sums_to_one(hedge: str, sigma: float, monkeypatch: Any) -> None:
    total = total_probability(hedge, 100.0, np.log(60_000), sigma, monkeypatch)
    assert total == pytest.approx(1, abs=1e-5)


def test_shares_that_could_have_been_said_sum_to_one() -> None:
    """Whole per cents on the logit scale: every share from 0.5 to 99.5 lies in one of them."""
    edges = logit(np.arange(0.5, 100) / 100)
    mu, sigma = logit(0.3), 0.2
    low, high = (jnp.asarray((x - mu) / sigma) for x in (edges[:-1], edges[1:]))
    assert float(jnp.sum(jnp.exp(log_interval(low, high)))) == pytest.approx(1, abs=1e-9)


# Readings


def on_scale(value: float, scale: str, claim: Claim) -> float:
    unit = 100 if claim.unit == "percent" else 1
    with np.errstate(divide="ignore"):
        return {
            "log": lambda: np.log(value),
            "logit": lambda: logit(value / unit),
            "net": lambda: value,
            "linear": lambda: np.log1p(value / unit),
        }[scale]()


def by_hand(model: Model, account: Any, claim: Claim) -> dict[str, float]:
    """P(said | reading) of each reading of a claim, from its intervals, biases and error."""
    names = model.unknowns.blocks
    labels = {block.name: block.labels for block in names}
    interest = model.case.sources_by_id[claim.source].interest
    found = {}
    for i, r in enumerate(model.compiled.readings):
        if r.claim != claim.claim:
            continue
        kind, scale = model.compiled.kind[i], model.compiled.scale[i]
        pair = f"{claim.source}:{kind}"
        bias = account.values["bias"][labels["bias"].index(pair)] if pair in labels["bias"] else 0.0
        common = account.values["common"][labels["common"].index(f"{interest}:{kind}")]
        alone = 0.0 if pair in labels["bias"] else own_bias(model.case, claim.source, kind).sd
        sigma = np.hypot(account.values[f"sigma.{kind}"][0], np.sqrt(3) / np.pi * alone)
        sigma *= account.expected.unit[i]
        center = account.expected.location[i]
        mu = center * np.exp(bias + common) if scale == "net" else center + bias + common
        found[r.reading] = 0.0
        for interval in claim_intervals(claim):
            low, high = (on_scale(x, scale, claim) for x in (interval.low, interval.high))
            part = expit((high - mu) / sigma) - expit((low - mu) / sigma)
            found[r.reading] += np.exp(interval.log_weight) * part
    return found


def test_readings_by_bayes(model: Model, accounts: Any) -> None:
    """P(claim) is the weighted sum over readings, and their posterior weights follow Bayes."""
    checked = set()
    for _, account in accounts:
        for k, claim in enumerate(model.wording.claims):
            likelihood = by_hand(model, account, claim)
            weight = {r.reading: r.weight for r in model.case.readings_by_claim[claim.claim]}
            joint = {r: weight[r] / sum(weight.values()) * likelihood[r] for r in likelihood}
            if max(likelihood.values()) < 1e-9:
                continue  # too far out for plain arithmetic
            assert account.claims[k] == pytest.approx(np.log(sum(joint.values())), rel=1e-4, abs=1e-6)
            for i, r in enumerate(model.compiled.readings):
                if r.claim == claim.claim:
                    posterior = joint[r.reading] / sum(joint.values())
                    assert account.readings[i] == pytest.approx(posterior, rel=1e-4, abs=1e-8)
            checked.add(claim.claim)
    assert checked >= {"c01", "c05", "c06", "c08", "c09", "c10", "c13", "c14"}


def test_weights_of_readings_sum_to_one(model: Model, accounts: Any) -> None:
    for _, account in accounts:
        total: dict[str, float] = {}
        for r, weight in zip(model.compiled.readings, account.readings, strict=True):
            total[r.claim] = total.get(r.claim, 0.0) + float(weight)
        assert list(total.values()) == pytest.approx([1.0] * len(total))
        assert (account.readings >= 0).all()


# What counts: neither copies nor what comes too late

CHOSEN = ("c05", "c10", "c11", "c16")


def plain(case: Case, *claims: str) -> Case:
    """The small case without visitors, schemes, strata and regimes, with some of its claims."""
    none = {"visitors": {}, "schemes": (), "strata": (), "regimes": (), "anchors": ()}
    events = tuple(event.model_copy(update={"visitors": {}}) for event in case.settings.events)
    settings = case.settings.model_copy(update={**none, "events": events})
    return replace(
        case,
        settings=settings,
        claims=tuple(c for c in case.claims if c.claim in claims),
        readings=tuple(
            r for r in case.readings if r.claim in claims and r.who == "displaced" and r.place != "OO"
        ),
    )


@dataclass(frozen=True)
class Plain:
    """A plain model at one point: its account, and its likelihood compiled once."""

    model: Model
    z: np.ndarray
    account: Account
    likelihood: Callable[[ClaimIntervals], tuple[float, np.ndarray]]


def compiled_at(case: Case, z: dict[str, float] | None = None) -> Plain:
    """At a random point, or where the unknowns have these values by label."""
    model = build_model(case)
    at = 0.7 * np.random.default_rng(5).normal(size=model.unknowns.size)
    if z is not None:
        at = np.array([z[label] for label in model.unknowns.labels()])

    def everything(z: jax.Array, said: ClaimIntervals) -> tuple[jax.Array, Account]:
        return model.log_likelihood(z, said), model.account(z, said)

    run = jax.jit(jax.value_and_grad(everything, has_aux=True))

    def likelihood(said: ClaimIntervals) -> tuple[float, np.ndarray]:
        (value, _), slope = run(jnp.asarray(at), said)
        return float(value), np.asarray(slope)

    (_, account), _ = run(jnp.asarray(at), model.said)
    return Plain(model, at, account, likelihood)


@pytest.fixture(scope="module")
def some(small: Case) -> Plain:
    return compiled_at(plain(small, *CHOSEN))


def test_the_likelihood_adds_up_what_counts(some: Plain) -> None:
    status = [claim.status for claim in some.model.wording.claims]
    assert sorted(status) == ["copy", "use", "use", "use"]
    used = sum(float(x) for x, s in zip(some.account.claims, status, strict=True) if s == "use")
    heard = float(some.account.groups.sum())
    assert len(some.account.groups) == 2
    assert some.likelihood(some.model.said)[0] == pytest.approx(used + heard, rel=1e-12)


def test_what_a_copy_says_changes_nothing(some: Plain) -> None:
    model = some.model
    position = [claim.claim for claim in model.wording.claims].index("c11")
    readings = [i for i, r in enumerate(model.compiled.readings) if r.claim == "c11"]
    mine = np.isin(model.wording.reading, readings)
    assert mine.sum() == 1
    other = model.said._replace(high=jnp.where(mine, model.said.high + 3, model.said.high))
    value, slope = some.likelihood(model.said)
    moved, turned = some.likelihood(other)
    assert value == moved
    np.testing.assert_array_equal(slope, turned)
    counted = other._replace(claim_weight=other.claim_weight.at[position].set(1.0))
    assert some.likelihood(counted)[0] != value


def test_a_case_without_its_copy(small: Case, some: Plain) -> None:
    """The same likelihood and slope to the last digits as if nobody had repeated the figure."""
    labels = some.model.unknowns.labels()
    values = dict(zip(labels, some.z.tolist(), strict=True))
    without = compiled_at(plain(small, *(c for c in CHOSEN if c != "c11")), values)
    fewer = without.model.unknowns.labels()
    gone = set(labels) - set(fewer)
    assert gone == {"common[media:stocks]"}
    value, slope = some.likelihood(some.model.said)
    expected, slope_without = without.likelihood(without.model.said)
    assert value == pytest.approx(expected, rel=1e-12)
    kept = [labels.index(label) for label in fewer]
    np.testing.assert_allclose(slope[kept], slope_without, rtol=1e-8, atol=1e-9)
    assert not slope[[labels.index(label) for label in gone]].any()


def test_what_comes_after_claims_until_adds_nothing(small: Case, some: Plain) -> None:
    """What was published or heard later is scored, and does not count."""
    until = date(2021, 12, 13)
    case = plain(small, *CHOSEN)
    settings = case.settings.model_copy(update={"claims_until": until})
    hostel, friends = small.contacts
    early = replace(case, settings=settings, contacts=(hostel, replace(friends, asof=date(2021, 12, 30))))
    wording, said = lay_out_claims(early, some.model.compiled)
    published = {claim.claim: claim.published for claim in wording.claims}
    assert published["c10"] <= until < published["c05"] < published["c16"]
    assert said.group_weight.tolist() == [1.0, 0.0]
    expected = some.account.claims[list(published).index("c10")] + some.account.groups[0]
    assert some.likelihood(said)[0] == pytest.approx(float(expected), rel=1e-12)


def test_an_early_answer(small: Case) -> None:
    """As of October, figures of December wait outside the calendar; one that foresees it counts."""
    early = date(2021, 10, 31)
    settings = small.settings.model_copy(update={"asof": early, "claims_until": early})
    model = build_model(replace(small, settings=settings))
    assert model.plan.calendar.bounds[-1] == date(2021, 11, 1)
    weight = dict(zip((c.claim for c in model.wording.claims), model.said.claim_weight.tolist(), strict=True))
    assert {claim for claim, counts in weight.items() if counts} == {"c01", "c02"}
    assert {"c03", "c04"} < set(weight)  # of July to October, published in November
    assert "c05" not in weight
    assert model.said.group_weight.tolist() == [0.0, 0.0]
    december = settings.schemes[0].model_copy(update={"purges": (date(2021, 9, 1), date(2021, 12, 1))})
    purged = settings.model_copy(update={"schemes": (december, *settings.schemes[1:])})
    build_model(replace(small, settings=purged))
    sooner = tuple(
        replace(c, published=early, published_until=early) if c.claim == "c16" else c for c in small.claims
    )
    foreseeing = build_model(replace(small, settings=settings, claims=sooner))
    assert foreseeing.plan.calendar.bounds[-1] == date(2021, 12, 31)
    said = [claim.claim for claim in foreseeing.wording.claims]
    assert foreseeing.said.claim_weight[said.index("c16")] == 1.0


# Expectations


def test_expectations_by_scale(model: Model) -> None:
    """Logs of counts, log odds of shares, nets in crossings with the error of both gross flows."""
    compiled = model.compiled
    terms = np.random.default_rng(1).uniform(1_000, 50_000, compiled.operator.terms)
    v = {"rent_elasticity": jnp.array([0.7]), "rent_trend": jnp.array([0.2])}
    location, unit = expect(compiled, jnp.asarray(terms), v)
    for i, scale in enumerate(compiled.scale):
        first, second = terms[compiled.first[i]], terms[compiled.second[i]]
        expected_unit = 1.0
        if scale == "log":
            expected = np.log(first)
        elif scale == "logit":
            share = min(first / second, 1 / (1 + 1e-6 * second / first))
            expected = logit(share) if first < second else np.log(first / (1e-6 * second))
        elif scale == "net":
            expected, expected_unit = first - second, np.hypot(first, second)
        else:
            growth = np.log1p(first / 50_000) - np.log1p(second / 50_000)
            expected = 0.7 * growth + 0.2 * (date(2021, 12, 29) - date(2021, 6, 30)).days / 365.25
        assert location[i] == pytest.approx(expected, rel=1e-9)
        assert unit[i] == pytest.approx(expected_unit)
    assert set(compiled.scale) == {"log", "logit", "net", "linear"}


def test_empty_terms_have_finite_slopes(model: Model) -> None:
    """A functional that is 0 (nobody has settled yet) is unlikely, not undefined."""
    v = {"rent_elasticity": jnp.array([0.7]), "rent_trend": jnp.array([0.2])}
    nothing = jnp.zeros(model.compiled.operator.terms)
    slope = jax.jacobian(jax.jit(lambda terms: expect(model.compiled, terms, v).location))(nothing)
    assert np.isfinite(slope).all()


# Sources


def figures(small: Case, model: Model, said: str, interests: dict[str, str], **more: Any) -> Any:
    """What claims about one stock say of it, biases summed out by quadrature.

    `said` are the sources, each of which says about 40,000. Returns the information
    on the log of the stock: the inverse of its variance, where every bias has its prior.
    """
    sources = tuple(Source(name, name, "", interest) for name, interest in interests.items())  # pyright: ignore
    day = date(2021, 12, 15)
    claims = tuple(
        Claim(f"k{i}", source, day, day, 40_000.0, None, "about", "persons") for i, source in enumerate(said)
    )
    readings = tuple(Reading(c.claim, "all", 1.0, "present", "AA", end=day) for c in claims)
    settings = small.settings.model_copy(update={"anchors": (), **more})
    case = replace(small, sources=sources, claims=claims, readings=readings, contacts=(), settings=settings)
    compiled = compile_readings(model.plan, readings)
    names = unknowns(case, replace(model.plan, settings=settings), compiled)
    wording, heard = lay_out_claims(case, compiled)
    slices, fixed = names.slices(), names.values(jnp.zeros(names.size))
    K, J = len(wording.claims), slices["common"].stop - slices["common"].start
    spot = slices.get("bias", slice(0, 0))
    B = spot.stop - spot.start

    # Gauss-Hermite nodes for every bias, a fine grid for the log of the stock.
    node, weight = np.polynomial.hermite_e.hermegauss(15)
    nodes = np.stack(np.meshgrid(*[node] * (B + J)), axis=-1).reshape(-1, B + J)
    weights = np.stack(np.meshgrid(*[weight] * (B + J)), axis=-1).reshape(-1, B + J).prod(axis=1)
    grid = np.log(40_000.0) + np.linspace(-6, 6, 601)

    def likelihood(x: jax.Array, biases: jax.Array) -> jax.Array:
        z = jnp.zeros(names.size).at[spot].set(biases[:B]).at[slices["common"]].set(biases[B:])
        v = {**fixed, **{name: names.values(z)[name] for name in ("bias", "common") if name in fixed}}
        scores = reading_log_likelihood(wording, heard, Expectation(jnp.full(K, x), jnp.ones(K)), v)
        return jnp.exp(marginalise_readings(wording, heard.claim_weight, scores).total)

    at = jax.jit(jax.vmap(jax.vmap(likelihood, (None, 0)), (0, None)))(jnp.asarray(grid), jnp.asarray(nodes))
    density = np.asarray(at) @ weights
    density /= density.sum()
    variance = density @ grid**2 - (density @ grid) ** 2
    return SimpleNamespace(information=1 / variance, biases=B, commons=J)


def test_two_claims_of_one_source_are_worth_less(small: Case, model: Model) -> None:
    """One claim < two of one source < two of two that share an interest < two of two that do not."""
    interests = {"a": "host_official", "b": "host_official", "c": "international"}
    one, same, shared, free = (
        figures(small, model, sources, interests) for sources in ("a", "aa", "ab", "ac")
    )
    # A source that speaks once has its bias in its error.
    assert (same.biases, shared.biases, free.biases) == (1, 0, 0)
    assert (same.commons, shared.commons, free.commons) == (1, 1, 2)
    assert one.information < same.information < 1.3 * one.information
    assert 1.2 * same.information < shared.information < free.information
    # Twice as much if the error were normal; with the longer tails of a logistic, a second voice adds more.
    assert 2 * one.information < free.information < 2.5 * one.information


def test_a_source_of_little_reliability_is_worth_less(small: Case, model: Model) -> None:
    official, rumour = (
        figures(small, model, "a", {"a": interest}) for interest in ("host_official", "media")
    )
    assert rumour.information < 0.6 * official.information


def test_an_anchor_makes_a_source_worth_more(small: Case, model: Model) -> None:
    anchor = Anchor(source="a", kind="stocks", sd=0.02, why="a census")
    free, held = (figures(small, model, "a", {"a": "host_official"}, anchors=a) for a in ((), (anchor,)))
    assert held.information > 1.5 * free.information
