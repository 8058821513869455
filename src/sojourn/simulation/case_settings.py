"""The settings (`case.toml`) of a case about a world: what an analyst could have known beforehand.

Sizes, shares and rates have the same wide priors in every world. Only the traffic of the
year before, the census, the season and the law are taken from the world. The first two are
rounded and carry an error.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from sojourn._core.calendar import YEAR_DAYS
from sojourn.case.settings import (
    Anchor,
    CaseSettings,
    Event,
    LogitNormal,
    LogNormal,
    Normal,
    Place,
    Regime,
    Scheme,
    Stratum,
    Visitors,
)
from sojourn.simulation.lawful_stays import VectorStayRule
from sojourn.simulation.settings import Wave, WorldSettings
from sojourn.stay_rules.limits import EntryLimit, RollingLimit

ARRIVALS = LogNormal(median=50_000, factor=2.5, why="enough to fill the hotels, but fewer than a million")
KNOWN_SD = 0.15
"""Sd of the log error of last year's traffic and of the census."""


def case_settings(world: WorldSettings, rng: np.random.Generator) -> CaseSettings:
    """Make the settings of a case that asks about the cohort of a world on its last day."""
    return CaseSettings(
        question=f"Of the people who came to {world.places[world.host].name}, how many stayed?",
        origin=world.origin,
        host=world.host,
        wave=world.wave,
        asof=world.until,
        start=world.start,
        claims_until=world.until,
        places=_places(world, rng),
        visitors=_visitors(world, rng),
        events=tuple(_event(world, wave) for wave in world.waves if world.host in wave.arrivals),
        regimes=tuple(_regimes(world)),
        schemes=tuple(
            Scheme.model_validate(
                {
                    "id": scheme.id,
                    "place": scheme.place,
                    "permit": scheme.kind == "permit",
                    "purges": scheme.purges,
                }
            )
            for scheme in world.schemes
        ),
        strata=_strata(world),
        anchors=(Anchor(source="border", kind="crossings", sd=0.05, why="counted at passport control"),),
    )


def _places(world: WorldSettings, rng: np.random.Generator) -> dict[str, Place]:
    """The places, with their names, borders and census counts."""
    found = {world.origin: Place.model_validate({"name": "the origin"})}
    for name, place in world.places.items():
        known: dict[str, Any] = {"name": place.name, "excursions_to": dict(place.borders)}
        if place.residents:
            median = _about(place.residents * _citizens(world), rng)
            known["residents"] = LogNormal(median=median, factor=1.4, why="census")
        found[name] = Place.model_validate(known)
    return found


def _event(world: WorldSettings, wave: Wave) -> Event:
    """The event of a wave, of which only the date and the first hosts are known."""
    known: dict[str, Any] = {
        "id": wave.id,
        "date": wave.date,
        "arrivals": dict.fromkeys(wave.arrivals, ARRIVALS),
        "passing": {world.host: LogitNormal(low=0.05, high=0.5, why="not known")},
    }
    if world.host in _visited(world):
        known["visitors"] = {world.host: Normal(mean=0.0, sd=0.3, why="the shock may keep visitors away")}
    return Event.model_validate(known)


def _about(figure: float, rng: np.random.Generator) -> float:
    """Make a figure published before the shock: with an error, rounded to two significant digits."""
    return float(f"{figure * np.exp(rng.normal(0.0, KNOWN_SD)):.1e}")


def _citizens(world: WorldSettings) -> float:
    return 1 - sum(world.others.values())


def _visited(world: WorldSettings) -> list[str]:
    return [
        name
        for name, place in world.places.items()
        if place.visitors.tourists + place.visitors.traders + place.visitors.students
    ]


def _visitors(world: WorldSettings, rng: np.random.Generator) -> dict[str, Visitors]:
    found = dict[str, Visitors]()
    for name in _visited(world):
        about = world.places[name].visitors
        trips = about.tourists * about.tourist_trips + about.traders * about.trader_trips
        level = _about((trips + 1.3 * about.students) * _citizens(world) * 7 / YEAR_DAYS, rng)
        prior = LogNormal(median=max(level, 1.0), factor=1.4, why="entries of the year before")
        found[name] = Visitors.model_validate({"level": prior, "peak": about.peak})
    return found


def _strata(world: WorldSettings) -> tuple[Stratum, ...]:
    if len(world.strata) < 2:
        return ()
    shared = LogitNormal(low=0.25, high=0.8, why="nobody counted")
    return tuple(
        Stratum(id=item.id, share=shared if number < len(world.strata) - 1 else None)
        for number, item in enumerate(world.strata)
    )


def _regimes(world: WorldSettings) -> list[Regime]:
    """The stay rules of each place, one regime per era."""
    found: list[Regime] = []
    for name, place in world.places.items():
        if not place.rules:
            continue
        for era in VectorStayRule(place.rules, world.nationality, world.start, world.until).eras:
            rolling = [limit for limit in era.limits if isinstance(limit, RollingLimit)]
            entry = [limit for limit in era.limits if isinstance(limit, EntryLimit)]
            limit = min(rolling or entry, key=lambda item: int(item.cap))
            first = max(world.start, date.fromordinal(max(era.first, 1)))
            last = date.fromordinal(era.last) if era.last < world.until.toordinal() else None
            known = {
                "id": f"{name}-{len(found) + 1}",
                "place": name,
                "start": first,
                "end": last,
                "kind": "rolling" if rolling else "entry",
                "cap": limit.cap,
                "days": limit.window if isinstance(limit, RollingLimit) else None,
                "counts_from": date.fromordinal(era.since) if rolling and era.since > 1 else None,
                "why": place.rules,
            }
            found.append(Regime.model_validate(known))
    return found
