"""One step of a Markov chain for all rows at once, and its reverse pass.

A step is exact competing risks: someone exposed to a total hazard Λ for a time dt
leaves their state with probability 1 − exp(−Λ·dt), for each destination in
proportion to its hazard. The number of people is conserved.

The reverse pass is written by hand, because only the state needs a sequential scan:
given the states and their adjoints, the derivatives with respect to all
probabilities of all steps are three products.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple, cast

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray


class ChainStep(NamedTuple):
    """Transitions in every step, for R rows and S states; all arrays have shape (T, R, S).

    `stay`, `move` and `settle` are probabilities for people who are in the state at the start of
    the step: to stay in the state, to leave the place, or to get a residence permit (0 in states
    without this transition). `stay_first`, `move_first` and `settle_first` are numbers of persons
    who arrive during the step, by what they do before its end.
    """

    stay: Array
    move: Array
    settle: Array
    stay_first: Array
    move_first: Array
    settle_first: Array


class Wiring(NamedTuple):
    """Destinations: `split` (R, S, D), shares of movers by destination, and `settles` (M,).

    The first D states are "staying" in each of the D places; movers enter these. `settles` are the
    places where staying people may get a permit, in the order of the M settled states, which come
    next.
    """

    split: Array
    settles: NDArray[np.intp]


def propagate(steps: ChainStep, wiring: Wiring) -> Array:
    """Return persons at every bound of the calendar, shape (T+1, R, S), with zeros at the start."""
    return cast(Array, _propagate(tuple(int(d) for d in wiring.settles), steps, wiring.split))


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _propagate(settles: tuple[int, ...], steps: ChainStep, split: Array) -> Array:
    R, S, D = split.shape
    from_place, rest = np.array(settles, dtype=int), S - D - len(settles)

    def body(X: Array, step: ChainStep) -> tuple[Array, Array]:
        arriving = jnp.sum((X * step.move + step.move_first)[:, :, None] * split, axis=1)
        settling = (X * step.settle + step.settle_first)[:, from_place]
        moved = jnp.concatenate([arriving, settling, jnp.zeros((R, rest))], axis=1)
        after = X * step.stay + step.stay_first + moved
        return after, after

    X0 = jnp.zeros_like(steps.stay[0])
    _, later = jax.lax.scan(body, X0, steps)
    return jnp.concatenate([X0[None], later])


def _propagate_forward(
    settles: tuple[int, ...], steps: ChainStep, split: Array
) -> tuple[Array, tuple[ChainStep, Array, Array]]:
    X = cast(Array, _propagate(settles, steps, split))
    return X, (steps, split, X)


def _propagate_backward(
    settles: tuple[int, ...], saved: tuple[ChainStep, Array, Array], grad: Array
) -> tuple[ChainStep, Array]:
    steps, split, X = saved
    D, M = split.shape[2], len(settles)
    to_settled = np.full(split.shape[1], D + M)
    to_settled[list(settles)] = D + np.arange(M)

    def pull(adjoint: Array) -> tuple[Array, Array]:
        of_move = jnp.sum(split * adjoint[..., None, :D], axis=-1)
        padded = jnp.concatenate([adjoint[..., : D + M], jnp.zeros((*adjoint.shape[:-1], 1))], axis=-1)
        return of_move, padded[..., to_settled]

    def body(adjoint: Array, inputs: tuple[Array, ...]) -> tuple[Array, Array]:
        g, stay, move, settle = inputs
        adjoint = adjoint + g
        of_move, of_settle = pull(adjoint)
        return adjoint * stay + move * of_move + settle * of_settle, adjoint

    inputs = (grad[1:], steps.stay, steps.move, steps.settle)
    _, adjoint = jax.lax.scan(body, jnp.zeros_like(X[0]), inputs, reverse=True)
    of_move, of_settle = pull(adjoint)
    before = X[:-1]
    gradient = ChainStep(
        stay=before * adjoint,
        move=before * of_move,
        settle=before * of_settle,
        stay_first=adjoint,
        move_first=of_move,
        settle_first=of_settle,
    )
    moved = before * steps.move + steps.move_first
    return gradient, jnp.einsum("trs,trj->rsj", moved, adjoint[:, :, :D])


_propagate.defvjp(_propagate_forward, _propagate_backward)
