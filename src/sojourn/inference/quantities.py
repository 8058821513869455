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
from sojourn.history import History, Plan
from sojourn.inference.density import Account, Model
from sojourn.inference.jax_config import OPTIONS, jax_settings
from sojourn.inference.likelihood import ClaimIntervals, error_location_scale, off_scale

BATCH = 50


class Quantities(NamedTuple):
    """Quantities of the question's cohort, in people; JAX arrays inside jit, NumPy arrays outside.

    timeline (B, 4) has the outcomes at the bounds of the calendar, in the order of OUTCOMES;
    by_place (D,) the people in each place on the reference date; flows (D, D) the moves between
    places until then; parts (P,) how many of those who stayed are in each part of the host;
    expected (readings,) the expected value of each reading, in the unit of its claim; readings
    (readings,) the posterior weights; claims (K,) and groups (G,) log likelihoods; tail
    (readings,) the probability of a figure at least as far from its expected value; lone and
    lone_sd (readings,) the mean and sd of a source's bias given the figure, where that bias is
    part of the error.
    """

    timeline: Any
    by_place: Any
    flows: Any
    parts: Any
    expected: Any
    readings: Any
    claims: Any
    groups: Any
    tail: Any
    lone: Any
    lone_sd: Any


def make_quantities(model: Model) -> Callable[[np.ndarray, ClaimIntervals], Quantities]:
    """Compile a function that returns the quantities of many draws (n, D); compile once per model."""
    plan, settings = model.plan, model.plan.settings
    at, rows = position_of(model, settings.asof), np.array(plan.rows_of((settings.host, settings.wave)))
    timeline = make_timeline(plan)
    member = np.array([[p == s.place for p in plan.places] for s in plan.states], dtype=float)
    own_parts = np.array([plan.country(part) == settings.host for part in plan.parts], dtype=float)

    def one(z: Array, said: ClaimIntervals) -> Quantities:
        a = model.account(z, said)
        when = timeline(a.history)
        lone = lone_bias(model, a, said)
        return Quantities(
            timeline=when,
            by_place=jnp.sum(a.history.stock[at, rows], axis=0) @ member,
            flows=jnp.einsum("trs,rsd,sp->pd", a.history.movers[:at, rows], a.history.split[rows], member),
            parts=when[at, OUTCOMES.index("stayed")] * a.parameters.part_stock * own_parts,
            expected=in_unit_of_claim(model, a),
            readings=a.readings,
            claims=a.claims,
            groups=a.groups,
            tail=tail(model, a, said),
            lone=lone[0],
            lone_sd=lone[1],
        )

    batched = jax.jit(jax.vmap(one, in_axes=(0, None)), compiler_options=OPTIONS)

    @jax_settings()
    def many(z: np.ndarray, said: ClaimIntervals) -> Quantities:
        parts = [batched(jnp.asarray(chunk), said) for chunk in in_batches(z)]
        return Quantities(
            *(
                np.concatenate([np.asarray(a) for a in column])[: len(z)]
                for column in zip(*parts, strict=True)
            )
        )

    return many


def make_timeline(plan: Plan) -> Callable[[History], Array]:
    """Return a function from a history to the outcomes of the question's cohort.

    Its result (B, 4) has the people who arrived, stayed, moved on and returned at the bounds of
    the calendar.
    """
    selector = (plan.settings.host, plan.settings.wave)
    rows, cohorts = np.array(plan.rows_of(selector)), np.array(plan.cohorts_of(selector))
    host, home = plan.states_of(plan.settings.host), plan.states_of(plan.settings.origin)
    away = [i for i in range(len(plan.states)) if i not in (*host, *home)]

    def timeline(history: History) -> Array:
        flow = jnp.sum(history.arrivals[:, cohorts], axis=1)
        arrived = jnp.concatenate([jnp.zeros(1), jnp.cumsum(flow)])
        stock = jnp.sum(history.stock[:, rows], axis=1)
        found = [jnp.sum(stock[:, np.array(s)], axis=1) for s in (host, away, home)]
        return jnp.stack([arrived, *found], axis=1)

    return timeline


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


def in_unit_of_claim(model: Model, a: Account) -> Array:
    """Expected values (readings,) in the unit of their claims: people, crossings, per cent …"""
    units = [model.case.claims_by_id[r.claim].unit for r in model.compiled.readings]
    percent = np.array([100.0 if unit == "percent" else 1.0 for unit in units])
    return off_scale(a.expected.location, model.compiled.scale, percent)


def tail(model: Model, a: Account, said: ClaimIntervals) -> Array:
    """Two-sided probability (readings,) of a figure at least as far from the reading's expected value."""
    at, sigma = error_location_scale(model.wording, a.expected, a.values)
    low, high = (_of_last(model.wording.of_reading, bound) for bound in (said.low, said.high))
    above, below = jax.nn.sigmoid((high - at) / sigma), jax.nn.sigmoid(-(low - at) / sigma)
    return jnp.clip(2 * jnp.minimum(above, below), 0, 1)


def lone_bias(model: Model, a: Account, said: ClaimIntervals) -> tuple[Array, Array]:
    """Mean and sd (readings,) of biases that are part of the error, given the midpoint of the figure.

    Bias and error are both treated as normal: the bias gets its prior's share of their variance.
    """
    at, spread = error_location_scale(model.wording, a.expected, a.values)
    low, high = (_of_last(model.wording.of_reading, bound) for bound in (said.low, said.high))
    variance = jnp.asarray(model.wording.lone) ** 2
    part = variance / ((spread / a.expected.unit) ** 2 * np.pi**2 / 3)
    return part * ((low + high) / 2 - at) / a.expected.unit, jnp.sqrt(variance * (1 - part))


def _of_last(of_reading: np.ndarray, bound: Array) -> Array:
    """Bound of each reading's widest interval, the last of the nested ones."""
    last = np.array([members[members < bound.shape[0]][-1] for members in of_reading])
    return bound[last]
