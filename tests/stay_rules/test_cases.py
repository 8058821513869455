"""Every usable worked case: of authorities, of calculators and test suites, and worked by hand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from sojourn import stay_rules
from sojourn.stay_rules.breaches import Breaches
from sojourn.stay_rules.counting import Span, absences, count_days
from sojourn.stay_rules.dates import add_months
from sojourn.stay_rules.limits_grouped import BlockLimit
from sojourn.stay_rules.schema import Rule
from sojourn.stay_rules.timeline import timelines
from tests.referees.stay_rules import Spec
from tests.stay_rules.itineraries import rule_of

DATA = Path(__file__).parent / "data"


def cases(name: str) -> dict[str, dict[str, Any]]:
    return {case["id"]: case for case in json.loads((DATA / name).read_text(encoding="utf-8"))["cases"]}


CALCULATOR = cases("schengen_calculator.json")
PUBLISHED = cases("published_examples.json")
WINDOWS = cases("first_entry_windows.json")
WORKED = cases("worked_cases.json")
UK = cases("uk_absences.json")


def only_new_schengen_rule() -> Rule:
    """The Schengen rule as the calculator knows it: nothing before 18 October 2013."""
    rule = stay_rules.load("EU.short_stay")
    return rule.model_copy(update={"id": "EU.calculator", "versions": rule.versions[1:]})


def ask(
    rule: Rule | str, stays: list[Any], on: str, nationality: str = "US", **more: Any
) -> stay_rules.Assessment:
    return stay_rules.assess(rule, [stay[:2] for stay in stays], on=on, nationality=nationality, **more)


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


@pytest.mark.parametrize("identifier", CALCULATOR)
def test_calculator_of_the_european_commission(identifier: str) -> None:
    case = CALCULATOR[identifier]
    expected, on = case["expected"], case["date"]
    if not expected["valid"]:
        with pytest.raises(stay_rules.StayRuleError):
            ask(only_new_schengen_rule(), case["stays"], on)
        return
    for rule in (only_new_schengen_rule(), stay_rules.load("EU.short_stay")):
        answer = ask(rule, case["stays"], on)
        assert (answer.unlawful_days > 0) == expected["overstay"]
        if "overstay_days" in expected:
            assert answer.unlawful_days == expected["overstay_days"]
            _overstays(answer, expected)
        if "start_180" in expected:
            assert (date.fromisoformat(on) - timedelta(days=179)).isoformat() == expected["start_180"]
        if "max_days" in expected:
            assert answer.max_further_stay == expected["max_days"]
        if "possible_until" in expected:
            assert iso(answer.latest_lawful_exit) == expected["possible_until"]
        if "next_entry" in expected:
            assert iso(answer.earliest_reentry) == expected["next_entry"]
            then = ask(rule, case["stays"], expected["next_entry"])
            assert then.max_further_stay == expected["next_max_days"]


def _overstays(answer: stay_rules.Assessment, expected: dict[str, Any]) -> None:
    """Unlawful days stay by stay, and the days in the window that ends with each of them."""
    found = [
        [iso(stay.first_unlawful), iso(stay.last), stay.unlawful_days]
        for stay in answer.stays
        if stay.unlawful_days
    ]
    assert found == expected["overstay_periods"]
    windows = [
        [iso(stay.last - timedelta(days=179)), iso(stay.last), stay.used_at_exit]
        for stay in answer.stays
        if stay.unlawful_days
    ]
    assert windows == expected["window_checks"]


@pytest.mark.parametrize("identifier", [key for key, case in PUBLISHED.items() if case["usable"]])
def test_published_examples(identifier: str) -> None:
    case = PUBLISHED[identifier]
    stays, on, expected = case["stays"], case["date"], case["expected"]
    answer = ask("EU.short_stay", stays, on)
    found: dict[str, object] = {
        "max_days": answer.max_further_stay,
        "max_days_on_2014_06_30": answer.max_further_stay,
        "possible_until": iso(answer.latest_lawful_exit),
        "overstay": answer.unlawful_days > 0,
        "overstay_days": answer.unlawful_days,
        "overstay_days_unlawful": answer.unlawful_days,
        "overstay_days_window_excess": answer.window_excess,
        "used": answer.used,
        "used_in_window": answer.used,
        "remaining": answer.left_today,
        "can_enter": answer.max_further_stay != 0,
        "earliest_reentry": iso(answer.earliest_reentry),
        "window_start": (date.fromisoformat(on) - timedelta(days=179)).isoformat(),
        "first_unlawful_day": next((iso(s.first_unlawful) for s in answer.stays if s.first_unlawful), None),
        "days_in_stay_1": answer.stays[0].days if answer.stays else 0,
    }
    for key, value in {**expected, **case.get("also_expected", {})}.items():
        if key == "max_days_then":
            assert ask("EU.short_stay", stays, expected["earliest_reentry"]).max_further_stay == value
        elif key == "used_on_2015_08_25":
            assert ask("EU.short_stay", stays, "2015-08-25").used == value
        elif key == "earliest_entry_for_long_stay":
            assert iso(ask("EU.short_stay", stays, on, want=90).reentry_for_want) == value
        else:
            assert found[key] == value, key
    for key, value in case.get("published_value", {}).items():
        assert found[key] != value, "the published figure is a day off and must stay so"


BLOCK = Spec("block", 90, 180)


def test_first_entry_window_of_the_french_consular_note() -> None:
    case = WINDOWS["FE-FR-old"]
    answer = ask("EU.short_stay.agreements", case["stays"], "2014-09-27", "BR")
    assert answer.lawful
    assert answer.used == case["expected"]["used_block_2"]
    assert iso(answer.counted[0][0]) == case["expected"]["block_2_opens"]
    before = ask("EU.short_stay.agreements", case["stays"], "2014-06-29", "BR")
    assert before.used == case["expected"]["used_block_1"]
    assert iso(before.returns[0][0]) == case["expected"]["block_2_opens"]


def test_first_entry_window_of_a_test_suite() -> None:
    case = WINDOWS["FE-salza80-old"]
    for on, used in case["expected"]["used"].items():
        assert ask("EU.short_stay.agreements", case["stays"], on, "BR").used == used


@pytest.mark.parametrize(
    ("identifier", "last"), [("FE-FLYERTALK", "2008-06-28"), ("FE-TURKEY-FORUM", "2023-05-29")]
)
def test_last_day_of_a_block(identifier: str, last: str) -> None:
    """Two forums, of which one forgets a leap day and one is a day early."""
    case = WINDOWS[identifier]
    first = date.fromisoformat(case["stays"][0][0]).toordinal()
    track = count_days([Span(first, first)])
    assert date.fromordinal(BlockLimit("b", 90, 180).new_group_opens(track, 0, 0) - 1).isoformat() == last
    assert last in case["expected"].values()


def test_six_months_from_the_first_entry() -> None:
    """Old note of an embassy: in by 1 May, 90 days before 1 November; the next period opens that day."""
    case = WINDOWS["FE-HAITI"]
    rule = rule_of(Spec("block", case["expected"]["max_days"], span="P6M"))
    answer = ask(rule, [["2012-05-01", "2012-07-29"]], "2012-07-29", "RU")
    assert (answer.used, answer.left_today) == (90, 0)
    assert iso(answer.earliest_reentry) == case["expected"]["period"][1]


@pytest.mark.parametrize("identifier", ["FE-EL-1", "FE-EL-2", "FE-EL-3"])
def test_fixed_windows_of_a_calculator(identifier: str) -> None:
    case = WINDOWS[identifier]
    answer = ask(rule_of(BLOCK), [*case["stays"], [case["entry"], case["exit"]]], case["exit"], "RU")
    assert answer.left_today == case["expected"]["days_remaining"]
    if "max_exit" in case["expected"]:
        assert iso(answer.latest_lawful_exit) == case["expected"]["max_exit"]
        assert answer.stays[-1].days == case["expected"]["trip_days"]


def test_bosnia() -> None:
    case = WINDOWS["FE-BIH"]
    answer = ask("BA", case["stays"], "2024-04-19", "RU")
    assert (answer.used, answer.left_today) == (30, 0)
    assert iso(answer.earliest_reentry) == case["expected"]["next_block_opens_not_before"]


def test_emirates_file_and_treaty() -> None:
    case = WINDOWS["FE-UAE-FILE"]
    eve = ask("AE", case["stays"], "2025-07-14", "RU").readings
    assert eve["file"].used == case["expected"]["used_in_file"]
    assert eve["file"].left_today == case["expected"]["days_left"]
    assert iso(eve["file"].returns[0][0] - timedelta(days=1)) == case["expected"]["file_open_until"]
    assert eve["treaty"].used == case["expected"]["plain_rolling_used_on_entry_eve"]


def limit(answer: stay_rules.Assessment, identifier: str) -> Any:
    return next(state for state in answer.limits if state.id == identifier)


def worked(identifier: str, rule: str, on: str, **more: Any) -> tuple[stay_rules.Assessment, dict[str, Any]]:
    case = WORKED[identifier]
    nationality = more.pop("nationality", case["nationality"])
    return stay_rules.assess(
        rule, [stay[:2] for stay in case["stays"]], on=on, nationality=nationality, **more
    ), case["expected"]


def test_denmark_counts_nordic_days_only() -> None:
    case = WORKED["EU-DK-bilateral"]
    stays = [(first, last, "", member) for first, last, member in case["stays"]]
    nordic = stay_rules.assess("DK.bilateral", stays, on="2024-05-15", nationality="US")
    schengen = stay_rules.assess("EU.short_stay", stays, on="2024-05-15", nationality="US")
    assert (nordic.used, nordic.lawful) == (
        case["expected"]["dk_used"],
        case["expected"]["lawful_by_bilateral"],
    )
    assert schengen.used == case["expected"]["schengen_used_2024_05_15"]
    assert not schengen.lawful


def test_days_under_a_permit_do_not_count() -> None:
    stays = [("2024-01-01", "2024-06-30", "residence_permit"), ("2024-07-01", "2024-07-20")]
    used = stay_rules.assess("EU.short_stay", stays, on="2024-07-20", nationality="RU").used
    assert used == WORKED["EU-permit"]["expected"]["used"]
    stays = [("2023-03-01", "2023-04-29"), ("2023-04-30", "2023-08-31", "temporary_residence")]
    answer = stay_rules.assess("KZ", stays, on="2023-08-31", nationality="RU")
    expected = WORKED["KZ-permit-stops-clock"]["expected"]["visa_free_used_in_window"]
    assert limit(answer, "roll90180").used == expected


def test_georgia() -> None:
    answer, expected = worked("GE-UA-transition", "GE", "2025-03-01")
    assert iso(answer.latest_lawful_exit) == expected["latest_exit"]
    answer, expected = worked("GE-year", "GE", "2022-03-05")
    assert iso(answer.latest_lawful_exit) == expected["latest_exit"]
    assert iso(answer.readings["anniversary"].latest_lawful_exit) == "2023-03-05"


def test_kyrgyzstan() -> None:
    answer, expected = worked("KG-60-120", "KG", "2023-12-30", nationality="DE")
    assert answer.used == expected["used"]
    assert iso(answer.readings["window"].earliest_reentry) == expected["earliest_reentry_rolling"]
    assert iso(answer.readings["after_exit"].earliest_reentry) == expected["earliest_reentry_exit_plus_60"]
    answer, expected = worked("KG-90-180", "KG", "2024-12-08")
    assert (answer.used, iso(answer.earliest_reentry)) == (expected["used"], expected["earliest_reentry"])
    answer, expected = worked("KG-gap-reset-2", "KG", "2026-02-26")
    assert answer.used == expected["used"]
    assert answer.readings["window"].used == expected["rolling_90_180_used"]
    answer, expected = worked("KG-gap-vs-rolling", "KG", "2026-03-05")
    assert answer.left_today == expected["gap_reset_left"]
    assert answer.readings["window"].left_today == expected["rolling_left"]


def test_kazakhstan_limit_and_consequence() -> None:
    answer, expected = worked("KZ-KG-suspension", "KZ", "2024-04-02")
    assert (answer.max_further_stay == 0) == expected["limit_exceeded"]
    assert any(c.effect == "refuse_entry" for c in answer.consequences) == expected["entry_refused"]
    russian = stay_rules.assess("KZ", [("2024-01-01", "2024-03-30")], on="2024-04-02", nationality="RU")
    assert [c.effect for c in russian.consequences] == ["refuse_entry"]


def test_kazakhstan_after_the_change() -> None:
    answer, expected = worked("KZ-new-visa-run-fails", "KZ.visa_free.EAEU", "2023-05-01")
    assert (answer.used, iso(answer.earliest_reentry)) == (expected["used"], expected["earliest_reentry"])
    next_day = worked("KZ-new-visa-run-fails", "KZ.visa_free.EAEU", "2023-05-02")[0]
    assert (next_day.max_further_stay != 0) == expected["entry_2023_05_02"]
    answer, expected = worked("KZ-other-90", "KZ", "2024-04-09")
    assert (answer.used, answer.max_further_stay != 0) == (expected["used"], expected["can_enter_2024_04_09"])
    answer, expected = worked("KZ-split", "KZ", "2025-05-17")
    assert (answer.used, answer.left_today) == (expected["used"], expected["remaining"])
    answer, expected = worked("KZ-transition-reset", "KZ", "2023-01-27")
    assert iso(answer.latest_lawful_exit) == expected["latest_exit"]
    assert answer.used == 1


def test_visa_runs_that_work() -> None:
    answer, expected = worked("KZ-pre-visa-run", "KZ", "2023-01-20")
    assert answer.lawful == expected["lawful"]
    assert [stay.used_at_exit for stay in answer.stays] == expected["days_in_stay"]
    answer, expected = worked("RS-30", "RS", "2023-06-28")
    assert (answer.lawful, [s.used_at_exit for s in answer.stays]) == (expected["lawful"], expected["days"])
    answer, expected = worked("ME-30", "ME", "2025-07-30")
    assert answer.lawful == expected["lawful"]


def test_other_countries() -> None:
    answer, expected = worked("MN-30", "MN", "2024-04-18")
    assert (answer.binding_limit, answer.used, answer.left_today) == ("block90180", 90, expected["remaining"])
    assert iso(answer.returns[0][0] - timedelta(days=1)) == expected["block"][1]
    answer, expected = worked("PV-UK-6m", "GB.visitor", "2024-02-14")
    assert iso(answer.latest_lawful_exit) == expected["latest_exit"]
    answer, expected = worked("TH-90-temp", "TH", "2024-04-29")
    assert iso(answer.latest_lawful_exit) == expected["latest_exit"]
    answer, expected = worked("TR-60", "TR", "2023-03-02")
    assert iso(answer.latest_lawful_exit) == expected["latest_exit"]
    assert answer.unlawful_days == expected["overstay_days"]
    line = timelines(stay_rules.load("UA.visa_free.RU"), "RU")[0]
    in_2014 = line.eras[line.at(date(2014, 4, 10).toordinal(), "")].limits[0]
    in_2015 = line.eras[line.at(date(2015, 6, 1).toordinal(), "")].limits[0]
    assert isinstance(in_2014, BlockLimit)
    kind = type(in_2015).__name__.lower().removesuffix("limit")
    assert kind == WORKED["UA-2014-2015"]["expected"]["rule_2015"]


def test_every_worked_case_is_used() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [key for key in [*WORKED, *WINDOWS] if f'"{key}"' not in source] == []


@pytest.mark.parametrize("identifier", UK)
def test_uk_absences_are_whole_days_in_between(identifier: str) -> None:
    case = UK[identifier]
    for (left, back), counted in zip(case["trips"], case["counted"], strict=True):
        home = date.fromisoformat(left).toordinal(), date.fromisoformat(back).toordinal()
        gap = absences([Span(home[0] - 1, home[0]), Span(home[1], home[1] + 1)])[0]
        assert max(0, gap.last - gap.first + 1) == counted


def settled(rule: str, trips: list[list[str]], on: str) -> stay_rules.Assessment:
    """At home but for the trips, from some weeks before the first."""
    days = [date.fromisoformat(day) for trip in trips for day in trip]
    edges = [days[0] - timedelta(days=30), *days, None]
    return stay_rules.assess(rule, list(zip(edges[::2], edges[1::2], strict=True)), on=on, nationality="IN")


def test_uk_180_days_in_twelve_months() -> None:
    assert not settled("GB.settlement", UK["UK-8 182"]["trips"], "2024-02-01").lawful
    assert settled("GB.settlement", UK["UK-9 exactly 180"]["trips"], "2024-02-01").lawful
    assert not settled("GB.settlement", UK["UK-17 after 11 Apr 2024"]["trips"], "2024-12-01").lawful
    inside = settled("GB.settlement", UK["UK-11"]["trips"], "2025-01-14")
    assert inside.used == UK["UK-11"]["expected"]["absence_inside_window_from_2024_01_15"]


def test_uk_long_residence_before_and_after_april_2024() -> None:
    assert settled(
        "GB.long_residence", UK["UK-14 184-day single trip (pre 11 Apr 2024)"]["trips"], "2020-08-01"
    ).lawful
    assert not settled("GB.long_residence", UK["UK-15 fails 184"]["trips"], "2020-08-01").lawful
    total = settled("GB.long_residence", UK["UK-16 548 total"]["trips"], "2020-08-01")
    assert [s.binding_limit for s in total.stays if s.unlawful_days] == ["total548"]
    assert settled("GB.long_residence", UK["UK-HO-ex2"]["trips"], "2025-02-01").lawful
    assert settled("GB.long_residence", UK["UK-HO-ex3"]["trips"], "2030-09-01").lawful


def test_uk_the_day_of_return_is_not_absent() -> None:
    """180 days abroad and back on the next day: the limit holds; a day more and it does not."""
    left = date(2025, 1, 10)
    for days, lawful in ((180, True), (181, False)):
        trips = [[left.isoformat(), (left + timedelta(days=days + 1)).isoformat()]]
        assert settled("GB.settlement", trips, "2025-12-01").lawful == lawful
    away = stay_rules.assess(
        "GB.settlement", [("2024-12-01", "2025-01-10")], on="2025-02-01", nationality="IN"
    )
    assert away.latest_return == left + timedelta(days=181)
    assert (away.max_further_stay, away.earliest_reentry) == (None, date(2025, 2, 1))


def test_leap_year_trap() -> None:
    """A forum adviser counted 179 days over 29 February 2008; there were 180."""
    assert UK["UK-13 wrong"]["expected"]["absence"] == UK["UK-13 wrong"]["counted"][0] - 1
    assert add_months(date(2008, 2, 29).toordinal(), 12) == date(2009, 2, 28).toordinal()


def test_judgement_of_the_unusable_example_is_not_attempted() -> None:
    assert [key for key, case in PUBLISHED.items() if not case["usable"]] == ["SEM-3", "CONNEXION-1"]
    assert Breaches(timelines(stay_rules.load("EU.short_stay"), "US")[0], ()).unlawful == ()
