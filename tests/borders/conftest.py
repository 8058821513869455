from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count, pairwise
from math import prod
from typing import Any

import pyarrow as pa
import pytest

from sojourn.borders import OutcomeRule
from tests.referees.borders import Crossing, Rule

ORIGIN = date(2015, 1, 1)
SCHEMA = pa.schema(
    [
        ("person", pa.int64()),
        ("day", pa.date32()),
        ("direction", pa.string()),
        ("initial_status", pa.string()),
    ]
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ibis 12 calls a method that duckdb 2 has renamed, and pyspark leaves its sockets to the collector."""
    renamed = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
    sockets = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    for item in items:
        if "tests/borders" in item.nodeid:
            item.add_marker(renamed)
            item.add_marker(sockets)


@pytest.fixture
def duck() -> Iterator[Callable[[pa.Table], Any]]:
    """A function that puts an Arrow table into DuckDB."""
    ibis = pytest.importorskip("ibis", reason="the extra `borders` is not installed")
    connection, number = ibis.duckdb.connect(), count()

    def table(rows: pa.Table) -> Any:
        name = f"rows{next(number)}"
        connection.con.register(name, rows)
        return connection.table(name)

    yield table
    connection.disconnect()


def random_history(
    rng: random.Random, rule: Rule, missing: float, same_day: float, most: int = 9
) -> list[Crossing]:
    """Crossings of one person up to the end of observation, some of them lost."""
    start = rule.since if rule.since is not None else rule.until - 3 * rule.window
    day, arrives = start + rng.randint(0, rule.window), rng.random() < 0.5
    history: list[Crossing] = []
    long = rng.random()
    for _ in range(rng.randint(1, most)):
        if day >= rule.until:
            break
        history.append((day, arrives))
        arrives = not arrives
        if rng.random() < same_day:
            continue
        scale = rule.window if rng.random() < long else max(rule.window // 6, 1)
        day += rng.randint(1, scale)
    return lost(rng, history, missing) if missing else history


def lost(rng: random.Random, history: list[Crossing], share: float, courses: int = 300) -> list[Crossing]:
    """Some crossings lost, as long as the referee can try every day on which they may have been."""
    kept = list(history)
    for crossing in history:
        if rng.random() >= share or len(kept) == 1:
            continue
        rest = [each for each in kept if each is not crossing]
        gaps = [b[0] - a[0] + 1 for a, b in pairwise(rest) if a[1] == b[1]]
        if prod(gaps) <= courses:
            kept = rest
    return kept


def as_rows(people: list[tuple[list[Crossing], bool | None]]) -> pa.Table:
    """Crossings as a table; day 0 is `ORIGIN`."""
    words = {True: "resident", False: "non_resident", None: None}
    rows = [
        (person, ORIGIN + timedelta(days=day), "arrival" if arrives else "departure", words[born])
        for person, (history, born) in enumerate(people)
        for day, arrives in history
    ]
    return pa.table(list(map(list, zip(*rows, strict=True))), schema=SCHEMA)


def outcome_rule(rule: Rule) -> OutcomeRule:
    since = None if rule.since is None else ORIGIN + timedelta(days=rule.since)
    return OutcomeRule(ORIGIN + timedelta(days=rule.until), since, rule.threshold, rule.window)
