"""The latent process: from unknowns on their natural scale to persons and crossings.

`make_history(plan)` closes over what is known and returns one function of
`Parameters`, built for speed: every probability of every step comes out of one
vectorised pass and only the product is scanned.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from sojourn.history.chain import Step, Wiring, propagate
from sojourn.history.plan import Plan

Array = jax.Array
YEAR_WEEKS = 365.25 / 7


class Parameters(NamedTuple):
    """Unknowns on their natural scale.

    C cohorts, D places, S states, M places with permits, N visited places, G schemes,
    L strata, W waves, E regimes; K knots (months) and Q slow knots (quarters).
    Rates are per week, unless said otherwise.
    """

    size: Array  # (C,) persons in the surge of arrivals
    duration: Array  # (W,) scale of the surge, weeks
    background: Array  # (C,) arrivals per week after the surge, as a share of its size
    background_walk: Array  # (Q,) log deviations of the background
    passing: Array  # (C,) share of arrivals on their way through
    leave: Array  # (S,) log rate of leaving the place
    leave_walk: Array  # (K, C′) log deviations, for the C′ hosts of cohorts
    regime_push: Array  # (E,) change in the log rate of leaving under a regime
    regime_settle: Array  # (E,) change in the log rate of settling
    settle: Array  # (M,) log rate of settling
    pull: Array  # (D,) attraction of a destination, log
    pair: Array  # (C′, D) extra attraction from a host of a cohort, log
    back: Array  # (3,) extra attraction of the origin when staying, settled, passing
    stratum_share: Array  # (L,) shares, sum 1
    stratum_push: Array  # (L,) log contrast in the rate of leaving
    stratum_back: Array  # (L,) log contrast in the attraction of the origin
    via_origin: Array  # (D,) share of moves to third places that go through the origin
    excursions: Array  # (D + E,) per staying person, without a regime and under each
    visitors: Array  # (N,) log entries per week in an average week
    season: Array  # (N,) log of peak over average
    visitor_step: Array  # (number of steps,) lasting changes of the log level
    visitor_walk: Array  # (K, N) log deviations
    visit_days: Array  # (N,) mean stay, days
    trips: Array  # (N,) trips per visitor and year
    from_origin: Array  # (N,) share whose last border is the origin's
    residents: Array  # (D,) persons
    resident_trips: Array  # (D,) per resident and year
    part_arrivals: Array  # (P,) a part's share of its country's arrivals
    part_stock: Array  # (P,) a part's share of its country's stock
    uptake: Array  # (G,)
    leak: Array  # (G,) per visitor entry
    renewal: Array  # (G,) per resident or settled person and year
    struck: Array  # (G,) share of leavers struck off


class History(NamedTuple):
    """Persons and crossings on the calendar of T steps, R rows.

    Flows are per step, stocks at the T+1 bounds. `movers` times `split` are persons
    by destination.
    """

    arrivals: Array  # (T, C) persons
    stock: Array  # (T+1, R, S) persons
    movers: Array  # (T, R, S) persons leaving the place
    split: Array  # (R, S, D) shares
    settling: Array  # (T, M) persons getting a permit
    excursions: Array  # (T, D) pairs of crossings
    visitor_entries: Array  # (T, N) crossings
    visitor_stock: Array  # (T+1, N) persons
    issued: Array  # (T, G) documents
    struck: Array  # (T, G) persons struck off
    steps: Step  # the probabilities of every step


def surge(x: Array) -> Array:
    """Share of a surge that has arrived by time x (in scales): gamma distribution, shape 2.

    A fixed integer shape has a closed form with an exact derivative; see
    docs/decisions/0002-surge.md.
    """
    x = jnp.maximum(x, 0.0)
    return -jnp.expm1(-x) - x * jnp.exp(-x)


def make_history(plan: Plan) -> Callable[[Parameters], History]:
    """The history as a function of the parameters alone, for tracing by JAX."""
    known = _Known(plan)

    def history(p: Parameters) -> History:
        arrivals = _arrivals(known, p)
        weight = _row_weight(known, p)
        leave, settle = _hazards(known, p)
        split = _split(known, p)
        half = jnp.exp(-0.5 * known.weeks[:, None, None] * (leave + _spread(known, settle)))
        total = leave + _spread(known, settle)
        enter = _entering(known, p, arrivals, weight)
        moved_share = leave / total
        settle_share = settle[:, None, :] / total[:, :, known.settle_from]
        move, move_half = (1 - half * half) * moved_share, (1 - half) * moved_share
        settled_half = (1 - half[:, :, known.settle_from]) * settle_share
        first = jnp.einsum("trs,rsj->trj", enter * move_half, split)
        newly = enter[:, :, known.settle_from] * settled_half
        stayed_in = enter * half + _pad(known, first, newly)
        steps = Step(
            stay=half * half,
            move=move,
            settle=(1 - half[:, :, known.settle_from] ** 2) * settle_share,
            enter=stayed_in,
        )
        stock = propagate(steps, Wiring(split, known.settle_from))
        movers = stock[:-1] * move + enter * move_half
        settling = jnp.sum(stock[:-1][:, :, known.settle_from] * steps.settle + newly, axis=1)
        V, V_stock = _visitors(known, p)
        issued, struck = _schemes(known, p, stock, movers, split, enter, settling, V)
        return History(
            arrivals=arrivals,
            stock=stock,
            movers=movers,
            split=split,
            settling=settling,
            excursions=_excursions(known, p, stock),
            visitor_entries=V,
            visitor_stock=V_stock,
            issued=issued,
            struck=struck,
            steps=steps,
        )

    return history


class _Known:
    """Constants of a plan, as arrays."""

    def __init__(self, plan: Plan) -> None:
        settings, calendar = plan.settings, plan.calendar
        self.plan = plan
        self.days = calendar.days
        self.weeks = calendar.weeks
        self.D = len(plan.places)
        self.S = len(plan.states)
        self.settled = [i for i, s in enumerate(plan.states) if s.standing == "settled"]
        self.settle_from = np.array([plan.places.index(plan.states[i].place) for i in self.settled], dtype=int)
        self.of_place = np.array([plan.places.index(s.place) for s in plan.states])
        self.standing = np.array([("staying", "settled", "passing").index(s.standing) for s in plan.states])
        self.hosts = list(dict.fromkeys(c.host for c in plan.cohorts))
        self.walk = _interpolation(plan.knots, calendar.start, calendar.middles)
        self.slow_walk = _interpolation(plan.slow_knots, calendar.start, calendar.middles)
        self.regime = np.stack([_share_of_steps(plan, r.start, r.end) for r in plan.regimes] or [[]], axis=-1)
        self.regime = self.regime.reshape(calendar.steps, len(plan.regimes))
        self.regime_at = np.zeros((len(plan.regimes), self.D))
        for e, regime in enumerate(plan.regimes):
            self.regime_at[e, plan.place(regime.place)] = 1.0
        self.strata = np.array([row.stratum for row in plan.rows])
        self.member = np.zeros((len(plan.rows), len(plan.cohorts)))
        for r, row in enumerate(plan.rows):
            self.member[r, list(row.cohorts)] = 1.0
        waves = [event.id for event in settings.events if event.arrivals]
        self.wave = np.array([waves.index(c.wave) for c in plan.cohorts], dtype=int)
        self.elapsed = np.stack([self.days - (c.start - calendar.start).days for c in plan.cohorts], axis=-1) / 7
        self.open = np.stack([_share_of_steps(plan, c.start, c.until, True) for c in plan.cohorts], axis=-1)
        self.staying_slot, self.passing_slot = _slots(plan)
        self.visitor_shift = _visitor_shifts(plan)
        self.season = _season(plan)
        self.schemes = settings.schemes


def _interpolation(knots: tuple[date, ...], start: date, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Matrix (T, K) that interpolates linearly between knots."""
    positions = np.array([(k - start).days for k in knots], dtype=float)
    return np.stack([np.interp(at, positions, row) for row in np.eye(len(knots))], axis=-1)


