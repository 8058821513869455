"""The likelihood of the claims, given a history.

A published figure stands for an interval, and a reading expects a value. They differ by
the bias of the source, the bias shared by sources with the same interest, and a
measurement error. On the scale of the reading (log for counts, logit for shares) the
error is logistic:

    P(figure | reading) = F((high − μ)/σ) − F((low − μ)/σ)

Readings are marginalised with their prior weights; the claims of a series share one reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.special import logsumexp
from numpy.typing import NDArray
from scipy.special import logit

from sojourn.case import Case, Claim, Reading
from sojourn.case.hedges import claim_intervals
from sojourn.inference.priors import bias_pairs, common_pairs, lone_sd, spoken_pairs
from sojourn.measures import CompiledReadings, Scale

FAR = 60.0
"""Largest absolute value on the log and the logit scale: no measurable figure lies beyond e^±60."""
SCALES: tuple[Scale, ...] = ("log", "logit", "net", "linear")


class ClaimIntervals(NamedTuple):
    """The claims as data of the compiled density: I intervals, K claims, G contact groups.

    `low` and `high` (I,) are on the scale of the reading; `log_weight` (I,) is the log weight
    of the interval. `claim_weight` (K,) and `group_weight` (G,) are 1 for claims and groups in
    use and 0 for copies and context, which are scored but do not enter the likelihood.
    """

    low: Array
    high: Array
    log_weight: Array
    claim_weight: Array
    group_weight: Array


@dataclass(frozen=True)
class ClaimLayout:
    """Which interval belongs to which reading and claim; the index arrays for `ClaimIntervals`."""

    claims: tuple[Claim, ...]
    reading: NDArray[np.intp]
    """(I,) reading of each interval."""
    of_reading: NDArray[np.intp]
    """(readings, most) intervals of each reading, padded with I."""
    of_claim: NDArray[np.intp]
    """(claims, most) readings of each claim, padded with their number."""
    scale: NDArray[np.intp]
    """(readings,) index into SCALES."""
    sigma: NDArray[np.intp]
    """(readings,) index into the kinds that occur."""
    kinds: tuple[str, ...]
    bias: NDArray[np.intp]
    """(readings,) index of the source's bias, or the number of biases if the source has none."""
    common: NDArray[np.intp]
    lone: NDArray[np.float64]
    """(readings,) sd of a bias that is merged into the error (see `lone_sd`), else 0."""
    log_prior: NDArray[np.float64]
    """(readings,) log prior weight within its claim."""
    claim: NDArray[np.intp]
    """(readings,) claim of each reading."""
    meaning: NDArray[np.intp]
    """(readings,) index of the shared meaning of a series that the reading belongs to.

    A claim outside a series is a series of its own.
    """
    of_meaning: NDArray[np.intp]
    """(meanings, most) readings of each meaning, padded with their number."""
    of_series: NDArray[np.intp]
    """(series, most) meanings of each series, padded with their number."""


