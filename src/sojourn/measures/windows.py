"""Features: sums of a history over windows, and its state at dates.

Flows are summed over W windows, and stocks are read at V dates. Both form a flat feature vector, whose
positions are in `Layout`, so that a measure is a short list of (feature, coefficient).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from sojourn._core.calendar import YEAR_DAYS
from sojourn.history import History, Parameters, Plan


@dataclass(frozen=True)
class Windows:
    """Windows and dates as positions on the calendar (see `Calendar.position`).

    `start` and `end` (W,) delimit windows, `days` (W,) are their lengths; `date` (V,)
    are positions of dates (the end of a day). `groups` are the sets of rows whose moves
    are summed separately; the first is all rows.
    """

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    days: NDArray[np.float64]
    date: NDArray[np.float64]
    groups: tuple[tuple[int, ...], ...]


class Sums(NamedTuple):
    """Features of a history.

    Flows over W windows, C cohorts, R rows, D places, N visited places, G schemes:
    arrivals (W, C) and moves (W, groups of rows, D, D) in persons (from, to: the final
    destination); crossed (W, D, D), displaced persons' crossings by next border, moves
    only; `_out` and `_in` are their sums by the place left and by the place entered;
    excursions (W, D) pairs of crossings; visitors_in and visitors_out (W, N, 2)
    crossings, [from or to the origin, other borders]; visitor_people (W, N) persons;
    resident_trips (W, D) pairs of crossings; resident_people (W, D) persons; issued
    (W, G) documents.

    Stocks at V dates: stock (V, R, S), visitors (V, N), residents (V, D), register
    (V, G), all in persons; tracked (V, K) persons of each `rate`.
    """

    arrivals: Array
    moves: Array
    moves_out: Array
    moves_in: Array
    crossed: Array
    crossed_out: Array
    crossed_in: Array
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
    "moves_out",
    "moves_in",
    "crossed",
    "crossed_out",
    "crossed_in",
    "excursions",
    "visitors_in",
    "visitors_out",
    "visitor_people",
    "resident_trips",
    "resident_people",
    "issued",
)
STOCKS = ("stock", "visitors", "residents", "register", "tracked")


def feature_shapes(plan: Plan, groups: int, tracked: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each feature of `Sums` without its leading axis."""
    C, R, D, N = len(plan.cohorts), len(plan.rows), len(plan.places), len(plan.visited)
    G, S = len(plan.settings.schemes), len(plan.states)
    return {
        "arrivals": (C,),
        "moves": (groups, D, D),
        "moves_out": (groups, D),
        "moves_in": (groups, D),
        "crossed": (D, D),
        "crossed_out": (D,),
        "crossed_in": (D,),
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
    """Return the values, at fractional positions, of a series that is given at the bounds."""
    left = np.floor(position).astype(int)
    part = position - left
    value = series[left]
    if not part.any():
        return value
    right = np.minimum(left + 1, series.shape[0] - 1)
    fraction = part.reshape(-1, *([1] * (series.ndim - 1)))
    return value + fraction * (series[right] - value)


def running_sum(flow: Array) -> Array:
    """Return the sums of a flow (T, K) up to each bound, shape (T+1, K), by two small block products."""
    T, K = flow.shape
    size = int(np.ceil(np.sqrt(T)))
    blocks = -(-T // size)
    padded = jnp.concatenate([flow, jnp.zeros((blocks * size - T, K))]).reshape(blocks, size, K)
    inside = jnp.einsum("ij,bjk->bik", np.tril(np.ones((size, size))), padded)
    before = jnp.einsum("ab,bk->ak", np.tril(np.ones((blocks, blocks)), -1), inside[:, -1])
    total = (inside + before[:, None]).reshape(-1, K)[:T]
    return jnp.concatenate([jnp.zeros((1, K)), total])


def sum_windows(
    plan: Plan, history: History, p: Parameters, windows: Windows, tracked: Array | None = None
) -> Sums:
    """Return the features of a history over the windows and at the dates.

    Args:
        plan: the plan of the history.
        history: flows per step and stocks at the bounds.
        p: the parameters it was made with.
        windows: W windows and V dates.
        tracked: (T+1, K) persons of each `rate` at the bounds; none by default.

    Example:
        >>> import jax
        >>> from sojourn.case import read_case
        >>> from sojourn.inference.density import build_model
        >>> model = build_model(read_case("my-case"))
        >>> account = jax.eval_shape(model.account, np.zeros(model.unknowns.size), model.said)
        >>> windows = model.compiled.operator.windows
        >>> sums = jax.eval_shape(
        ...     lambda h, p: sum_windows(model.plan, h, p, windows), account.history, account.parameters
        ... )
        >>> len(sums.arrivals) == len(windows.start), len(sums.stock) == len(windows.date)
        (True, True)
    """
    flows = (
        history.arrivals,
        history.movers,
        history.excursions,
        history.visitor_entries,
        history.issued,
        history.issued - history.struck,
    )
    steps = plan.calendar.steps
    ends = np.cumsum([int(np.prod(flow.shape[1:])) for flow in flows])
    total = running_sum(jnp.concatenate([flow.reshape(steps, -1) for flow in flows], axis=1))
    over = _at(total, windows.end) - _at(total, windows.start)
    arrivals, moved, excursions, entries, issued, _ = jnp.split(over, ends[:-1], axis=1)
    by_state = moved.reshape(-1, *history.movers.shape[1:])
    moves = jnp.stack([_moves(plan, by_state, history.split, rows) for rows in windows.groups], axis=1)
    crossed = cross_borders(moves[:, 0], p.via_origin)
    present = _at(history.visitor_stock, windows.end) - _at(history.visitor_stock, windows.start)
    by_border = jnp.stack([p.from_origin, 1 - p.from_origin], axis=-1)
    years = windows.days[:, None] / YEAR_DAYS
    dates = len(windows.date)
    return Sums(
        arrivals=arrivals,
        moves=moves,
        moves_out=jnp.sum(moves, axis=3),
        moves_in=jnp.sum(moves, axis=2),
        crossed=crossed,
        crossed_out=jnp.sum(crossed, axis=2),
        crossed_in=jnp.sum(crossed, axis=1),
        excursions=excursions,
        visitors_in=entries[:, :, None] * by_border,
        visitors_out=(entries - present)[:, :, None] * by_border,
        visitor_people=entries / (1 + jnp.maximum(p.trips - 1, 0) * years),
        resident_trips=p.residents * p.resident_trips * years,
        resident_people=p.residents * -jnp.expm1(-p.resident_trips * years),
        issued=issued,
        stock=_at(history.stock, windows.date),
        visitors=_at(history.visitor_stock, windows.date),
        residents=jnp.broadcast_to(p.residents, (dates, len(plan.places))),
        register=_at(total[:, ends[-2] :], windows.date),
        tracked=jnp.zeros((dates, 0)) if tracked is None else _at(tracked, windows.date),
    )


def _moves(plan: Plan, moved: Array, split: Array, rows: tuple[int, ...]) -> Array:
    """Return persons of some rows by the place that they leave and by destination, shape (W, D, D)."""
    chosen = np.isin(np.arange(split.shape[0]), rows)[:, None, None]
    to = jnp.sum(moved[:, :, :, None] * (chosen * split), axis=1)
    return jnp.einsum("wsj,si->wij", to, _membership(plan))


def _membership(plan: Plan) -> NDArray[np.float64]:
    """Return the indicator matrix of the place of each state, shape (S, D)."""
    return np.array([[place == state.place for place in plan.places] for state in plan.states], dtype=float)


def cross_borders(moves: Array, via_origin: Array) -> Array:
    """Return crossings by next border (W, D, D) from persons by destination (W, D, D).

    A share of the moves to third places goes through the origin: people enter the origin, and then
    the destination. The origin is place 0.
    """
    D = moves.shape[1]
    abroad = np.arange(D) > 0
    through = moves * (np.outer(abroad, abroad) * via_origin[:, None])
    crossed = moves - through
    into_origin = jnp.sum(through, axis=2)[:, :, None] * (np.arange(D) == 0)
    out_of_origin = jnp.sum(through, axis=1)[:, None, :] * (np.arange(D) == 0)[:, None]
    return crossed + into_origin + out_of_origin
