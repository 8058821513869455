"""Documents and registers: who gets a document, with what delay, and who is struck off."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

from sojourn._core.calendar import YEAR_WEEKS
from sojourn.history.parameters import Parameters
from sojourn.history.plan import Plan, share_of_steps


class Flows(NamedTuple):
    """Inputs of registers and permits; shapes as in `History`, and `enter` as in `ChainStep`."""

    stock: Array
    movers: Array
    split: Array
    enter: Array
    settling: Array
    entries: Array


class Registers:
    """Persons and crossings that enter each of G schemes, as constant matrices with G columns."""

    def __init__(self, plan: Plan) -> None:
        """Compute the constants of every scheme of the plan."""
        schemes = plan.settings.schemes
        S, D, G = len(plan.states), len(plan.places), len(schemes)
        self.weeks = jnp.asarray(plan.calendar.weeks)
        self.permit = np.array([float(scheme.permit) for scheme in schemes])
        self.holding = np.zeros((S, G))  # states of people on the register
        self.settling = np.zeros((S, G))  # states from which people get a permit
        self.place = np.zeros((D, G))
        self.visits = np.zeros((len(plan.visited), G))
        self.purge = np.zeros((G, plan.calendar.steps, plan.calendar.steps))
        self.delayed = np.eye(G)[[g for g, scheme in enumerate(schemes) if scheme.delay]]
        # Days from arrivals in the middle of each step to each bound.
        self.elapsed = np.clip(plan.calendar.days[:, None] - plan.calendar.middles, 0, None)
        self.active = np.stack([share_of_steps(plan, s.start, None) for s in schemes] or [[]], axis=-1)
        for g, scheme in enumerate(schemes):
            country = plan.country(scheme.place)
            self.place[plan.place(country), g] = 1.0
            if scheme.permit:
                self.holding[plan.state(country, "settled"), g] = 1.0
                self.settling[plan.state(country, "staying"), g] = 1.0
            else:
                self.holding[plan.states_of(country), g] = 1.0
            if country in plan.visited:
                self.visits[plan.visited.index(country), g] = 1.0
            since = 0
            for purge in sorted(filter(plan.calendar.covers, scheme.purges)):
                at = min(round(plan.calendar.position(purge)), plan.calendar.steps - 1)
                self.purge[g, at, since:at] = 1.0  # entries that became obsolete since the last purge
                since = at


def _delayed(r: Registers, delay: Array, into: Array) -> Array:
    """Return people who enter a place, shape (T, G), by the step in which their document is issued."""
    if not len(r.delayed):
        return into
    waiting = jnp.exp(-r.elapsed / delay[:, None, None])
    late = jnp.einsum("gts,sg->tg", waiting[:, :-1] - waiting[:, 1:], into @ r.delayed.T)
    return into * (1 - r.delayed.sum(axis=0)) + late @ r.delayed


def register_flows(r: Registers, p: Parameters, f: Flows) -> tuple[Array, Array]:
    """Return documents issued and persons struck off per step, both of shape (T, G)."""
    if not len(r.permit):
        return jnp.zeros((len(r.weeks), 0)), jnp.zeros((len(r.weeks), 0))
    inflow = jnp.einsum("trs,rsj->tj", f.movers, f.split)
    into = inflow @ r.place + jnp.sum(f.enter, axis=1) @ r.holding
    gone = jnp.sum(f.movers, axis=1) @ r.holding
    holders = jnp.sum(f.stock[:-1], axis=1) @ r.holding + p.residents @ r.place
    renewed = r.permit * p.renewal / YEAR_WEEKS * r.weeks[:, None] * holders
    share = r.permit + (1 - r.permit) * p.uptake
    new = r.permit * (f.settling @ r.settling) + (1 - r.permit) * p.uptake * _delayed(r, p.delay, into)
    leak = p.leak * (f.entries @ r.visits)
    issued = r.active * (new + leak + renewed)
    struck = r.active * (p.struck * share * gone + renewed)
    if r.purge.any():
        stale = r.active * ((1 - p.struck) * share * gone + leak)
        struck = struck + jnp.einsum("gtu,ug->tg", r.purge, stale)
    return jnp.asarray(issued), jnp.asarray(struck)
