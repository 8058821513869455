"""The parameters of a history, assembled from the named unknowns; zeros where a case has no such unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from sojourn._core.calendar import MONTH_DAYS
from sojourn.history import Parameters, Plan
from sojourn.inference.priors import has_parameter, is_elsewhere


def parameters(plan: Plan, v: Mapping[str, Array], xp: Any = jnp) -> Parameters:
    """Assemble the parameters of the history from named values on their natural scale.

    Args:
        plan: the plan of the case.
        v: values of every block of unknowns.
        xp: the library of the arrays, `jax.numpy` or `numpy`.
    """
    zeros = xp.zeros
    first = list(dict.fromkeys(c.host for c in plan.cohorts))
    visited = bool(plan.visited)
    empty = zeros(0)
    return Parameters(
        size=v["size"],
        duration=v["duration"],
        background=v["background"],
        background_walk=xp.asarray(_running(len(plan.slow_knots))) @ v["background_walk"],
        passing=_passing(xp, plan, v),
        leave=_leave(xp, plan, v),
        leave_walk=_walks(xp, plan, "leave_walk", first, v),
        regime_push=v.get("regime_push", empty),
        regime_settle=_laid_out(xp, plan, "regime_settle", v),
        run_out=_laid_out(xp, plan, "run_out", v),
        settle=xp.log(v["settle"]) if "settle" in v else empty,
        pull=xp.concatenate([zeros(1), v["pull"]]),
        pair=_pair(xp, plan, v["pair"]),
        back=xp.concatenate([v[f"back.{s}"] for s in ("staying", "settled", "passing")]),
        stratum_share=_stick_breaking(xp, v.get("stratum_share", empty), len(plan.settings.strata)),
        stratum_push=v.get("stratum_push", empty),
        stratum_back=v.get("stratum_back", empty),
        via_origin=xp.concatenate([zeros(1), v["via_origin"]]),
        excursions=xp.concatenate([zeros(1), v["excursions"], v.get("excursions.regime", empty)]),
        visitors=xp.log(v["visitors"]) if visited else empty,
        season=xp.log(v["season"]) if visited else empty,
        visitor_step=v.get("visitor_step", empty),
        visitor_walk=_walks(xp, plan, "visitor_walk", plan.visited, v),
        visit_days=v.get("visit_days", empty),
        trips=v.get("trips", empty),
        from_origin=v.get("from_origin", empty),
        residents=xp.concatenate([zeros(1), v["residents"]]),
        resident_trips=xp.concatenate([zeros(1), v["resident_trips"]]),
        part_arrivals=v.get("part_arrivals", empty),
        part_stock=v.get("part_stock", empty),
        uptake=v.get("scheme_uptake", empty),
        delay=v.get("scheme_delay", empty),
        leak=v.get("scheme_leak", empty),
        renewal=v.get("scheme_renewal", empty),
        struck=v.get("scheme_struck", empty),
    )


def _running(knots: int) -> NDArray[np.float64]:
    """Matrix that cumulates the steps between knots, 0 at the first: (knots, knots − 1)."""
    return np.tri(knots, knots - 1, -1)


def _walks(xp: Any, plan: Plan, name: str, places: Sequence[str], v: Mapping[str, Array]) -> Array:
    """Random walks at the monthly knots, (K, places); those with quarterly steps are interpolated."""
    months = np.array([(k - plan.knots[0]).days for k in plan.knots]) / MONTH_DAYS
    quarters = np.array([(k - plan.knots[0]).days for k in plan.slow_knots]) / MONTH_DAYS
    between = np.stack([np.interp(months, quarters, row) for row in np.eye(len(quarters))], axis=1)
    slow = [place for place in places if place != plan.settings.host]
    columns: list[Array] = []
    if slow:
        steps = v[f"{name}.elsewhere"].reshape(-1, len(slow)) * np.sqrt(quarters[1])
        columns.append(between @ _running(len(quarters)) @ steps)
    if len(slow) < len(places):
        columns.append((_running(len(months)) * np.sqrt(months[1]) @ v[name])[:, None])
    if not columns:
        return xp.zeros((len(months), 0))
    order = [*slow, *(place for place in places if place == plan.settings.host)]
    return xp.concatenate(columns, axis=1)[:, np.array([order.index(p) for p in places])]


def _passing(xp: Any, plan: Plan, v: Mapping[str, Array]) -> Array:
    """Share of each cohort in transit, 0 where the case gives no prior."""
    events = {event.id: event for event in plan.settings.events}
    through = [i for i, c in enumerate(plan.cohorts) if c.host in events[c.wave].passing]
    return v["passing"] @ np.eye(len(plan.cohorts))[through] if through else xp.zeros(len(plan.cohorts))


def _leave(xp: Any, plan: Plan, v: Mapping[str, Array]) -> Array:
    """Log rates of leaving, by state."""
    empty = xp.zeros(0)
    hosts = xp.log(v["leave.staying"]) + v["leave.place"]
    known = xp.concatenate([xp.log(v["leave.origin"]), xp.log(v.get("leave.elsewhere", empty)), hosts])
    far = [is_elsewhere(plan.settings, place) for place in plan.places[1:]]
    order = np.argsort(np.concatenate([[0], np.where(far, 0, 1)]), kind="stable")
    staying = known[np.argsort(order, kind="stable")]
    held = [plan.places.index(s.place) for s in plan.states if s.standing == "settled"]
    settled = staying[np.array(held)] - v["settled_stays"] if held else empty
    return xp.concatenate([staying, settled, xp.log(v.get("leave.passing", empty))])


def _pair(xp: Any, plan: Plan, values: Array) -> Array:
    """Extra attraction between the hosts of cohorts and all places, (C′, D), 0 at home and at the origin."""
    first = list(dict.fromkeys(c.host for c in plan.cohorts))
    position = np.full((len(first), len(plan.places)), values.shape[0])
    cells = [
        (i, j) for i, h in enumerate(first) for j, place in enumerate(plan.places) if j > 0 and place != h
    ]
    for k, cell in enumerate(cells):
        position[cell] = k
    return xp.concatenate([values, xp.zeros(1)])[position]


def _laid_out(xp: Any, plan: Plan, name: str, v: Mapping[str, Array]) -> Array:
    """Expand a block to all regimes, with 0 for regimes that have no such parameter."""
    count = len(plan.regimes)
    chosen = [i for i, regime in enumerate(plan.regimes) if has_parameter(name, regime)]
    return v[name] @ np.eye(count)[chosen] if chosen else xp.zeros(count)


def _stick_breaking(xp: Any, shares: Array, strata: int) -> Array:
    """Shares of the strata by stick-breaking: each takes its share of what the earlier ones left."""
    if not strata:
        return xp.zeros(0)
    left = xp.concatenate([xp.ones(1), xp.cumprod(1 - shares)])
    return left * xp.concatenate([shares, xp.ones(1)])
