"""Products without scatter against dense ones, forward and reverse; running sums against cumsum."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.measures.sparse import Sparse, multiply
from sojourn.measures.windows import running_sum

ROWS, COLUMNS = 6, 9
entry = st.tuples(st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1), st.floats(-3, 3))


@settings(max_examples=25, deadline=None)
@given(st.lists(entry, max_size=30), st.integers(0, 99))
def test_multiply_is_a_dense_product(entries: list[tuple[int, int, float]], seed: int) -> None:
    dense = np.zeros((ROWS, COLUMNS))
    for i, j, x in entries:
        dense[i, j] += x
    matrix = Sparse.from_entries(entries, dense.shape)
    x, g = (jnp.asarray(np.random.default_rng(seed).normal(size=n)) for n in (COLUMNS, ROWS))
    y, back = jax.vjp(lambda v: multiply(matrix, v), x)
    np.testing.assert_allclose(y, dense @ x, atol=1e-12)
    np.testing.assert_allclose(back(g)[0], dense.T @ g, atol=1e-12)
    again = np.zeros_like(dense)
    for i, j, v in matrix.entries():
        again[i, j] += v
    np.testing.assert_allclose(again, dense, atol=1e-15)


def test_multiply_differs_between_matrices_of_one_shape() -> None:
    """Two operators compiled one after the other do not share a cached product."""
    x = jnp.arange(3.0)
    one, two = (Sparse.from_entries([(0, j, 1.0)], (1, 3)) for j in (1, 2))
    product = jax.jit(multiply, static_argnums=0)
    assert (float(product(one, x)[0]), float(product(two, x)[0])) == (1.0, 2.0)


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 8, 9, 10, 86, 143])
def test_running_sum_is_cumsum(steps: int) -> None:
    flow = np.random.default_rng(steps).normal(size=(steps, 3))
    expected = np.concatenate([np.zeros((1, 3)), np.cumsum(flow, axis=0)])
    np.testing.assert_allclose(running_sum(jnp.asarray(flow)), expected, atol=1e-12)
