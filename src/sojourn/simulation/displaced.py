"""The displaced agents: who they are, and where each of them lives and travels.

The simulation runs in rounds. In each round every active agent has a place, a day of entry,
an intended day of departure and a next place. The spell ends on the intended day, on the
last lawful day or with a short trip abroad, whichever comes first. The agent then moves,
renews its stay by a visa run, or overstays, and the next round begins. No event has a
constant rate, unlike in the model: intended stays are log-logistic, savings run out, friends
leave together, and agents differ permanently in their plans.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn._core.calendar import YEAR_DAYS
from sojourn.simulation.durations import Whole, log_logistic, log_normal, one_of, one_of_each
from sojourn.simulation.lawful_stays import NEVER, Spells, VectorStayRule
from sojourn.simulation.records import (
    DISPLACED,
    OPEN,
    PRIVATE,
    TOURISM,
    TRANSIT,
    Crossings,
    Displaced,
    Sojourns,
)
from sojourn.simulation.settings import WorldSettings

Array = NDArray[Any]
KEPT = 4
"""Number of earlier spells kept for each agent, for stay rules that look back."""
PASSING_DAYS, PASSING_SHAPE = 5.0, 2.5
ELSEWHERE_WEEKS, ELSEWHERE_SHAPE = 70.0, 1.3
AGAIN_DAYS, AGAIN_SHAPE = 120.0, 1.5
PERMIT_DAYS, PERMIT_SHAPE = 110.0, 2.0
SAVINGS_SD = 0.6
LAG_DAYS = 10
"""A friend follows within this number of days."""
TRIP_DAYS, LONGEST_TRAVEL, WAIT_DAYS = 3, 5, 30
GIVE_BACK_UP = 0.15
"""Share of agents in transit who return to the origin instead."""
ROUNDS = 400


def make_displaced(world: WorldSettings, rng: np.random.Generator) -> Displaced:
    """Draw the displaced of all waves: day of arrival, circle of friends, stratum and intentions."""
    waves: list[Whole] = []
    hosts: list[Whole] = []
    arrivals: list[Whole] = []
    for number, wave in enumerate(world.waves):
        shock, left = world.day(wave.date), world.until.toordinal() - wave.date.toordinal() + 1
        for place, count in wave.arrivals.items():
            delay = log_logistic(rng, wave.delay_days, wave.delay_shape, count)
            late = rng.random(count) < wave.trickle
            day = shock + np.where(late, rng.random(count) * left, delay).astype(int)
            day = day[day < world.days]
            waves.append(np.full(len(day), number))
            hosts.append(np.full(len(day), world.place_ids.index(place)))
            arrivals.append(np.sort(day))
    wave, host, arrival = (np.concatenate(parts) for parts in (waves, hosts, arrivals))
    circle = _circles(rng, host, wave, world.behaviour.group)
    count = len(arrival)
    shares = np.array([stratum.share for stratum in world.strata])
    stratum = one_of(rng, shares, count)
    passing = rng.random(count) < np.array([w.passing for w in world.waves])[wave]
    seeks = rng.random(count) < np.array([s.settle for s in world.strata])[stratum]
    lawful = rng.random(count) < world.behaviour.lawful
    return Displaced(wave, host, arrival, stratum, circle, passing, seeks & ~passing, lawful)


def _circles(rng: np.random.Generator, host: Array, wave: Array, largest: int) -> Whole:
    """Draw circles of friends: people who came to the same host with the same wave at about the same time."""
    sizes = rng.integers(1, largest + 1, len(host))
    starts = np.zeros(len(host) + 1, dtype=bool)
    starts[np.minimum(np.cumsum(sizes), len(host))] = True
    breaks = np.flatnonzero((np.diff(host) != 0) | (np.diff(wave) != 0)) + 1
    starts[breaks] = True
    return np.cumsum(starts[:-1])


@dataclass
class Lives:
    """The state of all agents between two rounds, with their crossings and sojourns so far."""

    world: WorldSettings
    people: Displaced
    rng: np.random.Generator
    rules: dict[int, VectorStayRule]
    place: Whole = field(init=False)
    entry: Whole = field(init=False)
    begun: Whole = field(init=False)
    leave: Whole = field(init=False)
    to: Whole = field(init=False)
    permit: Whole = field(init=False)
    lawful: Array = field(init=False)
    spells: Spells = field(init=False)
    spell_place: Whole = field(init=False)
    crossings: list[Crossings] = field(default_factory=list[Crossings])
    sojourns: list[Sojourns] = field(default_factory=list[Sojourns])

    def __post_init__(self) -> None:
        """Let every agent arrive and decide how long to stay."""
        n, world, people = len(self.people), self.world, self.people
        self.place, self.entry = people.host.copy(), people.arrival.copy()
        self.begun, self.lawful = self.entry.copy(), people.lawful.copy()
        shape = (n, KEPT)
        self.spells = Spells(np.zeros(shape, dtype=int), np.full(shape, -1))
        self.spell_place = np.full(shape, -1)
        patience = log_logistic(self.rng, PERMIT_DAYS, PERMIT_SHAPE, n).astype(int)
        self.permit = np.where(people.settles, self.entry + patience, OPEN)
        everybody = np.arange(n)
        self.leave, self.to = self._wishes(everybody)
        self._follow_friends()
        self.rules = {k: v for k, v in self.rules.items() if k != world.place_ids.index(world.origin)}
        self._cross(everybody, self.entry, True, self.place, np.zeros(n, dtype=int))

    def run(self) -> tuple[Crossings, Sojourns]:
        """Run rounds until no agent acts again before the calendar ends; return crossings and sojourns."""
        active = np.arange(len(self.people))
        for _ in range(ROUNDS):
            late = self.entry[active] >= self.world.days
            self._stay(active[late & (self.entry[active] < NEVER)])
            active = active[~late]
            if not len(active):
                return Crossings.concat(self.crossings), Sojourns.concat(self.sojourns)
            active = self._round(active)
        raise RuntimeError(f"agents are still moving after {ROUNDS} rounds")

    def _round(self, who: Whole) -> Whole:
        """Advance these agents by one step; return those who are still active."""
        last, errand = self._last_lawful(who), self._errand(who)
        # No short trips in the last days of a stay, because re-entry might be refused.
        errand = np.where(errand > last - TRIP_DAYS - 1, NEVER, errand)
        wish = np.maximum(self.leave[who], self.entry[who])
        ends = np.minimum(np.minimum(wish, last), errand)
        over = ends >= self.world.days
        self._stay(who[over])
        who, last, errand, wish, ends = (a[~over] for a in (who, last, errand, wish, ends))
        forced = last < np.minimum(wish, errand)
        trip = ~forced & (errand < wish)
        run = forced & self._can_run(who, last)
        gives_in = forced & ~run
        stays_on = gives_in & (self.rng.random(len(who)) < self.world.behaviour.overstay)
        self.lawful[who[stays_on]] = False
        early = self.rng.integers(0, self.world.behaviour.runs_early + 1, len(who))
        ends = np.where(run, np.minimum(np.maximum(ends - early, self.entry[who] + 1), last), ends)
        self._abroad(who[trip | run], ends[trip | run])
        moves = ~trip & ~run & ~stays_on
        admitted = self._admitted(who[moves], ends[moves])
        self._move(who[moves][admitted], ends[moves][admitted])
        return who

    def _admitted(self, who: Whole, day: Whole) -> Array:
        """Whether each agent moves now.

        A lawful agent who would be refused entry waits if it is in the origin, else goes there instead.
        """
        refused = np.zeros(len(who), dtype=bool)
        for place, rule in self.rules.items():
            bound = (self.to[who] == place) & self.lawful[who]
            some, arrival = who[bound], day[bound] + LONGEST_TRAVEL
            refused[bound] = rule.last_day(arrival, self._before(some, self.to[some])) < arrival + 7
        waits = refused & (self.place[who] == 0)
        self.leave[who[waits]] += WAIT_DAYS
        self.to[who[refused & ~waits]] = 0
        return ~waits

    def _wishes(self, who: Whole) -> tuple[Whole, Whole]:
        """Draw the intended day of departure of each agent, and its destination."""
        world, people, rng = self.world, self.people, self.rng
        n, place, stratum = len(who), self.place[who], people.stratum[who]
        strata = world.strata
        median = 7 * np.array([s.stay_weeks for s in strata])[stratum]
        stay = log_logistic(rng, median, world.behaviour.stay_shape, n)
        stay = np.where(people.settles[who], 3 * stay, stay)
        money = 7 * log_normal(rng, np.array([s.savings_weeks for s in strata])[stratum], SAVINGS_SD, n)
        broke = (rng.random(n) > np.array([s.job for s in strata])[stratum]) & (money < stay)
        stay = np.where(broke, money, stay)
        through = people.passing[who] & (place == people.host[who])
        stay = np.where(through, log_logistic(rng, PASSING_DAYS, PASSING_SHAPE, n), stay)
        far = log_logistic(rng, 7 * ELSEWHERE_WEEKS, ELSEWHERE_SHAPE, n)
        stay = np.where((place != people.host[who]) & (place > 0), far, stay)
        again = np.where(rng.random(n) < world.behaviour.again, 0, OPEN)
        home = np.minimum(log_logistic(rng, AGAIN_DAYS, AGAIN_SHAPE, n) + again, OPEN)
        stay = np.where(place == 0, home, stay)
        leave = self.entry[who] + np.minimum(np.maximum(stay, 1), NEVER).astype(int)
        return leave, self._destinations(who, broke & ~through, through)

    def _destinations(self, who: Whole, broke: Array, through: Array) -> Whole:
        """Draw the next place of each agent; agents without money are likelier to return to the origin."""
        world, people, rng = self.world, self.people, self.rng
        place, host, n = self.place[who], people.host[who], len(who)
        share = np.array([s.back for s in world.strata])[people.stratum[who]]
        odds = share / np.maximum(1 - share, 1e-9) * np.where(broke, 2.0, 1.0)
        back = rng.random(n) < np.where(through, GIVE_BACK_UP, odds / (1 + odds))
        pull = np.array([0.0, *(p.pull for p in world.places.values())])
        weights = np.tile(pull, (n, 1))
        weights[np.arange(n), place] = 0.0
        onward = one_of_each(rng, np.where(weights.sum(axis=1, keepdims=True) > 0, weights, 1.0))
        onward = np.minimum(onward, len(pull) - 1)
        to_host = (place == 0) & (rng.random(n) < world.behaviour.again_to_host)
        onward = np.where(to_host, host, onward)
        home = back & (place > 0)
        return np.where(home | (onward == place), 0, onward)

    def _follow_friends(self) -> None:
        """Contagion: an agent who leaves takes friends along, who may take others along."""
        circle, rng = self.people.circle, self.rng
        passing = self.people.passing
        followed = passing.copy()
        for rank in range(self.world.behaviour.group - 1):
            order = np.lexsort((self.leave, circle))
            first = np.r_[True, np.diff(circle[order]) != 0]
            start = np.flatnonzero(first)[np.cumsum(first) - 1]
            position = np.arange(len(order)) - start
            leader = order[np.minimum(start + rank, len(order) - 1)]
            later = (position > rank) & (circle[leader] == circle[order])
            later &= ~followed[order] & ~passing[leader]
            there = self.entry[order] < self.leave[leader]
            follows = later & there & (rng.random(len(order)) < self.world.behaviour.contagion)
            when = self.leave[leader] + rng.integers(0, LAG_DAYS + 1, len(order))
            sooner = follows & (when < self.leave[order])
            who = order[sooner]
            self.leave[who], self.to[who] = when[sooner], self.to[leader[sooner]]
            followed[who] = True

    def _errand(self, who: Whole) -> Whole:
        """Draw the day of the next short trip abroad, for agents who live in a host."""
        rate = self.world.behaviour.errands
        if rate == 0:
            return np.full(len(who), NEVER)
        wait = self.rng.exponential(YEAR_DAYS / rate, len(who)).astype(int) + 1
        abroad = (self.place[who] > 0) & ~self.people.passing[who]
        return np.where(abroad, self.entry[who] + wait, NEVER)

    def _last_lawful(self, who: Whole) -> Whole:
        """The last lawful day of each agent; `NEVER` for agents without a limit or who ignore it."""
        last = np.full(len(who), NEVER)
        for place, rule in self.rules.items():
            bound = (self.place[who] == place) & self.lawful[who]
            some = who[bound]
            day = rule.last_day(self.entry[some], self._before(some, self.place[some]))
            last[bound] = np.where(self.permit[some] <= day, NEVER, np.maximum(day, self.entry[some]))
        return last

    def _before(self, who: Whole, place: Whole) -> Spells:
        """Earlier spells of each agent in a place."""
        here = self.spell_place[who] == place[:, None]
        return Spells(self.spells.entry[who], np.where(here, self.spells.exit[who], -NEVER))

    def _can_run(self, who: Whole, last: Whole) -> Array:
        """Whether leaving on the last day and re-entering opens a new stay of two weeks or more."""
        able = np.zeros(len(who), dtype=bool)
        for place, rule in self.rules.items():
            here = self.place[who] == place
            some, day = who[here], last[here]
            before = self._before(some, self.place[some])
            spent = Spells(
                np.column_stack([before.entry, self.entry[some]]),
                np.column_stack([before.exit, day]),
            )
            able[here] = rule.last_day(day + 1, spent) >= day + 15
        return able

    def _abroad(self, who: Whole, day: Whole) -> None:
        """Make a short trip abroad: two crossings, no move."""
        back = day + self.rng.integers(0, TRIP_DAYS + 1, len(who))
        place = self.place[who]
        names = self.world.place_ids
        next_border = np.zeros(len(who), dtype=int)
        for number, about in enumerate(self.world.places.values(), 1):
            here = place == number
            if about.borders:
                to = one_of(self.rng, np.array(list(about.borders.values())), int(here.sum()))
                next_border[here] = np.array([names.index(b) for b in about.borders])[to]
        self._cross(who, day, False, place, next_border)
        self._cross(who, back, True, place, next_border)
        self._remember(who, day)
        self.entry[who] = back

    def _move(self, who: Whole, day: Whole) -> None:
        """Move to the next place, directly or through the origin, and plan the stay there."""
        rng, place, to = self.rng, self.place[who], self.to[who]
        onward = (place > 0) & (to > 0)
        via = onward & (rng.random(len(who)) < self.world.behaviour.via_origin)
        travel = np.where(via, rng.integers(1, LONGEST_TRAVEL + 1, len(who)), rng.integers(0, 2, len(who)))
        self._close(who, day)
        self._cross(who, day, False, place, np.where(via, 0, to), purpose=TRANSIT)
        self._cross(who, day + travel, True, to, np.where(via, 0, place))
        self._remember(who, day)
        self.place[who], self.entry[who], self.begun[who] = to, day + travel, day
        self.permit[who] = OPEN
        self.leave[who], self.to[who] = self._wishes(who)

    def _stay(self, who: Whole) -> None:
        """Retire these agents: they stay where they are until the calendar ends."""
        self._close(who, np.full(len(who), OPEN))
        self.entry[who] = NEVER

    def _close(self, who: Whole, day: Whole) -> None:
        settled = np.where(self.permit[who] < day, self.permit[who], OPEN)
        self.sojourns.append(Sojourns(who, self.place[who], self.begun[who], day, settled))

    def _remember(self, who: Whole, day: Whole) -> None:
        """Store the spell that ends on a day; a day of both exit and re-entry belongs to the later spell."""
        for kept, new in (
            (self.spells.entry, self.entry[who]),
            (self.spells.exit, day),
            (self.spell_place, self.place[who]),
        ):
            kept[who, 1:] = kept[who, :-1]
            kept[who, 0] = new
        same = (self.spell_place[who, 1] == self.place[who]) & (self.spells.exit[who, 1] >= self.entry[who])
        self.spells.exit[who, 1] = np.where(same, self.entry[who] - 1, self.spells.exit[who, 1])

    def _cross(
        self, who: Whole, day: Whole, arrival: bool, place: Whole, other: Whole, purpose: int = PRIVATE
    ) -> None:
        """Record crossings of the borders of hosts; the declared purpose is unreliable."""
        seen = (place > 0) & (day < self.world.days)
        who, day, place, other = who[seen], day[seen], place[seen], other[seen]
        said = np.where(self.rng.random(len(who)) < 0.3, TOURISM, purpose)
        self.crossings.append(
            Crossings(
                person=who,
                day=day,
                arrival=np.full(len(who), arrival),
                place=place,
                counterpart=other,
                purpose=said,
                kind=np.full(len(who), DISPLACED),
            )
        )
