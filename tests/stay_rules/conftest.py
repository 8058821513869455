from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ibis 12 calls a method that duckdb 2 has renamed, and pyspark leaves its sockets to the collector."""
    renamed = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
    sockets = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if {"duck", "spark"} & names:
            item.add_marker(renamed)
        if "spark" in names:
            item.add_marker(sockets)


@pytest.fixture
def duck() -> Iterator[Callable[..., Any]]:
    """A function that puts rows (person, entry, exit, permit) into a new DuckDB table."""
    ibis = pytest.importorskip("ibis", reason="the extra `borders` is not installed")
    from tests.stay_rules.arrow_tables import SCHEMA, as_arrow

    connection, number = ibis.duckdb.connect(), count()

    def table(rows: list[tuple[Any, ...]], schema: Any = SCHEMA) -> Any:
        name = f"stays{next(number)}"
        connection.con.register(f"{name}_arrow", as_arrow(rows, schema))
        return connection.table(f"{name}_arrow")

    yield table
    connection.disconnect()
