"""Registers of a world: identification numbers, residence permits, and outdated entries."""

from __future__ import annotations

import numpy as np

from sojourn._core.calendar import YEAR_DAYS
from sojourn.simulation.durations import log_logistic
from sojourn.simulation.records import (
    DISPLACED,
    OPEN,
    RESIDENT,
    VISITOR,
    Crossings,
    Displaced,
    Documents,
    Sojourns,
)
from sojourn.simulation.settings import WorldScheme, WorldSettings

LAG_DAYS, LAG_SHAPE = 8.0, 1.8
"""Median and log-logistic shape of the days from arrival to the number, for those still present."""


def issue(
    world: WorldSettings,
    people: Displaced,
    sojourns: Sojourns,
    crossings: Crossings,
    residents: dict[int, tuple[int, int]],
    rng: np.random.Generator,
) -> Documents:
    """Draw the entries of all registers.

    `residents` maps each place to the index of its first resident and their number.
    """
    parts = [
        _permits(world, k, scheme, sojourns, residents, rng)
        if scheme.kind == "permit"
        else _numbers(world, k, scheme, people, sojourns, crossings, rng)
        for k, scheme in enumerate(world.schemes)
    ]
    empty = np.zeros(0, dtype=int)
    return Documents.concat([Documents(empty, empty, empty, empty, empty), *parts])


def _numbers(
    world: WorldSettings,
    k: int,
    scheme: WorldScheme,
    people: Displaced,
    sojourns: Sojourns,
    crossings: Crossings,
    rng: np.random.Generator,
) -> Documents:
    """Issue numbers to displaced people soon after arrival, and to some visitors."""
    place = world.place_ids.index(scheme.place)
    here = sojourns.take(sojourns.place == place)
    once = np.unique(here.person, return_index=True)[1]
    first = here.take(once)
    issued = first.start + log_logistic(rng, LAG_DAYS, LAG_SHAPE, len(first.person)).astype(int)
    willing = rng.random(len(first.person)) < scheme.uptake * np.where(people.passing[first.person], 0.5, 1.0)
    takes = willing & (issued < first.end) & (issued < world.days)
    person, day = first.person[takes], issued[takes]
    left = _left_for_good(here, person)
    struck = _struck(world, scheme, left, rng)
    entered = crossings.arrival & (crossings.kind == VISITOR) & (crossings.place == place)
    rows = np.flatnonzero(entered)
    rows = rows[rng.random(len(rows)) < scheme.leak]
    extra, again = np.unique(crossings.person[rows], return_index=True)
    return Documents(
        scheme=np.full(len(person) + len(extra), k),
        person=np.concatenate([person, extra]),
        issued=np.concatenate([day, crossings.day[rows][again]]),
        struck=np.concatenate([struck, np.full(len(extra), OPEN)]),
        kind=np.concatenate([np.full(len(person), DISPLACED), np.full(len(extra), VISITOR)]),
    )


def _permits(
    world: WorldSettings,
    k: int,
    scheme: WorldScheme,
    sojourns: Sojourns,
    residents: dict[int, tuple[int, int]],
    rng: np.random.Generator,
) -> Documents:
    """Issue permits to displaced people on the day they settle, and renewals to earlier residents."""
    place = world.place_ids.index(scheme.place)
    rows = sojourns.take((sojourns.place == place) & (sojourns.settled < world.days))
    struck = _struck(world, scheme, rows.end, rng)
    first, count = residents.get(place, (0, 0))
    renewed = np.flatnonzero(rng.random(count) < scheme.leak * world.days / YEAR_DAYS)
    return Documents(
        scheme=np.full(len(rows.person) + len(renewed), k),
        person=np.concatenate([rows.person, first + renewed]),
        issued=np.concatenate([rows.settled, rng.integers(0, world.days, len(renewed))]),
        struck=np.concatenate([struck, np.full(len(renewed), OPEN)]),
        kind=np.concatenate([np.full(len(rows.person), DISPLACED), np.full(len(renewed), RESIDENT)]),
    )


def _left_for_good(here: Sojourns, person: np.ndarray) -> np.ndarray:
    """End of the last sojourn of each person in `here`, (people,)."""
    last = np.zeros(int(here.person.max(initial=0)) + 1, dtype=int)
    np.maximum.at(last, here.person, here.end)
    return last[person]


def _struck(
    world: WorldSettings, scheme: WorldScheme, left: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Day of removal of each entry: at departure for some, else at the next purge, else `OPEN`."""
    gone = left < world.days
    at_once = gone & (rng.random(len(left)) < scheme.struck)
    struck = np.where(at_once, left, OPEN)
    for purge in sorted((world.day(day) for day in scheme.purges), reverse=True):
        struck = np.where(gone & ~at_once & (left <= purge), purge, struck)
    return struck
