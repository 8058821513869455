"""The settings of an agent-based world, as read from WORLD.toml; every error gets its own message.

A world has one origin, one or more shocks (waves), a host that the question is about, and
third places. Durations are log-logistic and given by their medians.
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
    """People other than the displaced who cross into a place."""

    tourists: Count = Field(default=0, description="number of tourists")
    tourist_trips: Positive = Field(default=1.2, description="trips per tourist and year")
    tourist_days: Positive = Field(default=6, description="median stay of a tourist, days")
    traders: Count = Field(default=0, description="number of people who come to trade")
    trader_trips: Positive = Field(default=25, description="trips per trader and year")
    students: Count = Field(default=0, description="number of students, who stay for a term")
    from_origin: Proportion = Field(default=0.85, description="share of trips that enter from the origin")
    season: Annotated[float, Field(ge=1, lt=2)] = Field(
        default=1.3, description="trips at the peak divided by the average"
    )
    peak: date | None = Field(default=None, description="a day of the seasonal peak")
    step: Positive = Field(default=1.0, description="factor on trips from the first wave on")


class WorldPlace(Settings):
    """A host or a third place."""

    name: str
    rules: str = Field(default="", description="id of a stay rule in the library; empty: unlimited stays")
    borders: dict[str, Positive] = Field(
        default_factory=dict[str, float],
        description="borders crossed on short trips: place → relative weight",
    )
    pull: Positive = Field(default=1.0, description="relative attraction for those who move on")
    residents: Count = Field(default=0, description="nationals of the origin who already lived there")
    resident_trips: Positive = Field(default=2.0, description="trips abroad per resident and year")
    visitors: WorldVisitors = WorldVisitors()


class Wave(Settings):
    """The people who leave the origin because of one shock."""

    id: str
    date: date
    arrivals: dict[str, Count] = Field(description="first host → number of people")
    delay_days: Positive = Field(default=10, description="median days from the shock to the arrival")
    delay_shape: Annotated[float, Field(gt=1)] = Field(
        default=1.5, description="log-logistic shape of that delay"
    )
    trickle: Proportion = Field(default=0.1, description="share that arrives later, uniformly until the end")
    passing: Proportion = Field(default=0.2, description="share in transit")


class WorldStratum(Settings):
    """A stratum of the displaced."""

    id: str
    share: Positive = Field(description="relative size")
    stay_weeks: Positive = Field(default=40, description="median intended stay in a host, weeks")
    savings_weeks: Positive = Field(default=30, description="median number of weeks that savings last")
    job: Proportion = Field(default=0.4, description="share that finds work, and so does not live on savings")
    settle: Proportion = Field(default=0.2, description="share that seeks a residence permit")
    back: Proportion = Field(default=0.6, description="share of leavers who return to the origin")


class Behaviour(Settings):
    """Behaviour common to all strata."""

    stay_shape: Annotated[float, Field(gt=1)] = Field(default=1.4, description="log-logistic shape of stays")
    group: Annotated[int, Field(ge=1, le=12)] = Field(default=4, description="largest circle of friends")
    contagion: Proportion = Field(
        default=0.4, description="probability that a friend who is still there leaves too"
    )
    lawful: Proportion = Field(default=0.8, description="share that obeys the stay rules")
    via_origin: Proportion = Field(default=0.25, description="share of onward moves that cross the origin")
    again: Proportion = Field(default=0.2, description="share of returnees who leave a second time")
    again_to_host: Proportion = Field(
        default=0.5, description="share of these who go back to their first host"
    )
    errands: Annotated[float, Field(ge=0)] = Field(
        default=1.0, description="short trips abroad per person and year"
    )
    overstay: Proportion = Field(
        default=0.2, description="share of lawful people who stay on when their days are used up"
    )
    runs_early: Count = Field(
        default=5, description="largest number of days by which a visa run precedes the last lawful day"
    )


class WorldScheme(Settings):
    """A register or a document."""

    id: str
    place: str
    kind: Literal["number", "permit"] = Field(
        default="number", description="number: issued on arrival; permit: issued on settling"
    )
    uptake: Proportion = Field(default=0.5, description="share of staying displaced people who get a number")
    leak: Proportion = Field(
        default=0.001, description="numbers per entry of a visitor; permits per resident and year"
    )
    struck: Proportion = Field(default=0.2, description="share of leavers removed from the register")
    purges: Annotated[tuple[date, ...], Field(strict=False)] = ()


class Officials(Settings):
    """How officials and others report on the world. Logs are natural: 0.1 is about 10 %."""

    crossing_sd: Annotated[float, Field(ge=0)] = Field(
        default=0.03, description="sd of the log error of border counts"
    )
    bias_sd: Annotated[float, Field(ge=0)] = Field(
        default=0.15, description="sd of each source's log bias in figures about people"
    )
    error_sd: Annotated[float, Field(ge=0)] = Field(
        default=0.08, description="sd of the log error of each figure about people"
    )
    shared_bias: float = Field(default=0.0, description="log bias shared by all host officials, about people")
    interest: Annotated[float, Field(ge=0)] = Field(
        default=0.3, description="log odds by which the origin's officials overstate returns"
    )
    window_days: Annotated[int, Field(ge=0)] = Field(
        default=0, description="number of days by which the main figure's window starts too early"
    )
    stale: bool = Field(default=False, description="officials read stocks from the first register")
    reach: float = Field(default=0.4, description="log odds ratio of knowing someone who is still there")
    taste: Annotated[float, Field(ge=0)] = Field(
        default=0.5, description="sd of the log odds by which an interviewee's circle favours an outcome"
    )


class WorldSettings(Settings):
    """All settings of a world, as in WORLD.toml."""

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
    officials: Officials | None = Field(default=None, description="if present, a case is written as well")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems = [message for message in _mismatches(self) if message]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def days(self) -> int:
        """Number of days in the calendar, both ends included."""
        return (self.until - self.start).days + 1

    def day(self, moment: date) -> int:
        """Number of days from the start of the calendar to a date, which may be negative."""
        return (moment - self.start).days

    @property
    def place_ids(self) -> tuple[str, ...]:
        """Ids of the origin and then of the places, in the order of the file."""
        return (self.origin, *self.places)


def _mismatches(world: WorldSettings) -> list[str]:
    """Problems with names and dates across the settings, each as `key: message`."""
    found: list[str] = []
    places = list(world.places)

    def known(key: str, name: str, words: list[str]) -> None:
        if name not in words:
            found.append(f'{key}: unknown id "{name}"; {one_of(words, name)}')

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
        found.append(f"{persons(world):,} people; at most {MOST_PERSONS:,} can be simulated")
    return found


def persons(world: WorldSettings) -> int:
    """Number of agents in a world."""
    displaced = sum(sum(wave.arrivals.values()) for wave in world.waves)
    others = sum(
        place.residents + place.visitors.tourists + place.visitors.traders + place.visitors.students
        for place in world.places.values()
    )
    return displaced + others


def read_world(path: str | PathLike[str]) -> WorldSettings:
    """Read WORLD.toml.

    Raises:
        CaseError: the file cannot be read or is invalid; it lists every problem.
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
    """Parse the text of WORLD.toml; `name` is the file named in messages.

    Raises:
        CaseError: the text is invalid; it lists every problem.
    """
    try:
        return WorldSettings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CaseError([Problem(name, f"is not valid TOML: {error}")]) from None
    except ValidationError as error:
        raise CaseError(_each(name, error)) from None


def _each(name: str, error: ValidationError) -> list[Problem]:
    """Split validation errors into problems; cross-checks report several `key: message` lines at once."""
    found: list[Problem] = []
    for problem in problems_of(name, error, WorldSettings):
        if problem.column:
            found.append(problem)
            continue
        for line in problem.message.splitlines():
            key, _, message = line.partition(": ")
            found.append(Problem(name, message or key, None, key if message else ""))
    return found
