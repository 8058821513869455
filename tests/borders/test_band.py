"""The band against registers built anew with the same links broken, and classified from the beginning."""

from __future__ import annotations

import hashlib
import math
import random
from collections import defaultdict
from typing import Any

import pyarrow as pa
import pytest

from sojourn.borders import classify
from sojourn.borders.engine import Engine
from sojourn.borders.release.link_error_band import MEASURES, LinkErrors, estimate_link_error_band
from tests.borders.conftest import as_rows, outcome_rule, random_history
from tests.borders.outcomes import fetch
from tests.referees.borders import Rule

EPOCH = 719_163
ERRORS = LinkErrors(0.05, 0.3, draws=6, seed=3)


def register(rule: Rule, people: int) -> pa.Table:
    rng = random.Random(f"band {rule}")
    histories = [
        (random_history(rng, rule, rng.choice([0, 0, 0.2]), 0.1), rng.choice([None, True, False]))
        for _ in range(people)
    ]
    order = [n for history, _ in histories for n in range(len(history))]
    return as_rows(histories).append_column("sequence", pa.array(order, pa.int32()))


def rates(errors: LinkErrors) -> list[float]:
    """Broken links per link of each draw: even between the bounds, on the scale of logarithms."""
    rng = random.Random(errors.seed)
    low, high = math.log(errors.low), math.log(errors.high)
    return [math.exp(rng.uniform(low, high)) for _ in range(errors.draws)]


def breaks(row: dict[str, Any], draw: int, rate: float, errors: LinkErrors) -> bool:
    """Whether the link before a crossing breaks: six digits of a hash, five draws to a hash."""
    day = row["day"].toordinal() - EPOCH
    arrives = str(row["direction"] == "arrival").lower()
    text = f"{errors.seed}/{draw // 5}/{row['person']}/{day}/{arrives}/{row['sequence']}"
    digits = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    place = draw % 5 * 6
    return int(digits[place : place + 6], 16) < int(rate * 16**6)


def broken(rows: list[dict[str, Any]], draw: int, errors: LinkErrors) -> tuple[list[dict[str, Any]], int]:
    """The register with every broken link the end of one person and the beginning of another."""
    of: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        of[row["person"]].append(row)
    rate, made, links = rates(errors)[draw], [], 0
    person = 0
    for path in of.values():
        person, whole = person + 1, True
        for place, row in enumerate(sorted(path, key=lambda each: each["sequence"])):
            if place and breaks(row, draw, rate, errors):
                person, whole, links = person + 1, False, links + 1
            status = row["initial_status"] if whole else None
            made.append({**row, "person": person, "initial_status": status})
    return made, links


def migrations(duck: Any, registers: list[list[dict[str, Any]]], rule: Rule, schema: Any) -> list[list[int]]:
    """Certain migrations of each register: all are classified at once, none of their persons is another's."""
    rows = [
        {**row, "person": number * 10**6 + row["person"]}
        for number, register in enumerate(registers)
        for row in register
    ]
    counts = [[0, 0] for _ in registers]
    for row in fetch(classify(duck(pa.Table.from_pylist(rows, schema)), outcome_rule(rule))).to_pylist():
        if row["long_term_migrant"]:
            counts[row["person"] // 10**6][row["direction"] == "departure"] += 1
    return [[came, went, came - went] for came, went in counts]


@pytest.mark.parametrize("rule", [Rule(365, 487, 1500, 0), Rule(2, 5, 30, None)], ids=str)
def test_the_band_is_that_of_registers_with_the_links_broken(rule: Rule, duck: Any) -> None:
    table = register(rule, 150)
    classified = classify(duck(table), outcome_rule(rule))
    worker = Engine(classified.get_backend(), "duckdb", "")
    found = {
        row["measure"]: row
        for row in estimate_link_error_band(worker, classified, outcome_rule(rule), ERRORS)
    }
    registers = [table.to_pylist()]
    for draw in range(ERRORS.draws):
        rows, links = broken(registers[0], draw, ERRORS)
        assert links > 10
        registers.append(rows)
    whole, *drawn = migrations(duck, registers, rule, table.schema)
    assert len({tuple(each) for each in drawn}) > 1
    for n, name in enumerate(MEASURES):
        values = [each[n] for each in drawn]
        assert found[name] == {
            "measure": name,
            "value": whole[n],
            "mean": sum(values) / len(values),
            "low": min(values),
            "high": max(values),
            "draws": ERRORS.draws,
        }


def test_without_a_broken_link_nothing_moves(duck: Any) -> None:
    rule = Rule(8, 11, 60, 0)
    classified = classify(duck(register(rule, 30)), outcome_rule(rule))
    worker = Engine(classified.get_backend(), "duckdb", "")
    for row in estimate_link_error_band(worker, classified, outcome_rule(rule), LinkErrors(1e-7, 1e-7, 2)):
        assert row["low"] == row["mean"] == row["high"] == row["value"]
