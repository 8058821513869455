"""The format of rule files as typed models, from which their JSON Schema is generated.

Every model is frozen and refuses unknown keys, so that a misspelt field is an error rather than a
missing field. `docs/reference/stay-rules.md` describes each field; a test keeps it complete.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from sojourn._core.settings import StrictModel
from sojourn.stay_rules.dates import months, parse

PeriodKind = Literal[
    "entry", "continuous", "rolling", "block", "gap", "session", "calendar_year", "absence_rolling"
]
LimitDays = Annotated[int, Field(gt=0, le=3660)]
CalendarSpan = Annotated[str, Field(pattern=r"^P(\d+Y)?(\d+M)?$", min_length=3)]
Day = Annotated[date, BeforeValidator(lambda value: parse(value, "date"))]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][\w.]*$")]


class RulePart(StrictModel):
    """Base of the parts of a rule file: the docstring of a field is its description in the schema."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Period(RulePart):
    """The period over which the days of a limit add up."""

    kind: PeriodKind
    """One of the eight kinds."""
    days: LimitDays | None = None
    """Length of the window, in days: rolling, block, session, absence_rolling."""
    span: CalendarSpan | None = None
    """Instead of `days`: length by the calendar (P6M, P1Y): rolling, block, absence_rolling."""
    outside: LimitDays | None = None
    """`gap` only: consecutive full days outside after which the count starts again."""

    @model_validator(mode="after")
    def _only_what_the_kind_needs(self) -> Period:
        given = {name for name in ("days", "span", "outside") if getattr(self, name) is not None}
        if self.kind in ("rolling", "block", "absence_rolling"):
            fits, needed = len(given) == 1 and "outside" not in given, "`days` or `span`, one of them"
        elif self.kind == "session":
            fits, needed = given == {"days"}, "`days` and nothing else"
        elif self.kind == "gap":
            fits, needed = given == {"outside"}, "`outside` and nothing else"
        else:
            fits, needed = not given, "no length, since the cap gives it"
        if not fits:
            raise ValueError(f"a period of kind {self.kind} takes {needed}, not {sorted(given) or 'nothing'}")
        return self


class LimitSpec(RulePart):
    """One limit; all limits of a version hold at once, and the strictest one binds."""

    id: Identifier
    """A short name, shown as the binding limit."""
    cap: LimitDays | CalendarSpan
    """Permitted days; by the calendar (P6M, P1Y) for kind `entry` only."""
    period: Period
    """The period over which days add up."""

    @model_validator(mode="after")
    def _calendar_cap_only_per_entry(self) -> LimitSpec:
        if isinstance(self.cap, str):
            months(self.cap)
            if self.period.kind != "entry":
                raise ValueError(f"limit {self.id}: a cap by the calendar needs a period of kind entry")
        return self


class Counting(RulePart):
    """Whether the days of crossing count."""

    entry_day: bool = True
    """The day of entry counts as a day of stay."""
    exit_day: bool = True
    """The day of exit counts as a day of stay."""


class InForce(RulePart):
    """First and last day, both included; a missing end is open."""

    from_: Day | None = Field(None, alias="from", description="First day; left out: as far back as is known.")
    to: Day | None = None
    """Last day; left out: until further notice."""

    @model_validator(mode="after")
    def _in_order(self) -> InForce:
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError(f"in force from {self.from_} to {self.to}: the end is before the start")
        return self


class Citation(RulePart):
    """Source, date last verified, and confidence."""

    act: Annotated[str, Field(min_length=3)]
    """Title, number and paragraph of the act; or the announcement and who made it."""
    url: str | tuple[str, ...] = ()
    """Where the text or a report of it was read."""
    checked: Day
    """The last day on which this version was compared with its sources."""
    confidence: Literal["high", "medium", "low"]
    """high: act or several agreeing reports; medium: one report or an open detail; low: hearsay."""
    note: str = ""
    """What the sources leave open or where they disagree."""


class Transition(RulePart):
    """What a new version does with days and stays from before its first day."""

    prior_days: Literal["count", "ignore", "ignore_open"] = "count"
    """`ignore`: days before the first day do not count; `ignore_open`: nor do stays begun before it."""
    open_stay: Literal["new_version", "old_version", "until"] = "new_version"
    """Version for a stay that is open on the first day; `until`: it may last until the day in `until`."""
    until: Day | None = None
    """Last lawful day of a stay open on the first day (with `open_stay: until`)."""

    @model_validator(mode="after")
    def _until_needs_a_day(self) -> Transition:
        if (self.open_stay == "until") != (self.until is not None):
            raise ValueError("`until` goes with `open_stay: until`, and only with it")
        return self


class Duty(RulePart):
    """An obligation other than a limit on days."""

    id: Identifier
    """A short name."""
    by_day: LimitDays | None = None
    """Deadline: the day of the stay, the day of entry being day 1."""
    entries: Annotated[int, Field(gt=0)] | None = None
    """Entries beyond this number in a calendar year may be refused."""
    note: str = ""
    """In words."""


class Effect(RulePart):
    """A consequence of breaking a limit."""

    effect: Literal["refuse_entry", "fine", "expulsion", "ban"]
    """The kind of consequence."""
    note: str = ""
    """Amounts, lengths, conditions, in words."""


class RuleReading(RulePart):
    """One interpretation of a version whose sources are ambiguous; replaces the fields that it gives."""

    id: Identifier
    """A short name for the reading."""
    why: str = ""
    """Who interprets the rule in this way."""
    limits: tuple[LimitSpec, ...] | None = None
    """Limits under this reading, in place of the version's."""
    counting: Counting | None = None
    """Counting under this reading, in place of the version's."""


