"""Typed settings of `case.toml`: the question, the places, the shocks and the priors.

There are three families of priors: a positive quantity is log-normal
(`median`, `factor`), a proportion is logit-normal (`low`, `high`), a contrast is
normal (`mean`, `sd`).
"""

from datetime import date, timedelta
from typing import Annotated, Any, Self, cast

from pydantic import ConfigDict, Discriminator, Field, Strict, Tag, model_validator

from sojourn._core.settings import StrictModel

Share = Annotated[float, Field(gt=0, lt=1)]
PositiveNumber = Annotated[float, Field(gt=0)]


class Settings(StrictModel):
    """Base of the settings of a case; a value of the wrong type is an error, not converted."""

    model_config = ConfigDict(strict=True, defer_build=True)


class LogNormal(Settings):
    """A prior for a positive quantity, with 68 % between median ÷ factor and median × factor."""

    median: PositiveNumber
    factor: Annotated[float, Field(gt=1)]
    why: str = ""


class LogitNormal(Settings):
    """A prior for a proportion, with 90 % between `low` and `high`."""

    low: Share
    high: Share
    why: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        return self


class Normal(Settings):
    """A prior for a contrast on the log scale."""

    mean: float = 0.0
    sd: PositiveNumber
    why: str = ""


def _family(prior: Any) -> str | None:
    """Return the family of a prior by its keys, so that an error refers to one family and not to three."""
    if isinstance(prior, Settings):
        return type(prior).__name__
    keys = set(cast(dict[str, Any], prior)) if isinstance(prior, dict) else set[str]()
    found = [
        name
        for name, own in (
            ("LogNormal", {"median", "factor"}),
            ("LogitNormal", {"low", "high"}),
            ("Normal", {"mean", "sd"}),
        )
        if keys & own
    ]
    return found[0] if found else None


AnyPrior = Annotated[
    Annotated[LogNormal, Tag("LogNormal")]
    | Annotated[LogitNormal, Tag("LogitNormal")]
    | Annotated[Normal, Tag("Normal")],
    Discriminator(_family),
]
Pair = Annotated[tuple[float, float], Strict(False)]


class Place(Settings):
    """A country, `elsewhere`, or (with `parent`) a part of a country."""

    name: str
    parent: str = ""
    arrivals: LogitNormal | None = Field(None, description="part only: its share of the parent's arrivals")
    stock: LogitNormal | None = Field(None, description="part only: its share of the parent's stock")
    residents: LogNormal | None = Field(
        None, description="nationals of the origin living there before, persons"
    )
    resident_trips: LogNormal | None = Field(None, description="trips abroad per resident and year")
    via_origin: LogitNormal | None = Field(
        None, description="share of onward moves whose first border is the origin's"
    )
    excursions_to: dict[str, PositiveNumber] = Field(
        default_factory=dict[str, float], description="next border of excursions: place → relative weight"
    )
    dwellings: PositiveNumber | None = Field(None, description="rented dwellings, for rents")


class Visitors(Settings):
    """Visitors: everybody else who enters a place."""

    level: LogNormal = Field(description="entries per week midway between peak and trough")
    stay: LogNormal = Field(LogNormal(median=7, factor=1.6), description="mean stay, days")
    trips: LogNormal = Field(LogNormal(median=2.5, factor=1.5), description="trips per visitor and year")
    from_origin: LogitNormal = Field(
        LogitNormal(low=0.6, high=0.95), description="share whose last border is the origin's"
    )
    peak: date | None = Field(None, description="a day of the usual seasonal peak")
    season: LogNormal = Field(
        LogNormal(median=1.3, factor=1.2), description="entries at the peak over those of `level`"
    )


class Event(Settings):
    """A shock: a day from which displaced persons arrive, or visitors' level shifts."""

    id: str
    date: date
    name: str = ""
    arrivals: dict[str, LogNormal] = Field(
        default_factory=dict[str, LogNormal], description="host → persons of this wave, first arrivals"
    )
    duration: LogNormal = Field(
        LogNormal(median=2.0, factor=1.8), description="scale of the arrival curve, weeks"
    )
    passing: dict[str, LogitNormal] = Field(
        default_factory=dict[str, LogitNormal], description="host → share of the wave on its way through"
    )
    visitors: dict[str, Normal] = Field(
        default_factory=dict[str, Normal], description="host → lasting step in the log level of visitors"
    )
    why: str = ""


