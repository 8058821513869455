"""Steps from files to files: what goes in comes out or is rejected with a reason, whole or not at all."""

from __future__ import annotations

import hmac
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from sojourn.borders import BordersError, OutcomeRule, manifest
from sojourn.borders.cleaning import Cleaning, clean
from sojourn.borders.engine import Engine, connected
from sojourn.borders.pipeline import run_pipeline
from sojourn.borders.pseudonyms import domain_key, make_key, read_key
from sojourn.borders.settings import read_config
from sojourn.borders.stages import StageContext, classify_step, clean_step
from sojourn.borders.stays import pair_stays
from sojourn.case import CaseError, new_case, read_case
from tests.borders.outcomes import fetch

KEY = bytes.fromhex("5b1d0f8c7e6a493827160594a3b2c1d0efde9cab8976543210fedcba13579bdf")
CONFIG = """
input = "raw.parquet"
out = "out"
from = 2019-01-01
until = 2023-01-01
by = ["nationality"]
[read]
key_file = "key"
[link_errors]
draws = 2
[claims]
case = "case"
source = "register"
name = "Border service"
place = "HO"
published = 2022-12-31
"""


def put_key(path: Path) -> Path:
    path.touch(0o600)
    path.write_text(KEY.hex())
    return path


def raw_rows(people: int = 400, lost: float = 0.0) -> list[tuple[Any, ...]]:
    rng, rows = random.Random("raw"), []
    for person in range(people):
        day, arrives = date(2019, 1, 1) + timedelta(days=rng.randint(0, 900)), True
        for _ in range(rng.randint(1, 8)):
            if day < date(2023, 1, 1) and rng.random() >= lost:
                rows.append(
                    (f"P{person}", day, "arrival" if arrives else "departure", "B1", rng.choice("XY"))
                )
            arrives = not arrives
            day += timedelta(days=rng.choice([3, rng.randint(1, 60), rng.randint(1, 500)]))
    return rows


def write_rows(rows: list[tuple[Any, ...]], path: Path) -> Path:
    names = ["person", "day", "direction", "border", "nationality"]
    parquet.write_table(pa.table(list(map(list, zip(*rows, strict=True))), names=names), path)
    return path


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.getbasetemp()
    with connected("duckdb", "1GB", 1, tmp_path_factory.mktemp("spill"), writes=[folder / "any"]) as made:
        yield made


def cleaned(engine: Engine, rows: dict[str, list[Any]], tmp_path: Path, **how: Any) -> tuple[Any, Any]:
    parquet.write_table(pa.table(rows), tmp_path / "raw.parquet")
    good, bad = clean(engine.read(tmp_path / "raw.parquet"), Cleaning(**how), KEY)
    return fetch(good).to_pylist(), fetch(bad).to_pylist()


ODD = [
    ("A", "2020-03-01T23:30:00+05:00", "IN"),
    ("A", "2020-03-01T23:30:00+05:00", "IN"),
    ("B", "2020-13-01", "IN"),
    ("B", None, "IN"),
    (None, "2020-01-01", "IN"),
    ("C", "2020-01-01", "sideways"),
    ("C", "1820-01-01", "IN"),
    ("C", "2024-01-01", "IN"),
    ("C", "2020-02-30", "OUT"),
]
"""Crossings of which one in nine can be kept: person, day, direction."""


def test_every_row_comes_out_or_is_rejected_with_a_reason(engine: Engine, tmp_path: Path) -> None:
    table = [
        *ODD,
        ("D", "2020-01-01", "OUT"),
    ]
    columns = dict(zip(("person", "day", "direction"), map(list, zip(*table, strict=True)), strict=True))
    good, bad = cleaned(engine, columns, tmp_path, until=date(2023, 1, 1))
    assert len(good) == 2
    assert len(good) + len(bad) == len(table)
    reasons = sorted(row["reason"].split(":")[0] for row in bad)
    assert reasons == sorted(
        [
            "duplicate",
            "day cannot be read",
            "day cannot be read",
            "no day",
            "no person",
            "unknown direction",
            "impossible date",
            "after observation",
        ]
    )
    want = int(hmac.new(domain_key(KEY, "person"), b"A", "sha256").hexdigest()[:16], 16) - 2**63
    assert {row["person"] for row in good if row["direction"] == "arrival"} == {want}


