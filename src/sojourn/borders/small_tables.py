"""Small tables: results that come out of the engine, and constants that go in."""

from __future__ import annotations

from typing import Any


def all_rows(table: Any) -> list[tuple[Any, ...]]:
    """The rows of a small result, fetched without pandas; never a column of the register."""
    connection = table.get_backend()
    sql = str(connection.compile(table))
    if connection.name == "pyspark":
        return [tuple(row) for row in connection._session.sql(sql).collect()]
    return connection.raw_sql(sql).fetchall()


def register_table(connection: Any, name: str, columns: dict[str, list[Any]]) -> Any:
    """Give the engine a small table under a name."""
    import pyarrow as pa

    if connection.name == "pyspark":
        rows = list(zip(*columns.values(), strict=True))
        connection._session.createDataFrame(rows, list(columns)).createOrReplaceTempView(name)
    else:
        connection.con.register(name, pa.table(columns))
    return connection.table(name)
