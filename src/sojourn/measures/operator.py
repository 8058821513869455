"""The operator: every term of every reading as one sparse product with the features.

A **term** is one functional (all entries to a place in a window, the displaced
present at a date); readings combine one or two of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from sojourn.history import History, Parameters, Plan
from sojourn.history.chain import Step, Wiring, propagate
from sojourn.measures.windows import FLOWS, STOCKS, Sums, Windows, shapes, sum_windows

Array = jax.Array
Indices = NDArray[np.intp]
NO_PART = -1


@dataclass(frozen=True)
class Rate:
    """What a `rate` follows: the rows' persons in `state_from` at bound `start`, later in `place`."""

    rows: tuple[int, ...]
    states_from: tuple[int, ...]
    states_to: tuple[int, ...]
    start: int


@dataclass(frozen=True)
class Operator:
    """Sparse matrix in coordinates: `value` at (`term`, `feature`), sorted by term.

    `feature` counts through the flattened flows (window by window), then the stocks
    (date by date). `part` (terms,) is the index of a part whose share of arrivals
    (or, where `of_stock`, of stock) multiplies the term, or `NO_PART`.
    """

    windows: Windows
    rates: tuple[Rate, ...]
    terms: int
    term: Indices
    feature: Indices
    value: NDArray[np.float64]
    part: Indices
    of_stock: NDArray[np.bool_]


def apply(operator: Operator, sums: Sums, p: Parameters) -> Array:
    """The value of every term, (terms,), in persons, crossings or documents."""
    flat = jnp.concatenate([_flat(sums, FLOWS), _flat(sums, STOCKS)])
    products = flat[operator.feature] * operator.value
    total = jax.ops.segment_sum(products, operator.term, operator.terms, indices_are_sorted=True)
    if np.all(operator.part == NO_PART):
        return total
    share = jnp.where(
        operator.of_stock,
        _padded(p.part_stock)[operator.part],
        _padded(p.part_arrivals)[operator.part],
    )
    return total * share


def evaluate(operator: Operator, plan: Plan, history: History, p: Parameters) -> Array:
    """The value of every term under a history."""
    tracked = follow(operator.rates, plan, history) if operator.rates else None
    return apply(operator, sum_windows(plan, history, p, operator.windows, tracked), p)


def follow(rates: tuple[Rate, ...], plan: Plan, history: History) -> Array:
    """Persons of each rate's group who are in its place at every bound, (T+1, K)."""
    settle_from: Any = np.array(
        [plan.places.index(state.place) for state in plan.states if state.standing == "settled"], dtype=int
    )
    series: list[Array] = []
    for rate in rates:
        mask = np.zeros(history.stock.shape[1:])
        mask[np.ix_(rate.rows, rate.states_from)] = 1.0
        enter = jnp.zeros_like(history.stock[1:])
        enter = enter.at[rate.start - 1].set(history.stock[rate.start] * mask)
        steps = Step(history.steps.stay, history.steps.move, history.steps.settle, enter)
        later = propagate(steps, Wiring(history.split, settle_from))
        series.append(jnp.sum(later[:, :, list(rate.states_to)], axis=(1, 2)))
    return jnp.stack(series, axis=-1)


def feature_offsets(plan: Plan, windows: int, rates: int) -> dict[str, tuple[int, int, tuple[int, ...]]]:
    """For each feature: offset in its block, width of the block, shape; stocks after all flows."""
    layout = shapes(plan, rates)
    offsets: dict[str, tuple[int, int, tuple[int, ...]]] = {}
    base = 0
    for names in (FLOWS, STOCKS):
        width = sum(int(np.prod(layout[name])) for name in names)
        at = base
        for name in names:
            offsets[name] = (at, width, layout[name])
            at += int(np.prod(layout[name]))
        base += width * windows
    return offsets


def _flat(sums: Sums, names: tuple[str, ...]) -> Array:
    columns = [getattr(sums, name) for name in names]
    return jnp.concatenate([c.reshape(c.shape[0], -1) for c in columns], axis=1).reshape(-1)


def _padded(share: Array) -> Array:
    return jnp.concatenate([share, jnp.ones(1)])