def _share_of_steps(
    plan: Plan, start: date | None, end: date | None, open_end: bool = False
) -> NDArray[np.float64]:
    """Share of each step that lies in [start, end], or in [start, end) with `open_end`; shape (T,)."""
    days, origin = plan.calendar.days, plan.calendar.start
    left = -np.inf if start is None else (start - origin).days
    right = np.inf if end is None else (end - origin).days + (0 if open_end else 1)
    inside = np.minimum(days[1:], right) - np.maximum(days[:-1], left)
    return np.clip(inside, 0, None) / np.diff(days)


def _slots(plan: Plan) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where arrivals of each cohort enter, staying or passing: two matrices (C, S)."""
    staying = np.zeros((len(plan.cohorts), len(plan.states)))
    passing = np.zeros_like(staying)
    for c, cohort in enumerate(plan.cohorts):
        stay = plan.state(cohort.host, "staying")
        staying[c, stay] = 1.0
        through = [i for i in plan.states_of(cohort.host) if plan.states[i].standing == "passing"]
        passing[c, through[0] if through else stay] = 1.0
    return staying, passing


def _visitor_shifts(plan: Plan) -> NDArray[np.float64]:
    """Lasting steps in visitors' levels: (T, steps, N)."""
    shifts: list[NDArray[np.float64]] = []
    for event in plan.settings.events:
        for place in event.visitors:
            column = np.zeros((plan.calendar.steps, len(plan.visited)))
            column[:, plan.visited.index(place)] = _share_of_steps(plan, event.date, None)
            shifts.append(column)
    shape = (plan.calendar.steps, 0, len(plan.visited))
    return np.stack(shifts, axis=1) if shifts else np.zeros(shape)