class Version(RulePart):
    """The rule as it was in force between two days."""

    in_force: InForce
    """From when to when."""
    limits: tuple[LimitSpec, ...] = ()
    """All hold at once; none means that no limit on the stay was found."""
    counting: Counting = Counting()
    """Whether days of crossing count."""
    clock_stops: tuple[Identifier, ...] = ()
    """Documents under which days do not count; the values of the column `permit`."""
    transition: Transition = Transition()
    """What happens to earlier days and open stays."""
    on_breach: tuple[Effect, ...] = ()
    """Consequences of exceeding a limit."""
    duties: tuple[Duty, ...] = ()
    """Registration and the like."""
    readings: tuple[RuleReading, ...] = ()
    """Two or more interpretations of this version; the first is shown first."""
    cite: Citation
    """The source."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Version:
        for what, items in (("limits", self.limits), ("readings", self.readings), ("duties", self.duties)):
            names = [item.id for item in items]
            if len(names) != len(set(names)):
                raise ValueError(f"{what}: an id is used twice in {names}")
        if len(self.readings) == 1:
            raise ValueError(
                "readings: a single reading belongs in the version itself; give two or more, or none"
            )
        return self


class When(RulePart):
    """Whom an exception concerns."""

    nationality: Country | tuple[Country, ...]
    """One country code or several."""


class Departure(RulePart):
    """A departure from the versions for some travellers and some days."""

    id: Identifier
    """A short name."""
    when: When
    """Whom it concerns."""
    in_force: InForce
    """From when to when."""
    replaces: Literal["limits", "counting", "clock_stops", "on_breach", "duties"]
    """The field of the version that it replaces."""
    with_: Any = Field(alias="with", description="The replacement, written as in a version.")
    cite: Citation
    """The source."""


class Zone(RulePart):
    """Several countries whose days count together."""

    name: str
    """Name of the zone."""
    members: dict[Country, Day | None]
    """Country code → the first day that counts; empty for members from the start."""
    outside: tuple[Country, ...] = ()
    """Countries that may stand in the column `member` but whose days do not count."""


class Applies(RulePart):
    """To whom the rule applies."""

    nationality: Literal["any"] | tuple[Country, ...]
    """Country codes, or `any`."""
    except_: tuple[Country, ...] = Field(
        (), alias="except", description="With `any`: the nationalities excluded."
    )
    document: str = "ordinary"
    """The travel document."""
    assumes: str = ""
    """What the rule assumes about the traveller; shown as a warning."""

    @model_validator(mode="after")
    def _except_needs_any(self) -> Applies:
        if self.except_ and self.nationality != "any":
            raise ValueError("`except` goes with `nationality: any`")
        return self


class Rule(RulePart):
    """One rule: whom it concerns, and its versions over time."""

    id: Identifier
    """Unique name, such as `KZ.visa_free.EAEU`."""
    title: str
    """In words."""
    zone: Country | Zone
    """A country code, or a zone with its members."""
    applies: Applies
    """To whom."""
    versions: Annotated[tuple[Version, ...], Field(min_length=1)]
    """In order of time, without overlap."""
    exceptions: tuple[Departure, ...] = ()
    """Departures for some travellers."""

    def __hash__(self) -> int:
        """Hash by id, since equality compares the whole rule."""
        return hash(self.id)

    @property
    def absence(self) -> bool:
        """Whether the rule limits days outside rather than days inside."""
        return any(limit.period.kind == "absence_rolling" for limit in all_limits(self))

    @model_validator(mode="after")
    def _versions_in_order(self) -> Rule:
        for old, new in zip(self.versions, self.versions[1:], strict=False):
            if old.in_force.to is None or new.in_force.from_ is None:
                raise ValueError(
                    "versions: only the first may have an open start, and only the last an open end"
                )
            if new.in_force.from_ <= old.in_force.to:
                raise ValueError(
                    f"versions: two are in force on {new.in_force.from_}; "
                    f"one ends on {old.in_force.to}, the next begins on {new.in_force.from_}"
                )
        kinds = {limit.period.kind == "absence_rolling" for limit in all_limits(self)}
        if len(kinds) == 2:
            raise ValueError("limits on days outside (absence_rolling) and inside cannot share one rule")
        return self

    @model_validator(mode="after")
    def _exceptions_fit(self) -> Rule:
        for item in self.exceptions:
            try:
                replace(self.versions[0], item.replaces, item.with_)
            except ValueError as error:
                raise ValueError(
                    f"exceptions: {item.id}: `with` does not fit `{item.replaces}`: {error}"
                ) from None
        return self


class RuleFile(RulePart):
    """A file of the library: one zone, one or more rules."""

    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    """The rules of the zone."""


def replace(version: Version, field: str, value: object) -> Version:
    """Return a version with one field replaced by the value of an exception.

    Raises:
        ValueError: the value does not fit the field.
    """
    written = version.model_dump(by_alias=True, exclude_unset=True)
    if field == "limits":
        written.pop("readings", None)
    return Version.model_validate({**written, field: value})


def all_limits(rule: Rule) -> tuple[LimitSpec, ...]:
    """Return every limit of every version and reading."""
    return tuple(
        limit
        for version in rule.versions
        for group in (version.limits, *(reading.limits or () for reading in version.readings))
        for limit in group
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of rule files, which is shipped as `rules/schema.json`.

    Example:
        >>> json_schema()["title"]
        'RuleFile'
    """
    schema = RuleFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
