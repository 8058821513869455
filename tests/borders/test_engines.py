"""DuckDB and Spark give the same rows."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from sojourn.borders import classify
from sojourn.borders.engine import connected
from sojourn.borders.stays import stays
from tests.borders.conftest import as_rows, outcome_rule, random_history
from tests.referees.borders import Rule


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    with connected("duckdb") as duckdb, connected("spark://local[1]", "1GB", 1) as spark:
        spark.connection._session.sparkContext.setLogLevel("OFF")
        yield [duckdb, spark]
        spark.connection._session.stop()


def test_stays_and_answers_are_equal(engines: list[Any], tmp_path: Path) -> None:
    rng = random.Random("engines")
    rule = Rule(365, 487, 1500, 0)
    people = [
        (random_history(rng, rule, rng.choice([0, 0.2]), 0.1), rng.choice([None, True, False]))
        for _ in range(300)
    ]
    parquet.write_table(as_rows(people), tmp_path / "rows.parquet")
    for name, make in (("stays", stays), ("classified", classify)):
        found: list[list[str]] = []
        for engine in engines:
            out = tmp_path / f"{name}.{engine.name}.parquet"
            engine.write(make(engine.read(tmp_path / "rows.parquet"), outcome_rule(rule)), out)
            rows = parquet.read_table(out).to_pylist()
            for row in rows:
                row["p_migrant"] = round(row.get("p_migrant") or 0, 9)
            found.append(sorted(str(row) for row in rows))
        assert found[0] == found[1]
        assert found[0]
