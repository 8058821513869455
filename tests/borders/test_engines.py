"""DuckDB and Spark give the same rows, step by step, from the fixtures of the other tests."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from sojourn.borders import OutcomeRule, manifest
from sojourn.borders.cleaning import Cleaning
from sojourn.borders.engine import Engine, connected
from sojourn.borders.linkage.links import Linkage, link_step
from sojourn.borders.release.disclosure import Release
from sojourn.borders.release.link_error_band import LinkErrors
from sojourn.borders.stages import StageContext, classify_step, clean_step, stays_step, summarise_step
from tests.borders import test_link
from tests.borders.conftest import outcome_rule
from tests.borders.full import people_of
from tests.borders.test_pipeline import KEY, ODD, raw_rows, write_rows
from tests.borders.test_trips import in_sequence
from tests.referees.borders import Rule

TIMED = [
    *ODD,
    ("D", "2020-06-01T23:55:00+05:00", "arrival"),
    ("D", "2020-06-01T00:30:00+06:00", "departure"),
    ("D", "2020-05-01T12:00:00Z", "arrival"),
    ("E", "2020-02-03", "in"),
    ("E", "2020-02-03", "out"),
    ("E", "2020-02-03", "in"),
    ("E", "2020-02-01", "out"),
]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Engine]]:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    pytest.importorskip("pyspark", reason="the extra `spark` is not installed")
    reach = [tmp_path_factory.getbasetemp() / "any"]
    with (
        connected("duckdb", "1GB", 1, writes=reach) as duckdb,
        connected("spark://local[1]", "1GB", 1, tmp_path_factory.mktemp("spill")) as spark,
    ):
        spark.connection._session.sparkContext.setLogLevel("OFF")
        yield [duckdb, spark]
        spark.connection._session.stop()


def rows_of(path: Path) -> list[str]:
    """The rows as a sorted list of words; chances to nine digits: sums depend on their order."""
    rows = parquet.read_table(path).to_pylist()
    for row in rows:
        for name in ("p_migrant", "match_probability"):
            if row.get(name) is not None:
                assert not math.isnan(row[name])
                row[name] = round(row[name], 9)
    return sorted(str(sorted(row.items())) for row in rows)


def same(engines: list[Engine], folder: Path, work: Callable[[StageContext, Path], Any], *names: str) -> None:
    """What `work` writes with each engine into a folder of its own has the same rows and the same counts."""
    for engine in engines:
        (folder / engine.name).mkdir(parents=True)
        work(StageContext(engine, "1"), folder / engine.name)
    for name in names:
        paths = [folder / engine.name / name for engine in engines]
        found = [rows_of(path) for path in paths]
        assert found[0] == found[1], name
        assert found[0], name
        counts = [manifest.read_counts(path) for path in paths]
        assert counts[0] == counts[1], name


@pytest.mark.parametrize(("threshold", "window", "since"), [(365, 487, 0), (270, 365, None), (182, 365, 0)])
def test_answers_with_truncation_and_missing_crossings(
    threshold: int, window: int, since: int | None, engines: list[Engine], tmp_path: Path
) -> None:
    groups = [group for group in people_of(threshold, window, 400, "engines") if group[0].since == since]
    people = [person for _, histories in groups for person in histories]
    parquet.write_table(in_sequence(people), tmp_path / "in.parquet")
    how = outcome_rule(Rule(threshold, window, 3 * window, since))

    def work(desk: StageContext, out: Path) -> None:
        assert classify_step(desk, tmp_path / "in.parquet", out / "classified.parquet", how)
        assert stays_step(desk, tmp_path / "in.parquet", out / "stays.parquet", how)

    same(engines, tmp_path, work, "classified.parquet", "stays.parquet")


def test_raw_rows_to_the_released_summary_and_its_band(engines: list[Engine], tmp_path: Path) -> None:
    rows = raw_rows(150, lost=0.1)
    twice = [*rows, *rows[:9], ("P0", date(2019, 5, 5), "sideways", "B1", "X")]
    raw = write_rows(twice, tmp_path / "raw.parquet")
    rule = OutcomeRule(date(2023, 1, 1), date(2019, 1, 1))

    def work(desk: StageContext, out: Path) -> None:
        crossings, classified = out / "crossings.parquet", out / "classified.parquet"
        assert clean_step(desk, raw, crossings, out / "rejects.parquet", Cleaning(), KEY)
        assert stays_step(desk, crossings, out / "stays.parquet", rule)
        assert classify_step(desk, crossings, classified, rule)
        errors = LinkErrors(0.02, 0.1, draws=2)
        by = ("nationality", "border")
        summary = out / "summary.parquet"
        assert summarise_step(desk, classified, out / "stays.parquet", summary, rule, by, Release(), errors)

    names = ("crossings", "rejects", "stays", "classified", "summary")
    same(engines, tmp_path, work, *[f"{name}.parquet" for name in names])
    summaries = [(tmp_path / engine.name / "summary.parquet").read_bytes() for engine in engines]
    assert summaries[0] == summaries[1]
    counts = manifest.read_counts(tmp_path / "duckdb/summary.parquet")
    assert counts is not None
    bands = {row["measure"]: row for row in counts["link_error_band"]}
    assert any(row["low"] < row["high"] for row in bands.values())
    assert {
        row["withheld"] for row in parquet.read_table(tmp_path / "duckdb/summary.parquet").to_pylist()
    } > {""}


def test_what_is_read_from_text_with_times_in_two_zones(engines: list[Engine], tmp_path: Path) -> None:
    columns = dict(zip(("person", "day", "direction"), map(list, zip(*TIMED, strict=True)), strict=True))
    parquet.write_table(pa.table(columns), tmp_path / "raw.parquet")

    def work(desk: StageContext, out: Path) -> None:
        how = Cleaning(until=date(2023, 1, 1))
        assert clean_step(desk, tmp_path / "raw.parquet", out / "good.parquet", out / "bad.parquet", how, KEY)

    same(engines, tmp_path, work, "good.parquet", "bad.parquet")


def test_the_same_documents_are_linked(engines: list[Engine], tmp_path: Path) -> None:
    rows, _ = test_link.register(150, "engines")
    names = ["person", "day", "direction", "sequence", *test_link.FIELDS]
    table = pa.table(list(map(list, zip(*rows, strict=True))), names=names)
    parquet.write_table(table, tmp_path / "in.parquet")
    how = Linkage(test_link.FIELDS, ("birth",))

    def work(desk: StageContext, out: Path) -> None:
        assert link_step(desk, tmp_path / "in.parquet", out / "out.parquet", out / "links.parquet", how)

    same(engines, tmp_path, work, "out.parquet", "links.parquet")
    assert (
        pa.compute.sum(pa.compute.is_valid(parquet.read_table(tmp_path / "duckdb/links.parquet")[2])).as_py()
        > 50
    )
