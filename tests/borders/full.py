"""The outcome rule against the walk on many random histories: `python -m tests.borders.full [HISTORIES]`.

200,000 by default, shared by 365/487, 270/365 and 182/365 days, with and without truncation, a first day of
observation, a given status, and missing crossings. Prints how many crossings got which answer.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tests.borders.conftest import random_history
from tests.borders.outcomes import answers, differences
from tests.referees.borders import Crossing, Rule, by_walk

RULES = ((365, 487), (270, 365), (182, 365))
People = list[tuple[list[Crossing], bool | None]]


def people_of(threshold: int, window: int, histories: int, seed: str) -> Iterator[tuple[Rule, People]]:
    """Groups of histories that share a rule: observed in full or cut short, with a first day or without."""
    for since in (None, 0):
        for rest in (window, 0):
            rng = random.Random(f"{seed} {threshold} {window} {since} {rest}")
            rule = Rule(threshold, window, 3 * window, since)
            history_of = Rule(threshold, window, 3 * window - rest, since)
            people: People = []
            for _ in range(histories // 4):
                born = rng.choice([None, True, False])
                # With a first day the referee tries every past, which leaves little time for gaps.
                gappy = rng.random() < 0.4 and (since is None or born is not None)
                missing = rng.choice([0.1, 0.3]) if gappy else 0
                people.append((random_history(rng, history_of, missing, 0.1), born))
            yield rule, people


def main(histories: int) -> None:
    import ibis

    connection, answered, wrong = ibis.duckdb.connect(), Counter[str](), 0
    for threshold, window in RULES:
        for rule, people in people_of(threshold, window, histories // len(RULES), seed="full"):

            def put(rows: Any) -> Any:
                connection.con.register("histories", rows)
                return connection.table("histories")

            for (history, born), rows in zip(people, answers(put, people, rule), strict=True):
                found = differences(rows, by_walk(history, rule, born))
                gaps = any(a[1] == b[1] for a, b in pairwise(history))
                wrong += bool(found)
                for row in rows:
                    answered[f"{'gaps' if gaps else 'no gaps'}: {row['long_term_migrant']}"] += 1
                if found and wrong < 10:
                    print(rule, history, born, *found, sep="\n  ")
            print(
                f"{threshold}/{window} since {rule.since}: {len(people):,} histories, {wrong} wrong so far",
                flush=True,
            )
    for name, number in sorted(answered.items()):
        print(f"{name:<20}{number:>12,}")
    sys.exit(int(wrong > 0))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
