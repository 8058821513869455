"""Draws of an answer, reweighted so that they represent the posterior of an edited case.

In: an answer with its draws and its case, and the model of the edited case. Out: Pareto-smoothed
importance weights. Most edits change what was said and not what happened: a figure, a hedge, a weight,
a status, a prior. Then the figures that each draw expects stay as they are, and only their likelihood is
computed again, which takes about a second. Other edits need the history of every draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from scipy.special import expit

from sojourn._core.answer_warnings import warnings_as_record, warnings_of
from sojourn._core.arrays import Indices, Real
from sojourn._core.thresholds import EFFECTIVE, K_HAT
from sojourn.case import Case, CaseError, CaseSettings, ContactGroup, Reading
from sojourn.case.settings import LogitNormal, LogNormal, Normal
from sojourn.inference.answer import Answer
from sojourn.inference.compiled_density import compile_density
from sojourn.inference.density import Model
from sojourn.inference.draws_file import OF_CLAIMS, read_draws, standardise
from sojourn.inference.estimation import adaptation_of, compile_case, summarise_draws, with_dates
from sojourn.inference.importance_weights import Weights, efficiency, quantities_at, resample, smooth
from sojourn.inference.jax_config import OPTIONS, jax_settings
from sojourn.inference.likelihood import (
    ClaimIntervals,
    ClaimLayout,
    Expectation,
    marginalise_readings,
    reading_log_likelihood,
)
from sojourn.inference.model_hash import hash_model
from sojourn.inference.priors import Family, PriorBlock
from sojourn.inference.quantities import position_of
from sojourn.inference.sampler import Adaptation, Draws

MOST = 2000
"""Draws that are weighed, and draws of a reweighted answer."""
ERROR_BLOCKS = ("bias", "common", "sigma.")
"""Beginnings of the names of the unknowns that the likelihood needs besides the expected figures."""
NOT_IN_HISTORY = ("question", "claims_until", "anchors", "priors")
"""Settings that a history does not depend on, given its unknowns."""


class CannotReweight(Exception):  # noqa: N818 - a reason to draw again, not a fault
    """Draws cannot be reweighted; the message says why."""


class Histories(NamedTuple):
    """What n draws of a model imply; JAX arrays inside jit, NumPy arrays outside.

    location and unit (n, readings) are the expected figures as in `Expectation`; groups (n, G) the log
    likelihoods of contact groups; heard (n,) that of all claims and groups in use; outcomes (n, 4) and
    by_place (n, D) the people of the question on the day asked.
    """

    location: Any
    unit: Any
    groups: Any
    heard: Any
    outcomes: Any
    by_place: Any


@dataclass(frozen=True)
class StartingDraws:
    """Draws of an answer to start from: z (n, D), one chain after another, thinned to at most `MOST`.

    `stated` (n,) is the log density that the sampler recorded, up to a constant; None if it has none.
    """

    answer: Answer = field(repr=False)
    model: Model = field(repr=False)
    chains: int
    z: Real = field(repr=False)
    stated: Real | None = field(repr=False)

    @cached_property
    def histories(self) -> Histories:
        """What the draws imply under their own model."""
        return compute_histories(self.model, self.z)

    @cached_property
    def heard(self) -> Real:
        """Log likelihood (n,) of the draws under their own model, up to a constant."""
        if self.stated is None:
            return self.histories.heard
        return self.stated + 0.5 * np.sum(self.z**2, axis=1)


@dataclass(frozen=True)
class Reweighting:
    """Weights (n,) of starting draws under another model, and what the draws imply there.

    `z` (n, D) are the draws as unknowns of that model, and `quantities` (n,) its outcomes and shares,
    and the people in each place (`in KZ`).
    """

    start: StartingDraws = field(repr=False)
    model: Model = field(repr=False)
    z: Real = field(repr=False)
    weights: Weights = field(repr=False)
    quantities: Mapping[str, Real] = field(repr=False)
    lp: Real = field(repr=False)
    """Log posterior density (n,) of the draws under the other model, up to a constant."""

    @property
    def is_trusted(self) -> bool:
        """Whether means under the weights can be trusted: k̂ below 0.7."""
        return self.weights.k_hat < K_HAT

    @property
    def doubt(self) -> str:
        """Why the weights do not give an answer; empty if they do."""
        w = self.weights
        if not self.is_trusted:
            return f"the case has changed too much for weights (k̂ {w.k_hat:.2f}, must be below {K_HAT})"
        if w.effective < EFFECTIVE:
            return f"only {w.effective:.0f} effective draws are left (at least {EFFECTIVE} are needed)"
        return ""


def start_from(answer: Answer, case: Case | None = None, most: int = MOST) -> StartingDraws:
    """The draws of an answer, thinned.

    Args:
        answer: the answer.
        case: its case; default: the one that it keeps.
        most: at most this many draws.

    Raises:
        CannotReweight: the answer has no draws or no case, or is one of another model or version.
    """
    case = case or answer.kept_case
    if case is None:
        raise CannotReweight("the answer does not keep its case")
    if answer.posterior is None:
        raise CannotReweight("the answer has no draws (posterior.nc)")
    model = compile_case(with_dates(case, answer.asof, answer.claims_until))
    if hash_model(model) != answer.model_hash:
        raise CannotReweight("the answer was made with another case or another version of sojourn")
    try:
        z = read_draws(model, answer.posterior)
    except (ValueError, KeyError) as error:
        raise CannotReweight(f"the draws of the answer cannot be used: {error}") from None
    chains, draws, size = z.shape
    step = -(-chains * draws // most)
    statistics = answer.posterior["sample_stats"]
    lp = np.asarray(statistics["lp"], dtype=float)[:, ::step].reshape(-1) if "lp" in statistics else None
    return StartingDraws(answer, model, chains, z[:, ::step].reshape(-1, size), lp)


@jax_settings()
def weigh_draws(start: StartingDraws, model: Model) -> Reweighting:
    """The weights of draws under another model.

    Raises:
        CannotReweight: the model has other unknowns.
    """
    z, prior = transform_draws(start, model)
    found = _rescored(start, model, z)
    if found is None:
        found = compute_histories(model, z)
    ratio = prior + found.heard - start.heard
    weights = smooth(ratio, efficiency(quantities_at(found.outcomes), start.chains))
    lp = found.heard - 0.5 * np.sum(z**2, axis=1)
    return Reweighting(start, model, z, weights, quantities_of(model, found), lp)


def quantities_of(model: Model, found: Histories) -> dict[str, Real]:
    """Outcomes, shares, and people by place (`in KZ`) on the day asked, (n,) each."""
    places = {f"in {place}": found.by_place[:, d] for d, place in enumerate(model.plan.places)}
    return quantities_at(found.outcomes) | places


def reweight_answer(answer: Answer, case: Case) -> Answer | None:
    """The answer to an edited case from the draws of an earlier answer, without drawing again.

    Its draws are resampled by their weights. R̂ and divergences are those of the earlier answer, and the
    effective draws those of the outcomes under the weights. `draws.started_from` in `answer.json` says so.

    Args:
        answer: the earlier answer, with its draws and its case.
        case: the edited case, with the dates that are asked.

    Returns:
        The answer; None if weights cannot give it (`weigh_draws` and `Reweighting.doubt` say why).

    Raises:
        CaseError: the model cannot express a reading or a prior of the case.
    """
    try:
        found = weigh_draws(start_from(answer), compile_case(case))
    except CannotReweight:
        return None
    return None if found.doubt else resample_answer(found, case)


def resample_answer(found: Reweighting, case: Case) -> Answer:
    """The answer to a case from draws that are resampled by their weights."""
    before, start = found.start.answer, found.start
    chosen = resample(
        found.weights.weight, MOST // start.chains * start.chains, np.random.default_rng(before.seed)
    )
    z = found.z[chosen].reshape(start.chains, -1, found.z.shape[1])
    measured = before.to_dict()["diagnostics"]
    none = np.zeros(z.shape[:2])
    draws = Draws(
        z=z,
        lp=found.lp[chosen].reshape(z.shape[:2]),
        energy=none,
        acceptance=none,
        diverging=none.astype(bool),
        leapfrogs=measured["leapfrogs"],
        divergences=measured["divergences"],
        gradients=0,
        step=measured["step"],
        stopped_by=before.to_dict()["draws"]["stopped_by"],
        seconds_compile=0.0,
        seconds_sample=0.0,
    )
    answer = summarise_draws(found.model, draws, before.seed, _adaptation(found, z))
    return replace(answer, _record=_with_provenance(answer, found), _case=case)


def _adaptation(found: Reweighting, z: Real) -> Adaptation | None:
    """What the chains of the earlier answer learned, at the last draws of the new one."""
    try:
        learned = adaptation_of(found.model, found.start.answer)
    except CaseError:
        return None
    return replace(learned, positions=z[:, -1])


def _with_provenance(answer: Answer, found: Reweighting) -> dict[str, Any]:
    """The content of `answer.json`, with the convergence of the draws that were reweighted."""
    record, before = answer.to_dict(), found.start.answer.to_dict()
    effective = round(found.weights.effective, 1)
    kept = ("rhat_max", "rhat_of", "disputed")
    record["diagnostics"] |= {key: before["diagnostics"][key] for key in kept}
    record["diagnostics"] |= {"ess_bulk_min": effective, "ess_tail_min": effective}
    k_hat = None if np.isinf(found.weights.k_hat) else round(found.weights.k_hat, 3)
    started = {
        "answer": found.start.answer.sha256,
        "how": "weights",
        "k_hat": k_hat,
        "effective": effective,
    }
    record["draws"] = record["draws"] | {"started_from": started}
    warnings = [
        *(w for w in warnings_of(before) if w.kind == "not_converged"),
        *(w for w in warnings_of(record) if w.kind != "not_converged"),
    ]
    return record | warnings_as_record(warnings)


def transform_draws(start: StartingDraws, model: Model) -> tuple[Real, Real]:
    """The draws as unknowns of another model, (n, D), and the log ratio of the priors at them, (n,).

    Errors, biases and the like may come and go with the claims. Those that the other model does not have
    are left out, and its new ones are drawn from their prior; both cancel in the ratio.

    Raises:
        CannotReweight: the models have different unknowns of the history.
    """
    before, after = _singles(start.model), _singles(model)
    if differing := [name for name in before.keys() ^ after.keys() if not name.startswith(OF_CLAIMS)]:
        shown = ", ".join(sorted(differing)[:3]) + (" …" if len(differing) > 3 else "")
        raise CannotReweight(f"the edited case has other unknowns: {shown}")
    rng = np.random.default_rng(start.answer.seed)
    z, log_ratio = rng.standard_normal((len(start.z), len(after))), np.zeros(len(start.z))
    for name in before.keys() & after.keys():
        (k, old), (at, new) = before[name], after[name]
        x = old.loc + old.scale * start.z[:, k]
        value = _natural(old.family, x)
        z[:, at] = (x - new.loc) / new.scale if old.family == new.family else standardise(new, value)
        log_ratio += 0.5 * (start.z[:, k] ** 2 - z[:, at] ** 2) + np.log(old.scale / new.scale)
        if old.family != new.family:
            log_ratio += _log_slope(new.family, value) - _log_slope(old.family, value)
    return z, log_ratio


def _singles(model: Model) -> dict[str, tuple[int, PriorBlock]]:
    """Every unknown by its label, in their order: its position, and its prior as a block of one."""
    ones = (
        PriorBlock(block.name, (label,), block.family, block.loc[k : k + 1], block.scale[k : k + 1])
        for block in model.unknowns.blocks
        for k, label in enumerate(block.labels)
    )
    return {label: (i, one) for i, (label, one) in enumerate(zip(model.unknowns.labels(), ones, strict=True))}


def _natural(family: Family, x: Real) -> Real:
    """Values of an unknown from the unbounded scale."""
    if family == "normal":
        return x
    return np.exp(x) if family == "lognormal" else expit(x)


def _log_slope(family: Family, value: Real) -> Real | float:
    """Log of the derivative of the unbounded scale with respect to a value on the natural scale."""
    if family == "normal":
        return 0.0
    return -np.log(value) - (np.log1p(-value) if family == "logitnormal" else 0.0)


def _rescored(start: StartingDraws, model: Model, z: Real) -> Histories | None:
    """What the draws imply under another model, if their histories are those of the start; else None."""
    if history_settings(start.model) != history_settings(model):
        return None
    readings = _columns(
        map(expectation_of, start.model.compiled.readings), map(expectation_of, model.compiled.readings)
    )
    groups = _columns(
        map(_description, start.model.contacts.groups), map(_description, model.contacts.groups)
    )
    if readings is None or groups is None:
        return None
    base = start.histories
    location, unit = base.location[:, readings], base.unit[:, readings]
    layout = {f.name: getattr(model.wording, f.name) for f in fields(ClaimLayout)}
    arrays = {name: array for name, array in layout.items() if isinstance(array, np.ndarray)}
    values = _error_values(model, z)
    heard = np.asarray(_score_claims(model.wording.kinds, arrays, model.said, location, unit, values))
    heard = heard + base.groups[:, groups] @ np.asarray(model.said.group_weight)
    return base._replace(location=location, unit=unit, groups=base.groups[:, groups], heard=heard)


@partial(jax.jit, static_argnums=0, compiler_options=OPTIONS)
def _score_claims(
    kinds: tuple[str, ...],
    arrays: Mapping[str, Any],
    said: ClaimIntervals,
    location: Array,
    unit: Array,
    values: Mapping[str, Array],
) -> Array:
    """Log likelihood (n,) of the claims in use; compiled once for all edits that keep the number of rows."""
    layout = ClaimLayout(claims=(), kinds=kinds, **arrays)

    def one(location: Array, unit: Array, v: Mapping[str, Array]) -> Array:
        scores = reading_log_likelihood(layout, said, Expectation(location, unit), v)
        return marginalise_readings(layout, said.claim_weight, scores).total

    return jax.vmap(one)(location, unit, values)


def _error_values(model: Model, z: Real) -> dict[str, Array]:
    """Biases and errors of draws z (n, D) of a model on their natural scale, (n, size) by block."""
    slices = model.unknowns.slices()
    return {
        block.name: jnp.asarray(_natural(block.family, block.loc + block.scale * z[:, slices[block.name]]))
        for block in model.unknowns.blocks
        if block.name.startswith(ERROR_BLOCKS)
    }


def _columns(old: Any, new: Any) -> Indices | None:
    """The position of every new item among the old ones; None if one is not among them."""
    known = {item: i for i, item in enumerate(old)}
    found = [known.get(item) for item in new]
    return None if None in found else np.array(found, dtype=int)


def expectation_of(reading: Reading) -> tuple[Any, ...]:
    """The columns of a reading on which its expected figure depends."""
    ignored = ("claim", "reading", "weight", "why", "row", "extra")
    return tuple(getattr(reading, f.name) for f in fields(reading) if f.name not in ignored)


def _description(group: ContactGroup) -> tuple[Any, ...]:
    """The columns of a contact group on which its likelihood depends."""
    ignored = ("group", "respondent", "source", "note", "row", "extra")
    return tuple(getattr(group, f.name) for f in fields(group) if f.name not in ignored)


def history_settings(model: Model) -> tuple[Any, ...]:
    """What the histories of a model depend on besides its unknowns: if equal, so are the histories."""
    plan, settings = model.plan, model.plan.settings
    kept = (
        set(CaseSettings.model_fields)
        - {*NOT_IN_HISTORY}
        - ({"hedges"} if not model.contacts.groups else set())
    )
    return (
        replace(plan, settings=None, regimes=()),
        [_without_priors(regime) for regime in plan.regimes],
        {name: _without_priors(getattr(settings, name)) for name in sorted(kept)},
    )


def _without_priors(value: Any) -> Any:
    """Settings without their priors, reasons and addresses: priors are the business of the unknowns."""
    if isinstance(value, LogNormal | LogitNormal | Normal):
        return type(value).__name__
    if isinstance(value, Mapping):
        return {key: _without_priors(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_without_priors(item) for item in value]
    if hasattr(type(value), "model_fields"):
        names = [name for name in type(value).model_fields if name not in ("why", "url")]
        return {name: _without_priors(getattr(value, name)) for name in names}
    return value


@jax_settings()
def compute_histories(model: Model, z: Real) -> Histories:
    """What draws z (n, D) of a model imply: one pass through the histories."""
    record = compile_density(model).record_draws(z, model.said)
    return Histories(
        location=record.expected,
        unit=record.unit,
        groups=record.groups,
        heard=0.5 * np.sum(z**2, axis=1) - record.potential,
        outcomes=record.timeline[:, position_of(model, model.plan.settings.asof)],
        by_place=record.by_place,
    )