def lay_out_claims(case: Case, compiled: CompiledReadings) -> tuple[ClaimLayout, ClaimIntervals]:
    """Return the layout of the claims of the compiled readings, and their intervals as data."""
    read = {r.claim for r in compiled.readings}
    claims = [claim for claim in case.claims if claim.claim in read]
    log_prior = np.log(_prior_weights(compiled))
    reading: list[int] = []
    rows: list[tuple[float, float, float]] = []
    for i, r in enumerate(compiled.readings):
        claim = case.claims_by_id[r.claim]
        for interval in claim_intervals(claim, case.settings.hedges):
            reading.append(i)
            low, high = (on_scale(x, compiled.scale[i], claim, r) for x in (interval.low, interval.high))
            rows.append((low, high, interval.log_weight))
    low, high, log_weight = (np.array(column) for column in zip(*rows, strict=True))
    said = ClaimIntervals(
        low=jnp.asarray(low),
        high=jnp.asarray(high),
        log_weight=jnp.asarray(log_weight),
        claim_weight=jnp.asarray([float(case.is_counted(claim)) for claim in claims]),
        group_weight=jnp.asarray([float(g.asof <= case.settings.claims_until) for g in case.contacts]),
    )
    position = {claim.claim: k for k, claim in enumerate(claims)}
    owner = np.array([position[r.claim] for r in compiled.readings], dtype=int)
    pairs, spoken = bias_pairs(case, compiled), spoken_pairs(case, compiled)
    shared = common_pairs(case, spoken)
    kinds = tuple(dict.fromkeys(compiled.kind))
    source = [case.claims_by_id[r.claim].source for r in compiled.readings]
    interest = [case.sources_by_id[s].interest for s in source]
    return (
        ClaimLayout(
            claims=tuple(claims),
            reading=np.array(reading, dtype=int),
            of_reading=_padded(reading, len(compiled.readings)),
            of_claim=_padded(owner.tolist(), len(claims)),
            scale=np.array([SCALES.index(scale) for scale in compiled.scale], dtype=int),
            sigma=np.array([kinds.index(kind) for kind in compiled.kind], dtype=int),
            kinds=kinds,
            bias=np.array([pairs.index(p) if p in pairs else len(pairs) for p in spoken], dtype=int),
            lone=lone_sd(case, compiled),
            common=np.array([shared.index(p) for p in zip(interest, compiled.kind, strict=True)], dtype=int),
            log_prior=log_prior,
            claim=owner,
            **_meanings(compiled, [case.claims_by_id[r.claim] for r in compiled.readings]),
        ),
        said,
    )


def on_scale(value: float, scale: Scale, claim: Claim, reading: Reading) -> float:
    """Transform a bound of an interval from the unit of the claim to the scale of a reading."""
    unit = 100.0 if claim.unit == "percent" else 1.0
    if scale == "net":
        return value
    if scale == "linear":
        return float(np.log1p(max(value / unit, -0.99)))
    if scale == "logit":
        share = min(max(value / unit, 0.0), 1.0)
        return float(np.clip(logit(share), -FAR, FAR))
    return float(np.clip(np.log(value), -FAR, FAR)) if value > 0 else -FAR


def off_scale(location: Array, scale: Sequence[Scale], percent: NDArray[np.float64] | float = 1.0) -> Array:
    """Transform expected values (…, readings) from the scales of readings to people, crossings or documents.

    Proportions and changes of rent are multiplied by `percent`.
    """
    kind = np.array(scale)
    value = jnp.where(kind == "log", jnp.exp(location), location)
    value = jnp.where(kind == "logit", percent * jax.nn.sigmoid(location), value)
    return jnp.where(kind == "linear", percent * jnp.expm1(location), value)


def _prior_weights(compiled: CompiledReadings) -> NDArray[np.float64]:
    total: dict[str, float] = {}
    for r in compiled.readings:
        total[r.claim] = total.get(r.claim, 0.0) + r.weight
    return np.array([r.weight / total[r.claim] for r in compiled.readings])


def _meanings(compiled: CompiledReadings, claims: list[Claim]) -> dict[str, NDArray[np.intp]]:
    """`meaning`, `of_meaning` and `of_series` of a wording."""
    whole = [("series", claim.series) if claim.series else ("claim", claim.claim) for claim in claims]
    keys = [(*unit, r.reading) for unit, r in zip(whole, compiled.readings, strict=True)]
    meanings, series = list(dict.fromkeys(keys)), list(dict.fromkeys(whole))
    meaning = [meanings.index(key) for key in keys]
    return {
        "meaning": np.array(meaning, dtype=int),
        "of_meaning": _padded(meaning, len(meanings)),
        "of_series": _padded([series.index(key[:2]) for key in meanings], len(series)),
    }


def _padded(owner: list[int], owners: int) -> NDArray[np.intp]:
    """Members of each owner, padded with the number of members."""
    members: list[list[int]] = [[] for _ in range(owners)]
    for i, k in enumerate(owner):
        members[k].append(i)
    width = max(map(len, members), default=1)
    return np.array([m + [len(owner)] * (width - len(m)) for m in members], dtype=int)


class Expectation(NamedTuple):
    """Expected values (readings,): `location` on each reading's scale, before bias, and `unit` of error."""

    location: Array
    unit: Array