def test_times_in_two_zones_keep_the_local_day_and_the_order_of_instants(
    engine: Engine, tmp_path: Path
) -> None:
    # Out at half past midnight in zone +6, in at five to midnight the same local day in zone +5.
    columns = {
        "person": ["A", "A", "A"],
        "day": ["2020-06-01T23:55:00+05:00", "2020-06-01T00:30:00+06:00", "2020-05-01T12:00:00Z"],
        "direction": ["arrival", "departure", "arrival"],
    }
    good, bad = cleaned(engine, columns, tmp_path)
    ordered = sorted(good, key=lambda row: (row["day"], row["sequence"]))
    assert not bad
    assert [(str(row["day"]), row["direction"]) for row in ordered] == [
        ("2020-05-01", "arrival"),
        ("2020-06-01", "departure"),
        ("2020-06-01", "arrival"),
    ]
    instants = pa.table(
        {"person": ["A"], "day": pa.array([0], pa.timestamp("us", "UTC")), "direction": ["in"]}
    )
    parquet.write_table(instants, tmp_path / "instants.parquet")
    with pytest.raises(BordersError, match="an instant falls on two days in two time zones"):
        clean(engine.read(tmp_path / "instants.parquet"), Cleaning(), KEY)


def test_a_stay_with_a_missing_crossing_has_an_interval(engine: Engine, tmp_path: Path) -> None:
    table = pa.table(
        {
            "person": [1, 1, 1, 2, 2, 3],
            "day": [date(2020, 1, d) for d in (1, 11, 21, 5, 9, 30)],
            "direction": ["arrival", "arrival", "departure", "departure", "departure", "arrival"],
            "sequence": [0] * 6,
        }
    )
    parquet.write_table(table, tmp_path / "c.parquet")
    rule = OutcomeRule(date(2020, 2, 1), date(2020, 1, 1))
    rows = fetch(pair_stays(engine.read(tmp_path / "c.parquet"), rule)).to_pylist()
    found = {(row["person"], row["kind"]): (row["days_from"], row["days_until"]) for row in rows}
    assert found == {
        (1, "missing_exit"): (0, 10),
        (1, "complete"): (10, 10),
        (2, "before"): (0, 4),
        (2, "missing_entry"): (0, 4),
        (3, "open"): (2, 2),
    }


@pytest.mark.parametrize("lost", [0.0, 0.1])
def test_run_from_raw_rows_to_claims_and_again(lost: float, tmp_path: Path) -> None:
    rows = raw_rows(lost=lost)
    write_rows([*rows, *rows[:25], ("P0", date(2019, 5, 5), "sideways", "B1", "X")], tmp_path / "raw.parquet")
    put_key(tmp_path / "key")
    (tmp_path / "register.toml").write_text(CONFIG)
    new_case(tmp_path / "case")
    settings = read_config(tmp_path / "register.toml")
    assert all(run_pipeline(settings, "1").values())
    assert manifest.read_counts(tmp_path / "out/crossings.parquet") == {
        "in": len(rows) + 26,
        "out": len(rows),
        "rejects": {"duplicate": 25, "unknown direction": 1},
        "rejected_as": {"unknown direction": "aaaaaaaa"},
    }
    classified = parquet.read_table(tmp_path / "out/classified.parquet").to_pylist()
    assert len(classified) == len(rows)
    for row in classified:
        known = {True: 1.0, False: 0.0}.get(row["long_term_migrant"])
        assert row["p_migrant"] == known if known is not None else 0 <= row["p_migrant"] <= 1
    counts = manifest.read_counts(tmp_path / "out/summary.parquet")
    assert counts is not None
    assert not counts["unsafe"]
    assert {each["measure"] for each in counts["link_error_band"]} >= {"net_migration"}
    case = read_case(tmp_path / "case")
    shown = parquet.read_table(tmp_path / "out/summary.parquet").to_pylist()
    entries = {r["month"]: r["value"] for r in shown if (r["table"], r["measure"]) == ("months", "entries")}
    claimed = [claim for claim in case.claims if claim.claim.startswith("register_entries")]
    assert claimed
    for claim in claimed:
        assert (claim.value + claim.high) / 2 == entries[claim.claim[-7:]]
        assert case.readings_by_claim[claim.claim][0].measure == "entries"
    before = {path: path.read_bytes() for path in (tmp_path / "out").glob("*.parquet")}
    assert not any(run_pipeline(settings, "1").values()), "a second run has nothing to do"
    (tmp_path / "out/stays.parquet").write_bytes(b"broken")
    done = run_pipeline(settings, "1")
    assert (done["clean"], done["stays"]) == (False, True)
    assert set(before) == set((tmp_path / "out").glob("*.parquet"))
    for name in ("crossings.parquet", "summary.parquet"):
        assert KEY not in (tmp_path / "out" / name).read_bytes()
        assert KEY.hex() not in (tmp_path / "out" / f"{name}.json").read_text()


