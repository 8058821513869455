"""The density of a case, compiled: gradients for the sampler, and all that an answer needs of each draw.

The numba kernel computes both, if it agrees with the definition in JAX at a point; otherwise JAX does.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from sojourn._core.arrays import Indices, Real
from sojourn.history import History, Plan
from sojourn.inference.density import Model
from sojourn.inference.jax_config import OPTIONS, jax_settings
from sojourn.inference.kernel.constants import KernelError, collect_constants
from sojourn.inference.kernel.kernel import Kernel
from sojourn.inference.likelihood import ClaimIntervals, error_location_scale
from sojourn.inference.preconditioner import Gradient

MakeGradient = Callable[[ClaimIntervals], Gradient]
"""From the claims to a new gradient function with work arrays of its own, for one thread."""
Outcomes = Callable[[Real], Real]
"""From draws (n, D) to log numbers of people (n, 4), in the order of OUTCOMES; any thread may call it."""
LEAST_PEOPLE = 1e-3
"""Fewer people than this count as this many, so that logarithms are finite."""
SPREAD = 0.3
"""Standard deviation of the point at which the kernel is compared with its definition."""
STEP = 1e-4
"""Half of the distance over which the definition's slope is measured."""
VALUE_TOLERANCE, SLOPE_TOLERANCE = 1e-9, 1e-6


class DrawRecord(NamedTuple):
    """What an answer needs of n draws (of one draw, without n, inside the loops).

    timeline (n, B, 4) has the people who arrived, stayed, moved on and returned at the bounds of the
    calendar; by_place (n, D) the people in each place on the reference date; settled (n,) those with a
    permit of the host; flows (n, D, D) the moves between places until then; part_stock (n, P) the parts'
    shares of stocks; expected, unit, location, spread and scores (n, readings) what each reading expects,
    see `Expectation` and `error_location_scale`, and log P(figure | reading), in use or not; groups (n, G)
    the log likelihoods of contact groups; potential (n,) minus the log posterior density, up to a constant.
    """

    timeline: Any
    by_place: Any
    settled: Any
    flows: Any
    part_stock: Any
    expected: Any
    unit: Any
    location: Any
    spread: Any
    scores: Any
    groups: Any
    potential: Any


@dataclass(frozen=True)
class CompiledDensity:
    """A model with its kernel; `constants` is None where JAX computes instead."""

    model: Model
    constants: Mapping[str, Any] | None

    def make_gradient(self, claims: ClaimIntervals) -> Gradient:
        """Return the potential and gradient given the claims, with work arrays of its own for one thread."""
        if self.constants is not None:
            return Kernel(self.constants, claims).value_and_gradient

        @jax_settings()
        def by_definition(z: Real) -> tuple[float, Real]:
            value, slope = self._gradient(jnp.asarray(z), claims)
            return float(value), np.asarray(slope)

        return by_definition

    def record_draws(self, z: Real, claims: ClaimIntervals) -> DrawRecord:
        """Compute the record of draws z (n, D), in as many threads as there are processors."""
        if self.constants is None:
            rows = list(map(self._record_by_jax(claims), z))
        else:
            threads = os.cpu_count() or 1
            with ThreadPoolExecutor(threads) as pool:
                parts = pool.map(
                    lambda part: list(map(self._record_by_kernel(claims), part)),
                    np.array_split(z, min(threads, len(z))),
                )
                rows = list(chain.from_iterable(parts))
        return DrawRecord(*(np.stack(column) for column in zip(*rows, strict=True)))

    def find_outcomes(self, z: Real) -> Real:
        """Log numbers of people (n, 4) who arrived, stayed, moved on and returned by the day asked."""
        question = Question(self.model.plan)
        if self.constants is None:
            timeline = self.record_draws(z, self.model.said).timeline
            return np.log(np.maximum(timeline[:, question.at], LEAST_PEOPLE))
        kernel = Kernel(self.constants, self.model.said)
        people = np.empty((len(z), 4))
        for one, row in zip(z, people, strict=True):
            kernel.value(one)
            row[:] = question.outcomes(kernel.arrays["arrivals"], kernel.arrays["stock"])
        return np.log(np.maximum(people, LEAST_PEOPLE))

    @cached_property
    def _gradient(self) -> Any:
        return jax.jit(jax.value_and_grad(self.model.potential), compiler_options=OPTIONS)

    def _record_by_kernel(self, claims: ClaimIntervals) -> Callable[[Real], DrawRecord]:
        assert self.constants is not None
        kernel = Kernel(self.constants, claims, score_all=True)
        question = Question(self.model.plan)
        a = kernel.arrays

        def record(z: Real) -> DrawRecord:
            potential = kernel.value(z)
            return DrawRecord(
                timeline=question.timeline(a["arrivals"], a["stock"]),
                by_place=question.by_place(a["stock"]),
                settled=question.settled(a["stock"]),
                flows=question.flows(a["movers"], a["split"][a["row_class"]]),
                part_stock=a["part_stock"].copy(),
                expected=a["expected"].copy(),
                unit=a["unit"].copy(),
                location=a["location"].copy(),
                spread=a["error"] * a["unit"],
                scores=a["score"].copy(),
                groups=a["group_score"].copy(),
                potential=potential,
            )

        return record

    def _record_by_jax(self, claims: ClaimIntervals) -> Callable[[Real], DrawRecord]:
        model, question = self.model, Question(self.model.plan)

        def one(z: Array) -> DrawRecord:
            a = model.account(z, claims)
            location, spread = error_location_scale(model.wording, a.expected, a.values)
            h = a.history
            return DrawRecord(
                timeline=question.timeline(h.arrivals, h.stock, jnp),
                by_place=question.by_place(h.stock),
                settled=question.settled(h.stock),
                flows=question.flows(h.movers, h.split, jnp),
                part_stock=a.parameters.part_stock,
                expected=a.expected.location,
                unit=a.expected.unit,
                location=location,
                spread=spread,
                scores=a.scores,
                groups=a.groups,
                potential=0.5 * jnp.sum(z * z) - a.heard - jnp.sum(claims.group_weight * a.groups),
            )

        compiled = jax.jit(one, compiler_options=OPTIONS)

        @jax_settings()
        def record(z: Real) -> DrawRecord:
            return DrawRecord(*(np.asarray(part) for part in compiled(jnp.asarray(z))))

        return record


