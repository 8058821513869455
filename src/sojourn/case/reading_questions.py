"""Questions whose answers make a reading: what was counted, when, of whom, and a share of what.

An analyst who answers them need not know the measures. The questions are data, so that a page, a terminal and
a test can follow the same tree. `next_question` gives the question to ask, `reading_from` the reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sojourn._core.errors import one_of
from sojourn.case.schema import CHANGES, FLOWS, SCHEMED, SIDED, STOCKS, WHO_OF
from sojourn.case.tables import Reading

Answers = Mapping[str, str]
"""Question → the answer that was chosen."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to a question: the columns of the reading that it sets, and the question that follows."""

    key: str
    text: str
    sets: Mapping[str, str] = field(default_factory=dict[str, str])
    following: str = ""


@dataclass(frozen=True, slots=True)
class ReadingQuestion:
    """A question about a figure, with its answers."""

    key: str
    text: str
    choices: tuple[Choice, ...]

    def choice(self, key: str) -> Choice:
        """Return the answer of that key.

        Raises:
            ValueError: there is no such answer; the message says which there are.
        """
        for choice in self.choices:
            if choice.key == key:
                return choice
        raise ValueError(
            f'"{key}" is no answer to “{self.text}”; {one_of([item.key for item in self.choices], key)}'
        )


FIRST = "counted"
_WHO = (
    Choice("all", "everybody who crossed or was there", {"who": "all"}),
    Choice("displaced", "only those who left their country because of the event", {"who": "displaced"}),
    Choice("visitors", "only visitors", {"who": "visitors"}),
    Choice("residents", "only those who lived here before", {"who": "residents"}),
)
_ON_DAY = (
    Choice("there", "they were there on that day, whenever they came", {"measure": "present"}, "who"),
    Choice("permit", "they had a residence permit on that day", {"measure": "settled"}),
    Choice("stayed", "of those who had come: still there", {"measure": "stayed"}),
    Choice("moved_on", "of those who had come: in a third place", {"measure": "moved_on"}),
    Choice("returned", "of those who had come: back where they came from", {"measure": "returned"}),
)
_PAPERS = (
    Choice("issued", "papers handed out over a period", {"measure": "issued"}, "holders"),
    Choice("register", "names on a register on one day", {"measure": "register"}, "holders"),
)
_OF = (
    Choice("arrivals", "of those who had come over a period", {"of_measure": "arrivals"}),
    Choice("people", "of all who entered over a period", {"of_measure": "people"}),
    Choice("entries", "of all entries over a period", {"of_measure": "entries"}),
    Choice("present", "of those who were there on a day", {"of_measure": "present"}),
    Choice("issued", "of the papers handed out", {"of_measure": "issued"}),
    Choice("register", "of those on the register", {"of_measure": "register"}),
)

QUESTIONS: Mapping[str, ReadingQuestion] = {
    question.key: question
    for question in (
        ReadingQuestion(
            FIRST,
            "What does the figure count?",
            (
                Choice(
                    "crossings",
                    "crossings of a border: somebody who crosses twice counts twice",
                    {},
                    "crossed",
                ),
                Choice("people", "people, each of them once", {}, "when"),
                Choice("papers", "papers: permits, numbers, registrations", {}, "papers"),
                Choice("share", "a share of people", {}, "part"),
                Choice("rents", "a change of rents", {"measure": "rent"}, "market"),
            ),
        ),
        ReadingQuestion(
            "crossed",
            "Which way did they cross?",
            (
                Choice("in", "into the place", {"measure": "entries"}, "who"),
                Choice("out", "out of the place", {"measure": "exits"}, "who"),
                Choice("balance", "in minus out", {"measure": "net"}, "who"),
            ),
        ),
        ReadingQuestion(
            "when",
            "Over a period, or on one day?",
            (Choice("period", "over a period", {}, "moved"), Choice("day", "on one day", {}, "day")),
        ),
        ReadingQuestion(
            "moved",
            "What did they do?",
            (
                Choice("entered", "they entered, for whatever reason", {"measure": "people"}, "who"),
                Choice("came", "they came to stay, and this was their first host", {"measure": "arrivals"}),
                Choice("left", "they had come, and left until further notice", {"measure": "departures"}),
            ),
        ),
        ReadingQuestion("day", "Where were they on that day?", _ON_DAY),
        ReadingQuestion("papers", "Handed out, or in force?", _PAPERS),
        ReadingQuestion(
            "part",
            "What did that share do?",
            (
                *_ON_DAY,
                *_PAPERS,
                Choice(
                    "went_on",
                    "those in one place at a first date, in another at a second",
                    {"measure": "rate"},
                    "state",
                ),
            ),
        ),
        ReadingQuestion("whole", "A share of what?", _OF),
        ReadingQuestion(
            "state",
            "How were they spoken of at the first date?",
            (
                Choice("present", "as people in that place", {"of_measure": "present"}),
                Choice("stayed", "as people who had stayed", {"of_measure": "stayed"}),
                Choice("moved_on", "as people who had moved on", {"of_measure": "moved_on"}),
                Choice("returned", "as people who had returned", {"of_measure": "returned"}),
            ),
        ),
        ReadingQuestion("who", "Whom does it count?", _WHO),
        ReadingQuestion("holders", "To whom did the papers go?", _WHO[:2]),
        ReadingQuestion("market", "Rents of whom?", _WHO[:2]),
    )
}
"""Key → question. The first is `counted`."""


