"""WORLD.toml: an agent-based world as typed settings, one message for each thing wrong.

A world has one origin, one shock or several (waves), a host that the question is about,
and third places. Durations are given by their medians: they are log-logistic.
"""

from __future__ import annotations

import tomllib
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from sojourn._core.errors import Problem, one_of
from sojourn._core.settings import problems_of
from sojourn.case import CaseError
from sojourn.case.settings import Settings

Proportion = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=0)]
MOST_PERSONS = 20_000_000


class WorldVisitors(Settings):
    """Everybody else who crosses into a place."""

    tourists: Count = Field(default=0, description="persons who visit")
    tourist_trips: Positive = Field(default=1.2, description="trips per tourist and year")
    tourist_days: Positive = Field(default=6, description="median stay of a tourist, days")
    traders: Count = Field(default=0, description="persons who come to trade")
    trader_trips: Positive = Field(default=25, description="trips per trader and year")
    students: Count = Field(default=0, description="students, who stay for a term")
    from_origin: Proportion = Field(default=0.85, description="share of trips that enter from the origin")
    season: Annotated[float, Field(ge=1, lt=2)] = Field(
        default=1.3, description="trips at the peak over the average"
    )
    peak: date | None = Field(default=None, description="a day of the seasonal peak")
    step: Positive = Field(default=1.0, description="factor on trips from the first wave on")


class WorldPlace(Settings):
    """A host or a third place."""

    name: str
    rules: str = Field(default="", description="id in the library of stay rules; empty: no limit of stay")
    borders: dict[str, Positive] = Field(
        default_factory=dict[str, float], description="next border of short trips: place → relative weight"
    )
    pull: Positive = Field(default=1.0, description="relative attraction for those who move on")
    residents: Count = Field(default=0, description="nationals of the origin who lived there before")
    resident_trips: Positive = Field(default=2.0, description="trips abroad per resident and year")
    visitors: WorldVisitors = WorldVisitors()


class Wave(Settings):
    """Those who leave the origin because of one shock."""

    id: str
    date: date
    arrivals: dict[str, Count] = Field(description="first host → persons")
    delay_days: Positive = Field(default=10, description="median days from the shock to the arrival")
    delay_shape: Annotated[float, Field(gt=1)] = Field(
        default=1.5, description="log-logistic shape of that delay"
    )
    trickle: Proportion = Field(default=0.1, description="share that comes later, evenly to the end")
    passing: Proportion = Field(default=0.2, description="share that only passes through")


class WorldStratum(Settings):
    """A layer of the displaced."""

    id: str
    share: Positive = Field(description="relative size")
    stay_weeks: Positive = Field(default=40, description="median wish to stay in a host")
    savings_weeks: Positive = Field(default=30, description="median of what the savings last")
    job: Proportion = Field(default=0.4, description="share that finds work, and so does not live on savings")
    settle: Proportion = Field(default=0.2, description="share that seeks a residence permit")
    back: Proportion = Field(default=0.6, description="share of those who leave that return")


class Behaviour(Settings):
    """What people do, whatever their stratum."""

    stay_shape: Annotated[float, Field(gt=1)] = Field(default=1.4, description="log-logistic shape of stays")
    group: Annotated[int, Field(ge=1, le=12)] = Field(default=4, description="largest circle of friends")
    contagion: Proportion = Field(
        default=0.4, description="chance that a friend who is still there leaves, too"
    )
    lawful: Proportion = Field(default=0.8, description="share that keeps the stay rules")
    via_origin: Proportion = Field(default=0.25, description="share of onward moves that cross the origin")
    again: Proportion = Field(default=0.2, description="share of returners who leave a second time")
    again_to_host: Proportion = Field(
        default=0.5, description="share of those who go back to their first host"
    )
    errands: Annotated[float, Field(ge=0)] = Field(
        default=1.0, description="short trips abroad per person and year"
    )
    overstay: Proportion = Field(
        default=0.2, description="of the lawful whose days are used up: share that stays on"
    )
    runs_early: Count = Field(default=5, description="visa runs come up to so many days before the last one")


class WorldScheme(Settings):
    """A register or a document."""

    id: str
    place: str
    kind: Literal["number", "permit"] = Field(
        default="number", description="number: given on arrival; permit: given to who settles"
    )
    uptake: Proportion = Field(default=0.5, description="share of the displaced who stay that take a number")
    leak: Proportion = Field(
        default=0.001, description="numbers per visitor's entry; permits per resident and year"
    )
    struck: Proportion = Field(default=0.2, description="share of leavers who are struck off")
    purges: Annotated[tuple[date, ...], Field(strict=False)] = ()


