"""The columns of every table of a case: what each means, may hold, and must hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sojourn._core.outcomes import FATES
from sojourn.case import cell_parsers, tables
from sojourn.case.cell_parsers import Parser


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its parser, whether a cell may be empty, and what empty then means."""

    name: str
    kind: str
    meaning: str
    example: str
    required: bool = False
    words: tuple[str, ...] = ()
    empty: Any = ""

    @property
    def parser(self) -> Parser:
        """The function that reads a cell that is not empty."""
        return cell_parsers.word(self.words) if self.words else getattr(cell_parsers, self.kind)


@dataclass(frozen=True, slots=True)
class Table:
    """One file of a case: its record, its columns, and what refers to what."""

    file: str
    record: type[Any]
    columns: tuple[Column, ...]
    key: Sequence[str]
    links: tuple[tuple[str, str], ...] = ()
    optional: bool = False

    def column(self, name: str) -> Column:
        """The column of that name; `KeyError` where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


INTERESTS: tuple[str, ...] = get_args(tables.Interest)
HEDGES: tuple[str, ...] = get_args(tables.Hedge)
STATUSES: tuple[str, ...] = get_args(tables.Status)
MEASURES: tuple[str, ...] = get_args(tables.Measure)
WHO: tuple[str, ...] = get_args(tables.Who)
PER: tuple[str, ...] = get_args(tables.Per)

SOURCES = Table(
    "sources.csv",
    tables.Source,
    (
        Column("source", "identifier", "short id of who speaks", "kz_mvd", True),
        Column("name", "text", "who speaks", "Interior Ministry of Kazakhstan", True),
        Column("role", "text", "in what capacity", "border service, quoted by its press office"),
        Column("interest", "word", "whom the source speaks for", "host_official", True, INTERESTS),
        Column("note", "text", "anything else", "briefs the press on Mondays"),
    ),
    key=("source",),
)

CLAIMS = Table(
    "claims.csv",
    tables.Claim,
    (
        Column("claim", "identifier", "short id of the statement", "KZ20", True),
        Column("source", "identifier", "who said it: an id of sources.csv", "kz_mvd", True),
        Column("published", "span", "day, month or year of publication", "2022-12", True),
        Column("value", "number", "the figure as said", "837000", empty=None),
        Column("high", "number", "upper end, for hedge `range` only", "55000", empty=None),
        Column("hedge", "word", "how the figure was qualified", "more_than", True, HEDGES),
        Column("unit", "text", "the unit as said", "persons", True),
        Column("quote", "text", "the words, at most 25", "837,000 Russians have arrived"),
        Column("url", "text", "address of the text", "https://example.org/news/837"),
        Column("via", "text", "publisher in which it was seen", "a news agency"),
        Column("copy_of", "identifier", "id of the claim that this one repeats", "KZ18"),
        Column("series", "identifier", "figures that one source gave alike, read alike", "daily-entries"),
        Column("status", "word", "what the model does with it", "use", False, STATUSES, "use"),
        Column("note", "text", "anything else", "same briefing as KZ21"),
    ),
    key=("claim",),
    links=(("source", "sources.csv"),),
)

READINGS = Table(
    "readings.csv",
    tables.Reading,
    (
        Column("claim", "identifier", "id of the claim", "KZ20", True),
        Column("reading", "identifier", "short id, unique within the claim", "crossings", True),
        Column("weight", "positive", "prior weight, relative to the claim's other readings", "0.7", True),
        Column("measure", "word", "what is counted", "entries", True, MEASURES),
        Column("place", "identifier", "where; empty: the host", "KZ"),
        Column("counterpart", "identifier", "the other side of a border or a move", "RU"),
        Column("who", "word", "whom it counts", "all", False, WHO, "displaced"),
        Column("wave", "identifier", "event whose arrivals are meant; empty: all", "mobilisation"),
        Column("start", "day", "first day of the window", "2022-09-21", empty=None),
        Column("end", "day", "last day of the window, or the date of a stock", "2022-12-15", empty=None),
        Column("per", "word", "total of the window, or a mean per day …", "day", False, PER, "total"),
        Column("of_measure", "word", "what the share is a share of", "arrivals", False, MEASURES),
        Column("of_place", "identifier", "place of the denominator", "KZ"),
        Column("of_who", "word", "whom the denominator counts", "displaced", False, WHO),
        Column("of_wave", "identifier", "event of the denominator", "mobilisation"),
        Column("of_start", "day", "first day of the denominator's window", "2022-09-21", empty=None),
        Column("of_end", "day", "last day of the denominator's window", "2022-12-15", empty=None),
        Column("scheme", "identifier", "register or document, for issued and register", "iin"),
        Column("why", "text", "why this reading is possible", "the border service counts crossings"),
    ),
    key=("claim", "reading"),
    links=(("claim", "claims.csv"),),
)

CONTACTS = Table(
    "contacts.csv",
    tables.ContactGroup,
    (
        Column("group", "identifier", "short id of the group", "hostel", True),
        Column("respondent", "identifier", "pseudonym of the interviewee", "G1", True),
        Column("stratum", "identifier", "layer of the displaced that the group belongs to", "working"),
        Column("kind", "text", "hostel, friends, colleagues …", "hostel", True),
        Column("place", "identifier", "where they were first", "KZ-ALA", True),
        Column("asof", "day", "day on which the respondent counts", "2023-09-01", True),
        Column("size", "positive", "how many people, where said", "60", empty=None),
        Column("size_hedge", "word", "how the size was qualified", "about", False, HEDGES),
        Column("stayed", "count", "how many still there", "5"),
        Column("moved_on", "count", "how many in other countries", "half"),
        Column("returned", "count", "how many back in the origin", "1"),
        Column("unknown", "count", "how many the respondent has lost sight of", "4"),
        Column("source", "identifier", "an id of sources.csv", "interviewees", True),
        Column("wave", "identifier", "event with which they came", "mobilisation"),
        Column("note", "text", "anything else", "all came in the last week of September"),
    ),
    key=("group",),
    links=(("source", "sources.csv"),),
    optional=True,
)

TABLES: tuple[Table, ...] = (SOURCES, CLAIMS, READINGS, CONTACTS)

KINDS = ("crossings", "persons", "stocks", "onward", "returns", "documents", "shares", "rents")
"""Kinds of measure that an anchor may name."""

FLOWS = frozenset({"entries", "exits", "net", "people", "arrivals", "departures", "issued"})
"""Counted over a window: `start` and `end`."""
STOCKS = frozenset({"present", "settled", "register", "returned", "moved_on", "stayed"})
"""Counted at a date: `end` only."""
CHANGES = frozenset({"rate", "rent"})
"""Between two dates: `start` and `end`."""
STATES = frozenset({"present", "stayed", "returned", "moved_on"})
"""How a `rate` (its `of_measure`) may speak of those in a place at its first date."""

WHO_OF: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("entries", "exits", "net", "people", "present"), WHO),
    **dict.fromkeys(("issued", "register", "rent"), ("displaced", "all")),
    **dict.fromkeys(("arrivals", "departures", "settled", "returned", "moved_on", "stayed", "rate"), WHO[:1]),
}
"""Whom a measure can count: movers' measures are of the displaced, documents of everybody."""
SCHEMED = frozenset({"issued", "register"})
SIDED = frozenset({"entries", "exits", "net", "departures", "moved_on"})
"""Measures that have another side: a border, or a destination."""
SHARE_UNITS = {"percent": 100.0, "share": 1.0}
"""Unit of a proportion → what the whole is."""
SHARES_OF_ONE = frozenset[str](FATES)
"""Where the displaced of one cohort are at one date: together, all of them."""
