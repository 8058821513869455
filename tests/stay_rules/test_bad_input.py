"""Bad input: one clear message that names the place, the value and what is allowed; never a guess."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sojourn import stay_rules
from sojourn.stay_rules.schema import Rule
from tests.referees.stay_rules import Spec
from tests.stay_rules.itineraries import rule_of

GOOD = [("2023-02-01", "2023-03-01")]


def ask(stays: Any = GOOD, rules: Any = "KZ.visa_free.EAEU", on: Any = "2023-04-01", **more: Any) -> Any:
    return stay_rules.assess(rules, stays, on=on, nationality=more.pop("nationality", "RU"), **more)


@pytest.mark.parametrize(
    ("stays", "words"),
    [
        ([("2023-02-10", "2023-02-01")], ["stay 1", "exit", "2023-02-01", "before the entry 2023-02-10"]),
        ([("2023-02-01", "2023-03-01"), ("2023-02-20", "2023-03-05")], ["stay 2", "2023-02-20", "stay 1"]),
        ([("2023-02-01", None), ("2023-02-20", "2023-03-05")], ["stay 2", "still open"]),
        ([("2023-02-01T00:00+06:00", None)], ["stay 1", "entry", "time of day", "2023-02-01"]),
        ([(datetime(2023, 2, 1, tzinfo=UTC), None)], ["time of day"]),
        ([("01.02.2023", None)], ["stay 1", "01.02.2023", "YYYY-MM-DD"]),
        ([("2023-02-30", None)], ["2023-02-30", "calendar"]),
        ([("2023-02-01", None, "passport")], ["permit", "passport", "temporary_residence", "visa"]),
        ([("2023-02-01", None, "", "FR")], ["member", "FR", "KZ"]),
        ([{"entry": "2023-02-01", "exits": ""}], ["stay 1", "exits"]),
    ],
)
def test_stays(stays: list[Any], words: list[str]) -> None:
    with pytest.raises(stay_rules.StayError) as error:
        ask(stays)
    assert [word for word in words if word not in str(error.value)] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("entry,exit\n2023-02-10,2023-02-01\n", ["row 2", "exit"]),
        ("entry,exit\n2023-02-01,2023-02-03\n2023-02-02,\n", ["row 3", "row 2"]),
        ("begin,end\n2023-02-01,\n", ["entry,exit", "begin,end"]),
        ("entry,exit,person\n2023-02-01,,7\n", ["'person'", "permit, member"]),
        ("entry,exit\n2023-02-01\n", ["row 2", "fields"]),
        ("entry,exit\n2023-02-01,2023-02-03,x\n", ["row 2", "fields"]),
    ],
)
def test_stays_file(tmp_path: Path, text: str, words: list[str]) -> None:
    file = tmp_path / "stays.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(stay_rules.StayError) as error:
        ask(file)
    assert [word for word in ["stays.csv", *words] if word not in str(error.value)] == []


def test_no_stays_file(tmp_path: Path) -> None:
    with pytest.raises(stay_rules.StayError, match="cannot be read"):
        ask(tmp_path / "none.csv")
    file = tmp_path / "bytes.csv"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(stay_rules.StayError, match="UTF-8"):
        ask(file)


def test_dates_that_no_version_covers() -> None:
    with pytest.raises(stay_rules.NotCovered, match="2009-06-10"):
        ask([("2009-06-01", "2009-06-20")], "RS", "2009-07-01")
    with pytest.raises(stay_rules.NotCovered, match="on 2027-01-01"):
        ask([], "ME", "2027-01-01")
    with pytest.raises(stay_rules.NotCovered, match="2026-09-30"):
        ask([("2026-09-20", "2026-10-10")], "ME", "2026-09-25")
    with pytest.raises(stay_rules.NotCovered, match=r"KZ.visa_free.other covers from 2023-01-27"):
        ask([("2023-01-01", "2023-02-10")], "KZ", nationality="DE")


def test_a_hole_between_versions_is_not_bridged() -> None:
    one = rule_of(Spec("entry", 30)).versions[0].model_dump(by_alias=True, exclude_unset=True)
    versions = [
        {**one, "in_force": {"from": "2023-01-01", "to": "2023-03-31"}},
        {**one, "in_force": {"from": "2023-05-01"}},
    ]
    rule = rule_of(Spec("entry", 30), versions=versions)
    with pytest.raises(stay_rules.NotCovered, match="2023-04-01"):
        ask([("2023-03-25", "2023-05-03")], rule, "2023-05-03")
    with pytest.raises(stay_rules.NotCovered, match="to 2023-03-31, from 2023-05-01"):
        ask([], rule, "2023-04-15")


@pytest.mark.parametrize("nationality", ["XX", "ru", "RUS", "", "Russia"])
def test_unknown_nationality(nationality: str) -> None:
    with pytest.raises(stay_rules.NotCovered, match="two-letter country code"):
        ask(nationality=nationality)


def test_nationality_the_rule_is_not_for() -> None:
    with pytest.raises(stay_rules.NotCovered, match=r"US: KZ.visa_free.EAEU applies to RU, BY, AM, KG"):
        ask(nationality="US")
    with pytest.raises(stay_rules.NotCovered, match="any but"):
        ask(rules="EU.short_stay", nationality="FR")
    with pytest.raises(stay_rules.NotCovered, match="none of"):
        ask(rules="KZ", nationality="KZ")


def test_two_regimes_that_fit() -> None:
    with pytest.raises(
        stay_rules.StayRuleError, match=r"3 rules apply, GB.visitor, GB.settlement, GB.long_residence"
    ):
        ask(rules="GB", nationality="US")


def test_unknown_rule_and_plan() -> None:
    with pytest.raises(stay_rules.RuleFileError, match=r"did you mean KZ.visa_free.EAEU"):
        ask(rules="KZ.visafree.EAEU")
    with pytest.raises(stay_rules.RuleFileError, match="no such file"):
        ask(rules="mine.yaml")
    with pytest.raises(stay_rules.StayRuleError, match="2023-06-01:2023-06-20"):
        ask(plan="2023-06-01")
    for plan in (["2023"], ["2023-06-01", "2023-07-01:2023-07-03"]):
        with pytest.raises(stay_rules.StayRuleError, match=r"plan: '2023.*2023-06-01:2023-06-20"):
            ask(plan=plan)
    with pytest.raises(stay_rules.StayRuleError, match="plan 2023-06-05:2023-06-01, exit"):
        ask(plan="2023-06-05:2023-06-01")
    with pytest.raises(stay_rules.StayRuleError, match="want"):
        ask(want=0)
    with pytest.raises(stay_rules.StayRuleError, match="empty"):
        ask(rules=[])


RULE = """
id: XX.mine
title: mine
zone: RS
applies: {nationality: [RU]}
versions:
  - in_force: {from: 2020-01-01}
    limits: [{id: a, cap: 30, period: {kind: entry}}]
    cite: {act: made up, checked: 2026-01-01, confidence: low}
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("limits:", "limit:", ["XX.mine", "versions.0.limit", 'did you mean "limits"']),
        ("kind: entry", "kind: per_entry", ["versions.0.limits.0.period.kind", "'per_entry'", "'entry'"]),
        ("cap: 30", "cap: 0", ["versions.0.limits.0.cap", "0"]),
        ("cap: 30", "cap: P1W", ["limits.0.cap"]),
        ("kind: entry", "kind: rolling", ["rolling", "`days` or `span`"]),
        ("kind: entry", "kind: entry, days: 5", ["entry", "no length"]),
        ("kind: entry", "kind: session, span: P1Y", ["session", "`days`"]),
        ("kind: entry", "kind: gap", ["gap", "`outside`"]),
        ("from: 2020-01-01", "from: 2020-01-01T00:00:00Z", ["time of day"]),
        ("from: 2020-01-01", "from: 2020-01-01, to: 2019-01-01", ["before the start"]),
        ("    cite: {act: made up, checked: 2026-01-01, confidence: low}\n", "", ["cite", "is missing"]),
        ("confidence: low", "confidence: sure", ["confidence", "'sure'", "'medium'"]),
        ("title: mine", "title: mine\ntitle: yours", ["not YAML", "'title' appears twice"]),
        ("[RU]", "[Russia]", ["applies.nationality"]),
        ("title: mine", "title: [", ["not YAML"]),
        ("cap: 30", "cap: P1Y, note: x", ["note"]),
    ],
)
def test_rule_file_with_a_slip(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    assert old in RULE
    file = tmp_path / "mine.yaml"
    file.write_text(RULE.replace(old, new), encoding="utf-8")
    with pytest.raises(stay_rules.RuleFileError) as error:
        ask(rules=file)
    assert [word for word in ["mine.yaml", *words] if word not in str(error.value)] == []


def test_rule_files_that_contradict_themselves(tmp_path: Path) -> None:
    version = RULE.split("versions:\n")[1]
    for text, words in (
        (RULE + version.replace("2020-01-01}", "2021-01-01}"), "only the last an open end"),
        (
            RULE.replace("2020-01-01}", "2020-01-01, to: 2021-06-30}") + version.replace("2020-", "2021-"),
            "two are in force on 2021-01-01",
        ),
        (RULE.replace("{id: a,", "{id: b, cap: 3, period: {kind: entry}}, {id: b,"), "used twice"),
        (
            RULE.replace("{id: a,", "{id: b, cap: 3, period: {kind: absence_rolling, days: 9}}, {id: a,"),
            "share",
        ),
        (
            RULE.replace("    cite", "    readings: [{id: one}]\n    cite"),
            "a single reading belongs in the version",
        ),
        (RULE.replace("    cite", "    transition: {open_stay: until}\n    cite"), "until"),
        (RULE.replace("kind: entry", "kind: calendar_year").replace("cap: 30", "cap: P1M"), "calendar needs"),
        (RULE.replace("[RU]}", "[RU], except: [BY]}"), "except"),
        ("- a\n", "contains no rule"),
    ):
        file = tmp_path / f"{abs(hash(words))}.yaml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(stay_rules.RuleFileError, match=words):
            stay_rules.load(file)


def test_folder_of_rules(tmp_path: Path) -> None:
    with pytest.raises(stay_rules.RuleFileError, match=r"no .yaml"):
        stay_rules.load(tmp_path)
    (tmp_path / "a.yaml").write_text(RULE, encoding="utf-8")
    assert stay_rules.load(tmp_path).id == "XX.mine"
    assert ask([("2023-02-01", "2023-02-20")], tmp_path).used == 0
    (tmp_path / "b.yaml").write_text(RULE, encoding="utf-8")
    with pytest.raises(stay_rules.RuleFileError, match=r"2 rules have the id XX.mine"):
        stay_rules.load(tmp_path)
    with pytest.raises(stay_rules.RuleFileError, match=r"no rule XX.none"):
        stay_rules.load(f"{tmp_path / 'a.yaml'}#XX.none")
    assert stay_rules.load(f"{tmp_path / 'a.yaml'}#XX.mine").title == "mine"


def test_no_is_norway_and_an_exception_must_fit(tmp_path: Path) -> None:
    file = tmp_path / "no.yaml"
    file.write_text(RULE.replace("[RU]", "[NO, SE]"), encoding="utf-8")
    assert stay_rules.load(file).applies.nationality == ("NO", "SE")
    file = tmp_path / "exception.yaml"
    wrong = (
        "exceptions:\n  - {id: e, when: {nationality: RU}, in_force: {}, replaces: duties, with: [{day: 3}],"
    )
    file.write_text(
        RULE + wrong + " cite: {act: made up, checked: 2026-01-01, confidence: low}}\n", encoding="utf-8"
    )
    with pytest.raises(stay_rules.RuleFileError, match="`with` does not fit `duties`"):
        stay_rules.load(file)


def rows(*items: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    return [
        (p, e and date.fromisoformat(e), x and date.fromisoformat(x), permit) for p, e, x, permit in items
    ]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (
            rows((7, "2023-02-10", "2023-02-01", "")),
            ["person 7", "2023-02-10 to 2023-02-01", "before the entry"],
        ),
        (
            rows((7, "2023-02-01", "2023-03-01", ""), (7, "2023-02-20", "2023-03-05", "")),
            ["person 7", "overlaps"],
        ),
        (rows((7, "2023-02-01", None, "")), ["person 7", "to open", "until"]),
        (rows((7, None, "2023-03-01", "")), ["person 7", "no entry"]),
        (rows((None, "2023-02-01", "2023-03-01", "")), ["has no person"]),
        (rows((7, "2023-02-01", "2023-03-01", "passport")), ["person 7", "stops no clock", "visa"]),
    ],
)
def test_register_rows(bad: list[tuple[Any, ...]], words: list[str], duck: Any) -> None:
    result = stay_rules.assess_register(duck(bad), rule_of(Spec("rolling", 90, 180)), nationality="RU")
    with pytest.raises(Exception, match="person") as error:
        result.to_pyarrow()
    assert [word for word in words if word not in str(error.value)] == []


