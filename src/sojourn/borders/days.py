"""Dates and numbers of days, in the engine."""

from __future__ import annotations

from typing import Any

from sojourn._core.ibis_tools import engine, first_row, number

__all__ = ["all_rows", "dated", "engine", "first_row", "number", "put"]


def all_rows(table: Any) -> list[tuple[Any, ...]]:
    """The rows of a small result, fetched without pandas; never a column of the register."""
    connection = table.get_backend()
    sql = str(connection.compile(table))
    if connection.name == "pyspark":
        return [tuple(row) for row in connection._session.sql(sql).collect()]
    return connection.raw_sql(sql).fetchall()


def put(connection: Any, name: str, columns: dict[str, list[Any]]) -> Any:
    """A small table of ours, given to the engine under a name."""
    import pyarrow as pa

    if connection.name == "pyspark":
        rows = list(zip(*columns.values(), strict=True))
        connection._session.createDataFrame(rows, list(columns)).createOrReplaceTempView(name)
    else:
        connection.con.register(name, pa.table(columns))
    return connection.table(name)


def dated(value: Any) -> Any:
    """Days since 1970 as a date; null stays null."""
    ibis = engine()
    # DuckDB makes an instant of a date and an interval; by way of one both engines give a date.
    day = ibis.date(1970, 1, 1) + value.cast("int64").as_interval("D")
    return day.cast("timestamp").cast("date")
