"""The rows of a ledger as frozen dataclasses: sources, claims, readings and contact groups.

There is one class per table of a case folder; field names are the column names. Every row
keeps its row number in the file (`row`, 1 = header) for messages, and the cells of unknown
columns (`extra`), so that reading and writing a case loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Interest = Literal[
    "host_official",
    "origin_official",
    "third_official",
    "international",
    "survey",
    "researcher",
    "media",
    "interviewee",
    "own_count",
]
Hedge = Literal[
    "exact",
    "reported",
    "about",
    "almost",
    "towards",
    "just_over",
    "more_than",
    "at_least",
    "up_to",
    "less_than",
    "range",
    "half",
    "most",
    "some",
]
Status = Literal["use", "copy", "context", "withdrawn"]
Measure = Literal[
    "entries",
    "exits",
    "net",
    "people",
    "arrivals",
    "departures",
    "present",
    "settled",
    "issued",
    "register",
    "returned",
    "moved_on",
    "stayed",
    "rate",
    "rent",
]
Who = Literal["displaced", "visitors", "residents", "all"]
Per = Literal["total", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Source:
    """A source of claims, and whose interest it represents (`sources.csv`)."""

    source: str
    name: str
    role: str
    interest: Interest
    note: str = ""
    row: int = 0
    extra: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Claim:
    """A published figure (`claims.csv`).

    `published` and `published_until` are the first and the last day on which it may have been
    published: equal for a full date, otherwise the ends of a month or a year. `value` and `high`
    are in the unit of the statement: persons, crossings or documents, or `percent` or `share` for
    proportions and for changes of rents. Claims of one `series` mean the same thing: the reading
    that is correct for one is correct for all.
    """

    claim: str
    source: str
    published: date
    published_until: date
    value: float | None
    high: float | None
    hedge: Hedge
    unit: str
    quote: str = ""
    url: str = ""
    via: str = ""
    copy_of: str = ""
    series: str = ""
    status: Status = "use"
    note: str = ""
    row: int = 0
    extra: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Reading:
    """One interpretation of a claim: what its figure may count (`readings.csv`).

    The window is `[start, end]`, both days included; a stock has only `end`. The denominator of a
    share is in the `of_` columns; empty ones take the place, window and wave of the numerator.
    """

    claim: str
    reading: str
    weight: float
    measure: Measure
    place: str = ""
    counterpart: str = ""
    who: Who = "displaced"
    wave: str = ""
    start: date | None = None
    end: date | None = None
    per: Per = "total"
    of_measure: Measure | Literal[""] = ""
    of_place: str = ""
    of_who: Who | Literal[""] = ""
    of_wave: str = ""
    of_start: date | None = None
    of_end: date | None = None
    scheme: str = ""
    why: str = ""
    row: int = 0
    extra: Mapping[str, str] = field(default_factory=dict[str, str])

    def whole(self) -> Reading | None:
        """Return the denominator of a share as a reading; None if this reading is not a share."""
        if not self.of_measure:
            return None
        return Reading(
            claim=self.claim,
            reading=self.reading,
            weight=1.0,
            measure=self.of_measure,
            place=self.of_place or self.place,
            who=self.of_who or self.who,
            wave=self.of_wave or self.wave,
            start=self.of_start or self.start,
            end=self.of_end or self.end,
            scheme=self.scheme,
        )


@dataclass(frozen=True, slots=True)
class ContactGroup:
    """A group of people whom an interviewee knows (`contacts.csv`).

    `stayed`, `moved_on`, `returned` and `unknown` are texts as written: a count, a word
    (`half`, `most`, `some`), or empty.
    """

    group: str
    respondent: str
    stratum: str
    kind: str
    place: str
    asof: date
    size: float | None
    size_hedge: Hedge | Literal[""]
    stayed: str
    moved_on: str
    returned: str
    unknown: str
    source: str
    wave: str = ""
    note: str = ""
    row: int = 0
    extra: Mapping[str, str] = field(default_factory=dict[str, str])
