"""Product of a constant sparse matrix and a vector, without scatter in either direction.

On a CPU, scatter is a loop over single elements, while padded gathers are vectorised. The transpose is
stored as well, so that the reverse pass is also a gather.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import cast

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Sparse:
    """A matrix (rows, columns) as padded lists of its entries, by row and by column.

    `column`, `value` (rows, most) serve the product; `used` are the columns with
    entries, `row`, `weight` (used, most) serve the transpose, and `slot` (columns,) is the
    position of a column among the used ones (their number, if it has no entries).
    """

    column: NDArray[np.intp]
    value: NDArray[np.float64]
    row: NDArray[np.intp]
    weight: NDArray[np.float64]
    slot: NDArray[np.intp]

    @classmethod
    def from_entries(cls, entries: list[tuple[int, int, float]], shape: tuple[int, int]) -> Sparse:
        """Build a matrix from (row, column, value) entries; values at equal positions add up."""
        merged: dict[tuple[int, int], float] = {}
        for i, j, x in entries:
            merged[i, j] = merged.get((i, j), 0.0) + x
        used = sorted({j for _, j in merged})
        position = {j: k for k, j in enumerate(used)}
        column, value = _padded([(i, j, x) for (i, j), x in merged.items()], shape[0])
        row, weight = _padded([(position[j], i, x) for (i, j), x in merged.items()], len(used))
        slot = np.full(shape[1], len(used))
        slot[used] = np.arange(len(used))
        return cls(column, value, row, weight, slot)

    def entries(self) -> list[tuple[int, int, float]]:
        """Return all (row, column, value) with a value other than 0."""
        at = np.argwhere(self.value != 0)
        return [(int(i), int(self.column[i, k]), float(self.value[i, k])) for i, k in at]


def _padded(
    entries: list[tuple[int, int, float]], owners: int
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    lists: list[list[tuple[int, float]]] = [[] for _ in range(owners)]
    for i, j, x in entries:
        lists[i].append((j, x))
    most = max(map(len, lists), default=0) or 1
    index, value = np.zeros((owners, most), dtype=int), np.zeros((owners, most))
    for i, members in enumerate(lists):
        for k, (j, x) in enumerate(members):
            index[i, k], value[i, k] = j, x
    return index, value


def multiply(matrix: Sparse, x: Array) -> Array:
    """Return the product, shape (rows,), with a vector of shape (columns,)."""
    return cast(Array, _multiply(matrix, x))


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _multiply(matrix: Sparse, x: Array) -> Array:
    return jnp.sum(x[matrix.column] * matrix.value, axis=1)


def _forward(matrix: Sparse, x: Array) -> tuple[Array, None]:
    return multiply(matrix, x), None


def _backward(matrix: Sparse, saved: None, grad: Array) -> tuple[Array]:
    del saved
    back = jnp.sum(grad[matrix.row] * matrix.weight, axis=1)
    return (jnp.concatenate([back, jnp.zeros(1)])[matrix.slot],)


_multiply.defvjp(_forward, _backward)
