"""The columns of every table of a case: their meaning, their type and whether they are required."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from sojourn._core.outcomes import FATES
from sojourn.case import cell_parsers, tables
from sojourn.case.cell_parsers import Parser


@dataclass(frozen=True, slots=True)
class ColumnSchema:
    """One column: its kind, whether a cell may be empty, and the value of an empty cell."""

    name: str
    kind: str
    meaning: str
    example: str
    required: bool = False
    words: tuple[str, ...] = ()
    empty: Any = ""

    @property
    def parser(self) -> Parser:
        """The function that parses a cell that is not empty."""
        return cell_parsers.word(self.words) if self.words else getattr(cell_parsers, self.kind)

    def parse(self, cell: str) -> Any:
        """Return the value of a cell without blanks around it.

        Raises:
            ValueError: it cannot be used; the message completes a sentence whose subject is the cell.

        Example:
            >>> CLAIMS.column("value").parse("837000"), CLAIMS.column("value").parse("")
            (837000.0, None)
        """
        if cell:
            return self.parser(cell)
        if not self.required:
            return self.empty
        allowed = (
            f"; one of: {', '.join(self.words)}"
            if self.words
            else f" ({self.meaning}; for example {self.example})"
        )
        raise ValueError(f"must not be empty{allowed}")


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One file of a case: the class of its rows, its columns, its key and its references to other files."""

    file: str
    record: type[Any]
    columns: tuple[ColumnSchema, ...]
    key: Sequence[str]
    links: tuple[tuple[str, str], ...] = ()
    optional: bool = False

    def column(self, name: str) -> ColumnSchema:
        """Return the column of that name.

        Raises:
            KeyError: there is no such column.
        """
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

SOURCES = TableSchema(
    "sources.csv",
    tables.Source,
    (
        ColumnSchema("source", "identifier", "short id of the source", "kz_mvd", True),
        ColumnSchema("name", "text", "full name", "Interior Ministry of Kazakhstan", True),
        ColumnSchema("role", "text", "in what capacity", "border service, quoted by its press office"),
        ColumnSchema("interest", "word", "whom the source speaks for", "host_official", True, INTERESTS),
        ColumnSchema("note", "text", "anything else", "briefs the press on Mondays"),
    ),
    key=("source",),
)

CLAIMS = TableSchema(
    "claims.csv",
    tables.Claim,
    (
        ColumnSchema("claim", "identifier", "short id of the statement", "KZ20", True),
        ColumnSchema("source", "identifier", "who said it: an id of sources.csv", "kz_mvd", True),
        ColumnSchema("published", "span", "day, month or year of publication", "2022-12", True),
        ColumnSchema("value", "number", "the figure as said", "837000", empty=None),
        ColumnSchema("high", "number", "upper end, for hedge `range` only", "55000", empty=None),
        ColumnSchema("hedge", "word", "how the figure was qualified", "more_than", True, HEDGES),
        ColumnSchema("unit", "text", "the unit as said", "persons", True),
        ColumnSchema("quote", "text", "quotation, at most 25 words", "837,000 Russians have arrived"),
        ColumnSchema("url", "text", "address of the text", "https://example.org/news/837"),
        ColumnSchema("via", "text", "publisher through which the analyst saw it", "a news agency"),
        ColumnSchema("copy_of", "identifier", "id of the claim that this one repeats", "KZ18"),
        ColumnSchema(
            "series", "identifier", "id of a series of figures that share their readings", "daily-entries"
        ),
        ColumnSchema("status", "word", "what the model does with it", "use", False, STATUSES, "use"),
        ColumnSchema("note", "text", "anything else", "same briefing as KZ21"),
    ),
    key=("claim",),
    links=(("source", "sources.csv"),),
)

