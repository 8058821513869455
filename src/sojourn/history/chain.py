"""One Markov step for every row at once, and its reverse pass.

A step is exact competing risks: someone exposed to a total hazard Λ for a time dt
leaves their state with probability 1 − exp(−Λ·dt), for each destination in
proportion to its hazard. Nobody appears or disappears.

The reverse pass is written by hand because only the state needs a sequential scan:
given the states and their adjoints, the derivatives with respect to all
probabilities of all steps are three products.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

Array = jax.Array


class Step(NamedTuple):
    """Probabilities of every step, for R rows and S states.

    stay: (T, R, S) of remaining in the state; move: (T, R, S) of leaving the place;
    settle: (T, R, S) of getting a residence permit, 0 in states that lead to none;
    enter: (T, R, S) persons added by the end of the step.
    """

    stay: Array
    move: Array
    settle: Array
    enter: Array


class Wiring(NamedTuple):
    """Where people go: `split` (R, S, D) shares of movers by destination, `permit` (S, S) 0 or 1.

    The first D states are staying in each of D places: movers arrive there.
    """

    split: Array
    permit: NDArray[np.float64]


def propagate(steps: Step, wiring: Wiring) -> Array:
    """Persons at every bound of the calendar, (T+1, R, S), from nobody at the start."""
    return _propagate(steps, wiring.split, jnp.asarray(wiring.permit))


def _pad(split: Array) -> Array:
    """Shares by destination laid out over all states, (R, S, S)."""
    R, S, D = split.shape
    return jnp.concatenate([split, jnp.zeros((R, S, S - D))], axis=2)


@jax.custom_vjp
def _propagate(steps: Step, split: Array, permit: Array) -> Array:
    to = _pad(split)

    def body(X: Array, step: Step) -> tuple[Array, Array]:
        moved, settled = (X * step.move)[:, :, None], (X * step.settle)[:, :, None]
        after = X * step.stay + jnp.sum(moved * to + settled * permit, axis=1) + step.enter
        return after, after

    X0 = jnp.zeros_like(steps.enter[0])
    _, later = jax.lax.scan(body, X0, steps)
    return jnp.concatenate([X0[None], later])


def _propagate_forward(
    steps: Step, split: Array, permit: Array
) -> tuple[Array, tuple[Step, Array, Array, Array]]:
    X = _propagate(steps, split, permit)
    return X, (steps, split, permit, X)


def _propagate_backward(saved: tuple[Step, Array, Array, Array], grad: Array) -> tuple[Step, Array, Array]:
    steps, split, permit, X = saved
    D = split.shape[2]
    to = _pad(split)

    def body(adjoint: Array, inputs: tuple[Array, Array, Array, Array]) -> tuple[Array, Array]:
        g, stay, move, settle = inputs
        adjoint = adjoint + g
        through = move[:, :, None] * to + settle[:, :, None] * permit
        return adjoint * stay + jnp.sum(through * adjoint[:, None, :], axis=2), adjoint

    inputs = (grad[1:], steps.stay, steps.move, steps.settle)
    _, adjoint = jax.lax.scan(body, jnp.zeros_like(X[0]), inputs, reverse=True)
    before = X[:-1]
    gone = jnp.einsum("trj,rsj->trs", adjoint[:, :, :D], split)
    settled = jnp.einsum("trj,sj->trs", adjoint, permit)
    gradient = Step(stay=before * adjoint, move=before * gone, settle=before * settled, enter=adjoint)
    by_destination = jnp.einsum("trs,trj->rsj", before * steps.move, adjoint[:, :, :D])
    return gradient, by_destination, jnp.zeros_like(permit)


_propagate.defvjp(_propagate_forward, _propagate_backward)
