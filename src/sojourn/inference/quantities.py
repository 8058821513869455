"""The quantities of the question, computed from a history: people arrived, stayed, moved on, returned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from sojourn._core.outcomes import OUTCOMES
from sojourn.history.process import HistoryConstants, surge
from sojourn.inference.compiled_density import CompiledDensity, compile_density
from sojourn.inference.density import Model
from sojourn.inference.jax_config import OPTIONS, jax_settings
from sojourn.inference.likelihood import ClaimIntervals, marginalise_readings, off_scale

BATCH = 50


class Quantities(NamedTuple):
    """Quantities of the question's cohort, in people; JAX arrays inside jit, NumPy arrays outside.

    timeline (B, 4) has the outcomes at the bounds of the calendar, in the order of OUTCOMES;
    surge () those who arrived in the surge until the reference date; by_place (D,) the people in each place
    on the reference date; settled () those with a permit of the host; flows (D, D) the moves between
    places until then; parts (P,) how many of those who stayed are in each part of the host;
    expected (readings,) the expected value of each reading, in the unit of its claim; readings
    (readings,) the posterior weights; claims (K,) and groups (G,) log likelihoods; lone
    and lone_sd (readings,) the mean and sd of a source's bias given the figure, where that bias
    is part of the error; scores, location and spread (readings,) as in `DrawRecord`; heard () the
    log likelihood of all claims and groups in use, up to a constant.
    """

    timeline: Any
    surge: Any
    by_place: Any
    settled: Any
    flows: Any
    parts: Any
    expected: Any
    readings: Any
    claims: Any
    groups: Any
    lone: Any
    lone_sd: Any
    scores: Any
    location: Any
    spread: Any
    heard: Any


class ClaimRecord(NamedTuple):
    """The part of a `DrawRecord` that concerns the readings, (readings,) each."""

    expected: Any
    unit: Any
    location: Any
    spread: Any
    scores: Any


def make_quantities(
    model: Model, density: CompiledDensity | None = None
) -> Callable[[np.ndarray, ClaimIntervals], Quantities]:
    """Compile a function that returns the quantities of many draws (n, D); compile once per model."""
    density = density or compile_density(model)
    plan, settings = model.plan, model.plan.settings
    stayed = (round(plan.calendar.end_of(settings.asof)), OUTCOMES.index("stayed"))
    own_parts = np.array([plan.country(part) == settings.host for part in plan.parts], dtype=float)

    def of_claims(said: ClaimIntervals, each: ClaimRecord) -> tuple[Array, ...]:
        heard = marginalise_readings(model.wording, said.claim_weight, each.scores)
        lone = lone_bias(model, each, said)
        return in_unit_of_claim(model, each), heard.readings, heard.claims, *lone

    batched = jax.jit(jax.vmap(of_claims, in_axes=(None, 0)), compiler_options=OPTIONS)

    @jax_settings()
    def many(z: np.ndarray, said: ClaimIntervals) -> Quantities:
        record = density.record_draws(z, said)
        batches = zip(*(in_batches(getattr(record, name)) for name in ClaimRecord._fields), strict=True)
        parts = [batched(said, ClaimRecord(*columns)) for columns in batches]
        expected, readings, claims, lone, lone_sd = (
            np.concatenate([np.asarray(part) for part in column])[: len(z)]
            for column in zip(*parts, strict=True)
        )
        return Quantities(
            timeline=record.timeline,
            surge=count_surge(model, z),
            by_place=record.by_place,
            settled=record.settled,
            flows=record.flows,
            parts=record.timeline[:, *stayed, None] * record.part_stock * own_parts,
            expected=expected,
            readings=readings,
            claims=claims,
            groups=record.groups,
            lone=lone,
            lone_sd=lone_sd,
            scores=record.scores,
            location=record.location,
            spread=record.spread,
            heard=0.5 * np.sum(z**2, axis=1) - record.potential,
        )

    return many


def count_surge(model: Model, z: np.ndarray) -> np.ndarray:
    """People (n,) of the question who arrived in the surge until the day asked, for draws (n, D).

    The other arrivals are those of the background.
    """
    plan, slices = model.plan, model.unknowns.slices()
    blocks = {block.name: block for block in model.unknowns.blocks}
    size, duration = (blocks[name].natural(z[:, slices[name]]) for name in ("size", "duration"))
    selector = (plan.settings.host, plan.settings.wave)
    known, cohorts = HistoryConstants(plan), plan.cohorts_of(selector)
    ends = known.elapsed[[0, position_of(model, plan.settings.asof)]][:, None, cohorts]
    arrived = np.asarray(surge(jnp.asarray(ends / duration[:, known.wave[cohorts]])))
    return np.sum(size[:, cohorts] * (arrived[1] - arrived[0]), axis=1)


def in_batches(z: np.ndarray, size: int = BATCH) -> list[np.ndarray]:
    """Split draws into batches of equal size; the last is padded, so that only one shape is compiled."""
    count = -(-len(z) // size)
    filled = np.concatenate([z, np.repeat(z[-1:], count * size - len(z), axis=0)])
    return np.split(filled, count)


def position_of(model: Model, day: date) -> int:
    """Index of the calendar bound at the end of a day."""
    return round(model.plan.calendar.end_of(day))


def bounds(model: Model) -> list[date]:
    """The last day before each bound, which is the date of a stock at that bound."""
    return [bound - timedelta(days=1) for bound in model.plan.calendar.bounds]


def in_unit_of_claim(model: Model, record: ClaimRecord) -> Array:
    """Expected values (readings,) in the unit of their claims: people, crossings, per cent …"""
    units = [model.case.claims_by_id[r.claim].unit for r in model.compiled.readings]
    percent = np.array([100.0 if unit == "percent" else 1.0 for unit in units])
    return off_scale(record.expected, model.compiled.scale, percent)


def lone_bias(model: Model, record: ClaimRecord, said: ClaimIntervals) -> tuple[Array, Array]:
    """Mean and sd (readings,) of biases that are part of the error, given the midpoint of the figure.

    Bias and error are both treated as normal: the bias gets its prior's share of their variance.
    """
    at, spread, unit = record.location, record.spread, record.unit
    low, high = (_of_last(model.wording.of_reading, bound) for bound in (said.low, said.high))
    variance = jnp.asarray(model.wording.lone) ** 2
    part = variance / ((spread / unit) ** 2 * np.pi**2 / 3)
    return part * ((low + high) / 2 - at) / unit, jnp.sqrt(variance * (1 - part))


def _of_last(of_reading: np.ndarray, bound: Array) -> Array:
    """Bound of each reading's widest interval, the last of the nested ones."""
    last = np.array([members[members < bound.shape[0]][-1] for members in of_reading])
    return bound[last]