def next_question(answers: Answers) -> ReadingQuestion | None:
    """Return the question that follows some answers, or None if the reading is complete.

    Raises:
        ValueError: an answer is not one of those of its question.

    Example:
        >>> next_question({}).text
        'What does the figure count?'
        >>> next_question({"counted": "people", "when": "day"}).text
        'Where were they on that day?'
        >>> next_question({"counted": "people", "when": "period", "moved": "came"}) is None
        True
    """
    for question, choice in _path(answers):
        if choice is None:
            return question
    return None


def _path(answers: Answers) -> Iterator[tuple[ReadingQuestion, Choice | None]]:
    """Yield the questions on the path of some answers, with the answer; the last may have none."""
    key, is_share = FIRST, False
    while key:
        question = QUESTIONS[key]
        given = answers.get(key)
        choice = None if given is None else question.choice(given)
        yield question, choice
        if choice is None:
            return
        needs_whole = key not in ("whole", "state")
        is_share = is_share or (key == FIRST and choice.key == "share")
        key = choice.following or ("whole" if is_share and needs_whole else "")


def reading_columns(answers: Answers) -> dict[str, str]:
    """Return the columns of readings.csv that some answers set: measure, who and of_measure.

    Example:
        >>> reading_columns({"counted": "crossings", "crossed": "in", "who": "all"})
        {'measure': 'entries', 'who': 'all'}
    """
    columns: dict[str, str] = {}
    for _, choice in _path(answers):
        columns |= choice.sets if choice else {}
    return columns


def open_columns(measure: str, of_measure: str = "") -> tuple[str, ...]:
    """Return the columns that are left to fill for a measure: place, dates, counterpart, register.

    Args:
        measure: the measure that the answers gave.
        of_measure: what a share is a share of.

    Example:
        >>> open_columns("entries"), open_columns("stayed", "arrivals")
        (('place', 'start', 'end', 'per', 'counterpart'), ('place', 'end', 'of_start', 'of_end'))
    """
    columns = ["place"]
    columns += ["end"] if measure in STOCKS else ["start", "end"]
    columns += ["per"] if measure in FLOWS and not of_measure else []
    columns += ["counterpart"] if measure in SIDED and not of_measure else []
    columns += ["scheme"] if measure in SCHEMED or of_measure in SCHEMED else []
    if measure == "rate":
        return (*columns, "of_place")
    if of_measure:
        columns += ["of_end"] if of_measure in STOCKS else ["of_start", "of_end"]
    return tuple(columns)


def reading_from(
    claim: str, reading: str, answers: Answers, columns: Mapping[str, Any], weight: float = 1.0
) -> Reading:
    """Return the reading that answers and the columns left open make.

    Args:
        claim: id of the claim.
        reading: id of the reading.
        answers: the answers, complete.
        columns: values of the other columns, such as `place`, `start` and `end`.
        weight: prior weight.

    Raises:
        ValueError: an answer is still missing, or not one of those of its question.

    Example:
        >>> answers = {"counted": "people", "when": "day", "day": "there", "who": "all"}
        >>> found = reading_from("KZ20", "there", answers, {"place": "KZ", "end": date(2022, 12, 15)})
        >>> found.measure, found.who, found.end.year
        ('present', 'all', 2022)
    """
    question = next_question(answers)
    if question is not None:
        raise ValueError(f"“{question.text}” is not answered")
    values: dict[str, Any] = {**columns, **reading_columns(answers)}
    return Reading(claim=claim, reading=reading, weight=weight, **values)


def answers_of(reading: Reading) -> dict[str, str]:
    """Return answers that give the measure, the population and the whole of a reading.

    Several paths may give one reading; the first is returned.

    Raises:
        ValueError: no answers give it.
    """
    wanted = {"measure": reading.measure, "of_measure": reading.of_measure, "who": reading.who}
    for answers in all_answers():
        columns = {"of_measure": "", "who": reading.who, **reading_columns(answers)}
        if columns == wanted:
            return answers
    raise ValueError(
        f"no answers make a reading of {reading.measure} with of_measure {reading.of_measure or '(empty)'}"
    )


def all_answers(answers: Answers | None = None) -> Iterator[dict[str, str]]:
    """Yield every complete set of answers that makes a reading which its measure allows."""
    given = dict(answers or {})
    question = next_question(given)
    if question is None:
        columns = reading_columns(given)
        who = columns.get("who", "displaced")
        if is_possible(columns["measure"], who, columns.get("of_measure", "")):
            yield given
        return
    for choice in question.choices:
        yield from all_answers({**given, question.key: choice.key})


def is_possible(measure: str, who: str, of_measure: str) -> bool:
    """Tell whether a measure can count a population, and have a whole."""
    if who not in WHO_OF[measure] or (of_measure and who not in WHO_OF.get(of_measure, (who,))):
        return False
    return not (of_measure and measure in CHANGES - {"rate"})


def default_window(published: date, event: date | None) -> dict[str, date]:
    """Return a window to begin with: from an event to the day of publication.

    Example:
        >>> default_window(date(2022, 12, 15), date(2022, 9, 21))["start"]
        datetime.date(2022, 9, 21)
    """
    return {"end": published} if event is None or event > published else {"start": event, "end": published}
