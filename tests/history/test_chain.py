"""One Markov step and its reverse pass, against a plain scan, sums by hand and finite differences."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.history.chain import ChainStep, Wiring, propagate

T, R, S, D = 7, 2, 5, 3
PERMIT = np.zeros((S, S))
PERMIT[1, 3] = PERMIT[2, 4] = 1.0


def some_steps(seed: int) -> tuple[ChainStep, jax.Array]:
    """Probabilities that add up to one, arrivals of any size, shares by destination."""
    rng = np.random.default_rng(seed)
    leads_on = PERMIT.sum(axis=1)
    stay, move, settle = np.moveaxis(rng.dirichlet(np.ones(3), size=(T, R, S)), -1, 0)
    stay, settle = stay + settle * (1 - leads_on), settle * leads_on
    first = [10 * rng.random((T, R, S)) for _ in range(2)]
    steps = ChainStep(*map(jnp.asarray, (stay, move, settle, *first, rng.random((T, R, S)) * leads_on)))
    return steps, jnp.asarray(rng.dirichlet(np.ones(D), size=(R, S)))


def plain(steps: ChainStep, split: jax.Array) -> jax.Array:
    """The same recursion, left to automatic differentiation."""
    to = jnp.concatenate([split, jnp.zeros((R, S, S - D))], axis=2)

    def body(X: jax.Array, step: ChainStep) -> tuple[jax.Array, jax.Array]:
        moved, settled = X * step.move + step.move_first, X * step.settle + step.settle_first
        X = X * step.stay + step.stay_first + jnp.einsum("rs,rsj->rj", moved, to) + settled @ PERMIT
        return X, X

    X0 = jnp.zeros((R, S))
    return jnp.concatenate([X0[None], jax.lax.scan(body, X0, steps)[1]])


def weighted(run: Any, weights: jax.Array) -> Any:
    """A curved function of all states, so that every adjoint is different."""
    return lambda steps, split: jnp.sum(weights * jnp.sin(run(steps, split) / 20))


def chain(steps: ChainStep, split: jax.Array) -> jax.Array:
    return propagate(steps, Wiring(split, np.array([1, 2])))


def test_forward_is_the_sum_over_everybody() -> None:
    steps, split = some_steps(0)
    stay, move, settle, stay_first, move_first, settle_first = map(np.asarray, steps)
    X = np.zeros((T + 1, R, S))
    for t in range(T):
        for r in range(R):
            for s in range(S):
                X[t + 1, r, s] += X[t, r, s] * stay[t, r, s] + stay_first[t, r, s]
                for j in range(S):
                    gone = X[t, r, s] * move[t, r, s] + move_first[t, r, s]
                    X[t + 1, r, j] += gone * split[r, s, j] if j < D else 0.0
                    permits = X[t, r, s] * settle[t, r, s] + settle_first[t, r, s]
                    X[t + 1, r, j] += permits * PERMIT[s, j]
    np.testing.assert_allclose(chain(steps, split), X, rtol=1e-12)
    arrived = np.cumsum(stay_first + move_first + settle_first, axis=0).sum(axis=2)
    np.testing.assert_allclose(X[1:].sum(axis=2), arrived, rtol=1e-12)


@pytest.fixture(scope="module")
def gradients() -> Any:
    weights = jnp.asarray(np.random.default_rng(9).normal(size=(T + 1, R, S)))
    by_hand, automatic = (jax.jit(jax.grad(weighted(run, weights), argnums=(0, 1))) for run in (chain, plain))
    return by_hand, automatic, jax.jit(weighted(chain, weights))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_reverse_pass_equals_automatic_differentiation(gradients: Any, seed: int) -> None:
    by_hand, automatic, _ = gradients
    found, expected = by_hand(*some_steps(seed)), automatic(*some_steps(seed))
    for a, b in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_reverse_pass_equals_finite_differences(gradients: Any, seed: int) -> None:
    by_hand, _, value = gradients
    steps, split = some_steps(seed)
    rng = np.random.default_rng(seed)
    along = ChainStep(*(jnp.asarray(rng.normal(size=part.shape)) for part in steps))
    turn = jnp.asarray(rng.normal(size=split.shape))

    def at(h: float) -> float:
        return float(
            value(ChainStep(*(a + h * b for a, b in zip(steps, along, strict=True))), split + h * turn)
        )

    slope = by_hand(steps, split)
    product = sum(float(jnp.sum(a * b)) for a, b in zip(slope[0], along, strict=True))
    product += float(jnp.sum(slope[1] * turn))
    assert product == pytest.approx((at(1e-6) - at(-1e-6)) / 2e-6, rel=1e-6, abs=1e-8)
