"""The chance of an open answer against what became of it, in registers drawn from a known law."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.stats import norm

from sojourn.borders import OutcomeRule, classify
from sojourn.borders.outcome.renewal import interrupted
from tests.borders.outcomes import fetch

BEGIN, END = date(2016, 1, 1), 900
V, W = 365, 487
NAMES = ("person", "day", "direction", "sequence", "initial_status", "nationality", "purpose")
LONG, SHORT, RETURNING = (
    {"work": 0.5, "visit": 0.08, "study": 0.35},
    {"work": 60, "visit": 14, "study": 40},
    {"work": 0.4, "visit": 0.1, "study": 0.5},
)
Rows = list[tuple[Any, ...]]


def spell(rng: random.Random, arrives: bool, nationality: str, purpose: str, month: int) -> int:
    """Days of a stay or an absence: long or short, by nationality, purpose and month."""
    if not arrives:
        return 1 + int(rng.expovariate(1 / 25 if rng.random() < RETURNING[purpose] else 1 / 800))
    season = 1.5 if purpose == "study" and month in (8, 9) else 0.8
    long = LONG[purpose] * {"X": 0.6, "Y": 1.0, "Z": 1.5}[nationality] * season
    return 1 + int(rng.expovariate(1 / 700 if rng.random() < long else 1 / SHORT[purpose]))


def travels(people: int, seed: str) -> Rows:
    """Crossings until every window that was open at `END` is over, whoever comes and goes in between."""
    rng, rows = random.Random(seed), []
    for person in range(people):
        nationality = rng.choices("XYZ", [5, 3, 2])[0]
        purpose = rng.choices(("work", "visit", "study"), [3, 5, 2])[0]
        day, arrives = rng.randrange(END), True
        while day < END + W:
            when = BEGIN + timedelta(days=day)
            word = "arrival" if arrives else "departure"
            rows.append((person, when, word, 0, "non_resident", nationality, purpose))
            day += spell(rng, arrives, nationality, purpose, when.month)
            arrives = not arrives
    return rows


def answers(duck: Any, rows: Rows, until: int) -> dict[Any, dict[str, Any]]:
    end = BEGIN + timedelta(days=until)
    seen = [row for row in rows if row[1] < end]
    table = pa.table(list(map(list, zip(*seen, strict=True))), names=list(NAMES))
    found = fetch(classify(duck(table), OutcomeRule(end, BEGIN, V, W))).to_pylist()
    return {(row["person"], row["day"], row["direction"]): row for row in found}


def test_the_chance_is_the_share_that_became_migrants(duck: Any) -> None:
    """In every tenth of p and every group: within what chance allows over all of them, 1 time in 100.

    Persons are the draws, since the crossings of one have the same future; the error is never less than that
    of single crossings, since few persons tell little of their own scatter.
    """
    rows = travels(5000, "calibration")
    now, later = answers(duck, rows, END), answers(duck, rows, END + W)
    apart: dict[Any, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    single: dict[Any, float] = defaultdict(float)
    expected = migrants = 0.0
    for key, row in now.items():
        p, truth = row["p_migrant"], later[key]["long_term_migrant"]
        assert truth is not None
        if row["long_term_migrant"] is not None:
            assert p == row["long_term_migrant"] == truth
            continue
        assert 0 <= p <= 1
        expected, migrants = expected + p, migrants + truth
        months = (BEGIN + timedelta(days=END) - row["day"]).days // 60
        for group in (
            "all",
            ("p", min(9, int(10 * p))),
            ("known", row["direction"], row["status_before"]),
            ("months", row["direction"], min(6, months)),
            row["purpose"],
            row["nationality"],
        ):
            apart[group][row["person"]] += p - truth
            single[group] += p * (1 - p)
    assert migrants > 300
    limit = norm.ppf(1 - 0.005 / len(apart))
    for group, persons in apart.items():
        if len(persons) >= 10:
            error = math.sqrt(max(single[group], sum(each * each for each in persons.values())))
            assert abs(sum(persons.values())) < limit * error, (group, sum(persons.values()), error)
    assert len(apart) > 25


def test_interruptions_add_what_they_may() -> None:
    steps = np.arange(40)
    own = np.stack([0.9**steps, 0.97**steps])
    gone, at_once = np.ones((2, 40)), np.zeros((2, 40))
    at_once[:, 0] = 1
    never, _ = interrupted(own, gone, 30, 10)
    assert np.allclose(never, own[:, :31, None]), "who never comes back has to stay"
    some, away = interrupted(own, np.stack([0.5**steps] * 2), 30, 10)
    assert (np.diff(some, axis=2) > -1e-12).all()
    assert (some[:, 1:, 1:] > never[:, 1:, 1:]).all()
    assert (some <= 1).all()
    assert (away <= some + 1e-12).all()
    assert np.allclose(some[:, 1:, 0], own[:, 1:31])


def test_interruptions_as_often_as_in_drawn_histories() -> None:
    """Spells of exponential lengths, in steps finer than the error of the draws."""
    rng, per, draws = np.random.default_rng(1), 40, 40_000
    steps = np.arange(3 * per)
    own, other = np.exp(-0.8 * steps / per)[None], np.exp(-3.0 * steps / per)[None]
    begins, away = interrupted(own, other, 2 * per, per // 2)
    for table, first in ((begins, True), (away, False)):
        lacking, spare = np.full(draws, 2.0), np.full(draws, 0.5)
        state = np.full(draws, first)
        for _ in range(200):
            length = rng.exponential(np.where(state, 1 / 0.8, 1 / 3.0))
            going = (lacking > 0) & (spare > 0)
            lacking -= np.where(going & state, length, 0)
            spare -= np.where(going & ~state, length, 0)
            state = ~state
        share = float(np.mean(lacking <= 0))
        error = math.sqrt(share * (1 - share) / draws)
        assert abs(table[0, -1, -1] - share) < 3.3 * error
