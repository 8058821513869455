"""Pointwise log likelihoods per draw and claim, and expected figures per draw; used by the audit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from sojourn._core.arrays import Real
from sojourn.case import Reading
from sojourn.history import Plan, make_history
from sojourn.inference.compiled_density import CompiledDensity, compile_density
from sojourn.inference.density import Model
from sojourn.inference.jax_config import OPTIONS, jax_settings
from sojourn.inference.likelihood import ClaimIntervals, expect, marginalise_readings, off_scale
from sojourn.inference.parameters import parameters
from sojourn.inference.quantities import in_batches
from sojourn.measures import compile_readings, evaluate


class Points(NamedTuple):
    """Pointwise quantities of n draws.

    scores (n, readings) are log P(figure | reading) and groups (n, G) the log likelihoods of
    contact groups, both whether in use or not. location and spread (n, readings) are the
    location of the figure under each reading and the scale of its logistic error, on the
    reading's scale. timeline (n, B, 4) has people arrived, stayed, moved on and returned at the
    bounds of the calendar.
    """

    scores: Any
    groups: Any
    location: Any
    spread: Any
    timeline: Any


def make_points(
    model: Model, density: CompiledDensity | None = None
) -> Callable[[Real, ClaimIntervals], Points]:
    """Return a function that gives the `Points` of many draws (n, D); call once per model."""
    density = density or compile_density(model)

    def many(z: Real, said: ClaimIntervals) -> Points:
        record = density.record_draws(z, said)
        return Points(record.scores, record.groups, record.location, record.spread, record.timeline)

    return many


@jax_settings()
def log_heard(model: Model, points: Points, said: ClaimIntervals) -> Real:
    """Log likelihood (n,) of the claims and groups with positive weight in `said`."""

    def one(scores: Array) -> Array:
        return marginalise_readings(model.wording, said.claim_weight, scores).total

    claims = np.asarray(jax.vmap(one)(jnp.asarray(points.scores)))
    return claims + points.groups @ np.asarray(said.group_weight)


def make_expectations(
    model: Model, readings: Sequence[Reading], plan: Plan | None = None
) -> Callable[[Real], Real]:
    """Compile a function that returns the expected values (n, readings) of other readings for draws (n, D).

    Values are in people, crossings or documents; shares and changes of rent are proportions.
    The calendar is that of the model: dates within a step are interpolated. A `plan` with
    other settings, but the same places, cohorts and regimes, replaces the model's.

    Raises:
        ReadingError: the case does not model a reading.
        ValueError: a day lies outside the calendar, or the model does not distinguish a wave.
    """
    plan = plan or model.plan
    compiled = compile_readings(plan, readings)
    simulate = make_history(plan)

    def one(z: Array) -> Array:
        v = model.unknowns.values(z)
        p = parameters(plan, v)
        found = expect(compiled, evaluate(compiled.operator, plan, simulate(p), p), v)
        return off_scale(found.location, compiled.scale)

    mapped = jax.jit(lambda z: jax.lax.map(one, z), compiler_options=OPTIONS)
    return lambda z: np.concatenate([mapped(jnp.asarray(chunk)) for chunk in in_batches(z)])[: len(z)]
