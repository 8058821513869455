"""The result of applying a rule to one traveller, as an object and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sojourn.stay_rules.schema import Citation

NOTICE = "Nothing here is legal advice; the border authority decides."
Dates = tuple[tuple[date, date], ...]


@dataclass(frozen=True, slots=True)
class LimitState:
    """The days used and left under one limit on the reference day."""

    id: str
    cap: str
    """Permitted days, or a span such as P1Y."""
    used: int
    """Days used."""
    days_left: int
    """Days left."""


@dataclass(frozen=True, slots=True)
class StayResult:
    """One stay (for rules on absence, one absence) and its unlawful days."""

    first: date
    last: date
    days: int
    first_unlawful: date | None
    unlawful_days: int
    binding_limit: str
    used_at_exit: int
    booked: bool
    """Whether it ends after the reference day."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """A consequence that the rule attaches to breaking a limit."""

    effect: str
    note: str


@dataclass(frozen=True, slots=True)
class DutyDue:
    """A duty other than a limit, with its due date for the present stay."""

    id: str
    due: date | None
    note: str
    exceeded: bool
    """Whether the traveller entered more often this year than the duty allows."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The consequences of a rule for one traveller on one reference day; days are calendar days."""

    rule: str
    reading: str
    nationality: str
    on: date
    inside: bool
    """Whether the traveller is inside the zone on the reference day."""
    used: int
    """Days used under the binding limit."""
    left_today: int | None
    """Cap of the binding limit minus the days used today; not the same as `max_further_stay`."""
    max_further_stay: int | None
    """Days that one may stay on from today without leaving, as old days drop out; None: no limit."""
    latest_lawful_exit: date | None
    """Last lawful day of that stay (in the past for an overstay); None: no limit, or no entry today."""
    earliest_reentry: date | None
    """First day on which one may enter for at least one day, if one leaves today or has left."""
    unlawful_days: int
    """Days present without permission up to today."""
    window_excess: int
    """Days above the cap in the window that ends on the last day inside."""
    binding_limit: str | None
    counted: Dates
    """The days that `used` counts."""
    returns: Dates
    """The days on which those days stop counting, range by range."""
    lawful: bool
    """Whether every given day, including bookings, is lawful."""
    warnings: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    limits: tuple[LimitState, ...] = ()
    stays: tuple[StayResult, ...] = ()
    want: int = 1
    reentry_for_want: date | None = None
    """First day of re-entry for a stay of `want` days."""
    latest_return: date | None = None
    """For rules on absence: the day by which one must be back."""
    consequences: tuple[Consequence, ...] = ()
    duties: tuple[DutyDue, ...] = ()
    readings: Mapping[str, Assessment] = field(default_factory=dict[str, "Assessment"])
    """All readings of a disputed rule, including this one; empty if there is only one reading."""
    explanation: str = ""
    """The result in two sentences."""
    notice: str = NOTICE

    def as_json(self, *, inner: bool = False) -> dict[str, Any]:
        """Return the result as plain values for JSON, with dates as YYYY-MM-DD.

        Args:
            inner: leave out the readings and the notice, which appear once at the top level.
        """
        head: dict[str, Any] = {
            "rule": self.rule,
            "nationality": self.nationality,
            "on": self.on.isoformat(),
            "inside": self.inside,
            "used": self.used,
            "left_today": self.left_today,
            "max_further_stay": self.max_further_stay,
            "latest_lawful_exit": _text(self.latest_lawful_exit),
            "earliest_reentry": _text(self.earliest_reentry),
            "unlawful_days": self.unlawful_days,
            "window_excess": self.window_excess,
            "binding_limit": self.binding_limit,
            "counted": [[a.isoformat(), b.isoformat()] for a, b in self.counted],
            "returns": [[a.isoformat(), b.isoformat()] for a, b in self.returns],
            "lawful": self.lawful,
            "warnings": list(self.warnings),
            "citations": [cite.model_dump(mode="json") for cite in self.citations],
            "explanation": self.explanation,
            "reentry_for": {"days": self.want, "date": _text(self.reentry_for_want)},
            "latest_return": _text(self.latest_return),
            "limits": [{"id": k.id, "cap": k.cap, "used": k.used, "left": k.days_left} for k in self.limits],
            "stays": [_plain(stay) for stay in self.stays],
            "consequences": [_plain(item) for item in self.consequences],
            "duties": [_plain(item) for item in self.duties],
        }
        if inner:
            return head
        readings = {name: answer.as_json(inner=True) for name, answer in self.readings.items()}
        return {**head, "reading": self.reading, "readings": readings, "notice": self.notice}


def _text(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _plain(item: StayResult | Consequence | DutyDue) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in item.__dataclass_fields__}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