def test_a_run_for_a_case_that_is_not_there_ends_before_the_work(tmp_path: Path) -> None:
    write_rows(raw_rows(5), tmp_path / "raw.parquet")
    put_key(tmp_path / "key")
    (tmp_path / "register.toml").write_text(CONFIG)
    with pytest.raises(CaseError, match="case: is neither a folder nor the name of a shipped case"):
        run_pipeline(read_config(tmp_path / "register.toml"), "1")
    assert not (tmp_path / "out").exists()


def sojourn(*arguments: str, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    def limited() -> None:
        import resource

        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    code = "import sys; from sojourn.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "borders", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=limited, env={**os.environ}
    )


DATES = ("--from", "2018-01-01", "--until", "2022-01-01")


def test_a_full_disk_a_truncated_file_and_a_wrong_column_are_told_and_harm_nothing(tmp_path: Path) -> None:
    raw = write_rows(raw_rows(3000), tmp_path / "raw.parquet")
    out = tmp_path / "out.parquet"
    assert sojourn("classify", str(raw), str(out), *DATES).returncode == 0
    whole = out.read_bytes()
    full = sojourn(
        "classify", str(raw), str(out), *DATES, "--threshold", "270", "--window", "365", limit=8192
    )
    assert full.returncode == 2, full.stderr
    assert "File too large" in full.stderr
    truncated = tmp_path / "truncated.parquet"
    truncated.write_bytes(raw.read_bytes()[:-100])
    cut = sojourn("classify", str(truncated), str(out), *DATES)
    assert cut.returncode == 2
    assert "truncated.parquet" in cut.stderr
    assert len(cut.stderr.splitlines()) == 1
    wrong = tmp_path / "wrong.parquet"
    parquet.write_table(pa.table({"person": [1], "day": [20200101], "direction": ["arrival"]}), wrong)
    typed = sojourn("classify", str(wrong), str(out), *DATES)
    assert typed.returncode == 2
    assert "column day: is of type int64, not date" in typed.stderr
    assert out.read_bytes() == whole
    assert not list(tmp_path.glob(".*.part"))


def test_keys_and_settings_that_cannot_be_used_are_named(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("SOJOURN_BORDERS_KEY", raising=False)
    with pytest.raises(BordersError, match="SOJOURN_BORDERS_KEY: has 0 bytes; a key needs at least 32"):
        read_key()
    make_key(tmp_path / "key")
    monkeypatch.setenv("SOJOURN_BORDERS_KEY", (tmp_path / "key").read_text())
    assert read_key() == read_key(tmp_path / "key")
    (tmp_path / "bad.toml").write_text('input = "x"\nout = "y"\nuntil = 2020-01-01\nuntill = 1\n')
    with pytest.raises(BordersError, match=r"bad.toml, key untill: is not a key of this version"):
        read_config(tmp_path / "bad.toml")
    with pytest.raises(BordersError, match="allowed are duckdb and spark"), connected("oracle"):
        pass


def test_a_step_is_done_again_when_settings_or_inputs_change(engine: Engine, tmp_path: Path) -> None:
    raw = write_rows(raw_rows(20), tmp_path / "raw.parquet")
    out, desk = tmp_path / "out.parquet", StageContext(engine, "1")
    rule = OutcomeRule(date(2022, 1, 1), date(2018, 1, 1))
    assert classify_step(desk, raw, out, rule)
    assert not classify_step(desk, raw, out, rule)
    assert classify_step(desk, raw, out, OutcomeRule(date(2022, 1, 1), date(2018, 1, 1), 270, 365))
    write_rows(raw_rows(21), raw)
    assert classify_step(desk, raw, out, OutcomeRule(date(2022, 1, 1), date(2018, 1, 1), 270, 365))
    assert json.loads(manifest.path_of(out).read_text())["settings"]["threshold"] == 270
    with pytest.raises(BordersError, match="there is no such file"):
        clean_step(desk, tmp_path / "none", out, out, Cleaning(), KEY)
