"""The latent process: from parameters on their natural scale to persons and crossings.

`make_history(plan)` returns a function of `Parameters`. For speed, all transition probabilities
are computed in one vectorised pass, and only their product is scanned over time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from sojourn._core.calendar import YEAR_DAYS
from sojourn.history.chain import ChainStep, Wiring, propagate
from sojourn.history.parameters import Parameters
from sojourn.history.plan import Plan, arrival_events, fortnight, share_of_steps
from sojourn.history.registers import Flows, Registers, register_flows

STANDINGS = ("staying", "settled", "passing")
CHUNK_DAYS = 150
"""Length of chunks; inside one, visitors have weights exp(days / stay), which must not overflow."""


class History(NamedTuple):
    """Persons and crossings on the calendar of T steps, R rows.

    Flows are per step; stocks are at the T+1 bounds. `movers` times `split` is the number of persons
    by destination.
    """

    arrivals: Array  # (T, C) persons
    stock: Array  # (T+1, R, S) persons
    movers: Array  # (T, R, S) persons leaving the place
    split: Array  # (R, S, D) shares
    settling: Array  # (T, S) persons getting a permit, by the state they leave
    excursions: Array  # (T, D) pairs of crossings
    visitor_entries: Array  # (T, N) crossings
    visitor_stock: Array  # (T+1, N) persons
    issued: Array  # (T, G) documents
    struck: Array  # (T, G) persons struck off
    steps: ChainStep  # the probabilities of every step


def surge(x: Array) -> Array:
    """Return the share of a surge that has arrived by time x: the gamma distribution function of shape 2.

    `x` is in units of the scale. An integer shape has a closed form with an exact derivative.
    """
    x = jnp.maximum(x, 0.0)
    return -jnp.expm1(-x) - x * jnp.exp(-x)


def make_history(plan: Plan) -> Callable[[Parameters], History]:
    """Return the history as a function of the parameters only, for tracing by JAX.

    Args:
        plan: the plan of the case.

    Returns:
        A pure function from `Parameters` to `History`.

    Example:
        >>> from sojourn.case import read_case
        >>> from sojourn.inference.density import build_model
        >>> model = build_model(read_case("my-case"))
        >>> account = jax.eval_shape(model.account, np.zeros(model.unknowns.size), model.said)
        >>> history = jax.eval_shape(make_history(model.plan), account.parameters)
        >>> len(history.stock) == model.plan.calendar.steps + 1
        True
    """
    known = HistoryConstants(plan)

    def history(p: Parameters) -> History:
        arrivals = _arrivals(known, p)
        enter = _entering(known, p, arrivals)
        leave, settle = _hazards(known, p)
        split = _split(known, p)
        half = jnp.exp(-0.5 * known.weeks[:, None, None] * (leave + settle))
        share = leave / (leave + settle)
        out, out_first = 1 - half * half, enter * (1 - half)
        steps = ChainStep(
            stay=half * half,
            move=out * share,
            settle=out * (1 - share) * known.leads_on,
            stay_first=enter * half,
            move_first=out_first * share,
            settle_first=out_first * (1 - share) * known.leads_on,
        )
        stock = propagate(steps, Wiring(split, np.array(plan.settles, dtype=int)))
        movers = stock[:-1] * steps.move + steps.move_first
        settling = jnp.sum(stock[:-1] * steps.settle + steps.settle_first, axis=1)
        entries, present = _visitors(known, p)
        issued, struck = register_flows(
            known.registers, p, Flows(stock, movers, split, enter, settling, entries)
        )
        return History(
            arrivals=arrivals,
            stock=stock,
            movers=movers,
            split=split,
            settling=settling,
            excursions=_excursions(known, p, stock),
            visitor_entries=entries,
            visitor_stock=present,
            issued=issued,
            struck=struck,
            steps=steps,
        )

    return history


class HistoryConstants:
    """The constants of a plan as arrays."""

    def __init__(self, plan: Plan) -> None:
        """Compute the constants of a plan."""
        settings, calendar = plan.settings, plan.calendar
        self.plan = plan
        self.days = calendar.days
        self.weeks = jnp.asarray(calendar.weeks)
        self.D = len(plan.places)
        self.S = len(plan.states)
        self.of_place = np.array([plan.places.index(state.place) for state in plan.states])
        self.standing = np.array([STANDINGS.index(state.standing) for state in plan.states])
        self.permit = np.eye(self.S)[:, list(plan.settles)]
        self.leads_on = self.permit.sum(axis=1)
        self.hosts = list(dict.fromkeys(c.host for c in plan.cohorts))
        self.walk = _interpolation(plan.knots, calendar.start, calendar.middles)
        self.slow_walk = _interpolation(plan.slow_knots, calendar.start, calendar.middles)
        self.regime = np.zeros((calendar.steps, len(plan.regimes)))
        self.regime_at = np.zeros((len(plan.regimes), self.D))
        self.running_out = np.zeros_like(self.regime)
        for e, regime in enumerate(plan.regimes):
            self.regime[:, e] = share_of_steps(plan, regime.start, regime.end)
            self.regime_at[e, plan.place(regime.place)] = 1.0
            if ends := fortnight(regime):
                self.running_out[:, e] = share_of_steps(plan, *ends, open_end=True)
        lasting = (self.standing != STANDINGS.index("passing")).astype(float)
        self.regime_state = self.regime_at[:, self.of_place] * lasting
        self.regime_staying = self.regime_at[:, self.of_place] * (self.standing == STANDINGS.index("staying"))
        host_of = np.array([[h == state.place for state in plan.states] for h in self.hosts])
        self.host_state = host_of * lasting
        self.host_any = host_of.astype(float)
        self.lawless = np.clip(1 - self.regime @ self.regime_at, 0, 1) * (np.arange(self.D) > 0)
        self.home = (np.arange(self.D) == 0).astype(float)
        self.strata = np.array([row.stratum for row in plan.rows])
        self.member = np.zeros((len(plan.rows), len(plan.cohorts)))
        for r, row in enumerate(plan.rows):
            self.member[r, list(row.cohorts)] = 1.0
        waves = [event.id for event in arrival_events(settings)]
        self.wave = np.array([waves.index(c.wave) for c in plan.cohorts], dtype=int)
        self.elapsed = (
            np.stack([self.days - (c.start - calendar.start).days for c in plan.cohorts], axis=-1) / 7
        )
        self.open = np.stack([share_of_steps(plan, c.start, c.until, True) for c in plan.cohorts], axis=-1)
        staying, passing = _slots(plan)
        self.staying_slot = self.member[:, :, None] * staying
        self.passing_slot = self.member[:, :, None] * (passing - staying)
        self.chunks = _chunks(self.days)
        self.in_chunks = np.flatnonzero(self.chunks[0].reshape(-1) < calendar.steps)
        self.registers = Registers(plan)
        self.visitor_shift = _visitor_shifts(plan)
        self.season = _season(plan)


def _interpolation(knots: tuple[date, ...], start: date, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the matrix (T, K) of linear interpolation between knots."""
    positions = np.array([(k - start).days for k in knots], dtype=float)
    return np.stack([np.interp(at, positions, row) for row in np.eye(len(knots))], axis=-1)


