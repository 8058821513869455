"""Sums of a history over windows and its state at dates: what every measure is made of.

Flows are summed over W windows, stocks are read at V dates. Both come as flat
feature vectors whose layout `Layout` names, so that a measure is a short list of
(feature, coefficient).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from sojourn.history import History, Parameters, Plan

Array = jax.Array
YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Windows:
    """Windows and dates as positions on the calendar (see `Calendar.position`).

    `start` and `end` (W,) delimit windows, `days` (W,) are their lengths; `date` (V,)
    are positions of dates (the end of a day).
    """

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    days: NDArray[np.float64]
    date: NDArray[np.float64]


class Sums(NamedTuple):
    """Features of a history.

    Flows over W windows, C cohorts, R rows, D places, N visited places, G schemes:
    arrivals (W, C) and moves (W, R, D, D) in persons (from, to: the final
    destination); crossed (W, D, D), displaced persons' crossings by next border, moves
    only; excursions (W, D) pairs of crossings; visitors_in and visitors_out (W, N, 2)
    crossings, [from or to the origin, other borders]; visitor_people (W, N) persons;
    resident_trips (W, D) pairs of crossings; resident_people (W, D) persons; issued
    (W, G) documents.

    Stocks at V dates: stock (V, R, S), visitors (V, N), residents (V, D), register
    (V, G), all in persons; tracked (V, K) persons of each `rate`.
    """

    arrivals: Array
    moves: Array
    crossed: Array
    excursions: Array
    visitors_in: Array
    visitors_out: Array
    visitor_people: Array
    resident_trips: Array
    resident_people: Array
    issued: Array
    stock: Array
    visitors: Array
    residents: Array
    register: Array
    tracked: Array


FLOWS = (
    "arrivals",
    "moves",
    "crossed",
    "excursions",
    "visitors_in",
    "visitors_out",
    "visitor_people",
    "resident_trips",
    "resident_people",
    "issued",
)
STOCKS = ("stock", "visitors", "residents", "register", "tracked")


def shapes(plan: Plan, tracked: int) -> dict[str, tuple[int, ...]]:
    """Shape of each feature of `Sums` without its leading axis."""
    C, R, D, N = len(plan.cohorts), len(plan.rows), len(plan.places), len(plan.visited)
    G, S = len(plan.settings.schemes), len(plan.states)
    return {
        "arrivals": (C,),
        "moves": (R, D, D),
        "crossed": (D, D),
        "excursions": (D,),
        "visitors_in": (N, 2),
        "visitors_out": (N, 2),
        "visitor_people": (N,),
        "resident_trips": (D,),
        "resident_people": (D,),
        "issued": (G,),
        "stock": (R, S),
        "visitors": (N,),
        "residents": (D,),
        "register": (G,),
        "tracked": (tracked,),
    }


def _at(series: Array, position: NDArray[np.float64]) -> Array:
    """Values of a series given at the bounds, at fractional positions."""
    left = np.floor(position).astype(int)
    part = position - left
    value = series[left]
    if not part.any():
        return value
    right = np.minimum(left + 1, series.shape[0] - 1)
    fraction = part.reshape(-1, *([1] * (series.ndim - 1)))
    return value + fraction * (series[right] - value)


def _over(flow: Array, windows: Windows) -> Array:
    """Sums of a flow over windows."""
    total = jnp.concatenate([jnp.zeros((1, *flow.shape[1:])), jnp.cumsum(flow, axis=0)])
    return _at(total, windows.end) - _at(total, windows.start)


def sum_windows(
    plan: Plan, history: History, p: Parameters, windows: Windows, tracked: Array | None = None
) -> Sums:
    """The features of a history over the windows and at the dates.

    Args:
        plan: the plan of the history.
        history: flows per step and stocks at the bounds.
        p: the parameters it was made with.
        windows: W windows and V dates.
        tracked: (T+1, K) persons of each `rate` at the bounds; none by default.
    """
    D = len(plan.places)
    member = np.zeros((len(plan.states), D))
    for i, state in enumerate(plan.states):
        member[i, plan.places.index(state.place)] = 1.0
    moved = _over(history.movers, windows)
    moves = jnp.einsum("wrs,sd,rsj->wrdj", moved, member, history.split)
    entries = _over(history.visitor_entries, windows)
    present = _at(history.visitor_stock, windows.end) - _at(history.visitor_stock, windows.start)
    by_border = jnp.stack([p.from_origin, 1 - p.from_origin], axis=-1)
    years = windows.days[:, None] / YEAR_DAYS
    trips = p.residents * p.resident_trips * years
    on_register = jnp.cumsum(history.issued - history.struck, axis=0)
    on_register = jnp.concatenate([jnp.zeros((1, on_register.shape[1])), on_register])
    V = len(windows.date)
    return Sums(
        arrivals=_over(history.arrivals, windows),
        moves=moves,
        crossed=cross(jnp.sum(moves, axis=1), p.via_origin),
        excursions=_over(history.excursions, windows),
        visitors_in=entries[:, :, None] * by_border,
        visitors_out=(entries - present)[:, :, None] * by_border,
        visitor_people=entries / (1 + jnp.maximum(p.trips - 1, 0) * years),
        resident_trips=trips,
        resident_people=p.residents * -jnp.expm1(-p.resident_trips * years),
        issued=_over(history.issued, windows),
        stock=_at(history.stock, windows.date),
        visitors=_at(history.visitor_stock, windows.date),
        residents=jnp.broadcast_to(p.residents, (V, D)),
        register=_at(on_register, windows.date),
        tracked=jnp.zeros((V, 0)) if tracked is None else _at(tracked, windows.date),
    )


def cross(moves: Array, via_origin: Array) -> Array:
    """Crossings by next border (W, D, D) from persons by destination (W, D, D).

    A share of the moves to third places goes through the origin: it crosses into the
    origin, and from there into the destination. The origin is place 0.
    """
    third = moves.at[:, :, 0].set(0.0).at[:, 0, :].set(0.0)
    through = third * via_origin[:, None]
    crossed = moves - through
    crossed = crossed.at[:, :, 0].add(jnp.sum(through, axis=2))
    return crossed.at[:, 0, :].add(jnp.sum(through, axis=1))
