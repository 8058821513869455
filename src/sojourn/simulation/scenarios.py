"""Scenarios for calibration: kinds of worlds, and the random settings of worlds of each kind.

`plain` is the reference. In `circular`, traders and residents make most crossings. In
`shared`, all officials of the host have the same bias. In `window`, the main figure counts
from weeks before the date it names, and no reading allows for this. In `stale`, the ministry
reads stocks from a register with outdated entries. These distributions were fixed before any
answer was seen.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from sojourn.simulation.settings import (
    Behaviour,
    Officials,
    Wave,
    WorldPlace,
    WorldScheme,
    WorldSettings,
    WorldStratum,
    WorldVisitors,
)

KINDS = ("plain", "circular", "shared", "window", "stale")
REGISTER = "register"
"""A plain world whose case also has claims from the register of crossings; not in the default set."""
START, SHOCK, END = date(2022, 6, 1), date(2022, 8, 15), date(2023, 6, 30)
"""The calendar; the host's stay rule changes on 27 January 2023, about half-way through."""


def draw_world(kind: str, seed: int) -> WorldSettings:
    """Draw the settings of a world of a kind.

    Worlds of different kinds with the same seed differ only in what the kind changes.

    Raises:
        ValueError: the kind is unknown.

    Example:
        >>> draw_world("plain", seed=1).name
        'plain-1'
    """
    if kind not in (*KINDS, REGISTER):
        raise ValueError(f"unknown kind of world {kind!r}; expected one of: {', '.join((*KINDS, REGISTER))}")
    rng = np.random.default_rng([seed, 0x5EED])
    size, third = _near(rng, 60_000, 0.7), _near(rng, 10_000, 0.5)
    traders, residents, trips = _near(rng, 3_000, 0.5), _near(rng, 20_000, 0.4), 2.0
    struck = float(rng.uniform(0.1, 0.5))
    talk: dict[str, Any] = {"interest": float(rng.uniform(0.0, 0.5))}
    side = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.25, 0.5))
    window = int(rng.integers(30, 61))
    if kind == "circular":
        size, traders, residents, trips = 0.6 * size, 8 * traders, 3 * residents, 6.0
    if kind == "shared":
        talk["shared_bias"] = side
    if kind == "window":
        talk["window_days"] = window
    if kind == "stale":
        talk["stale"], struck = True, struck / 8
    return WorldSettings(
        name=f"{kind}-{seed}",
        start=START,
        until=END,
        origin="OR",
        host="HO",
        wave="shock",
        nationality="RU",
        others={"KG": 0.05},
        places=_places(rng, traders, residents, trips),
        waves=(_wave(rng, int(size), int(third)),),
        strata=_strata(rng),
        behaviour=Behaviour(
            contagion=float(rng.uniform(0.2, 0.6)),
            lawful=float(rng.uniform(0.6, 0.95)),
            via_origin=float(rng.uniform(0.05, 0.4)),
            again=float(rng.uniform(0.1, 0.3)),
        ),
        schemes=(
            WorldScheme(
                id="TAX",
                place="HO",
                kind="number",
                uptake=float(rng.uniform(0.25, 0.75)),
                leak=0.001,
                struck=struck,
            ),
            WorldScheme(id="PERMIT", place="HO", kind="permit", leak=0.04, struck=0.0),
        ),
        officials=Officials(**talk),
    )


def _near(rng: np.random.Generator, median: float, sd: float) -> float:
    return float(median * np.exp(rng.normal(0.0, sd)))


def _places(
    rng: np.random.Generator, traders: float, residents: float, trips: float
) -> dict[str, WorldPlace]:
    visitors = WorldVisitors(
        tourists=int(_near(rng, 150_000, 0.5)),
        traders=int(traders),
        students=int(_near(rng, 1_000, 0.5)),
        from_origin=float(rng.uniform(0.65, 0.92)),
        season=float(rng.uniform(1.1, 1.5)),
        peak=date(2022, 8, 1),
        step=_near(rng, 1.0, 0.15),
    )
    return {
        "HO": WorldPlace(
            name="Hostland",
            rules="KZ.visa_free.EAEU",
            borders={"OR": 0.6, "TH": 0.4},
            residents=int(residents),
            resident_trips=trips,
            visitors=visitors,
        ),
        "TH": WorldPlace(name="Thirdland", pull=_near(rng, 1.0, 0.5)),
        "XX": WorldPlace(name="elsewhere", pull=2.0),
    }


def _wave(rng: np.random.Generator, size: int, third: int) -> Wave:
    return Wave(
        id="shock",
        date=SHOCK,
        arrivals={"HO": size, "TH": third},
        delay_days=float(rng.uniform(5, 20)),
        trickle=float(rng.uniform(0.03, 0.2)),
        passing=float(rng.uniform(0.05, 0.4)),
    )


def _strata(rng: np.random.Generator) -> tuple[WorldStratum, ...]:
    share = float(rng.uniform(0.35, 0.7))
    return (
        WorldStratum(
            id="working",
            share=share,
            stay_weeks=_near(rng, 30, 0.4),
            savings_weeks=_near(rng, 25, 0.4),
            job=float(rng.uniform(0.2, 0.6)),
            settle=float(rng.uniform(0.05, 0.3)),
            back=float(rng.uniform(0.5, 0.9)),
        ),
        WorldStratum(
            id="well_off",
            share=1 - share,
            stay_weeks=_near(rng, 45, 0.4),
            savings_weeks=_near(rng, 50, 0.4),
            job=float(rng.uniform(0.2, 0.6)),
            settle=float(rng.uniform(0.05, 0.3)),
            back=float(rng.uniform(0.2, 0.6)),
        ),
    )