class Regime(Settings):
    """The rules on stays that are in force in a place from a given day on."""

    id: str
    place: str
    start: date
    end: date | None = None
    kind: str = Field("entry", pattern="^(entry|rolling)$")
    cap: Annotated[int, Field(gt=0)] = Field(description="permitted days")
    days: int | None = Field(None, description="length of the rolling window")
    counts_from: date | None = Field(None, description="earlier days are not counted in the window")
    push: Normal = Field(Normal(mean=0.0, sd=0.5), description="change in the log rate of leaving")
    excursions: LogNormal | None = Field(
        None, description="per staying person and week; default from the rule"
    )
    url: str = ""
    why: str = ""

    @property
    def forgets(self) -> bool:
        """Whether days before `counts_from` are ignored, so that many people's days run out together."""
        return self.kind == "rolling" and self.counts_from is not None

    @property
    def runs_out(self) -> date | None:
        """First day that is not permitted to people who have been present since `counts_from`.

        None if no days are disregarded, or if the rule ends earlier.
        """
        if self.kind != "rolling" or self.counts_from is None:
            return None
        day = self.counts_from + timedelta(days=self.cap)
        return day if self.end is None or day <= self.end else None


class StayRule(Settings):
    """A regime whose dates and permitted days come from one version of a rule in the library."""

    id: str
    place: str
    rule: str = Field(description="id of a rule of the library; docs/reference/stay-rules.md lists them")
    in_force: date = Field(description="a day on which the intended version is in force")
    reading: str = Field("", description="id of the reading of a disputed rule; default: the first")
    push: Normal = Field(Normal(mean=0.0, sd=0.5), description="change in the log rate of leaving")
    excursions: LogNormal | None = Field(
        None, description="per staying person and week; default from the rule"
    )
    url: str = ""
    why: str = ""


class Scheme(Settings):
    """A register or a type of document: who is on it, and how people get on and off."""

    id: str
    place: str
    name: str = ""
    permit: bool = Field(
        False, description="true: issued when somebody settles; false: on arrival (tax number)"
    )
    start: date | None = None
    uptake: LogitNormal = LogitNormal(low=0.2, high=0.8)
    delay: LogNormal | None = Field(
        None, description="mean days from arrival to the document; without it, none (not for permits)"
    )
    leak: LogNormal = Field(LogNormal(median=0.001, factor=3), description="per visitor entry")
    renewal: LogNormal = Field(
        LogNormal(median=0.05, factor=2), description="per resident and settled person and year (permits)"
    )
    struck: LogitNormal = Field(LogitNormal(low=0.05, high=0.5), description="share of leavers struck off")
    purges: Annotated[tuple[date, ...], Strict(False)] = ()


class Stratum(Settings):
    """A stratum of the displaced; interviews reach the strata with different probabilities."""

    id: str
    share: LogitNormal | None = Field(
        None, description="share of the displaced not in earlier strata; the last stratum takes the rest"
    )
    push: Normal = Normal(mean=0.0, sd=0.5)
    back: Normal = Normal(mean=0.0, sd=0.5)


class Anchor(Settings):
    """A trusted kind of figure of a source: the sd of the source's own log bias, with the reason."""

    source: str
    kind: str
    sd: PositiveNumber
    why: str


class CaseSettings(Settings):
    """The whole of `case.toml`."""

    question: str
    origin: str
    host: str
    wave: str = Field("", description="the event whose arrivals the question is about; empty: all")
    asof: date
    start: date
    claims_until: date
    places: dict[str, Place]
    visitors: dict[str, Visitors] = Field(default_factory=dict[str, Visitors])
    events: Annotated[tuple[Event, ...], Strict(False)]
    regimes: Annotated[tuple[Regime, ...], Strict(False)] = ()
    stay_rules: Annotated[tuple[StayRule, ...], Strict(False)] = ()
    schemes: Annotated[tuple[Scheme, ...], Strict(False)] = ()
    strata: Annotated[tuple[Stratum, ...], Strict(False)] = ()
    anchors: Annotated[tuple[Anchor, ...], Strict(False)] = ()
    hedges: dict[str, Pair] = Field(
        default_factory=dict[str, tuple[float, float]], description="word → grains below, grains above"
    )
    priors: dict[str, AnyPrior] = Field(
        default_factory=dict[str, "LogNormal | LogitNormal | Normal"],
        description="overrides of defaults, by name",
    )
