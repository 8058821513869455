"""Travel of people who are not displaced: tourists, traders, students, and earlier residents.

All trips are drawn at once, with seasonal days and log-logistic lengths. Overlapping trips
of one person are postponed until the previous one has ended.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sojourn._core.calendar import YEAR_DAYS
from sojourn.simulation.durations import Real, Whole, log_logistic, one_of, seasonal_days
from sojourn.simulation.records import PRIVATE, RESIDENT, STUDY, TOURISM, TRADE, VISITOR, Crossings
from sojourn.simulation.settings import WorldPlace, WorldSettings

WARM_UP = 60
"""Days before the calendar on which trips may begin, so that visitors are present on its first day."""
STUDENT_DAYS, STUDENT_SHAPE = 120.0, 4.0
TRADER_DAYS, TRADER_SHAPE = 1.2, 2.5
RESIDENT_DAYS, RESIDENT_SHAPE = 6.0, 2.0
TOURIST_SHAPE = 2.2
LONGEST = 85
"""Longest visit in days, except for students; within the usual limit of 90 days."""


class Trips(NamedTuple):
    """Trips (trips,) of people 0, 1, …: first and last day, sorted by person and day."""

    person: Whole
    first: Whole
    last: Whole


def draw_trips(
    rng: np.random.Generator, persons: int, per_person: float, weight: Real, median: float, shape: float
) -> Trips:
    """Draw trips: a Poisson number per person, on days drawn by weight, without overlap."""
    count = rng.poisson(per_person, persons)
    person = np.repeat(np.arange(persons), count)
    first = seasonal_days(rng, weight, len(person)) - WARM_UP
    order = np.argsort(person * (len(weight) + 1) + first + WARM_UP, kind="stable")
    first = first[order]
    length = np.minimum(log_logistic(rng, median, shape, len(person)), LONGEST).astype(int)
    if median > LONGEST:
        length = log_logistic(rng, median, shape, len(person)).astype(int)
    first = _one_after_the_other(person, first, length)
    return Trips(person, first, first + length)


def _one_after_the_other(person: Whole, first: Whole, length: Whole) -> Whole:
    """Postpone each trip that would begin before the previous one has ended to the day after its end."""
    if not len(person):
        return first
    before = np.concatenate([[0], np.cumsum(length + 1)[:-1]])
    slack = first - before
    # Offset each person's days above the previous person's, so that the running maximum never mixes people.
    floor = person * (int(slack.max()) - int(slack.min()) + 1)
    return np.maximum.accumulate(slack + floor) - floor + before


def season(world: WorldSettings, place: WorldPlace) -> Real:
    """Relative number of visits by day, from the warm-up to the end of the calendar."""
    about = place.visitors
    day = np.arange(-WARM_UP, world.days)
    weight = np.ones(len(day))
    if about.peak is not None:
        weight += (about.season - 1) * np.cos(2 * np.pi * (day - world.day(about.peak)) / YEAR_DAYS)
    shock = min(world.day(wave.date) for wave in world.waves)
    return weight * np.where(day >= shock, about.step, 1.0)


def visits(
    world: WorldSettings, number: int, place: WorldPlace, first_person: int, rng: np.random.Generator
) -> Crossings:
    """Crossings of all visitors of a place; tourists are numbered first, then traders, then students."""
    about = place.visitors
    weight = season(world, place)
    level = float(weight.mean()) * len(weight) / YEAR_DAYS
    flat = np.ones(len(weight))
    years = len(flat) / YEAR_DAYS
    plan = (
        (about.tourists, about.tourist_trips * level, weight, about.tourist_days, TOURIST_SHAPE, TOURISM),
        (about.traders, about.trader_trips * years, flat, TRADER_DAYS, TRADER_SHAPE, TRADE),
        (about.students, 1.3 * years, flat, STUDENT_DAYS, STUDENT_SHAPE, STUDY),
    )
    parts: list[Crossings] = []
    for persons, per_person, weights, median, shape, purpose in plan:
        trips = draw_trips(rng, persons, per_person, weights, median, shape)
        from_origin = rng.random(len(trips.person)) < about.from_origin
        other = np.where(from_origin, 0, _other_border(rng, world, place, len(trips.person)))
        parts.append(_crossings(world, trips, first_person, True, number, other, purpose, VISITOR))
        first_person += persons
    return Crossings.concat(parts)


def trips_abroad(
    world: WorldSettings, number: int, place: WorldPlace, first_person: int, rng: np.random.Generator
) -> Crossings:
    """Crossings of earlier residents: an exit, then the return."""
    flat = np.ones(WARM_UP + world.days)
    per_person = place.resident_trips * len(flat) / YEAR_DAYS
    trips = draw_trips(rng, place.residents, per_person, flat, RESIDENT_DAYS, RESIDENT_SHAPE)
    home = rng.random(len(trips.person)) < 0.8
    other = np.where(home, 0, _other_border(rng, world, place, len(trips.person)))
    return _crossings(world, trips, first_person, False, number, other, PRIVATE, RESIDENT)


def _other_border(rng: np.random.Generator, world: WorldSettings, place: WorldPlace, size: int) -> Whole:
    """Draw borders other than the origin's by the place's weights; the origin's if it is the only one."""
    names = world.place_ids
    others = {names.index(name): weight for name, weight in place.borders.items() if name != world.origin}
    if not others:
        return np.zeros(size, dtype=int)
    return np.array(list(others))[one_of(rng, np.array(list(others.values())), size)]


def _crossings(
    world: WorldSettings,
    trips: Trips,
    first_person: int,
    inward: bool,
    place: int,
    other: Whole,
    purpose: int,
    kind: int,
) -> Crossings:
    """The crossings at both ends of every trip that lie within the calendar."""
    day = np.concatenate([trips.first, trips.last])
    arrival = np.repeat([inward, not inward], len(trips.first))
    seen = (day >= 0) & (day < world.days)
    person = np.tile(trips.person + first_person, 2)[seen]
    shape = person.shape
    return Crossings(
        person=person,
        day=day[seen],
        arrival=arrival[seen],
        place=np.full(shape, place),
        counterpart=np.tile(other, 2)[seen],
        purpose=np.full(shape, purpose),
        kind=np.full(shape, kind),
    )
