"""Every measure straight from its definition: sums over a history's steps, rows and states in plain loops.

Nothing is shared with the operator: no features, no running sums. Windows are days; a step that lies
partly in a window counts for the part of its days that does, a date inside a step lies on the straight
line between the stocks at its ends.
"""

from __future__ import annotations

from datetime import date
from math import exp, inf, log

from sojourn.case import Reading
from sojourn.history import History, Parameters, Plan

PER_YEAR = {"day": 365.25, "week": 365.25 / 7, "month": 12.0, "year": 1.0}


class Counter:
    """Counts on one history, whose arrays and parameters are NumPy's."""

    def __init__(self, plan: Plan, history: History, p: Parameters) -> None:
        self.plan, self.h, self.p = plan, history, p
        self.settings = plan.settings
        self.origin = plan.settings.origin
        self.bounds = [bound.toordinal() for bound in plan.calendar.bounds]
        self.steps = range(len(self.bounds) - 1)

    # Windows and dates

    def window(self, start: date, end: date) -> list[tuple[int, float]]:
        """Steps with the part of each that lies in a window."""
        first, stop = start.toordinal(), end.toordinal() + 1
        parts = []
        for t in self.steps:
            begin, until = self.bounds[t], self.bounds[t + 1]
            days = len([d for d in range(begin, until) if first <= d < stop])
            if days:
                parts.append((t, days / (until - begin)))
        return parts

    def at(self, series, end: date) -> float:
        """A series given at the bounds, at the end of a day."""
        day = end.toordinal() + 1
        for t in self.steps:
            begin, until = self.bounds[t], self.bounds[t + 1]
            if begin <= day <= until:
                part = (day - begin) / (until - begin)
                return float((1 - part) * series[t] + part * series[t + 1])
        raise AssertionError(end)

    # Whom and where

    def country(self, place: str) -> str:
        return self.settings.places[place].parent or place if place else ""

    def cohorts(self, host: str, wave: str) -> list[int]:
        return [i for i, c in enumerate(self.plan.cohorts) if host in ("", c.host) and wave in ("", c.wave)]

    def rows(self, host: str, wave: str) -> list[int]:
        members = self.cohorts(host, wave)
        return [i for i, row in enumerate(self.plan.rows) if any(c in members for c in row.cohorts)]

    def where(self, s: int) -> str:
        return self.plan.states[s].place

    def borders(self, host: str) -> dict[str, float]:
        """Shares of excursions by next border."""
        weights = self.settings.places[host].excursions_to or {self.origin: 1.0}
        return {border: weight / sum(weights.values()) for border, weight in weights.items()}

    # Crossings

    def moves(self, t: int, rows: list[int]) -> dict[tuple[str, str], float]:
        """Persons who change place for good, by place left and final destination."""
        found: dict[tuple[str, str], float] = {}
        for r in rows:
            for s in range(len(self.plan.states)):
                for j, to in enumerate(self.plan.places):
                    key = (self.where(s), to)
                    persons = float(self.h.movers[t, r, s] * self.h.split[r, s, j])
                    found[key] = found.get(key, 0.0) + persons
        return found

    def displaced_crossings(self, t: int) -> dict[tuple[str, str], float]:
        """Crossings of the displaced, by place left and entered: first arrivals, and moves by their route."""
        found: dict[tuple[str, str], float] = {}

        def add(left: str, entered: str, crossings: float) -> None:
            found[left, entered] = found.get((left, entered), 0.0) + crossings

        for c, cohort in enumerate(self.plan.cohorts):
            add(self.origin, cohort.host, float(self.h.arrivals[t, c]))
        for (left, to), persons in self.moves(t, list(range(len(self.plan.rows)))).items():
            through = 0.0
            if self.origin not in (left, to):
                through = float(self.p.via_origin[self.plan.places.index(left)])
                add(left, self.origin, through * persons)
                add(self.origin, to, through * persons)
            add(left, to, (1 - through) * persons)
        return found

    def pairs(self, who: str, start: date, end: date, host: str) -> float:
        """Pairs of crossings, out and back, of those who live in a host."""
        d = self.plan.places.index(host)
        if who == "displaced":
            return sum(float(self.h.excursions[t, d]) * part for t, part in self.window(start, end))
        years = ((end - start).days + 1) / 365.25
        return float(self.p.residents[d] * self.p.resident_trips[d]) * years

    def visitor_crossings(self, start: date, end: date, host: str, inward: bool) -> dict[str, float]:
        """Visitors' crossings of a host's border by the other side."""
        n = self.plan.visited.index(host)
        crossings = 0.0
        for t, part in self.window(start, end):
            change = float(self.h.visitor_stock[t + 1, n] - self.h.visitor_stock[t, n])
            crossings += part * (float(self.h.visitor_entries[t, n]) - (0.0 if inward else change))
        home = float(self.p.from_origin[n])
        other = {border: share for border, share in self.borders(host).items() if border != self.origin}
        found = {
            border: crossings * (1 - home) * share / sum(other.values()) for border, share in other.items()
        }
        found[self.origin] = crossings * home
        found[""] = crossings
        return found

    def crossings(self, r: Reading, inward: bool) -> float:
        """Of a border, seen from `r.place`; the origin's is the mirror of its neighbours'."""
        here, there = self.country(r.place), self.country(r.counterpart)
        if here == self.origin:
            others = [there] if there else [place for place in self.plan.places if place != self.origin]
            return sum(self._crossings(r, host, self.origin, not inward) for host in others)
        return self._crossings(r, here, there, inward)

    def _crossings(self, r: Reading, here: str, there: str, inward: bool) -> float:
        assert r.start
        assert r.end
        total = 0.0
        share = self.borders(here).get(there, 0.0) if there else 1.0
        if r.who in ("displaced", "all"):
            for t, part in self.window(r.start, r.end):
                for (left, entered), crossings in self.displaced_crossings(t).items():
                    mine, other = (entered, left) if inward else (left, entered)
                    if mine == here and there in ("", other):
                        total += part * crossings
            total += share * self.pairs("displaced", r.start, r.end, here)
        if r.who in ("residents", "all"):
            total += share * self.pairs("residents", r.start, r.end, here)
        if r.who in ("visitors", "all") and (here in self.plan.visited or r.place != self.origin):
            total += self.visitor_crossings(r.start, r.end, here, inward).get(there, 0.0)
        return total

    def people(self, r: Reading) -> float:
        """Distinct persons who enter: displaced by arrival or move, visitors and residents by trips."""
        assert r.start
        assert r.end
        here = self.country(r.place)
        d = self.plan.places.index(here)
        years = ((r.end - r.start).days + 1) / 365.25
        total = 0.0
        for t, part in self.window(r.start, r.end):
            if r.who in ("displaced", "all"):
                total += part * sum(float(self.h.arrivals[t, c]) for c in self.cohorts(here, ""))
                everybody = list(range(len(self.plan.rows)))
                total += part * sum(n for (_, to), n in self.moves(t, everybody).items() if to == here)
            if r.who in ("visitors", "all"):
                n = self.plan.visited.index(here)
                trips = 1 + max(float(self.p.trips[n]) - 1, 0) * years
                total += part * float(self.h.visitor_entries[t, n]) / trips
        if r.who in ("residents", "all"):
            total += float(self.p.residents[d]) * (1 - exp(-float(self.p.resident_trips[d]) * years))
        return total

    # Persons

    def persons(self, rows: list[int], states: list[int], end: date) -> float:
        return sum(self.at(self.h.stock[:, r, s], end) for r in rows for s in states)

    def residents(self, place: str) -> float:
        return float(self.p.residents[self.plan.places.index(place)])

    def count(self, r: Reading) -> float:
        """One measure without its denominator, of a country."""
        here, there = self.country(r.place), self.country(r.counterpart)
        states = range(len(self.plan.states))
        if r.measure in ("entries", "exits"):
            return self.crossings(r, r.measure == "entries")
        if r.measure == "people":
            return self.people(r)
        if r.measure == "arrivals":
            assert r.start
            assert r.end
            inside = self.window(r.start, r.end)
            return sum(
                part * float(self.h.arrivals[t, c]) for t, part in inside for c in self.cohorts(here, r.wave)
            )
        if r.measure == "departures":
            assert r.start
            assert r.end
            total = 0.0
            for t, part in self.window(r.start, r.end):
                for (left, to), persons in self.moves(t, self.rows("", r.wave)).items():
                    total += part * persons if left == here and there in ("", to) else 0.0
            return total
        if r.measure in ("issued", "register"):
            return self.documents(r)
        assert r.end
        if r.measure in ("present", "settled"):
            total = 0.0
            if r.who in ("displaced", "all"):
                chosen = [s for s in states if self.where(s) == here]
                if r.measure == "settled":
                    chosen = [s for s in chosen if self.plan.states[s].standing == "settled"]
                total += self.persons(self.rows("", r.wave), chosen, r.end)
            if r.who in ("visitors", "all") and r.measure == "present":
                total += self.at(self.h.visitor_stock[:, self.plan.visited.index(here)], r.end)
            if r.who in ("residents", "all"):
                total += self.residents(here)
            return total
        total = 0.0
        for row in self.rows(here, r.wave):
            (host,) = {self.plan.cohorts[c].host for c in self.plan.rows[row].cohorts}
            for s in states:
                place = self.where(s)
                third = place not in (host, self.origin)
                counted = {
                    "returned": place == self.origin,
                    "stayed": place == host,
                    "moved_on": place == there if there else third,
                }[r.measure]
                total += self.persons([row], [s], r.end) if counted else 0.0
        return total

    def documents(self, r: Reading) -> float:
        (g,) = [i for i, scheme in enumerate(self.settings.schemes) if scheme.id == r.scheme]
        assert r.end
        if r.measure == "issued":
            assert r.start
            return sum(part * float(self.h.issued[t, g]) for t, part in self.window(r.start, r.end))
        before = self.window(self.plan.calendar.start, r.end)
        on = sum(part * float(self.h.issued[t, g] - self.h.struck[t, g]) for t, part in before)
        scheme = self.settings.schemes[g]
        return on + (self.residents(self.country(scheme.place)) if scheme.permit else 0.0)

    def part(self, r: Reading) -> float:
        """A part's share: of its country's stock for persons who are there, else of its arrivals."""
        if r.place not in self.plan.parts:
            return 1.0
        k = self.plan.parts.index(r.place)
        stock = r.measure in ("present", "settled", "stayed", "register")
        return float((self.p.part_stock if stock else self.p.part_arrivals)[k])

    def per(self, r: Reading) -> float:
        if r.per == "total" or not r.start or not r.end:
            return 1.0
        years = ((r.end - r.start).days + 1) / 365.25
        return 1 / (years * PER_YEAR[r.per])

    # Readings

    def rate(self, r: Reading) -> float:
        """Of those in one place at `start`, the share in another at `end`: the group alone is followed."""
        assert r.start
        assert r.end
        begin = self.bounds.index(r.start.toordinal() + 1)
        until = self.bounds.index(r.end.toordinal() + 1)
        h, states = self.h, self.plan.states
        left, right = self.country(r.of_place or r.place), self.country(r.place)
        there = before = 0.0
        for row in self.rows("", r.of_wave or r.wave):
            group = [float(h.stock[begin, row, s]) * (self.where(s) == left) for s in range(len(states))]
            before += sum(group)
            for t in range(begin, until):
                after = [0.0] * len(states)
                for s, state in enumerate(states):
                    after[s] += group[s] * float(h.steps.stay[t, row, s])
                    for j in range(len(self.plan.places)):
                        after[j] += group[s] * float(h.steps.move[t, row, s] * h.split[row, s, j])
                    for i, other in enumerate(states):
                        if (other.place, other.standing, state.standing) == (
                            state.place,
                            "settled",
                            "staying",
                        ):
                            after[i] += group[s] * float(h.steps.settle[t, row, s])
                group = after
            there += sum(group[s] for s in range(len(states)) if self.where(s) == right)
        return there / before * self._moved_into_part(r)

    def _moved_into_part(self, r: Reading) -> float:
        """A part holds its share of those who came to its country; people do not move between parts."""
        return 1.0 if r.of_place in ("", r.place) else self._stock_share(r)

    def value(self, r: Reading, elasticity: float = 0.0, trend: float = 0.0) -> float:
        """What a reading expects, in its own unit: persons, crossings, a share, a change of log rent."""
        if r.measure == "net":
            entries, exits = (self.crossings(r, inward) for inward in (True, False))
            return (entries - exits) * self.part(r) * self.per(r)
        if r.measure == "rate":
            return self.rate(r)
        if r.measure == "rent":
            assert r.start
            assert r.end
            dwellings = self.settings.places[r.place].dwellings or 1.0
            before, after = (
                self.count(Reading(r.claim, r.reading, 1.0, "present", r.place, end=day))
                * self._stock_share(r)
                for day in (r.start, r.end)
            )
            growth = log(1 + after / dwellings) - log(1 + before / dwellings)
            return elasticity * growth + trend * (r.end - r.start).days / 365.25
        top = self.count(r) * self.part(r) * self.per(r)
        if not r.of_measure:
            return top
        whole = Reading(
            r.claim,
            r.reading,
            1.0,
            r.of_measure,
            r.of_place or r.place,
            who=r.of_who or r.who,
            wave=r.of_wave or r.wave,
            start=r.of_start or r.start,
            end=r.of_end or r.end,
            scheme=r.scheme,
        )
        bottom = self.count(whole) * self.part(whole)
        return top / bottom if bottom else inf

    def _stock_share(self, r: Reading) -> float:
        return float(self.p.part_stock[self.plan.parts.index(r.place)]) if r.place in self.plan.parts else 1.0