def _slots(plan: Plan) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the states that arrivals of each cohort enter, staying or passing: two matrices (C, S)."""
    staying = np.zeros((len(plan.cohorts), len(plan.states)))
    passing = np.zeros_like(staying)
    for c, cohort in enumerate(plan.cohorts):
        stay = plan.state(cohort.host, "staying")
        staying[c, stay] = 1.0
        through = [i for i in plan.states_of(cohort.host) if plan.states[i].standing == "passing"]
        passing[c, through[0] if through else stay] = 1.0
    return staying, passing


def _chunks(days: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Divide the steps into chunks of at most `CHUNK_DAYS`.

    Returns:
        The steps of each chunk, and the days from the start of the chunk to the end of each step; both
        have shape (chunks, most). Short chunks are padded with a step of zero length (number T).
    """
    T = len(days) - 1
    runs: list[NDArray[np.intp]] = []
    begin = 0
    while begin < T:
        stop = int(np.searchsorted(days, float(days[begin]) + CHUNK_DAYS, side="right")) - 1
        stop = min(max(stop, begin + 1), T)
        runs.append(np.arange(begin, stop))
        begin = stop
    most = max(len(run) for run in runs)
    inside = np.full((len(runs), most), T)
    grown = np.zeros((len(runs), most))
    for c, run in enumerate(runs):
        inside[c, : len(run)] = run
        grown[c, : len(run)] = days[run + 1] - days[run[0]]
        grown[c, len(run) :] = grown[c, len(run) - 1]
    return inside, grown


def _visitor_shifts(plan: Plan) -> NDArray[np.float64]:
    """Return the indicators of lasting shifts in visitors' levels, shape (T, shifts, N)."""
    shifts: list[NDArray[np.float64]] = []
    for event in plan.settings.events:
        for place in event.visitors:
            column = np.zeros((plan.calendar.steps, len(plan.visited)))
            column[:, plan.visited.index(place)] = share_of_steps(plan, event.date, None)
            shifts.append(column)
    shape = (plan.calendar.steps, 0, len(plan.visited))
    return np.stack(shifts, axis=1) if shifts else np.zeros(shape)


