"""The displaced and everybody else, person-state by person-state and step by step, in plain loops.

Straight from the words of the model: surge, hazards, competing risks, excursions, visitors, registers.
Arrays of `Parameters` come in as they are; nothing else of the package's arithmetic is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import cos, exp, log, pi
from typing import Any

import numpy as np
from scipy.stats import gamma

from sojourn.history import Parameters, Plan


@dataclass
class Told:
    """What happened, by the names and shapes of `History`."""

    arrivals: np.ndarray
    stock: np.ndarray
    movers: np.ndarray
    split: np.ndarray
    settling: np.ndarray
    excursions: np.ndarray
    visitor_entries: np.ndarray
    visitor_stock: np.ndarray
    issued: np.ndarray
    struck: np.ndarray


def tell(plan: Plan, p: Parameters) -> Told:
    return _Teller(plan, p).tell()


class _Teller:
    def __init__(self, plan: Plan, p: Parameters) -> None:
        self.plan, self.p = plan, p
        self.settings = plan.settings
        bounds = plan.calendar.bounds
        self.first = bounds[0]
        self.bounds = [(b - self.first).days for b in bounds]
        self.T = len(bounds) - 1
        self.weeks = [(self.bounds[t + 1] - self.bounds[t]) / 7 for t in range(self.T)]
        self.hosts = list(dict.fromkeys(c.host for c in plan.cohorts))
        self.shocks = sorted((e for e in self.settings.events if e.arrivals), key=lambda e: e.date)

    def day(self, when: date) -> int:
        return (when - self.first).days

    def part_of_step(self, t: int, start: date | None, stop: date | None) -> float:
        """Part of step t in [start, stop)."""
        left = self.bounds[t] if start is None else max(self.bounds[t], self.day(start))
        right = self.bounds[t + 1] if stop is None else min(self.bounds[t + 1], self.day(stop))
        return max(0, right - left) / (self.bounds[t + 1] - self.bounds[t])

    def walk(self, t: int, knots: tuple[date, ...], values: Any) -> float:
        """A walk in the middle of a step."""
        middle = (self.bounds[t] + self.bounds[t + 1]) / 2
        return float(np.interp(middle, [self.day(k) for k in knots], values))

    def in_force(self, t: int, place: str) -> list[tuple[int, float]]:
        """Regimes of a place with the part of step t in which they are in force."""
        found = []
        for e, regime in enumerate(self.plan.regimes):
            stop = None if regime.end is None else date.fromordinal(regime.end.toordinal() + 1)
            if regime.place == place and (part := self.part_of_step(t, regime.start, stop)) > 0:
                found.append((e, part))
        return found

    def arrivals(self, t: int, c: int) -> float:
        cohort, p = self.plan.cohorts[c], self.p
        wave = [event.id for event in self.shocks].index(cohort.wave)

        def arrived(day: int) -> float:
            weeks = (day - self.day(cohort.start)) / 7
            return float(gamma.cdf(weeks / p.duration[wave], 2))

        surge = p.size[c] * (arrived(self.bounds[t + 1]) - arrived(self.bounds[t]))
        open_part = self.part_of_step(t, cohort.start, cohort.until)
        slow = exp(self.walk(t, self.plan.slow_knots, p.background_walk))
        return surge + p.size[c] * p.background[c] * self.weeks[t] * open_part * slow

    def leave(self, t: int, r: int, s: int) -> float:
        state, stratum = self.plan.states[s], self.plan.rows[r].stratum
        log_rate = self.p.leave[s] + (self.p.stratum_push[stratum] if stratum >= 0 else 0.0)
        if state.standing != "passing":
            if state.place in self.hosts:
                log_rate += self.walk(t, self.plan.knots, self.p.leave_walk[:, self.hosts.index(state.place)])
            log_rate += sum(self.p.regime_push[e] * part for e, part in self.in_force(t, state.place))
        return exp(log_rate) + (self.running_out(t, state.place) if state.standing == "staying" else 0.0)

    def running_out(self, t: int, place: str) -> float:
        """Rate of leaving in the week before and the week after everybody's permitted days run out."""
        rate = 0.0
        for e, regime in enumerate(self.plan.regimes):
            if regime.place == place and regime.kind == "rolling" and regime.counts_from:
                day = regime.counts_from.toordinal() + regime.cap
                if regime.end is None or day <= regime.end.toordinal():
                    start, stop = date.fromordinal(day - 7), date.fromordinal(day + 7)
                    rate += -log(1 - self.p.run_out[e]) / 2 * self.part_of_step(t, start, stop)
        return rate

    def settles_into(self, s: int) -> int | None:
        place, standing = self.plan.states[s].place, self.plan.states[s].standing
        for i, state in enumerate(self.plan.states):
            if standing == "staying" and state.place == place and state.standing == "settled":
                return i
        return None

    def settle(self, t: int, s: int) -> float:
        into = self.settles_into(s)
        if into is None:
            return 0.0
        held = [i for i, state in enumerate(self.plan.states) if state.standing == "settled"]
        place = self.plan.states[s].place
        shift = sum(self.p.regime_settle[e] * part for e, part in self.in_force(t, place))
        return exp(self.p.settle[held.index(into)] + shift)

    def destinations(self, r: int, s: int) -> list[float]:
        state, stratum = self.plan.states[s], self.plan.rows[r].stratum
        standing = ("staying", "settled", "passing").index(state.standing)
        weights = []
        for j, place in enumerate(self.plan.places):
            log_weight = self.p.pull[j]
            if state.place in self.hosts:
                log_weight += self.p.pair[self.hosts.index(state.place), j]
            if place == self.settings.origin:
                log_weight += self.p.back[standing]
                log_weight += self.p.stratum_back[stratum] if stratum >= 0 else 0.0
            weights.append(0.0 if place == state.place else exp(log_weight))
        return [weight / sum(weights) for weight in weights]

    def tell(self) -> Told:
        plan = self.plan
        T, C, R, S = self.T, len(plan.cohorts), len(plan.rows), len(plan.states)
        D, N, G = len(plan.places), len(plan.visited), len(self.settings.schemes)
        told = Told(
            arrivals=np.zeros((T, C)),
            stock=np.zeros((T + 1, R, S)),
            movers=np.zeros((T, R, S)),
            split=np.array([[self.destinations(r, s) for s in range(S)] for r in range(R)]),
            settling=np.zeros((T, S)),
            excursions=np.zeros((T, D)),
            visitor_entries=np.zeros((T, N)),
            visitor_stock=np.zeros((T + 1, N)),
            issued=np.zeros((T, G)),
            struck=np.zeros((T, G)),
        )
        entering = np.zeros((T, R, S))
        for t in range(T):
            for c in range(C):
                told.arrivals[t, c] = self.arrivals(t, c)
                self._enter(entering[t], c, told.arrivals[t, c])
            for r in range(R):
                for s in range(S):
                    self._risk(told, t, r, s, entering[t, r, s])
            self._excursions(told, t)
        self._visitors(told)
        for g in range(G):
            self._scheme(told, g, entering)
        return told

    def _enter(self, entering: np.ndarray, c: int, persons: float) -> None:
        plan, host = self.plan, self.plan.cohorts[c].host
        for r, row in enumerate(plan.rows):
            if c in row.cohorts:
                share = self.p.stratum_share[row.stratum] if row.stratum >= 0 else 1.0
                for s, state in enumerate(plan.states):
                    if state.place == host and state.standing == "staying":
                        entering[r, s] += persons * share * (1 - self.p.passing[c])
                    if state.place == host and state.standing == "passing":
                        entering[r, s] += persons * share * self.p.passing[c]

    def _risk(self, told: Told, t: int, r: int, s: int, entering: float) -> None:
        """Those who are there are exposed for the whole step, those who arrive for half of it."""
        out, settle = self.leave(t, r, s), self.settle(t, s)
        into = self.settles_into(s)
        for persons, weeks in ((told.stock[t, r, s], self.weeks[t]), (entering, self.weeks[t] / 2)):
            gone = persons * (1 - exp(-(out + settle) * weeks))
            left, settled = gone * out / (out + settle), gone * settle / (out + settle)
            told.movers[t, r, s] += left
            told.settling[t, s] += settled
            told.stock[t + 1, r, s] += persons - gone
            for j in range(len(self.plan.places)):
                told.stock[t + 1, r, j] += left * told.split[r, s, j]
            if into is not None:
                told.stock[t + 1, r, into] += settled

    def _excursions(self, told: Told, t: int) -> None:
        for d, place in enumerate(self.plan.places):
            if place == self.settings.origin:
                continue
            staying = (
                sum(told.stock[t, r, d] + told.stock[t + 1, r, d] for r in range(len(self.plan.rows))) / 2
            )
            regimes = self.in_force(t, place)
            rate = sum(self.p.excursions[len(self.plan.places) + e] * part for e, part in regimes)
            rate += self.p.excursions[d] * max(0.0, 1 - sum(part for _, part in regimes))
            told.excursions[t, d] = rate * staying * self.weeks[t]

    def _visitors(self, told: Told) -> None:
        p = self.p
        for n, place in enumerate(self.plan.visited):
            leave = 7 / p.visit_days[n]
            peak = self.settings.visitors[place].peak
            rates = []
            for t in range(self.T):
                log_rate = p.visitors[n] + self.walk(t, self.plan.knots, p.visitor_walk[:, n])
                if peak is not None:
                    middle = (self.bounds[t] + self.bounds[t + 1]) / 2
                    log_rate += p.season[n] * cos(2 * pi * (middle - self.day(peak)) / 365.25)
                lasting = [(e.date, where) for e in self.settings.events for where in e.visitors]
                for k, (when, where) in enumerate(lasting):
                    if where == place:
                        log_rate += p.visitor_step[k] * self.part_of_step(t, when, None)
                rates.append(exp(log_rate))
            told.visitor_stock[0, n] = rates[0] / leave
            for t, rate in enumerate(rates):
                told.visitor_entries[t, n] = rate * self.weeks[t]
                rest = exp(-leave * self.weeks[t])
                told.visitor_stock[t + 1, n] = told.visitor_stock[t, n] * rest + rate / leave * (1 - rest)

    @property
    def delayed(self) -> list[str]:
        return [scheme.id for scheme in self.settings.schemes if scheme.delay]

    def late(self, fresh: np.ndarray, t: int, delay: float) -> float:
        """Documents that come in step t to those of all steps so far, who came in the middle of theirs."""
        issued = 0.0
        for s in range(t + 1):
            middle = (self.bounds[s] + self.bounds[s + 1]) / 2
            waited = max(self.bounds[t] - middle, 0.0), self.bounds[t + 1] - middle
            issued += fresh[s] * (exp(-waited[0] / delay) - exp(-waited[1] / delay))
        return issued

    def _scheme(self, told: Told, g: int, entering: np.ndarray) -> None:
        """Documents issued and struck off; a purge removes all that is stale by then."""
        plan, p, scheme = self.plan, self.p, self.settings.schemes[g]
        country = self.settings.places[scheme.place].parent or scheme.place
        d = plan.places.index(country)
        days = [self.day(purge) for purge in scheme.purges]
        purges = {min(range(self.T + 1), key=lambda b: abs(self.bounds[b] - day)) for day in days}
        stale, fresh = 0.0, np.zeros(self.T)
        for t in range(self.T):
            if t in purges:
                told.struck[t, g] += stale
                stale = 0.0
            active = self.part_of_step(t, scheme.start, None)
            leak = 0.0
            if scheme.place in plan.visited:
                leak = p.leak[g] * told.visitor_entries[t, plan.visited.index(scheme.place)]
            new = gone = renewed = 0.0
            for r in range(len(plan.rows)):
                for s, state in enumerate(plan.states):
                    if scheme.permit:
                        if state.place == country and state.standing == "settled":
                            gone += told.movers[t, r, s]
                            renewed += told.stock[t, r, s] * p.renewal[g] * self.weeks[t] / (365.25 / 7)
                        continue
                    new += p.uptake[g] * told.movers[t, r, s] * told.split[r, s, d]
                    if state.place == country:
                        new += p.uptake[g] * entering[t, r, s]
                        gone += p.uptake[g] * told.movers[t, r, s]
            fresh[t] = new
            if scheme.delay:
                new = self.late(fresh, t, p.delay[self.delayed.index(scheme.id)])
            if scheme.permit:
                new = told.settling[t, d]
                renewed += p.residents[d] * p.renewal[g] * self.weeks[t] / (365.25 / 7)
            told.issued[t, g] = active * (new + leak + renewed)
            told.struck[t, g] += active * (p.struck[g] * gone + renewed)
            stale += active * ((1 - p.struck[g]) * gone + leak)
