"""Dates and numbers of days, in the engine."""

from __future__ import annotations

from typing import Any

from sojourn.permits.register_days import engine, first_row, number

__all__ = ["dated", "engine", "first_row", "number"]


def dated(value: Any) -> Any:
    """Days since 1970 as a date; null stays null."""
    ibis = engine()
    # DuckDB makes an instant of a date and an interval; by way of one both engines give a date.
    day = ibis.date(1970, 1, 1) + value.cast("int64").as_interval("D")
    return day.cast("timestamp").cast("date")
