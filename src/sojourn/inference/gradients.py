"""What the sampler asks of a model: the gradient of its potential, and its outcomes, as plain functions.

The functions take and return NumPy arrays. This is the one place that decides what computes them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from sojourn._core.arrays import Real
from sojourn.history import make_history
from sojourn.inference.jax_config import OPTIONS, jax_settings
from sojourn.inference.parameters import parameters
from sojourn.inference.preconditioner import Gradient
from sojourn.inference.quantities import in_batches, make_timeline, position_of

if TYPE_CHECKING:
    from sojourn.inference.density import Model
    from sojourn.inference.likelihood import ClaimIntervals

MakeGradient = Callable[["ClaimIntervals"], Gradient]
"""From the claims to a new gradient function with work arrays of its own, for one thread."""
Outcomes = Callable[[Real], Real]
"""From draws (n, D) to log numbers of people (n, 4), in the order of OUTCOMES; any thread may call it."""


def make_gradients(model: Model) -> MakeGradient:
    """The gradient of a model's potential, compiled once for claims of the same shape."""
    return jax_gradient(model)


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
def make_outcomes(model: Model) -> Outcomes:
    """The outcomes on the day asked, which the stopping rule watches.

    Fewer people than a thousandth count as a thousandth, so that logarithms are finite.
    """
    plan, at = model.plan, position_of(model, model.case.settings.asof)
    simulate, timeline = make_history(plan), make_timeline(plan)

    def one(z: jax.Array) -> jax.Array:
        people = timeline(simulate(parameters(plan, model.unknowns.values(z))))[at]
        return jnp.log(jnp.maximum(people, 1e-3))

    mapped = jax.jit(lambda z: jax.lax.map(one, z), compiler_options=OPTIONS)

    def outcomes(z: Real) -> Real:
        with jax.enable_x64(True):
            return np.concatenate([mapped(jnp.asarray(chunk)) for chunk in in_batches(z)])[: len(z)]

    return outcomes