def test_register_outside_the_rule(duck: Any) -> None:
    for first, words in (("2009-01-01", "2009-06-10"), ("2026-09-20", "2026-09-30")):
        stay = rows((7, first, "2026-10-20", ""))
        rule = "RS" if first < "2010" else "ME"
        with pytest.raises(Exception, match=f"person 7.*{words}"):
            stay_rules.assess_register(duck(stay), rule, nationality="RU").to_pyarrow()


def test_register_columns(duck: Any) -> None:
    import ibis
    import pyarrow as pa

    rule = rule_of(Spec("rolling", 90, 180))
    good = duck(rows((7, "2023-02-01", "2023-03-01", "")))
    with pytest.raises(stay_rules.StayRuleError, match="'person' is missing"):
        stay_rules.assess_register(good.drop("person"), rule, nationality="RU")
    schema = pa.schema([("person", pa.int64()), ("entry", pa.timestamp("us", "UTC")), ("exit", pa.date32())])
    instant = duck([(7, datetime(2023, 2, 1, tzinfo=UTC), date(2023, 3, 1))], schema)
    with pytest.raises(stay_rules.StayRuleError, match="column entry: is of type timestamp"):
        stay_rules.assess_register(instant, rule, nationality="RU")
    with pytest.raises(stay_rules.StayRuleError, match="reading 'x'"):
        stay_rules.assess_register(good, rule, nationality="RU", reading="x")
    with pytest.raises(stay_rules.NotCovered):
        stay_rules.assess_register(good, rule, nationality="DE")
    assert isinstance(stay_rules.assess_register(good, rule, nationality="RU"), ibis.Table)


def test_zone_members() -> None:
    stays = [("2022-12-01", "2023-01-10", "", "HR")]
    assert stay_rules.assess("EU.short_stay", stays, on="2023-01-10", nationality="US").used == 10
    with pytest.raises(stay_rules.StayError, match=r"'RS' is not in Schengen; allowed: AT, BE"):
        stay_rules.assess(
            "EU.short_stay", [("2023-01-01", "2023-01-10", "", "RS")], on="2023-02-01", nationality="US"
        )
    assert isinstance(stay_rules.load("EU.short_stay"), Rule)
