"""Statements about a world: their sources, dates, and the readings each may have.

The readings of a statement are those that a careful analyst would list. The reading that the
speaker means is drawn with the frequencies given here; the analyst's weights are these
frequencies with an error, because the analyst has not seen the truth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from sojourn.case import Reading, Source
from sojourn.simulation.settings import WorldSettings

StatementTopic = Literal["crossings", "persons", "shares"]

SOURCES = (
    Source("border", "Border service of the host", "counts crossings", "host_official"),
    Source("ministry", "Interior ministry of the host", "speaks to the press", "host_official"),
    Source("registrar", "Register office of the host", "lists documents", "host_official"),
    Source("consul", "Consul of the origin", "wants people to return", "origin_official"),
    Source("mirror", "Border service of the origin", "counts exits to the host", "origin_official"),
    Source("paper", "A newspaper of the host", "reports estimates", "media"),
    Source("agency", "An international agency", "runs surveys", "international"),
    Source("scholar", "A researcher", "estimates the cohort", "researcher"),
    Source("friend_a", "Resident A", "came with the wave", "interviewee", "pseudonym"),
    Source("friend_b", "Resident B", "came with the wave", "interviewee", "pseudonym"),
    Source("friend_c", "Resident C", "came with the wave", "interviewee", "pseudonym"),
)


@dataclass(frozen=True)
class Statement:
    """A statement that yields one figure: its readings, and in `means` the true one if it is fixed."""

    claim: str
    source: str
    published: date
    topic: StatementTopic
    style: str
    readings: tuple[Reading, ...]
    unit: str = "persons"
    means: Reading | None = None
    overstates: bool = False
    noise: float = 1.0


@dataclass(frozen=True)
class Moments:
    """The dates to which statements refer."""

    shock: date
    first: date
    summer: date
    autumn: date
    winter: date
    end: date


def moments(world: WorldSettings) -> Moments:
    """The shock, 12, 45, 100 and 200 days after it, and the last day of the calendar."""
    wave = next((w for w in world.waves if w.id == world.wave), world.waves[0])
    first, summer, autumn, winter = (
        min(wave.date + timedelta(days=days), world.until) for days in (12, 45, 100, 200)
    )
    return Moments(wave.date, first, summer, autumn, winter, world.until)


def statements(world: WorldSettings) -> list[Statement]:
    """Return all statements about a world, in the order of publication."""
    m = moments(world)
    found = [*_border(world, m), *_ministry(world, m), *_registrar(world, m), *_others(world, m)]
    return sorted(found, key=lambda item: (item.published, item.claim))


def _reading(name: str, weight: float, measure: Any, why: str, **fields: Any) -> Reading:
    return Reading(claim="", reading=name, weight=weight, measure=measure, why=why, **fields)


def _border(world: WorldSettings, m: Moments) -> list[Statement]:
    host, origin = world.host, world.origin
    before = max(world.start, m.shock - timedelta(days=60))
    every = {"place": host, "who": "all"}
    crossings = "the service counts crossings"

    def counted(claim: str, day: date, *readings: Reading) -> Statement:
        return Statement(claim, "border", day + timedelta(days=2), "crossings", "counted", readings)

    def since(name: str, weight: float, measure: str, end: date, why: str, **more: Any) -> Reading:
        return _reading(name, weight, measure, why, start=m.shock, end=end, **{**every, **more})

    usual = _reading(
        "crossings", 1.0, "entries", crossings, start=before, end=m.shock - timedelta(1), **every
    )
    return [
        counted("usual", m.shock, usual),
        counted(
            "first_in",
            m.first,
            since("crossings", 0.8, "entries", m.first, crossings),
            since("people", 0.1, "people", m.first, "published as people"),
            since("arrivals", 0.1, "arrivals", m.first, "those who fled", who="displaced"),
        ),
        counted(
            "first_out",
            m.first,
            since("crossings", 0.9, "exits", m.first, crossings),
            since("left", 0.1, "departures", m.first, "those who left for good", who="displaced"),
        ),
        counted("autumn_out", m.autumn, since("crossings", 1.0, "exits", m.autumn, crossings)),
        counted("winter_in", m.winter, since("crossings", 1.0, "entries", m.winter, crossings)),
        counted("winter_out", m.winter, since("crossings", 1.0, "exits", m.winter, crossings)),
        counted(
            "home",
            m.autumn,
            since("to_origin", 0.8, "exits", m.autumn, "exits to the origin", counterpart=origin),
            since("all", 0.2, "exits", m.autumn, "or all exits"),
        ),
    ]


def _ministry(world: WorldSettings, m: Moments) -> list[Statement]:
    host = world.host
    main = (
        _reading("crossings", 0.5, "entries", "counted at the border", place=host, who="all"),
        _reading("people", 0.25, "people", "he said people", place=host, who="all"),
        _reading("arrivals", 0.25, "arrivals", "or those who fled", place=host, wave=world.wave),
    )
    main = tuple(replace(reading, start=m.shock, end=m.autumn) for reading in main)
    late = m.end - timedelta(days=60)
    found = [
        _spoken("main", "ministry", m.autumn, *main),
        _spoken("stock_early", "ministry", m.summer, *_stock(world, m.summer)),
        _spoken("stock_late", "ministry", late, *_stock(world, late)),
        _spoken(
            "transit",
            "ministry",
            m.winter,
            _reading(
                "moved_on", 0.5, "moved_on", "to third countries", place=host, wave=world.wave, end=m.winter
            ),
            _reading("left", 0.25, "departures", "all who left", place=host, start=m.shock, end=m.winter),
            _reading(
                "exits",
                0.25,
                "exits",
                "exits other than home",
                place=host,
                who="displaced",
                counterpart=_third(world),
                start=m.shock,
                end=m.winter,
            ),
        ),
    ]
    talk = world.officials
    if talk is not None and talk.window_days:
        begin = max(world.start, m.shock - timedelta(days=talk.window_days))
        found[0] = replace(found[0], means=replace(main[0], start=begin))
    if talk is not None and talk.stale and world.schemes:
        found[1] = replace(found[1], means=_on_register(world, m.summer))
        found[2] = replace(found[2], means=_on_register(world, late))
    return found


def _third(world: WorldSettings) -> str:
    return next(place for place in world.places if place != world.host)


def _on_register(world: WorldSettings, day: date) -> Reading:
    scheme = world.schemes[0]
    return _reading(
        "register",
        0.2,
        "register",
        "read off a register",
        place=world.host,
        who="all",
        scheme=scheme.id,
        end=day,
    )


def _stock(world: WorldSettings, day: date) -> list[Reading]:
    found = [
        _reading("displaced", 0.5, "present", "those who fled and are here", place=world.host, end=day),
        _reading("all", 0.3, "present", "everybody with that passport", place=world.host, who="all", end=day),
    ]
    return [*found, _on_register(world, day)] if world.schemes else found


def _spoken(claim: str, source: str, day: date, *readings: Reading) -> Statement:
    return Statement(claim, source, day + timedelta(days=1), "persons", "spoken", readings)


def _registrar(world: WorldSettings, m: Moments) -> list[Statement]:
    found: list[Statement] = []
    for scheme in (item for item in world.schemes if item.place == world.host):
        day = m.end - timedelta(days=30)
        issued = _reading(
            "issued",
            0.6,
            "issued",
            "all issued since",
            place=world.host,
            who="all",
            scheme=scheme.id,
            start=m.shock,
            end=day,
        )
        other = (
            _reading("settled", 0.4, "settled", "holders who came", place=world.host, end=day)
            if scheme.kind == "permit"
            else replace(_on_register(world, day), weight=0.4, scheme=scheme.id, why="now on the register")
        )
        at = day + timedelta(days=3)
        found.append(
            Statement(scheme.id, "registrar", at, "crossings", "listed", (issued, other), "documents")
        )
    return found


def _others(world: WorldSettings, m: Moments) -> list[Statement]:
    host, wave = world.host, world.wave
    late = m.end - timedelta(days=25)
    cohort = {"of_measure": "arrivals", "of_place": host, "of_wave": wave, "of_start": m.shock}

    def share(claim: str, source: str, measure: str, day: date, noise: float, **more: Any) -> Statement:
        reading = _reading(
            "of_arrived",
            1.0,
            measure,
            "of those who came",
            place=host,
            wave=wave,
            end=day,
            of_end=day,
            **cohort,
        )
        at = day + timedelta(days=5)
        return Statement(claim, source, at, "shares", "spoken", (reading,), "percent", noise=noise, **more)

    mirror = (
        _reading(
            "crossings", 0.8, "entries", "exits to the host", place=host, who="all", counterpart=world.origin
        ),
        _reading("arrivals", 0.2, "arrivals", "those who fled", place=host, wave=wave),
    )
    paper = (
        _reading(
            "arrivals", 0.6, "arrivals", "those who fled", place=host, wave=wave, start=m.shock, end=m.summer
        ),
        _reading("present", 0.4, "present", "those still here", place=host, end=m.summer),
    )
    scholar = _reading("stayed", 1.0, "stayed", "estimate of the cohort", place=host, wave=wave, end=m.winter)
    return [
        share("back", "consul", "returned", late, 1.0, overstates=True),
        share("survey", "agency", "moved_on", late - timedelta(days=40), 1.5),
        Statement(
            "mirror",
            "mirror",
            m.winter + timedelta(days=4),
            "crossings",
            "counted",
            tuple(replace(reading, start=m.shock, end=m.winter) for reading in mirror),
        ),
        replace(_spoken("guess", "paper", m.summer, *paper), noise=2.0),
        replace(_spoken("estimate", "scholar", m.winter, scholar), noise=1.5),
    ]
