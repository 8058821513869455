"""The simulation of a world from its settings and a seed: moves, crossings and registers."""

from __future__ import annotations

import numpy as np

from sojourn._core.errors import Problem
from sojourn.case import CaseError
from sojourn.simulation.displaced import Lives, make_displaced
from sojourn.simulation.documents import issue
from sojourn.simulation.durations import one_of
from sojourn.simulation.lawful_stays import VectorStayRule
from sojourn.simulation.records import Crossings, Records
from sojourn.simulation.settings import WorldSettings
from sojourn.simulation.travel import trips_abroad, visits

STAGES = ("people", "lives", "travel", "documents", "passports")
"""Each stage has its own stream of random numbers, so that a change in one does not affect the others."""


def simulate(world: WorldSettings, seed: int) -> Records:
    """Simulate a world; the same settings, seed and version give the same records.

    Raises:
        CaseError: a stay rule is not in the library or not supported, or nobody arrives.
    """
    streams = {
        name: np.random.default_rng(sequence)
        for name, sequence in zip(STAGES, np.random.SeedSequence(seed).spawn(len(STAGES)), strict=True)
    }
    rules = {
        number: VectorStayRule(
            place.rules, world.nationality, world.start, world.until, f"places.{name}.rules"
        )
        for number, (name, place) in enumerate(world.places.items(), 1)
        if place.rules
    }
    people = make_displaced(world, streams["people"])
    if not len(people):
        raise CaseError([Problem("WORLD.toml", "nobody arrives within the calendar", column="waves")])
    moved, sojourns = Lives(world, people, streams["lives"], rules).run()
    parts, person, residents = [moved], len(people), dict[int, tuple[int, int]]()
    for number, place in enumerate(world.places.values(), 1):
        about = place.visitors
        parts.append(visits(world, number, place, person, streams["travel"]))
        person += about.tourists + about.traders + about.students
        residents[number] = (person, place.residents)
        parts.append(trips_abroad(world, number, place, person, streams["travel"]))
        person += place.residents
    crossings = Crossings.concat(parts)
    documents = issue(world, people, sojourns, crossings, residents, streams["documents"])
    passports = (world.nationality, *world.others)
    shares = np.array([1 - sum(world.others.values()), *world.others.values()])
    passport = one_of(streams["passports"], shares, person)
    passport[: len(people)] = 0
    return Records(people, sojourns, crossings, documents, passport, passports)
