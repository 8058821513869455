"""The shipped rules: in order, cited, documented; and what they say about model rates."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from sojourn import stay_rules
from sojourn.stay_rules.rule_files import FOLDER, read_yaml
from sojourn.stay_rules.schema import all_limits
from tests.stay_rules.itineraries import KINDS

ROOT = Path(__file__).parents[2]
ZONES = ["AE", "AL", "AM", "BA", "BY", "DK", "EU", "GB", "GE", "KG", "KZ", "ME", "MN", "RS", "RU", "TH"]
ZONES += ["TR", "UA", "UZ"]


def test_schema_file_is_the_schema_of_the_models() -> None:
    shipped = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    assert shipped == json.loads(json.dumps(stay_rules.json_schema()))


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.yaml")), ids=lambda file: file.stem)
def test_file_against_the_schema(file: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="a development dependency")
    schema = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(read_yaml(file.read_text(encoding="utf-8")))


def test_zones_kinds_and_sources() -> None:
    rules = stay_rules.library()
    assert sorted(file.stem for file in FOLDER.glob("*.yaml")) == ZONES
    assert {limit.period.kind for rule in rules.values() for limit in all_limits(rule)} == set(KINDS)
    for rule in rules.values():
        for version in rule.versions:
            assert version.cite.url, rule.id
            assert version.cite.checked <= date.today(), rule.id
            assert version.limits or version.readings or version.duties, rule.id


def test_every_field_of_a_rule_file_is_documented() -> None:
    text = (ROOT / "docs/reference/stay-rules.md").read_text(encoding="utf-8")
    schema = stay_rules.json_schema()
    fields = {name for part in [schema, *schema["$defs"].values()] for name in part["properties"]}
    assert sorted(name for name in fields if f"`{name}`" not in text) == []
    assert [kind for kind in KINDS if f"`{kind}`" not in text] == []
    assert [rule for rule in stay_rules.library() if f"`{rule}`" not in text] == []


@pytest.mark.parametrize("page", ["docs/howto/stay-rules.md", "docs/reference/stay-rules.md"])
def test_examples_in_the_pages_run(page: str) -> None:
    import doctest

    found = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert found.attempted
    assert not found.failed


def test_example_of_the_package() -> None:
    import doctest

    assert doctest.testmod(stay_rules).failed == 0


def test_importing_is_light() -> None:
    code = "import sys, sojourn.stay_rules; print(*sys.modules)"
    loaded = set(
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert not loaded & {"ibis", "duckdb", "pandas", "numpy", "pyarrow", "pyspark", "cyclopts", "jax"}
    assert {name for name in loaded if re.match(r"sojourn\.[a-z]\w+$", name)} == {"sojourn.stay_rules"}


def test_rates_of_kazakhstan() -> None:
    before, after = stay_rules.rates("KZ.visa_free.EAEU", nationality="RU")
    assert (before.start, before.end, before.excursions) == (None, date(2023, 1, 26), 7 / 90)
    assert before.stay_ends_after is None
    assert (after.start, after.end, after.excursions) == (date(2023, 1, 27), None, 0.0)
    assert (after.stay_ends_after, after.away_days) == (90, 90)
    assert stay_rules.rates("KZ", nationality="KG") == [before, after]


def test_rates_within_a_range() -> None:
    """Cut to the range, with the day of the change; never a guess beyond what is on file."""
    found = stay_rules.rates("KZ.visa_free.EAEU", nationality="RU", start="2022-09-21", end=date(2023, 9, 9))
    assert [(rate.start, rate.end) for rate in found] == [
        (date(2022, 9, 21), date(2023, 1, 26)),
        (date(2023, 1, 27), date(2023, 9, 9)),
    ]
    assert [rate.excursions for rate in found] == [7 / 90, 0.0]
    one = stay_rules.rates("KZ.visa_free.EAEU", nationality="RU", start="2023-01-27", end="2023-01-27")
    assert [(rate.start, rate.end) for rate in one] == [(date(2023, 1, 27), date(2023, 1, 27))]
    with pytest.raises(stay_rules.NotCovered, match=r"start 2022-09-21.*from 2023-01-27"):
        stay_rules.rates("KZ.visa_free.other", nationality="DE", start="2022-09-21")
    with pytest.raises(stay_rules.StayRuleError, match="lies before the start"):
        stay_rules.rates("KZ", nationality="RU", start="2023-09-09", end="2022-09-21")


@pytest.mark.parametrize(
    ("rule", "nationality", "excursions", "ends"),
    [
        ("RS", "RU", 7 / 30, None),
        ("KZ", "DE", 7 / 30, 90),
        ("GE", "RU", 7 / 365.2425, None),
        ("UZ", "RU", 0.0, None),
        ("TR", "RU", 7 / 60, 90),
        ("BA", "RU", 0.0, 30),
        ("RU", "KZ", 0.0, 90),
        ("AL", "US", 7 / 365.2425, 366),
        ("AE", "RU", 0.0, 90),
    ],
)
def test_rates_of_others(rule: str, nationality: str, excursions: float, ends: float | None) -> None:
    last = stay_rules.rates(rule, nationality=nationality)[-1]
    assert last.excursions == pytest.approx(excursions)
    assert last.stay_ends_after == ends


def test_rates_of_a_reading_and_of_absence() -> None:
    assert stay_rules.rates("KG", nationality="KZ", reading="window")[0].limits == ("roll90180",)
    assert stay_rules.rates("AE", nationality="RU", reading="file")[0].away_days == 90
    assert stay_rules.rates("RU", nationality="KZ")[-1].away_days == 275
    with pytest.raises(stay_rules.StayRuleError, match="reading 'x'"):
        stay_rules.rates("KG", nationality="KZ", reading="x")
    with pytest.raises(stay_rules.StayRuleError, match="days outside"):
        stay_rules.rates("GB.settlement", nationality="US")
