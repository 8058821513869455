"""The register against one traveller for real rules with several versions, and DuckDB against Spark."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sojourn import stay_rules
from sojourn.stay_rules import Stay
from sojourn.stay_rules.breaches import Breaches, earliest_day
from sojourn.stay_rules.counting import Span, absences
from sojourn.stay_rules.schema import InForce
from sojourn.stay_rules.stays import spans_of
from sojourn.stay_rules.timeline import timelines
from tests.stay_rules.arrow_tables import SCHEMA, as_arrow
from tests.stay_rules.itineraries import KINDS, itinerary, random_spec, rule_of

DAY = date.fromordinal
REAL = [
    ("KZ.visa_free.EAEU", "RU", date(2022, 6, 1), "visa"),
    ("KZ.visa_free.EAEU", "KG", date(2022, 9, 1), "visa"),
    ("EU.short_stay", "US", date(2013, 4, 1), "residence_permit"),
    ("EU.short_stay", "US", date(2019, 4, 1), "residence_permit"),
    ("RU.visa_free", "AM", date(2023, 12, 1), "patent"),
    ("UA.visa_free.RU", "RU", date(2013, 10, 1), "residence_permit"),
    ("GE.visa_free.UA", "UA", date(2023, 10, 1), "residence_permit"),
    ("AL.visa_free.US", "US", date(2021, 6, 1), "residence_permit"),
    ("TH.exempt.RU", "RU", date(2023, 11, 1), ""),
    ("AM.visa_free", "RU", date(2023, 1, 1), "residence_permit"),
    ("TR.visa_free.BY", "BY", date(2023, 8, 1), ""),
    ("GB.settlement", "IN", date(2022, 6, 1), ""),
    ("GB.long_residence", "IN", date(2022, 6, 1), ""),
    ("UZ.visa_free.RU", "RU", date(2022, 7, 1), ""),
]


def travellers(seed: str, start: date, permit: str, people: int) -> list[list[tuple[date, date, str]]]:
    rng = random.Random(seed)
    found: list[list[tuple[date, date, str]]] = []
    for _ in range(people):
        day, stays = start + timedelta(days=rng.randint(0, 200)), []
        for _ in range(rng.randint(1, 7)):
            last = day + timedelta(
                days=rng.choice([0, 5, rng.randint(0, 60), rng.randint(0, 130), rng.randint(0, 400)])
            )
            stays.append((day, last, permit if permit and rng.random() < 0.1 else ""))
            day = last + timedelta(days=rng.choice([0, 1, 3, rng.randint(0, 120)]))
        found.append(stays)
    return found


def by_one(
    rule: stay_rules.Rule, nationality: str, stays: list[tuple[date, date, str]], reading: str
) -> list[Any]:
    """What the one-traveller code says of each stay, in the shape of the register."""
    line = next(each for each in timelines(rule, nationality) if each.reading == reading)
    spans, _ = spans_of(rule, [Stay(*stay) for stay in stays], 0)
    judged = [Span(0, -1), *absences(spans)] if rule.absence else spans
    judgement = Breaches(line, tuple(judged))
    found = []
    for position, span in enumerate(judged):
        if span.last < span.first:
            found.append((None, 0, "", 0))
            continue
        row = judgement.row(position)
        found.append((row.first and DAY(row.first), row.unlawful, row.binding, row.used))
    return found


@pytest.mark.parametrize(
    ("name", "nationality", "start", "permit"), REAL, ids=[f"{r[0]}-{r[2]}" for r in REAL]
)
def test_rules_with_versions(name: str, nationality: str, start: date, permit: str, duck: Any) -> None:
    rule = stay_rules.load(name)
    people = travellers(name, start, permit, 400)
    rows = [(p, *stay) for p, stays in enumerate(people) for stay in stays]
    for reading in [line.reading for line in timelines(rule, nationality)]:
        table = duck(rows)
        result = stay_rules.assess_register(table, rule, nationality=nationality, reading=reading)
        got = sorted((tuple(row.values()) for row in result.to_pyarrow().to_pylist()), key=str)
        want = [
            (p, *stay, *account)
            for p, stays in enumerate(people)
            for stay, account in zip(stays, by_one(rule, nationality, stays, reading), strict=True)
        ]
        want.sort(key=str)
        different = [pair for pair in zip(got, want, strict=True) if pair[0] != pair[1]]
        assert not different, different[:3]


@pytest.mark.parametrize("kind", ["rolling", "entry", "gap"])
def test_stays_from_before_the_first_version(kind: str, duck: Any) -> None:
    """They count in a window that reaches back to them, and are themselves judged by nobody."""
    rng = random.Random(f"before {kind}")
    for _ in range(3):
        spec = random_spec(kind, rng, flags=False)
        people = [itinerary(spec, rng) for _ in range(300)]
        first = DAY(max(min(stay[0] for stay in stays) for stays in people))
        rule = rule_of(spec)
        version = rule.versions[0].model_copy(update={"in_force": InForce(**{"from": first, "to": None})})
        rule = rule.model_copy(update={"versions": (version,)})
        earliest = earliest_day(timelines(rule, "RU")[0])
        people = [stays for stays in people if stays[0][0] >= earliest]
        plain = [[(DAY(a), DAY(b), "" if c else "visa") for a, b, c in stays] for stays in people]
        rows = [(p, *stay) for p, stays in enumerate(plain) for stay in stays]
        result = stay_rules.assess_register(duck(rows), rule, nationality="RU").to_pyarrow().to_pylist()
        want = [
            (p, *stay, *account)
            for p, stays in enumerate(plain)
            for stay, account in zip(stays, by_one(rule, "RU", stays, ""), strict=True)
        ]
        assert sorted((tuple(row.values()) for row in result), key=str) == sorted(want, key=str)


def test_open_stays_members_and_an_empty_register(duck: Any) -> None:
    import pyarrow as pa

    rule = stay_rules.load("EU.short_stay")
    schema = SCHEMA.append(pa.field("member", pa.string()))
    rows = [
        (1, date(2022, 12, 1), date(2023, 1, 10), "", "HR"),
        (1, date(2023, 2, 1), None, None, "FR"),
        (2, date(2022, 12, 1), date(2022, 12, 10), "", "HR"),
        (3, date(2023, 1, 1), date(2023, 1, 10), "", "GB"),
    ]
    result = stay_rules.assess_register(duck(rows, schema), rule, nationality="US", until="2023-06-01")
    got = {(row["person"], row["entry"]): row for row in result.to_pyarrow().to_pylist()}
    assert got[1, date(2022, 12, 1)]["used_at_exit"] == 10
    assert got[1, date(2023, 2, 1)]["first_unlawful"] == date(2023, 4, 22)
    assert got[1, date(2023, 2, 1)]["unlawful_days"] == 41
    assert got[2, date(2022, 12, 1)]["used_at_exit"] == 0
    assert got[3, date(2023, 1, 1)]["binding_limit"] == ""
    bad = duck([(3, date(2023, 1, 1), date(2023, 1, 10), "", "RS")], schema)
    with pytest.raises(Exception, match=r"person 3.*allowed: AT"):
        stay_rules.assess_register(bad, rule, nationality="US").to_pyarrow()
    empty = duck(rows, schema).filter(False)
    assert stay_rules.assess_register(empty, rule, nationality="US").count().to_pyarrow().as_py() == 0


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    ibis = pytest.importorskip("ibis", reason="the extra `borders` is not installed")
    sql = pytest.importorskip("pyspark.sql", reason="the extra `spark` is not installed")
    options = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",  # compiling Java takes longer than these few rows
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.memory": "1g",
        "spark.log.level": "OFF",
    }
    builder = sql.SparkSession.builder.master("local[2]")
    for key, value in options.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    yield ibis.pyspark.connect(session)
    session.stop()


@pytest.fixture
def twice(duck: Any, spark: Any, tmp_path: Path) -> Callable[..., tuple[list[Any], list[Any]]]:
    """The result of a rule for the same rows from both engines."""
    import pyarrow.parquet as parquet

    def both(rows: list[Any], rule: stay_rules.Rule, nationality: str) -> tuple[list[Any], list[Any]]:
        file, out = tmp_path / "stays.parquet", tmp_path / "out.parquet"
        parquet.write_table(as_arrow(rows), file)
        first = stay_rules.assess_register(duck(rows), rule, nationality=nationality).to_pyarrow()
        second = stay_rules.assess_register(spark.read_parquet(file), rule, nationality=nationality)
        spark._session.sql(str(spark.compile(second))).write.mode("overwrite").parquet(str(out))
        return (
            sorted((tuple(row.values()) for row in first.to_pylist()), key=str),
            sorted((tuple(row.values()) for row in parquet.read_table(out).to_pylist()), key=str),
        )

    return both


@pytest.mark.parametrize("kind", KINDS)
def test_spark_gives_the_same_rows(kind: str, twice: Any) -> None:
    rng = random.Random(f"spark {kind}")
    spec = random_spec(kind, rng)
    people = [itinerary(spec, rng) for _ in range(200)]
    rows = [(p, DAY(a), DAY(b), "" if c else "visa") for p, stays in enumerate(people) for a, b, c in stays]
    duckdb, spark = twice(rows, rule_of(spec), "RU")
    assert duckdb == spark


@pytest.mark.parametrize(("name", "nationality", "start", "permit"), [REAL[0], REAL[4], REAL[9]])
def test_spark_gives_the_same_rows_for_versions(
    name: str, nationality: str, start: date, permit: str, twice: Any
) -> None:
    people = travellers(name, start, permit, 100)
    rows = [(p, *stay) for p, stays in enumerate(people) for stay in stays]
    duckdb, spark = twice(rows, stay_rules.load(name), nationality)
    assert duckdb == spark


def test_spark_stops_at_a_bad_row(spark: Any, tmp_path: Path) -> None:
    import pyarrow.parquet as parquet

    file = tmp_path / "bad.parquet"
    parquet.write_table(as_arrow([(7, date(2023, 2, 10), date(2023, 2, 1), "")]), file)
    result = stay_rules.assess_register(spark.read_parquet(file), "RS", nationality="RU")
    with pytest.raises(Exception, match="person 7, 2023-02-10 to 2023-02-01: the exit is before the entry"):
        spark._session.sql(str(spark.compile(result))).write.mode("overwrite").parquet(str(tmp_path / "out"))
