"""One Markov step for every row at once, and its reverse pass.

A step is exact competing risks: someone exposed to a total hazard Λ for a time dt
leaves their state with probability 1 − exp(−Λ·dt), for each destination in
proportion to its hazard. Nobody appears or disappears.

The reverse pass is written by hand because only the state needs a sequential scan:
given the states and their adjoints, the derivatives with respect to all
probabilities of all steps are one vectorised product.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

Array = jax.Array


class Step(NamedTuple):
    """Probabilities of one step (or of all, with a leading axis T), for R rows and S states.

    stay: (R, S) of remaining in the state; move: (R, S) of leaving the place;
    settle: (R, M) of getting a residence permit, for the M places with permits;
    enter: (R, S) persons added by the end of the step.
    """

    stay: Array
    move: Array
    settle: Array
    enter: Array


class Wiring(NamedTuple):
    """Where movers go: `split` (R, S, D) by destination; `settle_from` (M,) staying states."""

    split: Array
    settle_from: np.ndarray[Any, np.dtype[np.intp]]


def advance(X: Array, step: Step, wiring: Wiring) -> Array:
    """The persons in each state one step later, (R, S); D staying, then M settled, then passing."""
    moved = jnp.sum((X * step.move)[:, :, None] * wiring.split, axis=1)
    settled = X[:, wiring.settle_from] * step.settle
    through = jnp.zeros((X.shape[0], X.shape[1] - moved.shape[1] - settled.shape[1]))
    return X * step.stay + jnp.concatenate([moved, settled, through], axis=1) + step.enter


def propagate(steps: Step, wiring: Wiring) -> Array:
    """Persons at every bound of the calendar, (T+1, R, S), from nobody at the start."""
    settle_from = wiring.settle_from

    def one(X: Array, step: Step, split: Array) -> Array:
        return advance(X, step, Wiring(split, settle_from))

    @jax.custom_vjp
    def run(steps: Step, split: Array) -> Array:
        def body(X: Array, step: Step) -> tuple[Array, Array]:
            after = one(X, step, split)
            return after, after

        X0 = jnp.zeros_like(steps.enter[0])
        _, later = jax.lax.scan(body, X0, steps)
        return jnp.concatenate([X0[None], later])

    def forward(steps: Step, split: Array) -> tuple[Array, tuple[Step, Array, Array]]:
        X = run(steps, split)
        return X, (steps, split, X)

    def backward(saved: tuple[Step, Array, Array], grad: Array) -> tuple[Step, Array]:
        steps, split, X = saved

        def body(adjoint: Array, inputs: tuple[Step, Array]) -> tuple[Array, Array]:
            step, g = inputs
            adjoint = adjoint + g
            (before,) = jax.linear_transpose(lambda X: one(X, step, split) - step.enter, X[0])(adjoint)
            return before, adjoint

        _, adjoints = jax.lax.scan(body, jnp.zeros_like(X[0]), (steps, grad[1:]), reverse=True)

        def all_steps(steps: Step, split: Array) -> Array:
            return jax.vmap(one, in_axes=(0, 0, None))(X[:-1], steps, split)

        return jax.vjp(all_steps, steps, split)[1](adjoints)

    run.defvjp(forward, backward)
    return run(steps, wiring.split)