def _season(plan: Plan) -> NDArray[np.float64]:
    """One cosine a year with its top on the peak day, 0 where a case gives none; (T, N)."""
    season = np.zeros((plan.calendar.steps, len(plan.visited)))
    for n, place in enumerate(plan.visited):
        peak = plan.settings.visitors[place].peak
        if peak is not None:
            phase = plan.calendar.middles - (peak - plan.calendar.start).days
            season[:, n] = np.cos(2 * np.pi * phase / 365.25)
    return season


def _arrivals(known: _Known, p: Parameters) -> Array:
    """First arrivals, persons per step, (T, C)."""
    arrived = surge(known.elapsed / p.duration[known.wave])
    deviation = jnp.exp(known.slow_walk @ p.background_walk)[:, None]
    tail = known.weeks[:, None] * known.open * p.background * deviation
    return p.size * (jnp.diff(arrived, axis=0) + tail)


def _row_weight(known: _Known, p: Parameters) -> Array:
    share = jnp.concatenate([p.stratum_share, jnp.ones(1)])[known.strata]
    return known.member * share[:, None]


def _hazards(known: _Known, p: Parameters) -> tuple[Array, Array]:
    """Rates per week of leaving the place (T, R, S) and of settling (T, M)."""
    log_time = known.regime @ (p.regime_push[:, None] * known.regime_at)
    host = np.array([known.plan.places.index(h) for h in known.hosts])
    log_time = log_time.at[:, host].add(known.walk @ p.leave_walk)
    factor = jnp.exp(log_time)[:, known.of_place]
    factor = jnp.where(known.standing == 2, 1.0, factor)
    push = jnp.concatenate([p.stratum_push, jnp.zeros(1)])[known.strata]
    leave = jnp.exp(p.leave + push[:, None]) * factor[:, None, :]
    shift = known.regime @ (p.regime_settle[:, None] * known.regime_at)
    settle = jnp.exp(p.settle + shift[:, known.settle_from])
    return leave, settle


def _split(known: _Known, p: Parameters) -> Array:
    """Destinations of those who leave a place, (R, S, D); nobody moves to where they are."""
    host = [known.hosts.index(s.place) if s.place in known.hosts else -1 for s in known.plan.states]
    pair = jnp.concatenate([p.pair, jnp.zeros((1, known.D))])[np.array(host)]
    back = jnp.concatenate([p.stratum_back, jnp.zeros(1)])[known.strata]
    score = p.pull + pair
    home = p.back[known.standing] + back[:, None]
    score = score[None].repeat(len(known.strata), axis=0).at[:, :, 0].add(home)
    own = np.arange(known.D) == known.of_place[:, None]
    return jax.nn.softmax(jnp.where(own, -jnp.inf, score), axis=-1)


def _spread(known: _Known, settle: Array) -> Array:
    """Settling rates (T, M) laid out over all states, (T, 1, S)."""
    total = jnp.zeros((settle.shape[0], 1, known.S))
    return total.at[:, 0, known.settle_from].add(settle)