def expect(compiled: CompiledReadings, terms: Array, v: Mapping[str, Array]) -> Expectation:
    """Expected value of every reading on its own scale.

    The unit of error is 1 except for a net flow, whose error combines that of both gross
    flows: the square root of the sum of their squares.
    """
    first = jnp.maximum(terms[compiled.first], 1e-3)
    second = jnp.maximum(jnp.where(compiled.second >= 0, terms[compiled.second], 1.0), 1e-3)
    rest = jnp.maximum(second - first, 1e-6 * second)
    scale = np.array([SCALES.index(s) for s in compiled.scale])
    location = jnp.where(scale == SCALES.index("logit"), jnp.log(first) - jnp.log(rest), jnp.log(first))
    location = jnp.where(scale == SCALES.index("net"), first - second, location)
    unit = jnp.where(scale == SCALES.index("net"), jnp.sqrt(first**2 + second**2), 1.0)
    if compiled.rent_place:
        growth = jnp.log1p(first / compiled.dwellings) - jnp.log1p(second / compiled.dwellings)
        change = (
            v["rent_elasticity"][compiled.rent] * growth + v["rent_trend"][compiled.rent] * compiled.years
        )
        location = jnp.where(scale == SCALES.index("linear"), change, location)
    return Expectation(location, unit)


def reading_log_likelihood(
    wording: ClaimLayout, said: ClaimIntervals, expected: Expectation, v: Mapping[str, Array]
) -> Array:
    """Log P(figure | reading) of every reading, without its prior weight, (readings,)."""
    location, width = error_location_scale(wording, expected, v)
    at, spread = location[wording.reading], width[wording.reading]
    each = said.log_weight + log_interval((said.low - at) / spread, (said.high - at) / spread)
    return _logsumexp(each, wording.of_reading)


def error_location_scale(
    wording: ClaimLayout, expected: Expectation, v: Mapping[str, Array]
) -> tuple[Array, Array]:
    """Location of the figure under each reading, bias included, and its logistic scale, both (readings,)."""
    sigma = jnp.concatenate([v[f"sigma.{kind}"] for kind in wording.kinds])[wording.sigma]
    # A logistic with scale s has variance s²π²/3.
    sigma = jnp.sqrt(sigma**2 + 3 / np.pi**2 * wording.lone**2)
    biases = jnp.concatenate([v.get("bias", jnp.zeros(0)), jnp.zeros(1)])
    shift = biases[wording.bias] + v["common"][wording.common]
    net = wording.scale == SCALES.index("net")
    location = jnp.where(net, expected.location * jnp.exp(shift), expected.location + shift)
    return location, sigma * expected.unit


def log_interval(low: Array, high: Array) -> Array:
    """log(F(high) − F(low)) for the logistic F, accurate in both tails."""
    return jax.nn.log_sigmoid(high) + jax.nn.log_sigmoid(-low) + jnp.log(-jnp.expm1(low - high))


class MarginalLikelihood(NamedTuple):
    """The likelihood of the claims with their readings marginalised.

    `total` () is the log probability of all claims in use; `claims` (claims,) that of each
    figure given the rest of its series (unconditional outside a series); `readings`
    (readings,) the posterior weight of each reading within its claim.
    """

    total: Array
    claims: Array
    readings: Array


def marginalise_readings(wording: ClaimLayout, claim_weight: Array, scores: Array) -> MarginalLikelihood:
    """Marginalise the readings; the claims of one series share a reading, so they are summed jointly."""
    counted = claim_weight[wording.claim] * scores
    first = wording.of_meaning[:, 0]
    said = jnp.sum(jnp.concatenate([counted, jnp.zeros(1)])[wording.of_meaning], axis=1)
    meanings = jnp.asarray(wording.log_prior[first]) + said
    rest = meanings[wording.meaning] - counted
    of_claim = _logsumexp(rest + scores, wording.of_claim)
    return MarginalLikelihood(
        total=jnp.sum(_logsumexp(meanings, wording.of_series)),
        claims=of_claim - _logsumexp(rest, wording.of_claim),
        readings=jnp.exp(rest + scores - of_claim[wording.claim]),
    )


def _logsumexp(x: Array, members: NDArray[np.intp]) -> Array:
    """Log-sum-exp of x over each padded list of members."""
    return logsumexp(jnp.concatenate([x, jnp.full(1, -jnp.inf)])[members], axis=1)
