"""A reading written on a terminal: questions on what was counted, then dates, place and reason."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sojourn.case import Case, CaseError, Problem, Reading, write_case
from sojourn.case.reading_questions import (
    ReadingQuestion,
    default_window,
    next_question,
    open_columns,
    reading_columns,
    reading_from,
)
from sojourn.case.reading_sentences import reading_sentence
from sojourn.case.schema import READINGS

Ask = Callable[[str], str]


def add_reading(case: Case, claim: str, ask: Ask, place: str = "") -> bool:
    """Ask for the reading of a claim, show it as a sentence, and write it; the claim then has status `use`.

    Args:
        case: the case, with the claim.
        claim: id of the claim.
        ask: reads an answer.
        place: the place that a draft gave, as a proposal.

    Returns:
        Whether the reading was written: the person may decline it, and the checks may refuse it.
    """
    answers: dict[str, str] = {}
    while question := next_question(answers):
        answers[question.key] = _chosen(question, ask)
    columns = _columns(case, claim, reading_columns(answers), ask, place)
    try:
        reading = _parsed(claim, answers, columns)
        places = {code: item.name for code, item in case.settings.places.items()}
        host = places[case.settings.host]
        sys.stdout.write(f"The figure counts {reading_sentence(reading, places, host)}.\n")
        reason = ask("Why is this reading possible? (empty: do not write it) ").strip()
        if not reason:
            return False
        claims = tuple(replace(item, status="use") if item.claim == claim else item for item in case.claims)
        readings = (*case.readings, replace(reading, why=reason))
        write_case(replace(case, claims=claims, readings=readings), case.path or case.name)
    except CaseError as error:
        sys.stdout.write(f"Not written:\n{error}\n")
        return False
    return True


def _chosen(question: ReadingQuestion, ask: Ask) -> str:
    lines = [f"  {number} {choice.text}" for number, choice in enumerate(question.choices, 1)]
    sys.stdout.write("\n".join([question.text, *lines, ""]))
    while True:
        answer = ask(f"1 to {len(lines)}: ").strip()
        if answer.isdigit() and 1 <= int(answer) <= len(lines):
            return question.choices[int(answer) - 1].key


def _columns(case: Case, claim: str, given: Mapping[str, str], ask: Ask, place: str) -> dict[str, str]:
    """Ask for the columns that the answers leave open; an empty answer takes what is proposed."""
    settings = case.settings
    dates = {event.id: event.date for event in settings.events}
    window = default_window(case.claims_by_id[claim].published, dates.get(settings.wave))
    proposed = {name: day.isoformat() for name, day in window.items()}
    proposed |= {f"of_{name}": day for name, day in proposed.items()} | {"place": place or settings.host}
    found: dict[str, str] = {}
    for name in open_columns(given["measure"], given.get("of_measure", "")):
        meaning = READINGS.column(name).meaning
        hint = f" [{proposed[name]}]" if name in proposed else ""
        found[name] = ask(f"{name} ({meaning}){hint}: ").strip() or proposed.get(name, "")
    return found


def _parsed(claim: str, answers: Mapping[str, str], columns: Mapping[str, str]) -> Reading:
    """Return the reading with its columns as values.

    Raises:
        CaseError: a column cannot be used.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in columns.items():
        column = READINGS.column(name)
        try:
            values[name] = column.parse(text)
        except ValueError as error:
            problems.append(Problem("answers", str(error), None, name, text))
    if problems:
        raise CaseError(problems)
    return reading_from(claim, reading_columns(answers)["measure"], answers, values)
