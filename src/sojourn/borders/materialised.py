"""Tables worked out once and used several times: an engine would work out a plain expression at every use."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sojourn._core.ibis_tools import engine

PREFIX = "sojourn_kept_"


def materialise(table: Any, ordered: bool = False) -> Any:
    """The rows of a table, held by its engine (in memory, then on disk) until `forget`; in order if asked."""
    connection = table.get_backend()
    name = engine().util.gen_name("sojourn_kept")
    sql = str(connection.compile(table))
    if connection.name == "pyspark":
        # Cached tables would drag the plans that made them along, until planning takes all memory.
        connection._session.sql(sql).localCheckpoint().createOrReplaceTempView(name)
    else:
        with keeping_file_order(connection, ordered):
            connection.raw_sql(f"CREATE TEMP TABLE {name} AS {sql}")
    return connection.table(name)


@contextmanager
def keeping_file_order(connection: Any, ordered: bool = True) -> Generator[None]:
    """DuckDB keeps rows in order within, if `ordered`; elsewhere it need not, which saves memory."""
    if ordered:
        connection.raw_sql("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        if ordered:
            connection.raw_sql("SET preserve_insertion_order = false")


def drop_materialised(connection: Any) -> None:
    """Drop every kept table of a connection; expressions made from them can no longer be worked out."""
    if connection.name == "pyspark":
        session = connection._session
        for row in session.sql(f"SHOW VIEWS LIKE '*{PREFIX}*'").collect():
            session.catalog.dropTempView(row.viewName)
        return
    held = f"SELECT table_name FROM duckdb_tables() WHERE contains(table_name, '{PREFIX}')"
    for (name,) in connection.raw_sql(held).fetchall():
        connection.raw_sql(f"DROP TABLE {name}")
