"""Settling short journeys in one pass gives the rows of the whole rule; both ways of looking aside agree."""

from __future__ import annotations

import random
from typing import Any

import pyarrow as pa
import pytest

from sojourn.borders import classify, neighbours
from sojourn.borders.crossings import number_days
from sojourn.borders.outcome.short_trips import settled, walked
from tests.borders.conftest import as_rows, outcome_rule, random_history
from tests.borders.outcomes import fetch
from tests.referees.borders import Crossing, Rule

RULES = [(365, 487), (270, 365), (8, 11), (3, 5), (5, 5), (20, 25)]


def journeys(rng: random.Random, rule: Rule) -> list[Crossing]:
    """Crossings of somebody who mostly travels for short: lengths about what decides."""
    slack = rule.window - rule.threshold
    away = rng.choice([slack // 8 + 1, slack // 3 + 1, slack + 1, rule.window])
    home = rng.choice([slack // 6 + 1, slack // 2 + 1, rule.window])
    day, first = (rule.since or 0) + rng.randint(0, 2 * rule.window), rng.random() < 0.7
    history: list[Crossing] = []
    for number in range(rng.randint(20, 40) if rng.random() < 0.1 else rng.randint(1, 16)):
        if day >= rule.until + (slack if rng.random() < 0.02 else 0):
            break
        history.append((day, first == (number % 2 == 0)))
        length = away if number % 2 == 0 else home
        day += 0 if rng.random() < 0.1 else rng.randint(1, length)
    return history or [(rule.since or 0, first)]


def people_of(rule: Rule, number: int, seed: str) -> list[tuple[list[Crossing], bool | None]]:
    rng = random.Random(f"{seed} {rule}")
    gappy = [
        (random_history(rng, rule, 0.2, 0.1), rng.choice([None, True, False])) for _ in range(number // 5)
    ]
    return gappy + [(journeys(rng, rule), rng.choice([None, None, True, False])) for _ in range(number)]


def in_sequence(people: list[tuple[list[Crossing], bool | None]]) -> pa.Table:
    sequence = pa.array([n for history, _ in people for n in range(len(history))], pa.int32())
    return as_rows(people).append_column("sequence", sequence)


def shown(table: Any) -> list[str]:
    rows = fetch(table).to_pylist()
    for row in rows:
        row["p_migrant"] = None if row["p_migrant"] is None else round(row["p_migrant"], 12)
    return sorted(map(str, rows))


@pytest.mark.parametrize(("threshold", "window"), RULES)
def test_the_shortcut_gives_the_rows_of_the_whole_rule(threshold: int, window: int, duck: Any) -> None:
    people_settled = people_not = 0
    for rule in (Rule(threshold, window, 4 * window, 0), Rule(threshold, window, 3 * window, None)):
        people = people_of(rule, 250, "shortcut")
        rows, how = duck(in_sequence(people)), outcome_rule(rule)
        assert shown(classify(rows, how)) == shown(classify(rows, how, shortcut=False))
        found = fetch(settled(walked(number_days(rows), how), how)).num_rows
        people_settled += found
        people_not += len(people) - found
    assert people_settled > (60 if threshold > 3 else 0)
    assert people_not > 60


def test_looking_aside_in_sorted_rows_is_as_in_windows(duck: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule(8, 11, 60, 0)
    table = in_sequence(people_of(rule, 300, "neighbours"))
    shuffled = table.take(random.Random("neighbours").sample(range(len(table)), k=len(table)))
    found = [shown(classify(duck(rows), outcome_rule(rule))) for rows in (table, shuffled)]
    monkeypatch.setattr(neighbours, "scans_sorted_rows", lambda _rows: False)
    windows = shown(classify(duck(shuffled), outcome_rule(rule)))
    assert found[0] == found[1] == windows


def test_rows_out_of_order_end_the_query(duck: Any) -> None:
    table = in_sequence([([(9, True), (20, False)], None), ([(3, True)], None)])
    rows = number_days(duck(table.take([1, 0, 2])))
    with pytest.raises(Exception, match="not in the order of persons and days"):
        fetch(neighbours.number_within_person(rows))
    assert fetch(neighbours.number_within_person(neighbours.in_order(rows)))["n"].to_pylist() == [1, 2, 1]
