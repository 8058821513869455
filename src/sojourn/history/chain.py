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
    """What happens in every step, for R rows and S states; all arrays are (T, R, S).

    Probabilities for those who are there at its beginning: `stay` in the state, `move`
    away from the place, `settle` (get a residence permit; 0 in states that lead to
    none). Persons who arrive during the step, by what they do until its end:
    `stay_first`, `move_first`, `settle_first`.
    """

    stay: Array
    move: Array
    settle: Array
    stay_first: Array
    move_first: Array
    settle_first: Array


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
        moved = (X * step.move + step.move_first)[:, :, None]
        settled = (X * step.settle + step.settle_first)[:, :, None]
        after = X * step.stay + step.stay_first + jnp.sum(moved * to + settled * permit, axis=1)
        return after, after

    X0 = jnp.zeros_like(steps.stay[0])
    _, later = jax.lax.scan(body, X0, steps)
    return jnp.concatenate([X0[None], later])


def _propagate_forward(
    steps: Step, split: Array, permit: Array
) -> tuple[Array, tuple[Step, Array, Array, Array]]:
    X = _propagate(steps, split, permit)
    return X, (steps, split, permit, X)


def _propagate_backward(saved: tuple[Step, Array, Array, Array], grad: Array) -> tuple[Step, Array, Array]:
    steps, split, permit, X = saved
    to = _pad(split)

    def body(adjoint: Array, inputs: tuple[Array, ...]) -> tuple[Array, tuple[Array, ...]]:
        g, stay, move, settle = inputs
        adjoint = adjoint + g
        of_move = jnp.sum(to * adjoint[:, None, :], axis=2)
        of_settle = jnp.sum(permit * adjoint[:, None, :], axis=2)
        return adjoint * stay + move * of_move + settle * of_settle, (adjoint, of_move, of_settle)

    inputs = (grad[1:], steps.stay, steps.move, steps.settle)
    _, (adjoint, of_move, of_settle) = jax.lax.scan(body, jnp.zeros_like(X[0]), inputs, reverse=True)
    before = X[:-1]
    gradient = Step(
        stay=before * adjoint,
        move=before * of_move,
        settle=before * of_settle,
        stay_first=adjoint,
        move_first=of_move,
        settle_first=of_settle,
    )
    moved = before * steps.move + steps.move_first
    by_destination = jnp.einsum("trs,trj->rsj", moved, adjoint[:, :, : split.shape[2]])
    return gradient, by_destination, jnp.zeros_like(permit)


_propagate.defvjp(_propagate_forward, _propagate_backward)
