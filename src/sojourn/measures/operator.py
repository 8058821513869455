"""The observation operator: all terms of all readings as one sparse product with the features.

A **term** is one functional (all entries to a place in a window, the displaced
present at a date); readings combine one or two of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from sojourn._core.arrays import Indices
from sojourn.history import History, Parameters, Plan
from sojourn.history.chain import Wiring, propagate
from sojourn.measures.sparse import Sparse, multiply
from sojourn.measures.windows import FLOWS, STOCKS, Sums, Windows, sum_windows

NO_PART = -1


@dataclass(frozen=True)
class TrackedGroup:
    """The group of a `rate`: persons of some rows in `states_from` at bound `start`, later in `states_to`."""

    rows: tuple[int, ...]
    states_from: tuple[int, ...]
    states_to: tuple[int, ...]
    start: int


@dataclass(frozen=True)
class Layout:
    """Positions of the features in the flat vector: flows by window, then stocks by date.

    Only features that some term uses are included.
    """

    names: tuple[str, ...]
    shapes: dict[str, tuple[int, ...]]
    windows: int
    dates: int

    def flat(self, name: str, at: int, index: tuple[int, ...]) -> int:
        """Return the position of one feature at a window or date."""
        flows, stocks = self.flows, self.stocks
        group = flows if name in flows else stocks
        base = 0 if name in flows else self.width(flows) * self.windows
        before = self.width(group[: group.index(name)])
        inside = int(np.ravel_multi_index(index, self.shapes[name]))
        return base + at * self.width(group) + before + inside

    def width(self, names: tuple[str, ...]) -> int:
        """Return the number of features in some blocks at one window or date."""
        return sum(int(np.prod(self.shapes[name])) for name in names)

    @property
    def flows(self) -> tuple[str, ...]:
        """Features that are summed over windows."""
        return tuple(name for name in FLOWS if name in self.names)

    @property
    def stocks(self) -> tuple[str, ...]:
        """Features that are read at dates."""
        return tuple(name for name in STOCKS if name in self.names)

    @property
    def size(self) -> int:
        """Length of the flat vector."""
        return self.width(self.flows) * self.windows + self.width(self.stocks) * self.dates


@dataclass(frozen=True)
class Operator:
    """A sparse matrix (terms, features) over windows and dates.

    `part` (terms,) is the index of a part whose share of arrivals
    (or, where `of_stock`, of stock) multiplies the term, or `NO_PART`.
    """

    windows: Windows
    rates: tuple[TrackedGroup, ...]
    terms: int
    layout: Layout
    matrix: Sparse
    part: Indices
    of_stock: NDArray[np.bool_]


def apply_operator(operator: Operator, sums: Sums, p: Parameters) -> Array:
    """Return the value of every term, shape (terms,), in persons, crossings or documents."""
    flat = jnp.concatenate([_flat(sums, operator.layout.flows), _flat(sums, operator.layout.stocks)])
    total = multiply(operator.matrix, flat)
    if np.all(operator.part == NO_PART):
        return total
    share = jnp.where(
        operator.of_stock,
        _padded(p.part_stock)[operator.part],
        _padded(p.part_arrivals)[operator.part],
    )
    return total * share


def evaluate(operator: Operator, plan: Plan, history: History, p: Parameters) -> Array:
    """Return the value of every term under a history, shape (terms,), in persons, crossings or documents.

    Example:
        >>> from functools import partial
        >>> import jax
        >>> from sojourn.case import read_case
        >>> from sojourn.inference.density import build_model
        >>> model = build_model(read_case("my-case"))
        >>> account = jax.eval_shape(model.account, np.zeros(model.unknowns.size), model.said)
        >>> operator = model.compiled.operator
        >>> terms = partial(evaluate, operator, model.plan)
        >>> jax.eval_shape(terms, account.history, account.parameters).shape == (operator.terms,)
        True
    """
    tracked = follow_groups(operator.rates, plan, history) if operator.rates else None
    return apply_operator(operator, sum_windows(plan, history, p, operator.windows, tracked), p)


def follow_groups(rates: tuple[TrackedGroup, ...], plan: Plan, history: History) -> Array:
    """Return the persons of each tracked group who are in its place at every bound, shape (T+1, K)."""
    series: list[Array] = []
    for rate in rates:
        mask = np.zeros(history.stock.shape[1:])
        mask[np.ix_(rate.rows, rate.states_from)] = 1.0
        nobody = jnp.zeros_like(history.stock[1:])
        group = nobody.at[rate.start - 1].set(history.stock[rate.start] * mask)
        steps = history.steps._replace(stay_first=group, move_first=nobody, settle_first=nobody)
        later = propagate(steps, Wiring(history.split, np.array(plan.settles, dtype=int)))
        series.append(jnp.sum(later[:, :, list(rate.states_to)], axis=(1, 2)))
    return jnp.stack(series, axis=-1)


def _flat(sums: Sums, names: tuple[str, ...]) -> Array:
    if not names:
        return jnp.zeros(0)
    columns = [getattr(sums, name) for name in names]
    return jnp.concatenate([c.reshape(c.shape[0], -1) for c in columns], axis=1).reshape(-1)


def _padded(share: Array) -> Array:
    return jnp.concatenate([share, jnp.ones(1)])
