"""The register's answers beside the referee's, for many persons at once."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sojourn.borders.outcome.classification import classify
from tests.borders.conftest import as_rows, outcome_rule
from tests.referees.borders import Crossing, Possible, Rule

WORDS = {"resident": True, "non_resident": False}


def answers(
    put: Any, people: list[tuple[list[Crossing], bool | None]], rule: Rule
) -> list[list[dict[str, Any]]]:
    """A list of rows per person, in the order of the history."""
    rows = as_rows(people)
    rows = rows.append_column("sequence", pa.array([n for h, _ in people for n in range(len(h))], pa.int32()))
    result = fetch(classify(put(rows), outcome_rule(rule)))
    result = result.take(pc.sort_indices(result, [("person", "ascending"), ("sequence", "ascending")]))
    listed, found, at = result.to_pylist(), [], 0
    for history, _ in people:
        found.append(listed[at : at + len(history)])
        at += len(history)
    return found


def fetch(table: Any) -> pa.Table:
    connection = table.get_backend()
    return connection.con.sql(str(connection.compile(table))).to_arrow_table()


def differences(rows: list[dict[str, Any]], possible: list[Possible]) -> list[str]:
    """Where the register and the referee differ about one person, in words."""
    found = []
    for row, want in zip(rows, possible, strict=True):
        if row["long_term_migrant"] is not want.answer:
            found.append(f"{row}: answer {want.answer}")
        for name, statuses in (("status_before", want.before), ("status_after", want.after)):
            known = next(iter(statuses)) if len(statuses) == 1 else None
            if WORDS.get(row[name]) is not known:
                found.append(f"{row}: {name} {set(statuses)}")
    return found
