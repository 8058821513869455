"""The answer: its keys, its words, bookings, traps of published calculators, and general properties."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn import SojournError, stay_rules
from sojourn.cli import refuse
from sojourn.cli.permit import permit
from tests.referees.stay_rules import Spec
from tests.stay_rules.itineraries import rule_of

KEYS = ["used", "left_today", "max_further_stay", "latest_lawful_exit", "earliest_reentry", "unlawful_days"]
KEYS += ["window_excess", "binding_limit", "counted", "returns", "lawful", "warnings", "citations"]
ROLLING = rule_of(Spec("rolling", 90, 180))


def ask(
    stays: Any, on: Any, rules: Any = ROLLING, nationality: str = "RU", **more: Any
) -> stay_rules.Assessment:
    return stay_rules.assess(rules, stays, on=on, nationality=nationality, **more)


def test_json_has_the_keys_and_the_notice_once() -> None:
    answer = ask([("2025-02-01", None)], "2025-03-01", "AE")
    written = json.dumps(answer.as_json())
    read = json.loads(written)
    assert [key for key in KEYS if key not in read] == []
    assert written.count("legal advice") == 1
    assert set(read["readings"]) == {"treaty", "file"}
    assert [key for key in KEYS if key not in read["readings"]["file"]] == []


def test_trap_window_of_180_days_includes_the_day_itself() -> None:
    stays = [("2023-01-01", "2023-03-31")]
    assert ask(stays, "2023-06-29").used == 90
    assert ask(stays, "2023-06-30").used == 89


def test_trap_the_day_of_entry_counts_when_entry_is_tested() -> None:
    stays = [("2023-01-01", "2023-03-30")]
    assert ask(stays, "2023-03-30").left_today == 1
    assert ask(stays, "2023-06-28").max_further_stay == 1 + 0
    assert ask([("2023-01-01", "2023-03-31")], "2023-06-28").max_further_stay == 0


def test_trap_stays_over_the_cap_still_count() -> None:
    over = ask([("2023-01-01", "2023-05-10")], "2023-05-10")
    assert (over.used, over.unlawful_days, over.window_excess) == (130, 40, 40)
    assert over.latest_lawful_exit == date(2023, 3, 31)


def test_trap_days_left_are_not_days_one_may_stay() -> None:
    answer = ask([("2023-01-01", "2023-02-19"), ("2023-05-01", "2023-05-20")], "2023-06-20")
    assert (answer.used, answer.left_today) == (70, 20)
    assert answer.max_further_stay == 70


def test_trap_an_instant_is_not_a_day() -> None:
    with pytest.raises(stay_rules.StayError, match="time of day"):
        ask([("2023-01-01T23:30:00-05:00", None)], "2023-02-01")


def test_trap_nothing_is_called_official_that_no_authority_published() -> None:
    folder = Path(__file__).parent / "data"
    worked = json.loads((folder / "worked_cases.json").read_text(encoding="utf-8"))
    assert {case["quality"] for case in worked["cases"]} == {"derived", "test suite"}


def test_bookings() -> None:
    answer = ask([("2023-01-01", None), ("2023-06-01", "2023-06-30")], "2023-03-01")
    assert answer.lawful
    assert answer.latest_lawful_exit == date(2023, 3, 31)
    assert any("leave by 2023-03-02" in warning for warning in answer.warnings)
    stays = [("2023-01-01", "2023-03-02"), ("2023-06-01", "2023-06-30")]
    assert ask(stays, "2023-03-02").lawful
    assert not ask([("2023-01-01", "2023-03-03"), stays[1]], "2023-03-03").lawful
    planned = ask([("2023-01-01", "2023-03-04")], "2023-03-04", plan=("2023-06-01", "2023-06-30"))
    assert planned.stays[-1].booked
    assert (
        any("unlawful from 2023-06-29" in warning for warning in planned.warnings)
        or planned.stays[-1].unlawful_days
    )
    both = ask([], "2023-03-04", plan=["2023-04-01:2023-04-30", "2023-06-01:2023-06-30"])
    assert [stay.booked for stay in both.stays] == [True, True]


def test_words() -> None:
    inside = ask([("2023-01-01", None)], "2023-03-01").explanation
    assert inside.count(". ") == 1
    assert "You may stay until 2023-03-31" in inside
    assert "last lawful day" in ask([("2023-01-01", "2023-03-31")], "2023-03-31").explanation
    assert "had to leave by 2023-03-31" in ask([("2023-01-01", "2023-04-05")], "2023-04-05").explanation
    assert "enter today" in ask([], "2023-03-31").explanation
    assert "from 2023-06-30" in ask([("2023-01-01", "2023-03-31")], "2023-04-05").explanation
    assert "no limit" in ask([], "2023-03-31", "UZ").explanation
    assert "be back by" in ask([("2022-01-01", "2023-01-01")], "2023-03-31", "GB.settlement").explanation
    assert "Nothing on file ends" in ask([("2023-03-01", None, "visa")], "2023-03-31", "KZ").explanation


def test_warnings() -> None:
    old = rule_of(Spec("entry", 30))
    version = old.versions[0]
    stale = version.model_copy(update={"cite": version.cite.model_copy(update={"checked": date(2020, 1, 1)})})
    dated = old.model_copy(update={"versions": (stale,), "id": "XX.stale"})
    found = ask([], "2023-03-31", dated, today=date(2023, 4, 1)).warnings
    assert any("last checked on 2020-01-01" in warning for warning in found)
    assert not any("last checked" in warning for warning in ask([], "2023-03-31", dated).warnings)
    assert any("ends on 2026-09-30" in w for w in ask([("2026-09-20", None)], "2026-09-25", "ME").warnings)
    assert any("Confidence" in w for w in ask([], "2026-09-25", "ME").warnings)
    entries = [(f"2025-0{month}-01", f"2025-0{month}-05") for month in (1, 2, 3)]
    assert any("two_entries" in warning for warning in ask(entries, "2025-03-05", "TH").warnings)
    suspended = ask([], "2024-04-02", "KZ", "KG").warnings
    assert any("KG_refusal_suspended" in warning for warning in suspended)


def test_duty_has_a_date() -> None:
    answer = ask([("2023-02-01", None)], "2023-02-10", "KZ")
    assert [(duty.id, duty.due) for duty in answer.duties] == [("register", date(2023, 3, 2))]
    assert ask([("2023-02-01", None)], "2023-02-10", "UZ").duties[0].due == date(2023, 2, 15)


def run(capsys: Any, tmp_path: Path, text: str, **more: Any) -> tuple[int, str, str]:
    file = tmp_path / "stays.csv"
    file.write_text(text, encoding="utf-8")
    given_ = {"rules": "KZ.visa_free.EAEU", "nationality": "RU", "on": "2023-05-01", **more}
    try:
        code = permit(stays=file, **given_)
    except SojournError as error:
        code = refuse(error)
    out = capsys.readouterr()
    return code, out.out, out.err


def test_command(capsys: Any, tmp_path: Path) -> None:
    stays = "entry,exit\n2023-02-01,2023-05-01\n"
    code, out, err = run(capsys, tmp_path, stays)
    assert (code, err) == (0, "")
    assert "2023-07-31" in out
    assert out.count("legal advice") == 1
    assert "▲" in out
    code, out, _ = run(capsys, tmp_path, stays, plan=["2023-06-01:2023-06-20"], json=True)
    assert code == 1
    assert json.loads(out)["lawful"] is False
    code, out, err = run(capsys, tmp_path, "entry,exit\n2023-02-01,2023-01-01\n")
    assert (code, out) == (2, "")
    assert "stays.csv row 2, exit: 2023-01-01 is before the entry 2023-02-01" in err
    code, out, _ = run(capsys, tmp_path, stays, rules="AE", want=30)
    assert out.count("Reading ") == 2
    assert "re-entry for 30 days" in out
    code, out, _ = run(capsys, tmp_path, "entry,exit\n2022-02-01,2023-04-01\n", rules="GB.settlement")
    assert "back by" in out


DAYS = st.integers(0, 500)


@st.composite
def stays_of(draw: st.DrawFn) -> list[tuple[date, date]]:
    edges = sorted(draw(st.lists(DAYS, min_size=2, max_size=10)))
    edges = edges[: len(edges) // 2 * 2]
    start = date(2022, 10, 1)
    days = [start + timedelta(days=edge) for edge in edges]
    return list(zip(days[::2], days[1::2], strict=True))


RULES = st.sampled_from(
    ["KZ.visa_free.EAEU", "EU.short_stay", "MN", "BA", "TR", "GE", "RS", "RU", "KG", "AE", "AM"]
)
PEOPLE = {"EU.short_stay": "US", "RU": "AM", "KG": "DE"}


@settings(max_examples=150, deadline=None)
@given(stays_of(), DAYS, RULES)
def test_properties(stays: list[tuple[date, date]], offset: int, name: str) -> None:
    on = date(2022, 10, 1) + timedelta(days=offset)
    nationality = PEOPLE.get(name, "RU")
    answer = ask(stays, on, name, nationality)
    for each in [answer, *answer.readings.values()]:
        assert each.used >= 0
        assert each.unlawful_days <= sum((min(b, on) - a).days + 1 for a, b in stays if a <= on)
        assert sum((b - a).days + 1 for a, b in each.counted) == each.used
        assert len(each.counted) == len(each.returns)
        assert all(a >= on for a, _ in each.returns)
        assert not each.lawful or each.unlawful_days == 0
        if each.latest_lawful_exit and each.max_further_stay and not each.inside:
            assert (each.latest_lawful_exit - on).days + 1 >= each.max_further_stay
    if answer.max_further_stay and not answer.inside:
        lawful = ask(
            [s for s in stays if s[0] <= on], on, name, nationality, plan=(on, answer.latest_lawful_exit)
        )
        assert lawful.stays[-1].unlawful_days == 0
        later = answer.latest_lawful_exit + timedelta(days=1) if answer.latest_lawful_exit else on
        longer = ask([s for s in stays if s[0] <= on], on, name, nationality, plan=(on, later))
        assert longer.stays[-1].first_unlawful == later
    assert answer == ask(list(reversed(stays)), on, name, nationality)


@settings(max_examples=60, deadline=None)
@given(stays_of(), st.integers(1, 60), st.integers(0, 90))
def test_adding_days_never_helps(stays: list[tuple[date, date]], more: int, wait: int) -> None:
    last = max(b for _, b in stays)
    extra = (last + timedelta(days=1 + wait), last + timedelta(days=1 + wait + more))
    on = extra[1] + timedelta(days=1)
    assert ask([*stays, extra], on).used >= ask(stays, on).used
    assert ask([*stays, extra], on).unlawful_days >= ask(stays, on).unlawful_days
