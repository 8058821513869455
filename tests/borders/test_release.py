"""The verdict on a release, and what no release may show."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from tests.borders.test_pipeline import put_key, sojourn

NOT_VERIFIED = "not verified against linked tables: do not publish"
DAYS = ("--from", "2022-01-01", "--until", "2023-01-01")
HEAD = "table,measure,month,category,value,withheld\n"


def release_of(purposes: dict[str, int], folder: Path, *options: str) -> tuple[Any, Path]:
    """Summarise made-up crossings of the given number of people by purpose."""
    rows = [
        (number, f"2022-0{1 + number % 9}-1{side}", ("arrival", "departure")[side], purpose)
        for number, purpose in enumerate(word for word, people in purposes.items() for _ in range(people))
        for side in (0, 1)
    ]
    columns = dict(
        zip(("person", "day", "direction", "purpose"), map(list, zip(*rows, strict=True)), strict=True)
    )
    columns["day"] = pa.array(columns["day"]).cast(pa.date32())
    parquet.write_table(pa.table(columns), folder / "x.parquet")
    for step, out in (("stays", "s.parquet"), ("classify", "c.parquet")):
        assert sojourn(step, str(folder / "x.parquet"), str(folder / out), *DAYS).returncode == 0
    out = folder / "summary.csv"
    inputs = (str(folder / "c.parquet"), str(folder / "s.parquet"))
    return sojourn(
        "summarise", *inputs, str(out), "--by", "purpose", *DAYS, "--no-link-errors", *options
    ), out


def test_a_release_says_that_it_is_not_verified_and_rare_labels_are_folded(tmp_path: Path) -> None:
    rng = random.Random("labels")
    rare = {f"=visit to {rng.randrange(10**6)}": rng.randrange(1, 10) for _ in range(6)}
    done, out = release_of({"work": 40, "@tourism": 30, "exactly ten": 10, **rare}, tmp_path)
    assert (done.returncode, NOT_VERIFIED in done.stderr) == (1, True)
    text = out.read_text()
    assert not [label for label in rare if label in text]
    labels = {line.split(",")[3] for line in text.splitlines()[1:]}
    assert {'"work"', '"\'@tourism"', '"exactly ten"', '"other"', '"all"'} <= labels
    assert {line.rpartition(",")[2] for line in text.splitlines()[1:]} <= {"", '""', '"withheld"'}
    checked = sojourn("check", str(out))
    assert checked.returncode == 1
    assert NOT_VERIFIED in checked.stdout
    assert "unsafe" not in checked.stdout
    again, _ = release_of({"work": 40, "@tourism": 30, "exactly ten": 10, **rare}, tmp_path)
    assert (again.returncode, NOT_VERIFIED in again.stderr) == (1, True), "also where it was done before"


@pytest.mark.parametrize("rounding", ["-5", "0", "1", "2"])
def test_a_base_that_hides_nothing_is_refused(rounding: str, tmp_path: Path) -> None:
    done, out = release_of({"work": 20}, tmp_path, "--rounding", rounding)
    assert done.returncode == 2
    assert f"rounding {rounding}" in done.stderr
    assert not out.exists()


UNSAFE = {
    "withheld cells equal to nine": "months,entries,2022-01,all,,small\nmonths,entries,all,all,118,\n",
    "no rows": "",
    "negative": "months,entries,2022-01,all,-5,\nmonths,entries,all,all,-5,\n",
    "unknown measure": "months,passports,2022-01,all,50,\n",
    "small": "months,entries,2022-01,all,5,\nmonths,exits,2022-01,all,50,\n",
    "not rounded": "months,entries,2022-01,all,51,\n",
    "follows": "border,entries,2022-01,A,50,\nborder,entries,2022-01,B,,\nborder,entries,2022-01,all,60,\n",
}


@pytest.mark.parametrize("name", UNSAFE)
def test_the_check_never_calls_a_release_safe(name: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(HEAD + UNSAFE[name])
    for rounding in ("5", "1"):
        told = sojourn("check", str(tmp_path / "x.csv"), "--minimum", "10", "--rounding", rounding)
        assert told.returncode == 1, told
        assert NOT_VERIFIED in told.stdout
        if rounding == "1" or name != "withheld cells equal to nine":
            assert "unsafe: " in told.stdout
        assert ": safe" not in told.stdout


@pytest.mark.parametrize("good", [0, 1, 5])
def test_rejected_rows_are_told_with_their_reasons(good: int, tmp_path: Path) -> None:
    rows = [f"P{n},2022-01-0{n + 1},arrival" for n in range(good)]
    rows += ["P9,01.02.2022,arrival"] * 3 + ["P9,2022-01-01,sideways"]
    (tmp_path / "raw.csv").write_text("person,day,direction\n" + "\n".join(rows) + "\n")
    key = str(put_key(tmp_path / "key"))
    out = tmp_path / "out/x.parquet"
    command = ("clean", str(tmp_path / "raw.csv"), str(out), "--key-file", key)
    for told in (sojourn(*command), sojourn(*command)):
        assert told.returncode == (1 if good else 2)
        assert "day cannot be read" in told.stderr
        assert "99.99.9999" in told.stderr
        assert "unknown direction" in told.stderr
        assert out.exists() == bool(good)
        if good:
            assert f"4 of {good + 4} rows were rejected" in told.stderr
        else:
            assert not list(out.parent.iterdir())


def test_a_run_stops_where_every_row_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("person,day,direction\nP1,01.02.2020,in\nP1,03.04.2020,out\n")
    put_key(tmp_path / "key")
    config = 'input = "bad.csv"\nout = "out"\nuntil = 2021-01-01\n[read]\nkey_file = "key"\n'
    (tmp_path / "register.toml").write_text(config)
    told = sojourn("run", str(tmp_path / "register.toml"))
    assert told.returncode == 2
    assert "all 2 rows would be rejected" in told.stderr
    assert not list((tmp_path / "out").glob("*"))
