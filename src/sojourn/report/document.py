"""The parts of a report in any format: sections of text, figures and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

CellKind = Literal[
    "text", "count", "plain", "share", "measured", "claim", "claims", "figure", "figures", "link", "date"
]
"""How a cell is shown. `count`: three significant digits; `plain`: a number as it is; `share`: a
percentage; `measured`: a share or a count, as the column `quantity` of the row says; `claim` and
`claims`: ids, linked to the table of claims; `figure` and `figures`: the same with the speaker and
the figure, one for each series; `link`: an address; `date`: ISO."""
NUMERIC: frozenset[CellKind] = frozenset({"count", "plain", "share", "measured"})
"""Kinds of cell that are aligned to the right."""
Cell = str | float | int | tuple[str, ...] | None


@dataclass(frozen=True)
class Column:
    """A column: its name in files (one word), its title on the page, and how it is shown.

    `upto`: the upper end of the interval whose lower end is the column before; both share one cell.
    """

    name: str
    title: str
    kind: CellKind = "text"
    upto: bool = False


@dataclass(frozen=True)
class Table:
    """A table; rows hold raw values, which each format shows in its own way.

    `anchor` is the prefix of the ids to which other cells link (`claim` for the table of claims).
    `series` maps the first claim of a series to the later ones, whose rows the page folds away.
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchor: str = ""
    series: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def kind(self, row: tuple[Cell, ...], i: int) -> CellKind:
        """How the i-th cell of a row is shown; `measured` is resolved to `share` or `count`."""
        kind = self.columns[i].kind
        if kind != "measured":
            return kind
        names = [column.name for column in self.columns]
        return "share" if str(row[names.index("quantity")]).startswith("share") else "count"


@dataclass(frozen=True)
class Figure:
    """A chart (a function that makes its Vega-Lite specification) or SVG text; `alt` describes it."""

    id: str
    caption: str
    alt: str
    spec: Callable[[], Mapping[str, Any]] | None = None
    svg: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the report. `missing` names the command that adds its content."""

    id: str
    title: str
    text: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    missing: str = ""


NUMBERS = (
    Column("median", "median", "count"),
    Column("q25", "50%", "count"),
    Column("q75", "50%, to", "count", upto=True),
    Column("q05", "90%", "count"),
    Column("q95", "90%, to", "count", upto=True),
)
"""Columns of a summary, after those that name the quantity."""
SHARES = tuple(replace(column, kind="share") for column in NUMBERS)


def numbers(summary: Mapping[str, float]) -> tuple[float, ...]:
    """Cells of `NUMBERS`."""
    return tuple(summary[key] for key in ("q50", "q25", "q75", "q05", "q95"))
