"""What the sampler asks of a model: the gradient of its potential, and its outcomes, as plain functions.

The functions take and return NumPy arrays. This is the one place that decides what computes them: the
compiled kernel, or JAX for a model that the kernel cannot express.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from sojourn._core.arrays import Real
from sojourn.history import make_history
from sojourn.inference.jax_config import OPTIONS, jax_settings
from sojourn.inference.kernel.constants import Arrays, KernelError, collect_constants
from sojourn.inference.kernel.kernel import Kernel
from sojourn.inference.parameters import parameters
from sojourn.inference.preconditioner import Gradient
from sojourn.inference.quantities import in_batches, make_timeline, position_of

if TYPE_CHECKING:
    from sojourn.inference.density import Model
    from sojourn.inference.likelihood import ClaimIntervals

LEAST_PEOPLE = 1e-3
"""Fewer people than this count as this many, so that logarithms are finite."""

MakeGradient = Callable[["ClaimIntervals"], Gradient]
"""From the claims to a new gradient function with work arrays of its own, for one thread."""
Outcomes = Callable[[Real], Real]
"""From draws (n, D) to log numbers of people (n, 4), in the order of OUTCOMES; any thread may call it."""


class Gradients(NamedTuple):
    """The functions that the sampler asks of a model."""

    make_gradient: MakeGradient
    outcomes: Outcomes


def make_gradients(model: Model) -> Gradients:
    """The functions of a model, compiled once for claims of the same shape."""
    try:
        constants = collect_constants(model)
        found = Gradients(kernel_gradient(constants), kernel_outcomes(model, constants))
        found.make_gradient(model.said)(np.zeros(model.unknowns.size))
    except KernelError:
        return Gradients(jax_gradient(model), jax_outcomes(model))
    return found


def kernel_gradient(constants: Arrays) -> MakeGradient:
    """The gradient from the compiled kernel."""
    return lambda said: Kernel(constants, said).value_and_gradient


def kernel_outcomes(model: Model, constants: Arrays) -> Outcomes:
    """The outcomes on the day asked, which the stopping rule watches, from the compiled kernel."""
    plan, at = model.plan, position_of(model, model.case.settings.asof)
    selector = (plan.settings.host, plan.settings.wave)
    rows, cohorts = list(plan.rows_of(selector)), list(plan.cohorts_of(selector))
    host, home = list(plan.states_of(plan.settings.host)), list(plan.states_of(plan.settings.origin))
    away = [i for i in range(len(plan.states)) if i not in (*host, *home)]

    def outcomes(z: Real) -> Real:
        kernel = Kernel(constants, model.said)
        people = np.empty((len(z), 4))
        for one, row in zip(z, people, strict=True):
            kernel.value(one)
            stock = kernel.arrays["stock"][at, rows].sum(axis=0)
            row[0] = kernel.arrays["arrivals"][:at, cohorts].sum()
            row[1:] = [stock[states].sum() for states in (host, away, home)]
        return np.log(np.maximum(people, LEAST_PEOPLE))

    return outcomes


@jax_settings()
def jax_gradient(model: Model) -> MakeGradient:
    """The gradient as JAX derives it from the definition of the model."""
    compiled = jax.jit(jax.value_and_grad(model.potential), compiler_options=OPTIONS)
    compiled(jnp.zeros(model.unknowns.size), model.said)

    def make_gradient(said: ClaimIntervals) -> Gradient:
        def gradient(z: Real) -> tuple[float, Real]:
            with jax.enable_x64(True):
                value, slope = compiled(z, said)
                return float(value), np.asarray(slope)

        return gradient

    return make_gradient


@jax_settings()
def jax_outcomes(model: Model) -> Outcomes:
    """The outcomes on the day asked, which the stopping rule watches, from the definition of the model."""
    plan, at = model.plan, position_of(model, model.case.settings.asof)
    simulate, timeline = make_history(plan), make_timeline(plan)

    def one(z: jax.Array) -> jax.Array:
        people = timeline(simulate(parameters(plan, model.unknowns.values(z))))[at]
        return jnp.log(jnp.maximum(people, LEAST_PEOPLE))

    mapped = jax.jit(lambda z: jax.lax.map(one, z), compiler_options=OPTIONS)

    def outcomes(z: Real) -> Real:
        with jax.enable_x64(True):
            return np.concatenate([mapped(jnp.asarray(chunk)) for chunk in in_batches(z)])[: len(z)]

    return outcomes
