"""The outcome rule against every completion (small windows) and against the walk over feasible futures."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from sojourn.borders import BordersError, OutcomeRule, classify
from tests.borders.conftest import ORIGIN, SCHEMA, as_rows, outcome_rule, random_history
from tests.borders.full import people_of
from tests.borders.outcomes import answers, differences, fetch
from tests.referees.borders import Rule, by_completion, by_walk

SMALL = [(3, 5), (4, 5), (2, 4), (2, 5), (5, 5)]
REAL = [(365, 487), (270, 365), (182, 365)]


@pytest.mark.parametrize(("threshold", "window"), SMALL)
@pytest.mark.parametrize("since", [None, 0])
def test_every_completion(threshold: int, window: int, since: int | None, duck: Any) -> None:
    rng = random.Random(f"completions {threshold} {window} {since}")
    rule = Rule(threshold, window, 14, since)
    people = [
        (random_history(rng, rule, rng.choice([0, 0.3]), 0.15, 6), rng.choice([None, None, True, False]))
        for _ in range(100)
    ]
    for (history, born), rows in zip(people, answers(duck, people, rule), strict=True):
        wanted = by_completion(history, rule, born)
        assert wanted == by_walk(history, rule, born), "the two referees differ"
        assert not differences(rows, wanted), (history, born)


@pytest.mark.parametrize(("threshold", "window"), REAL)
def test_real_windows(threshold: int, window: int, duck: Any) -> None:
    for rule, people in people_of(threshold, window, 160, seed="a smaller number"):
        for (history, born), rows in zip(people, answers(duck, people, rule), strict=True):
            assert not differences(rows, by_walk(history, rule, born)), (history, born)


@pytest.mark.parametrize(("threshold", "window"), [(8, 11), (13, 17), (6, 11)])
def test_twice_on_one_day_while_the_window_is_open(threshold: int, window: int, duck: Any) -> None:
    """Of two arrivals without a day outside between them the second never migrates: the first would."""
    rng = random.Random(f"twice {threshold} {window}")
    rule = Rule(threshold, window, 3 * window, None)
    people = [(random_history(rng, rule, 0, 0.4), rng.choice([None, True, False])) for _ in range(400)]
    for (history, born), rows in zip(people, answers(duck, people, rule), strict=True):
        assert not differences(rows, by_walk(history, rule, born)), (history, born)


@pytest.mark.parametrize(("threshold", "window"), [(3, 5), (8, 11), (2, 5)])
@pytest.mark.parametrize("since", [None, 0])
def test_final_on_is_the_first_day_on_which_the_answer_was_certain(
    threshold: int, window: int, since: int | None, duck: Any
) -> None:
    rng = random.Random(f"final {threshold} {window} {since}")
    rule = Rule(threshold, window, 4 * window, since)
    people = [
        (random_history(rng, rule, 0, 0.15), rng.choice([None, True, False]))
        for _ in range(60 if since is None else 12)
    ]
    for (history, born), rows in zip(people, answers(duck, people, rule), strict=True):
        for place, row in enumerate(rows):
            assert (row["final_on"] is None) == (row["long_term_migrant"] is None)
            if row["final_on"] is None:
                continue
            undetermined = [
                end
                for end in range(history[place][0], rule.until + 1)
                if _known_by(history, born, rule, place, end) is not row["long_term_migrant"]
            ]
            first = max(undetermined, default=history[place][0] - 1) + 1
            assert (row["final_on"] - ORIGIN).days == first, (history, born, place)


def _known_by(history: Any, born: bool | None, rule: Rule, place: int, end: int) -> bool | None:
    part = [crossing for n, crossing in enumerate(history) if crossing[0] < end or n <= place]
    return by_walk(part, replace(rule, until=end), born)[place].answer


def test_with_missing_crossings_an_answer_that_is_final_has_not_changed_by_the_end(duck: Any) -> None:
    rng = random.Random("final with gaps")
    rule = Rule(8, 11, 60, 0)
    people = [(random_history(rng, rule, 0.2, 0.1), None) for _ in range(200)]
    for (history, _), rows in zip(people, answers(duck, people, rule), strict=True):
        for (day, _), row in zip(history, rows, strict=True):
            assert (row["final_on"] is None) == (row["long_term_migrant"] is None)
            if row["final_on"] is not None:
                assert day <= (row["final_on"] - ORIGIN).days <= rule.until


def test_twelve_of_sixteen_months_is_cumulative(duck: Any) -> None:
    """122 other days are still allowed, 123 are not; they need not be in one piece."""
    for away, migrant in ((122, True), (123, False)):
        history = [(0, True), (200, False), (260, True), (300, False), (300 + away - 60, True)]
        rule = Rule(365, 487, 2000)
        rows = answers(duck, [(history, False)], rule)[0]
        assert rows[0]["long_term_migrant"] is migrant, away
        # The 487 days with 122 away end on day 487: the 365th day inside is its last.
        assert not migrant or rows[0]["final_on"] == date.fromordinal(ORIGIN.toordinal() + 487)


def test_crossings_of_one_day_alternate_without_being_told_the_order(duck: Any) -> None:
    rng = random.Random("one day")
    rule = Rule(8, 11, 60, 0)
    people = [(random_history(rng, rule, 0, 0.4), rng.choice([True, False])) for _ in range(200)]
    told = {_key(row) for rows in answers(duck, people, rule) for row in rows}
    shuffled = as_rows(people).take(
        rng.sample(range(sum(len(h) for h, _ in people)), k=sum(len(h) for h, _ in people))
    )
    found = {_key(row) for row in fetch(classify(duck(shuffled), outcome_rule(rule))).to_pylist()}
    assert len(told) > 500
    # Who is first seen on a day of both directions has no order that could be told.
    different = {row[0] for row in told ^ found}
    unclear = {p for p, (h, _) in enumerate(people) if all(sum(d == e for e, _ in h) % 2 == 0 for d, _ in h)}
    assert different <= unclear


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    names = ("person", "day", "direction", "status_before", "status_after", "long_term_migrant", "final_on")
    return tuple(row[name] for name in names)


def test_bad_columns_and_rows_are_named(duck: Any) -> None:
    rule = OutcomeRule(date(2020, 1, 1))
    good = as_rows([([(0, True)], None)])
    with pytest.raises(BordersError, match="column 'day' is missing; there are person, direction"):
        classify(duck(good.drop_columns(["day"])), rule)
    instants = good.set_column(1, "day", good["day"].cast(pa.timestamp("us")))
    with pytest.raises(BordersError, match=r"column day: is of type timestamp.*two time zones"):
        classify(duck(instants), rule)
    for name, value, message in (
        ("direction", "sideways", "crossing of 2015-01-01, sideways: has a direction other than arrival and"),
        ("initial_status", "guest", "has an initial_status other than resident, non_resident"),
        ("person", None, "has no person or no day"),
    ):
        bad = good.set_column(SCHEMA.get_field_index(name), name, pa.array([value], SCHEMA.field(name).type))
        with pytest.raises(Exception, match=message):
            fetch(classify(duck(bad), rule))


def test_parameters_that_no_rule_can_have() -> None:
    with pytest.raises(BordersError, match="threshold 500 of window 487"):
        OutcomeRule(date(2020, 1, 1), threshold=500)
    with pytest.raises(BordersError, match="must end after it begins"):
        OutcomeRule(date(2020, 1, 1), since=date(2020, 1, 1))
