"""Stays that `borders stays` wrote go into the stay rules as they are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow.parquet as parquet

from sojourn.stay_rules import assess
from tests.borders.test_pipeline import sojourn

CROSSINGS = """\
person,day,direction,nationality
1,2022-01-10,arrival,US
1,2022-06-01,departure,US
2,2022-02-01,arrival,US
2,2022-02-20,departure,US
3,2022-03-01,arrival,US
3,2022-09-01,arrival,US
3,2022-09-10,departure,US
4,2022-01-01,arrival,FR
5,2022-09-01,arrival,US
"""


def test_from_crossings_to_lawful_days_by_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "crossings.csv").write_text(CROSSINGS)
    stays, out = tmp_path / "stays.parquet", tmp_path / "lawful.parquet"
    made = sojourn("stays", str(tmp_path / "crossings.csv"), str(stays), "--until", "2023-01-01")
    assert made.returncode == 0, made.stderr
    rule = ("--rules", "EU.short_stay", "--until", "2023-01-01", "--nationality")
    judged = sojourn("lawful", str(stays), str(out), *rule, "US")
    assert judged.returncode == 0, judged.stderr
    found = {
        (row["counted"], row["person"], row["entry"]): row["unlawful_days"]
        for row in parquet.read_table(out).to_pylist()
    }
    assert len(found) == 10
    for counted, end in (("least", "2022-03-01"), ("most", "2022-09-01")):
        for person, stay in {"1": ("2022-01-10", "2022-06-01"), "3": ("2022-03-01", end)}.items():
            want = assess("EU.short_stay", [stay], on=stay[1], nationality="US").unlawful_days
            assert found[counted, person, date.fromisoformat(stay[0])] == want
    open_stay = [("2022-09-01", None)]
    want = assess("EU.short_stay", open_stay, on="2022-12-31", nationality="US").unlawful_days
    assert found["least", "5", date(2022, 9, 1)] == found["most", "5", date(2022, 9, 1)] == want > 0
    counts = json.loads((tmp_path / "lawful.parquet.private.json").read_text())
    assert counts["in"] == 5
    assert counts["least"]["unlawful_days"] < counts["most"]["unlawful_days"]
    nobody = sojourn("lawful", str(stays), str(out), *rule, "US", "--word", "USA")
    assert (nobody.returncode, "no stay has the nationality 'USA'" in nobody.stderr) == (2, True)


def test_a_stay_that_no_version_covers_is_told_without_its_person(tmp_path: Path) -> None:
    rows = "person,day,direction\n99887766,2023-03-01,arrival\n99887766,2023-04-01,departure\n"
    (tmp_path / "crossings.csv").write_text(rows)
    stays, out = str(tmp_path / "stays.parquet"), str(tmp_path / "lawful.parquet")
    assert sojourn("stays", str(tmp_path / "crossings.csv"), stays, "--until", "2024-01-01").returncode == 0
    rule = ("--rules", "UA.visa_free.RU", "--nationality", "RU", "--until", "2024-01-01")
    told = sojourn("lawful", stays, out, *rule)
    assert told.returncode == 2
    assert "2023-03-01" in told.stderr
    assert "99887766" not in told.stderr