def _season(plan: Plan) -> NDArray[np.float64]:
    """Return an annual cosine with its maximum on the peak day, or 0 without a peak; shape (T, N)."""
    season = np.zeros((plan.calendar.steps, len(plan.visited)))
    for n, place in enumerate(plan.visited):
        peak = plan.settings.visitors[place].peak
        if peak is not None:
            phase = plan.calendar.middles - (peak - plan.calendar.start).days
            season[:, n] = np.cos(2 * np.pi * phase / YEAR_DAYS)
    return season


def _arrivals(known: HistoryConstants, p: Parameters) -> Array:
    """Return first arrivals, persons per step, shape (T, C)."""
    arrived = surge(jnp.asarray(known.elapsed) / p.duration[known.wave])
    deviation = jnp.exp(jnp.asarray(known.slow_walk) @ p.background_walk)[:, None]
    tail = known.weeks[:, None] * known.open * p.background * deviation
    return p.size * (jnp.diff(arrived, axis=0) + tail)


def _entering(known: HistoryConstants, p: Parameters, arrivals: Array) -> Array:
    """Return first arrivals by row and initial state, shape (T, R, S)."""
    share = jnp.concatenate([p.stratum_share, jnp.ones(1)])[known.strata]
    slot = known.staying_slot + p.passing[:, None] * known.passing_slot
    return jnp.einsum("tc,rcs->trs", arrivals, share[:, None, None] * slot)


def _hazards(known: HistoryConstants, p: Parameters) -> tuple[Array, Array]:
    """Return rates per week of leaving the place (T, R, S) and of settling (T, 1, S)."""
    walk = jnp.asarray(known.walk) @ (p.leave_walk @ known.host_state)
    regime = jnp.asarray(known.regime) @ (p.regime_push[:, None] * known.regime_state)
    push = jnp.concatenate([p.stratum_push, jnp.zeros(1)])[known.strata]
    leave = jnp.exp(p.leave + push[:, None]) * jnp.exp(walk + regime)[:, None, :]
    # When permitted days run out, a share `run_out` of people without a permit leaves over two weeks.
    hazard = -jnp.log1p(-p.run_out)[:, None] / 2
    leave = leave + (jnp.asarray(known.running_out) @ (hazard * known.regime_staying))[:, None, :]
    shift = jnp.asarray(known.regime) @ (p.regime_settle[:, None] * known.regime_state)
    per_state = jnp.asarray(known.permit) @ jnp.exp(p.settle)
    return leave, (per_state * jnp.exp(shift))[:, None, :]


def _split(known: HistoryConstants, p: Parameters) -> Array:
    """Return the shares of movers by destination, shape (R, S, D); 0 for the place that they leave."""
    back = jnp.concatenate([p.stratum_back, jnp.zeros(1)])[known.strata]
    attraction = p.pull + jnp.asarray(known.host_any).T @ p.pair
    home = (p.back[known.standing] + back[:, None])[:, :, None] * known.home
    own = np.arange(known.D) == known.of_place[:, None]
    return jax.nn.softmax(jnp.where(own, -jnp.inf, attraction + home), axis=-1)


def _excursions(known: HistoryConstants, p: Parameters, stock: Array) -> Array:
    """Return excursions (an exit and a re-entry) of staying people, pairs per step, shape (T, D)."""
    during = jnp.sum(stock[1:] + stock[:-1], axis=1)[:, : known.D] / 2
    rate = (
        jnp.asarray(known.regime) @ (p.excursions[known.D :, None] * known.regime_at)
        + known.lawless * p.excursions[: known.D]
    )
    return known.weeks[:, None] * rate * during


def _visitors(known: HistoryConstants, p: Parameters) -> tuple[Array, Array]:
    """Return visitors' entries per step (T, N) and visitors present at the bounds (T+1, N)."""
    level = p.visitors + known.season * p.season + jnp.asarray(known.walk) @ p.visitor_walk
    level = level + jnp.einsum("tkn,k->tn", known.visitor_shift, p.visitor_step)
    rate = jnp.exp(level)
    leave = 7.0 / p.visit_days
    added = rate / leave * -jnp.expm1(-known.weeks[:, None] * leave)
    # Inside a chunk the recursion is a weighted running sum; chunks are computed one after another.
    inside, grown = known.chunks
    growth = jnp.exp(grown[:, :, None] / 7 * leave)
    padded = jnp.concatenate([added, jnp.zeros((1, len(known.plan.visited)))])[inside]
    running = jnp.einsum("ij,cjn->cin", np.tril(np.ones((inside.shape[1],) * 2)), padded * growth)
    stock = rate[0] / leave
    before: list[Array] = []
    for c in range(len(inside)):
        before.append(stock)
        stock = (stock + running[c, -1]) / growth[c, -1]
    present = (jnp.stack(before)[:, None] + running) / growth
    flat = present.reshape(inside.size, len(known.plan.visited))[known.in_chunks]
    return known.weeks[:, None] * rate, jnp.concatenate([(rate[0] / leave)[None], flat])
