"""Helpers for Ibis expressions: days since 1970, and small results without pandas.

Ibis is imported when a helper is called, so that importing this module stays cheap.
"""

from __future__ import annotations

from datetime import date
from typing import Any

Table = Any
"""An Ibis table: only the engine knows its columns, so the type checker cannot help here."""
EPOCH = date(1970, 1, 1).toordinal()
"""The ordinal of 1 January 1970, from which the engines count days."""


def engine() -> Any:
    """The `ibis` module, imported on the first call."""
    import ibis

    return ibis


def first_row(table: Any) -> tuple[Any, ...]:
    """The first row of a small result, fetched without pandas."""
    connection = table.get_backend()
    rows = connection.raw_sql(str(connection.compile(table)))
    return tuple(rows.head() if connection.name == "pyspark" else rows.fetchall()[0])


def epoch(ordinal: int) -> int:
    """An ordinal as days since 1970."""
    return ordinal - EPOCH


def number(value: Any) -> Any:
    """A date as days since 1970."""
    ibis = engine()
    return value.delta(ibis.date(1970, 1, 1), unit="day").cast("int32")


def dated(value: Any) -> Any:
    """Days since 1970 as a date; null stays null."""
    ibis = engine()
    # DuckDB turns a date plus an interval into a timestamp; through one, both engines give a date.
    day = ibis.date(1970, 1, 1) + value.cast("int64").as_interval("D")
    return day.cast("timestamp").cast("date")