READINGS = TableSchema(
    "readings.csv",
    tables.Reading,
    (
        ColumnSchema("claim", "identifier", "id of the claim", "KZ20", True),
        ColumnSchema("reading", "identifier", "short id, unique within the claim", "crossings", True),
        ColumnSchema(
            "weight", "positive", "prior weight, relative to the claim's other readings", "0.7", True
        ),
        ColumnSchema("measure", "word", "what is counted", "entries", True, MEASURES),
        ColumnSchema("place", "identifier", "where; empty: the host", "KZ"),
        ColumnSchema("counterpart", "identifier", "the other side of a border or a move", "RU"),
        ColumnSchema("who", "word", "whom it counts", "all", False, WHO, "displaced"),
        ColumnSchema("wave", "identifier", "event whose arrivals are meant; empty: all", "mobilisation"),
        ColumnSchema("start", "day", "first day of the window", "2022-09-21", empty=None),
        ColumnSchema(
            "end", "day", "last day of the window, or the date of a stock", "2022-12-15", empty=None
        ),
        ColumnSchema(
            "per",
            "word",
            "total of the window, or a mean per day, week, month or year",
            "day",
            False,
            PER,
            "total",
        ),
        ColumnSchema("of_measure", "word", "what the share is a share of", "arrivals", False, MEASURES),
        ColumnSchema("of_place", "identifier", "place of the denominator", "KZ"),
        ColumnSchema("of_who", "word", "whom the denominator counts", "displaced", False, WHO),
        ColumnSchema("of_wave", "identifier", "event of the denominator", "mobilisation"),
        ColumnSchema("of_start", "day", "first day of the denominator's window", "2022-09-21", empty=None),
        ColumnSchema("of_end", "day", "last day of the denominator's window", "2022-12-15", empty=None),
        ColumnSchema("scheme", "identifier", "register or document, for issued and register", "iin"),
        ColumnSchema("why", "text", "why this reading is possible", "the border service counts crossings"),
    ),
    key=("claim", "reading"),
    links=(("claim", "claims.csv"),),
)

CONTACTS = TableSchema(
    "contacts.csv",
    tables.ContactGroup,
    (
        ColumnSchema("group", "identifier", "short id of the group", "hostel", True),
        ColumnSchema("respondent", "identifier", "pseudonym of the interviewee", "G1", True),
        ColumnSchema(
            "stratum", "identifier", "stratum of the displaced that the group belongs to", "working"
        ),
        ColumnSchema("kind", "text", "hostel, friends, colleagues …", "hostel", True),
        ColumnSchema("place", "identifier", "where they first arrived", "KZ-ALA", True),
        ColumnSchema("asof", "day", "day to which the counts refer", "2023-09-01", True),
        ColumnSchema("size", "positive", "number of people, if given", "60", empty=None),
        ColumnSchema("size_hedge", "word", "how the size was qualified", "about", False, HEDGES),
        ColumnSchema("stayed", "count", "how many are still there", "5"),
        ColumnSchema("moved_on", "count", "how many are in other countries", "half"),
        ColumnSchema("returned", "count", "how many are back in the origin", "1"),
        ColumnSchema("unknown", "count", "how many the respondent has lost contact with", "4"),
        ColumnSchema("source", "identifier", "an id of sources.csv", "interviewees", True),
        ColumnSchema("wave", "identifier", "event with which they came", "mobilisation"),
        ColumnSchema("note", "text", "anything else", "all came in the last week of September"),
    ),
    key=("group",),
    links=(("source", "sources.csv"),),
    optional=True,
)

TABLES: tuple[TableSchema, ...] = (SOURCES, CLAIMS, READINGS, CONTACTS)

KINDS = ("crossings", "persons", "stocks", "onward", "returns", "documents", "shares", "rents")
"""Kinds of measure to which an anchor may refer."""

FLOWS = frozenset({"entries", "exits", "net", "people", "arrivals", "departures", "issued"})
"""Counted over a window: `start` and `end`."""
STOCKS = frozenset({"present", "settled", "register", "returned", "moved_on", "stayed"})
"""Counted at a date: `end` only."""
CHANGES = frozenset({"rate", "rent"})
"""Between two dates: `start` and `end`."""
STATES = frozenset({"present", "stayed", "returned", "moved_on"})
"""Measures that may be the `of_measure` of a `rate`: the group at its first date."""

WHO_OF: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("entries", "exits", "net", "people", "present"), WHO),
    **dict.fromkeys(("issued", "register", "rent"), ("displaced", "all")),
    **dict.fromkeys(("arrivals", "departures", "settled", "returned", "moved_on", "stayed", "rate"), WHO[:1]),
}
"""Measure → populations that it can count: moves of the displaced only, documents of everybody."""
SCHEMED = frozenset({"issued", "register"})
SIDED = frozenset({"entries", "exits", "net", "departures", "moved_on"})
"""Measures that may have a counterpart: the other side of a border, or a destination."""
SHARE_UNITS = {"percent": 100.0, "share": 1.0}
"""Unit of a proportion → the value of the whole."""
SHARES_OF_ONE = frozenset[str](FATES)
"""Measures whose shares, for one cohort and date, add up to one."""
