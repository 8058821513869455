"""True counts: the value of every measure of the ledger in a world, by brute force over its records.

No code is shared with `sojourn.measures`: people and crossings are counted directly. Only
citizens of the origin (`passport` 0) count, as in the figures of officials.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn._core.calendar import MONTH_DAYS, YEAR_DAYS
from sojourn.case import Reading
from sojourn.simulation.records import DISPLACED, KINDS, VISITOR, Records
from sojourn.simulation.settings import WorldSettings

Array = NDArray[Any]
STEP = {"total": 0.0, "day": 1.0, "week": 7.0, "month": MONTH_DAYS, "year": YEAR_DAYS}


class Counts:
    """The true figure of any reading in one world."""

    def __init__(self, world: WorldSettings, records: Records) -> None:
        """Select the crossings and documents of citizens of the origin."""
        self.world, self.records = world, records
        citizen = records.passport == 0
        self.crossings = records.crossings.take(citizen[records.crossings.person])
        self.documents = records.documents.take(citizen[records.documents.person])
        self.measures: dict[str, Callable[[Reading], float]] = {
            "entries": lambda r: self._crossed(r, True),
            "exits": lambda r: self._crossed(r, False),
            "net": lambda r: self._crossed(r, True) - self._crossed(r, False),
            "people": self._people,
            "arrivals": self._arrivals,
            "departures": self._departures,
            "present": self._present,
            "settled": self._settled,
            "issued": self._issued,
            "register": self._register,
            "stayed": self._outcome,
            "moved_on": self._outcome,
            "returned": self._outcome,
        }

    def figure(self, reading: Reading) -> float:
        """The true number, or proportion where the reading has a denominator.

        Raises:
            ValueError: `rate` or `rent`, which a world does not have.
        """
        if reading.measure not in self.measures:
            raise ValueError(f"a simulated world has no {reading.measure}")
        value = self.measures[reading.measure](reading)
        if reading.per != "total":
            value *= STEP[reading.per] / self._length(reading)
        whole = reading.whole()
        return value if whole is None else value / max(self.figure(whole), 1.0)

    def outcomes(self, day: date, host: str = "", wave: str = "") -> dict[str, float]:
        """Arrived, stayed, moved on and returned of a cohort on a day; default: of the question."""
        at, member = self.world.day(day), self._cohort(host or self.world.host, wave or self.world.wave)
        where = self.whereabouts(at)
        arrived = member & (self.records.displaced.arrival <= at)
        first = self._place(host)
        return {
            "arrived": float(arrived.sum()),
            "stayed": float((arrived & (where == first)).sum()),
            "moved_on": float((arrived & (where != first) & (where > 0)).sum()),
            "returned": float((arrived & (where == 0)).sum()),
        }

    def whereabouts(self, day: int) -> Array:
        """Index of the place of every displaced person on a day, (displaced,); -1 before arrival."""
        sojourns = self.records.sojourns
        rows = (sojourns.start <= day) & (sojourns.end > day)
        where = np.full(len(self.records.displaced), -1)
        where[sojourns.person[rows]] = sojourns.place[rows]
        return where

    def _place(self, name: str) -> int:
        return self.world.place_ids.index(name or self.world.host)

    def _window(self, reading: Reading) -> tuple[int, int]:
        """First and last day of a reading; without a start, from the start of the world."""
        start = 0 if reading.start is None else self.world.day(reading.start)
        return start, self.world.days - 1 if reading.end is None else self.world.day(reading.end)

    def _length(self, reading: Reading) -> int:
        first, last = self._window(reading)
        return last - first + 1

    def _cohort(self, host: str, wave: str) -> Array:
        people = self.records.displaced
        member = people.host == self._place(host)
        return member & self._wave(wave)

    def _wave(self, wave: str) -> Array:
        people = self.records.displaced
        if not wave:
            return np.ones(len(people), dtype=bool)
        return people.wave == [w.id for w in self.world.waves].index(wave)

    def _selected(self, reading: Reading, arrival: bool) -> Array:
        """Mask of the crossings that a reading counts."""
        c, (first, last) = self.crossings, self._window(reading)
        rows = (c.place == self._place(reading.place)) & (c.arrival == arrival)
        rows &= (c.day >= first) & (c.day <= last)
        if reading.who != "all":
            rows &= c.kind == KINDS.index(reading.who)
        if reading.counterpart:
            rows &= c.counterpart == self._place(reading.counterpart)
        return rows

    def _crossed(self, reading: Reading, arrival: bool) -> float:
        return float(self._selected(reading, arrival).sum())

    def _people(self, reading: Reading) -> float:
        return float(len(np.unique(self.crossings.person[self._selected(reading, True)])))

    def _arrivals(self, reading: Reading) -> float:
        first, last = self._window(reading)
        day = self.records.displaced.arrival
        member = self._cohort(reading.place, reading.wave)
        return float((member & (day >= first) & (day <= last)).sum())

    def _departures(self, reading: Reading) -> float:
        """Number of moves out of a place, by destination if the reading names one."""
        s, (first, last) = self.records.sojourns, self._window(reading)
        left = (s.place == self._place(reading.place)) & (s.end >= first) & (s.end <= last)
        left &= self._wave(reading.wave)[s.person]
        if not reading.counterpart:
            return float(left.sum())
        order = np.lexsort((s.start, s.person))
        following = np.full(len(order), -1)
        same = s.person[order][1:] == s.person[order][:-1]
        following[order[:-1][same]] = s.place[order[1:][same]]
        return float((left & (following == self._place(reading.counterpart))).sum())

    def _present(self, reading: Reading) -> float:
        _, day = self._window(reading)
        place = self._place(reading.place)
        total = 0.0
        if reading.who in ("displaced", "all"):
            where = self.whereabouts(day)
            total += float((self._wave(reading.wave) & (where == place)).sum())
        if reading.who in ("residents", "all"):
            total += self.residents(reading.place)
        if reading.who in ("visitors", "all"):
            total += self._visitors(place, day)
        return total

    def residents(self, place: str = "") -> float:
        """Number of citizens of the origin who already lived in a place; those on a trip count as present."""
        about = self.world.places[place or self.world.host]
        return round(about.residents * (1 - sum(self.world.others.values())))

    def _visitors(self, place: int, day: int) -> float:
        """Number of visitors whose last crossing by the end of a day was an entry.

        Visitors whose first crossing is an exit were present at the start.
        """
        c = self.crossings
        own = c.take((c.kind == VISITOR) & (c.place == place))
        before = own.arrival[own.day <= day]
        order = np.lexsort((~own.arrival, own.day, own.person))
        first = np.r_[True, np.diff(own.person[order]) != 0][: len(order)]
        at_start = int((~own.arrival[order][first]).sum())
        return float(at_start + before.sum() - (~before).sum())

    def _settled(self, reading: Reading) -> float:
        _, day = self._window(reading)
        s = self.records.sojourns
        rows = (s.place == self._place(reading.place)) & (s.settled <= day) & (s.start <= day) & (s.end > day)
        return float((rows & self._wave(reading.wave)[s.person]).sum())

    def _scheme(self, reading: Reading) -> Array:
        d = self.documents
        rows = d.scheme == [scheme.id for scheme in self.world.schemes].index(reading.scheme)
        return rows & (d.kind == DISPLACED) if reading.who == "displaced" else rows

    def _issued(self, reading: Reading) -> float:
        first, last = self._window(reading)
        d = self.documents
        return float((self._scheme(reading) & (d.issued >= first) & (d.issued <= last)).sum())

    def _register(self, reading: Reading) -> float:
        _, day = self._window(reading)
        d = self.documents
        return float((self._scheme(reading) & (d.issued <= day) & (d.struck > day)).sum())

    def _outcome(self, reading: Reading) -> float:
        _, day = self._window(reading)
        place = self._place(reading.place)
        member = self._cohort(reading.place, reading.wave)
        where = self.whereabouts(day)
        if reading.measure == "stayed":
            return float((member & (where == place)).sum())
        if reading.measure == "returned":
            return float((member & (where == 0)).sum())
        third = (where > 0) & (where != place)
        if reading.counterpart:
            third &= where == self._place(reading.counterpart)
        return float((member & third).sum())