class Question:
    """The cohort of the question and its states, for counting people in a history."""

    def __init__(self, plan: Plan) -> None:
        """Find the rows, cohorts and states that a plan counts for its question."""
        settings = plan.settings
        selector = (settings.host, settings.wave)
        self.at = round(plan.calendar.end_of(settings.asof))
        self.rows: Indices = np.array(plan.rows_of(selector))
        self.cohorts: Indices = np.array(plan.cohorts_of(selector))
        states = range(len(plan.states))
        host, home = plan.states_of(settings.host), plan.states_of(settings.origin)
        away = [s for s in states if s not in (*host, *home)]
        self.fate = np.array([[float(s in fate) for fate in (host, away, home)] for s in states])
        self.permit = np.array(
            [float(s.standing == "settled" and i in host) for i, s in enumerate(plan.states)]
        )
        self.member = np.array([[float(p == s.place) for p in plan.places] for s in plan.states])

    def timeline(self, arrivals: Any, stock: Any, xp: Any = np) -> Any:
        """People who arrived, stayed, moved on and returned at the bounds, (T+1, 4)."""
        flow = arrivals[:, self.cohorts].sum(axis=1)
        arrived = xp.concatenate([xp.zeros(1), xp.cumsum(flow)])
        return xp.concatenate([arrived[:, None], stock[:, self.rows].sum(axis=1) @ self.fate], axis=1)

    def outcomes(self, arrivals: Real, stock: Real) -> Real:
        """The same on the day asked only, (4,)."""
        arrived = arrivals[: self.at, self.cohorts].sum()
        return np.concatenate([[arrived], stock[self.at, self.rows].sum(axis=0) @ self.fate])

    def by_place(self, stock: Any) -> Any:
        """People in each place on the reference date, (D,)."""
        return stock[self.at, self.rows].sum(axis=0) @ self.member

    def settled(self, stock: Any) -> Any:
        """People with a residence permit of the host on the reference date, ()."""
        return stock[self.at, self.rows].sum(axis=0) @ self.permit

    def flows(self, movers: Any, split: Any, xp: Any = np) -> Any:
        """Moves between places until the reference date, (D, D); `split` is (R, S, D)."""
        moved = movers[: self.at, self.rows].sum(axis=0)
        return self.member.T @ xp.einsum("rs,rsd->sd", moved, split[self.rows])


def make_timeline(plan: Plan) -> Callable[[History], Array]:
    """Return a function from a history in JAX to the outcomes of the question's cohort, (T+1, 4)."""
    question = Question(plan)
    return lambda history: question.timeline(history.arrivals, history.stock, jnp)


@jax_settings()
def compile_density(model: Model) -> CompiledDensity:
    """Compile a model's density by numba; by JAX, with a warning, where the kernel cannot express it."""
    try:
        density = CompiledDensity(model, collect_constants(model))
        density.make_gradient(model.said)(np.zeros(model.unknowns.size))
        return density
    except KernelError as error:
        warnings.warn(f"computing with JAX, six times slower: {error}", RuntimeWarning, stacklevel=2)
        return CompiledDensity(model, None)


def check_kernel(density: CompiledDensity) -> None:
    """Compare the kernel with its definition, at one point and along one direction.

    Raises:
        KernelError: value or slope differ; the kernel must not be used.
    """
    if density.constants is None:
        return
    model, claims = density.model, density.model.said
    definition = jax.jit(model.potential, compiler_options=OPTIONS | {"xla_backend_optimization_level": 0})
    rng = np.random.default_rng(1)
    z, way = SPREAD * rng.standard_normal((2, model.unknowns.size))
    way /= np.linalg.norm(way)
    value, gradient = density.make_gradient(claims)(z)
    with jax_settings():
        here, ahead, behind = (
            float(definition(jnp.asarray(z + step * way), claims)) for step in (0.0, STEP, -STEP)
        )
    slope = (ahead - behind) / (2 * STEP)
    if abs(value - here) > VALUE_TOLERANCE * abs(here):
        raise KernelError(f"the potential is {value}, by its definition {here}")
    if abs(gradient @ way - slope) > SLOPE_TOLERANCE * float(np.linalg.norm(gradient)):
        raise KernelError(f"the slope is {gradient @ way}, by its definition {slope}")
