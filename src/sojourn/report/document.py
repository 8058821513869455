"""The parts of a report, whatever it is written as: sections of text, figures and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

CellKind = Literal["text", "count", "plain", "share", "claim", "claims", "link", "date"]
"""How a cell is shown. `count`: three significant digits; `plain`: a number as it is;
`share`: per cent; `claim` and `claims`: ids that lead to the claims' table; `link`: an
address; `date`: ISO."""
Cell = str | float | int | tuple[str, ...] | None


@dataclass(frozen=True)
class Column:
    """A column: its name in files (one word), its title on the page, and how it is shown.

    `upto`: the other end of the interval that the column before begins; read in one cell.
    """

    name: str
    title: str
    kind: CellKind = "text"
    upto: bool = False


@dataclass(frozen=True)
class Table:
    """A table; rows hold raw values, which each format shows in its own way.

    `anchor` names the column whose cells others link to (`claim` for the claims' table).
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchor: str = ""


@dataclass(frozen=True)
class Figure:
    """A chart (its Vega-Lite specification, made when asked) or SVG text; `alt` says what it shows."""

    id: str
    caption: str
    alt: str
    spec: Callable[[], Mapping[str, Any]] | None = None
    svg: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the report. `missing` says how to make what is not there."""

    id: str
    title: str
    text: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    missing: str = ""


NUMBERS = (
    Column("median", "median", "count"),
    Column("q25", "50 %", "count"),
    Column("q75", "50 %, to", "count", upto=True),
    Column("q05", "90 %", "count"),
    Column("q95", "90 %, to", "count", upto=True),
)
"""Columns of a summary, after those that name the quantity."""
SHARES = tuple(replace(column, kind="share") for column in NUMBERS)


def numbers(summary: Mapping[str, float]) -> tuple[float, ...]:
    """Cells of `NUMBERS`."""
    return tuple(summary[key] for key in ("q50", "q25", "q75", "q05", "q95"))