def _pad(known: _Known, staying: Array, settled: Array) -> Array:
    """Lay persons by destination (T, R, D) and newly settled (T, R, M) out over states."""
    T, R = staying.shape[:2]
    rest = known.S - staying.shape[2] - settled.shape[2]
    return jnp.concatenate([staying, settled, jnp.zeros((T, R, rest))], axis=2)


def _entering(known: _Known, p: Parameters, arrivals: Array, weight: Array) -> Array:
    """First arrivals by the state in which they begin, (T, R, S)."""
    slot = p.passing[:, None] * known.passing_slot + (1 - p.passing)[:, None] * known.staying_slot
    return jnp.einsum("tc,rcs->trs", arrivals, weight[:, :, None] * slot[None])


def _excursions(known: _Known, p: Parameters, stock: Array) -> Array:
    """Exits and re-entries of staying persons, pairs per step, (T, D)."""
    during = jnp.sum(stock[1:] + stock[:-1], axis=1)[:, : known.D] / 2
    regimes = known.regime @ (p.excursions[known.D :, None] * known.regime_at)
    without = jnp.clip(1 - known.regime @ known.regime_at, 0, 1) * p.excursions[: known.D]
    return known.weeks[:, None] * (regimes + without) * during.at[:, 0].set(0.0)


def _visitors(known: _Known, p: Parameters) -> tuple[Array, Array]:
    """Entries per step (T, N) and visitors present at the bounds (T+1, N)."""
    level = p.visitors + known.season * p.season + known.walk @ p.visitor_walk
    level = level + jnp.einsum("tkn,k->tn", known.visitor_shift, p.visitor_step)
    rate = jnp.exp(level)
    leave = 7.0 / p.visit_days
    keep = jnp.exp(-known.weeks[:, None] * leave)
    added = rate / leave * (1 - keep)

    def compose(left: tuple[Array, Array], right: tuple[Array, Array]) -> tuple[Array, Array]:
        return left[0] * right[0], left[1] * right[0] + right[1]

    kept, stock = jax.lax.associative_scan(compose, (keep, added))
    before = rate[0] / leave
    return known.weeks[:, None] * rate, jnp.concatenate([before[None], kept * before + stock])


def _schemes(
    known: _Known,
    p: Parameters,
    stock: Array,
    movers: Array,
    split: Array,
    enter: Array,
    settling: Array,
    V: Array,
) -> tuple[Array, Array]:
    """Documents issued and persons struck off per step, both (T, G)."""
    plan = known.plan
    T = known.weeks.shape[0]
    issued: list[Array] = []
    struck: list[Array] = []
    for g, scheme in enumerate(known.schemes):
        d = plan.place(scheme.place)
        active = _share_of_steps(plan, scheme.start, None)
        leak = p.leak[g] * V[:, plan.visited.index(scheme.place)] if scheme.place in plan.visited else 0.0
        if scheme.permit:
            m = list(known.settle_from).index(d)
            holders = jnp.sum(stock[:-1, :, known.settled[m]], axis=1) + p.residents[d]
            renewed = p.renewal[g] / YEAR_WEEKS * known.weeks * holders
            new, gone = settling[:, m] + leak, jnp.sum(movers[:, :, known.settled[m]], axis=1)
        else:
            renewed = jnp.zeros(T)
            here = plan.states_of(plan.places[d])
            into = jnp.einsum("trs,rs->t", movers, split[:, :, d]) + jnp.sum(enter[:, :, here], axis=(1, 2))
            new, gone = p.uptake[g] * into + leak, p.uptake[g] * jnp.sum(movers[:, :, here], axis=(1, 2))
        stale = active * ((1 - p.struck[g]) * gone + leak)
        issued.append(active * (new + renewed))
        struck.append(active * (p.struck[g] * gone + renewed) + _purged(known, scheme.purges, stale))
    empty = jnp.zeros((T, 0))
    return (jnp.stack(issued, 1), jnp.stack(struck, 1)) if issued else (empty, empty)


def _purged(known: _Known, purges: tuple[date, ...], stale: Array) -> Array:
    """Stale entries removed in the step that a purge begins, (T,)."""
    removed = jnp.zeros_like(stale)
    since = 0
    for purge in sorted(purges):
        at = int(round(known.plan.calendar.position(purge)))
        removed = removed.at[at].add(jnp.sum(stale[since:at]))
        since = at
    return removed
