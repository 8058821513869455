"""The questions lead to every measure, give valid readings, and are found again from a reading."""

from __future__ import annotations

import re
from datetime import date

import pytest

from sojourn.case import read_case, shipped_cases
from sojourn.case.reading_questions import (
    QUESTIONS,
    all_answers,
    answers_of,
    next_question,
    open_columns,
    reading_columns,
    reading_from,
)
from sojourn.case.reading_sentences import reading_sentence
from sojourn.case.row_checks import _reading
from sojourn.case.schema import MEASURES, WHO_OF
from sojourn.case.tables import Reading

PATHS = list(all_answers())
FILLED = {
    "place": "HO",
    "start": date(2022, 3, 1),
    "end": date(2022, 6, 1),
    "per": "day",
    "counterpart": "OR",
    "scheme": "tax",
    "of_place": "HO",
    "of_start": date(2022, 2, 1),
    "of_end": date(2022, 5, 1),
}


def reading_of(answers: dict[str, str]) -> Reading:
    columns = reading_columns(answers)
    names = open_columns(columns["measure"], columns.get("of_measure", ""))
    return reading_from("C", "r", answers, {name: FILLED[name] for name in names})


def test_every_measure_and_population_can_be_reached_without_shares() -> None:
    reached: dict[str, set[str]] = {}
    for answers in PATHS:
        columns = reading_columns(answers)
        if "of_measure" not in columns or columns["measure"] == "rate":
            reached.setdefault(columns["measure"], set()).add(columns.get("who", "displaced"))
    assert set(reached) == set(MEASURES)
    assert {measure: set(who) for measure, who in WHO_OF.items()} == reached


@pytest.mark.parametrize("answers", PATHS, ids=lambda answers: "-".join(answers.values()))
def test_every_path_gives_a_reading_that_the_checks_accept(answers: dict[str, str]) -> None:
    reading = reading_of(answers)
    assert [message for _, _, message in _reading(reading)] == []
    again = answers_of(reading)
    assert reading_columns(again).get("of_measure", "") == reading.of_measure
    assert reading_of(again).measure == reading.measure
    sentence = reading_sentence(reading, {"HO": "Hostland", "OR": "Originland"})
    assert "Hostland" in sentence
    assert not re.search(r"[{}_]|None|  ", sentence)


def test_different_readings_have_different_sentences() -> None:
    sentences: dict[str, Reading] = {}
    for answers in PATHS:
        reading = reading_of(answers)
        other = sentences.setdefault(reading_sentence(reading), reading)
        assert (other.measure, other.of_measure) == (reading.measure, reading.of_measure)


@pytest.mark.parametrize("name", shipped_cases())
def test_every_reading_of_a_shipped_case_has_answers_and_a_sentence(name: str) -> None:
    case = read_case(name)
    for reading in case.readings:
        answers = answers_of(reading)
        assert next_question(answers) is None
        assert not re.search(r"[{}]|None", reading_sentence(reading))


def test_questions_lead_somewhere_and_wrong_answers_are_named() -> None:
    for question in QUESTIONS.values():
        assert all(choice.following in ("", *QUESTIONS) for choice in question.choices)
        keys = [choice.key for choice in question.choices]
        assert len(set(keys)) == len(keys)
    with pytest.raises(
        ValueError, match='"boats" is no answer to “What does the figure count\\?”; one of: crossings'
    ):
        next_question({"counted": "boats"})
    with pytest.raises(ValueError, match="“Which way did they cross\\?” is not answered"):
        reading_from("C", "r", {"counted": "crossings"}, {})


def test_sentences() -> None:
    days = {"of_start": date(2022, 3, 1), "end": date(2022, 12, 31)}
    returned = Reading("C", "r", 1.0, "returned", "HO", of_measure="arrivals", **days)
    assert reading_sentence(returned, {"HO": "Hostland"}) == (
        "the share, of displaced people whose first host was Hostland, from 1 March to 31 December 2022, who "
        "were back in the origin on 31 December 2022"
    )
    stock = Reading("C", "r", 1.0, "present", who="all", end=date(2022, 6, 1))
    assert reading_sentence(stock, host="Hostland") == "everybody in Hostland, on 1 June 2022"