class Officials(Settings):
    """How officials and others speak of the world; log units are natural logs: 0.1 is a tenth."""

    crossing_sd: Annotated[float, Field(ge=0)] = Field(default=0.03, description="log error of border counts")
    bias_sd: Annotated[float, Field(ge=0)] = Field(
        default=0.15, description="log bias of each source when it speaks of persons"
    )
    error_sd: Annotated[float, Field(ge=0)] = Field(
        default=0.08, description="log error of each figure of persons"
    )
    shared_bias: float = Field(default=0.0, description="log bias that all host officials share on persons")
    interest: Annotated[float, Field(ge=0)] = Field(
        default=0.3, description="log factor by which the origin's officials overstate returns"
    )
    window_days: Annotated[int, Field(ge=0)] = Field(
        default=0, description="the main figure counts from so many days before the day it names"
    )
    stale: bool = Field(default=False, description="stocks of officials are read off the first register")
    reach: float = Field(default=0.4, description="log odds of knowing somebody who is still there")
    taste: Annotated[float, Field(ge=0)] = Field(
        default=0.5, description="log spread by which an interviewee's circle leans to one outcome"
    )


class WorldSettings(Settings):
    """The whole of WORLD.toml."""

    name: str = "world"
    start: date
    until: date
    origin: str
    host: str = Field(description="first host of the cohort that the question is about")
    wave: str = Field(default="", description="wave of that cohort; empty: all")
    nationality: str = Field(default="RU", pattern="^[A-Z]{2}$", description="passport of the displaced")
    others: dict[str, Proportion] = Field(
        default_factory=dict[str, float], description="other passport → share of visitors and residents"
    )
    places: dict[str, WorldPlace]
    waves: Annotated[tuple[Wave, ...], Field(strict=False, min_length=1)]
    strata: Annotated[tuple[WorldStratum, ...], Field(strict=False, min_length=1)]
    behaviour: Behaviour = Behaviour()
    schemes: Annotated[tuple[WorldScheme, ...], Field(strict=False)] = ()
    officials: Officials | None = Field(default=None, description="present: a case is written, too")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems = [message for message in _mismatches(self) if message]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def days(self) -> int:
        """Days of the calendar, both ends included."""
        return (self.until - self.start).days + 1

    def day(self, moment: date) -> int:
        """Days from the start of the calendar."""
        return (moment - self.start).days

    @property
    def place_ids(self) -> tuple[str, ...]:
        """The origin first, then the places in the order of the file."""
        return (self.origin, *self.places)


def _mismatches(world: WorldSettings) -> list[str]:
    """Names and dates that do not fit together, as `key: message`."""
    found: list[str] = []
    places = list(world.places)

    def known(key: str, name: str, words: list[str]) -> None:
        if name not in words:
            found.append(f'{key}: "{name}" is not known; {one_of(words, name)}')

    if world.until <= world.start:
        found.append(f"until: must be after start ({world.start})")
    if world.origin in world.places:
        found.append("origin: must not be one of [places]")
    known("host", world.host, places)
    if world.wave:
        known("wave", world.wave, [wave.id for wave in world.waves])
    for name, place in world.places.items():
        for other in place.borders:
            known(f"places.{name}.borders", other, [p for p in world.place_ids if p != name])
    for number, wave in enumerate(world.waves, 1):
        for host in wave.arrivals:
            known(f"waves[{number}].arrivals", host, places)
        if not world.start <= wave.date <= world.until:
            found.append(f"waves[{number}].date: must lie between start and until")
    for number, scheme in enumerate(world.schemes, 1):
        known(f"schemes[{number}].place", scheme.place, places)
    if sum(world.others.values()) > 1:
        found.append("others: shares add up to more than 1")
    if persons(world) > MOST_PERSONS:
        found.append(f"{persons(world):,} persons; at most {MOST_PERSONS:,} can be simulated")
    return found


def persons(world: WorldSettings) -> int:
    """How many agents a world has."""
    displaced = sum(sum(wave.arrivals.values()) for wave in world.waves)
    others = sum(
        place.residents + place.visitors.tourists + place.visitors.traders + place.visitors.students
        for place in world.places.values()
    )
    return displaced + others


def read_world(path: str | PathLike[str]) -> WorldSettings:
    """Read WORLD.toml.

    Raises:
        CaseError: the file cannot be read or is not in order; one problem for each thing wrong.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise CaseError([Problem(str(path), f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise CaseError([Problem(str(path), "is not text in UTF-8")]) from None
    return parse_world(text, file.name)


def parse_world(text: str, name: str = "WORLD.toml") -> WorldSettings:
    """Settings from the text of WORLD.toml; raises as `read_world` does."""
    try:
        return WorldSettings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CaseError([Problem(name, f"is not valid TOML: {error}")]) from None
    except ValidationError as error:
        raise CaseError(_each(name, error)) from None


def _each(name: str, error: ValidationError) -> list[Problem]:
    """One problem per line: the check of the whole reports `key: message` lines at once."""
    found: list[Problem] = []
    for problem in problems_of(name, error, WorldSettings):
        if problem.column:
            found.append(problem)
            continue
        for line in problem.message.splitlines():
            key, _, message = line.partition(": ")
            found.append(Problem(name, message or key, None, key if message else ""))
    return found
