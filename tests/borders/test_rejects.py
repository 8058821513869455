"""A register with times in two zones, events told twice and exits lost: nothing is dropped or guessed."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from sojourn.borders import OutcomeRule, manifest
from sojourn.borders.cleaning import Cleaning
from sojourn.borders.engine import Engine, connected
from sojourn.borders.stages import StageContext, classify_step, clean_step, stays_step
from tests.borders.test_pipeline import KEY

RULE = OutcomeRule(date(2023, 1, 1), date(2019, 1, 1))
ZONES = (timezone(timedelta(hours=5)), timezone(timedelta(hours=6)))
Event = tuple[int, datetime, bool]


def events(people: int) -> list[list[Event]]:
    """Who crosses when, as instants; some go and come back within hours."""
    rng, found = random.Random("two zones"), []
    for person in range(people):
        now = datetime(2019, 1, 1, tzinfo=ZONES[0]) + timedelta(hours=rng.randint(0, 20_000))
        path: list[Event] = []
        for number in range(rng.randint(2, 12)):
            if now >= datetime(2022, 12, 31, tzinfo=ZONES[0]):
                break
            path.append((person, now, number % 2 == 0))
            now += timedelta(minutes=rng.choice([90, rng.randint(60, 90_000), rng.randint(60, 900_000)]))
        found.append(path)
    return found


def lost_exits(paths: list[list[Event]], rng: random.Random) -> list[list[Event]]:
    """One exit in ten left out, of those after which an arrival is seen: elsewhere nobody could tell."""
    return [
        [
            event
            for place, event in enumerate(path)
            if event[2] or place + 1 == len(path) or rng.random() >= 0.1
        ]
        for path in paths
    ]


def told(event: Event, zone: timezone) -> dict[str, str]:
    person, instant, arrives = event
    when = instant.astimezone(zone).isoformat()
    return {"person": f"P{person}", "day": when, "direction": "IN" if arrives else "OUT"}


def write(paths: list[list[Event]], path: Path, rng: random.Random) -> tuple[Counter[str], int]:
    """Rows in random order with events told twice and rows that say nothing; reasons and good rows."""
    rows: list[dict[str, str]] = []
    reasons = Counter[str]()
    for event in (event for history in paths for event in history):
        border = int(event[1].timestamp()) // 60 % 2
        zone, other = ZONES[border], ZONES[1 - border]
        rows.append(told(event, zone))
        if rng.random() < 0.05:
            same_day = event[1].astimezone(zone).date() == event[1].astimezone(other).date()
            rows.append(told(event, other if same_day else zone))
            reasons["duplicate"] += 1
    good = len(rows) - reasons["duplicate"]
    for reason, row in (
        ("unknown direction", {"person": "P1", "day": "2020-01-01", "direction": "sideways"}),
        ("day cannot be read", {"person": "P2", "day": "2020-02-30T10:00:00+05:00", "direction": "IN"}),
        ("no person", {"person": " ", "day": "2020-01-01", "direction": "OUT"}),
    ):
        rows += [row] * 3
        reasons[reason] += 3
    rng.shuffle(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["person", "day", "direction"])
        writer.writeheader()
        writer.writerows(rows)
    return reasons, good


def steps(engine: Engine, source: Path, folder: Path) -> dict[str, list[dict[str, Any]]]:
    folder.mkdir()
    desk, crossings = StageContext(engine, "1"), folder / "crossings.parquet"
    assert clean_step(desk, source, crossings, folder / "rejects.parquet", Cleaning(), KEY)
    assert stays_step(desk, crossings, folder / "stays.parquet", RULE)
    assert classify_step(desk, crossings, folder / "classified.parquet", RULE)
    names = ("crossings", "rejects", "stays", "classified")
    return {name: parquet.read_table(folder / f"{name}.parquet").to_pylist() for name in names}


def test_rows_in_are_rows_out_and_rejects_and_what_is_certain_is_true(tmp_path: Path) -> None:
    whole = events(400)
    rng = random.Random("lost")
    fewer = lost_exits(whole, rng)
    with connected("duckdb", "1GB", 1, writes=[tmp_path / "any"]) as engine:
        found: dict[str, Any] = {}
        for name, paths in (("whole", whole), ("fewer", fewer)):
            source = tmp_path / f"{name}.csv"
            reasons, good = write(paths, source, rng)
            found[name] = steps(engine, source, tmp_path / name)
            counts = manifest.read_counts(tmp_path / name / "crossings.parquet")
            assert counts is not None
            rejects = Counter(row["reason"].split(":")[0] for row in found[name]["rejects"])
            assert rejects == reasons
            assert counts["in"] == good + sum(reasons.values())
            assert counts["out"] == good == len(found[name]["classified"])
    lost = sum(map(len, whole)) - sum(map(len, fewer))
    kinds = Counter(row["kind"] for row in found["fewer"]["stays"])
    assert kinds["missing_exit"] == lost > 50
    assert Counter(row["kind"] for row in found["whole"]["stays"])["missing_exit"] == 0
    ends = kinds["complete"] * 2 + kinds["missing_exit"] + kinds["open"]
    assert ends == len(found["fewer"]["crossings"]), "every crossing is the end of one stay"
    truth = {key(row): row["long_term_migrant"] for row in found["whole"]["classified"]}
    answered = 0
    for row in found["fewer"]["classified"]:
        if row["long_term_migrant"] is not None:
            answered += 1
            assert truth[key(row)] in (row["long_term_migrant"], None)
    assert len(truth) * 0.3 < answered < len(truth) - lost


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["person"], row["day"], row["sequence"], row["direction"]
