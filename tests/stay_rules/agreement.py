"""The package against the day-by-day referee, on random itineraries; each check takes how many.

`python -m tests.stay_rules.agreement` (`make referee`) runs every check on 20,000 itineraries per period
kind; the tests run the same checks on fewer.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from typing import Any

from sojourn.stay_rules import Stay, assess, assess_register
from sojourn.stay_rules.breaches import Breaches
from sojourn.stay_rules.counting import Span, absences
from sojourn.stay_rules.timeline import timelines
from tests.referees import stay_rules as referee
from tests.stay_rules.arrow_tables import as_arrow
from tests.stay_rules.itineraries import KINDS, itinerary, random_spec, rule_of

FULL = 20_000
PER_SPEC = 250
"""Itineraries under one random limit, before the next is drawn."""
DAY = date.fromordinal
Draw = tuple[random.Random, referee.Spec, int]


def draws(what: str, kind: str, number: int, each: int = PER_SPEC) -> Iterator[Draw]:
    """A generator of random numbers, a limit of the kind, and how many itineraries to try under it."""
    for part in range(-(-number // each)):
        rng = random.Random(f"{what} {kind} {part}")
        yield rng, random_spec(kind, rng), min(each, number - part * each)


def expected(spec: referee.Spec, stays: list[referee.Stay]) -> list[referee.Account]:
    """What the referee says of every stay (for rules on absence, of the absence before it)."""
    if spec.kind == "absence_rolling":
        return [referee.Account(), *referee.absent(spec, stays)]
    return referee.walk(spec, stays)[1]


def rows(kind: str, number: int) -> None:
    """First unlawful day, unlawful days and days used of every stay of one traveller."""
    for rng, spec, each in draws("rows", kind, number):
        line = timelines(rule_of(spec), "RU")[0]
        for _ in range(each):
            stays = itinerary(spec, rng)
            spans = [Span(*stay) for stay in stays]
            away = [Span(0, -1), *absences(spans)]
            judged = Breaches(line, tuple(away if kind == "absence_rolling" else spans))
            for position, (span, want) in enumerate(zip(judged.spans, expected(spec, stays), strict=True)):
                if span.last >= span.first:
                    row = judged.row(position)
                    got = row.first, row.unlawful, row.used
                    assert got == (want.first, want.unlawful, want.used), (spec, stays, position)


def outlook(kind: str, number: int) -> None:
    """What lies ahead: days used and unlawful, how long one may stay, when one may come back."""
    if kind == "absence_rolling":
        return absence_outlook(number)
    for rng, spec, each in draws("outlook", kind, number):
        rule = rule_of(spec)
        for _ in range(each):
            stays = itinerary(spec, rng)
            on = rng.choice(stays)[rng.randint(0, 1)] + rng.choice([0, 0, 1, rng.randint(0, 40)])
            known = [Stay(DAY(a), DAY(b), "" if counts else "visa") for a, b, counts in stays]
            answer = assess(rule, known, on=DAY(on), nationality="RU")
            want = referee.outlook(spec, stays, on, 400)
            further, last = answer.max_further_stay, answer.latest_lawful_exit
            got = (
                answer.used,
                answer.unlawful_days,
                None if further is None or further >= 400 else further,
                answer.earliest_reentry and answer.earliest_reentry.toordinal(),
            )
            assert got == (want.used, want.unlawful, want.further, want.reentry), (spec, stays, on)
            if further and further < 400 and last:
                _check_last(spec, stays, on, last.toordinal())
    return None


def _check_last(spec: referee.Spec, stays: list[referee.Stay], on: int, last: int) -> None:
    """Leaving on the latest lawful day adds no unlawful day, leaving on the next does."""
    past = [stay for stay in stays if stay[0] <= on]
    inside = past[-1][1] >= on
    first, counts = (past[-1][0], past[-1][2]) if inside else (on, True)
    before = past[:-1] if inside else past
    found = [
        sum(a.unlawful for a in referee.walk(spec, [*before, (first, end, counts)])[1])
        for end in (max(on, first), last, last + 1)
    ]
    assert found[0] == found[1] < found[2], (spec, stays, on, last)


def absence_outlook(number: int) -> None:
    """Away, the day to be back by is the first absent day beyond the limit, as absence goes on."""
    for rng, spec, each in draws("outlook", "absence_rolling", number):
        rule = rule_of(spec)
        for _ in range(each):
            stays = itinerary(spec, rng)
            on = stays[-1][1] + rng.randint(1, 30)
            answer = assess(rule, [(DAY(a), DAY(b)) for a, b, _ in stays], on=DAY(on), nationality="RU")
            bad = _bad_days(spec, stays, on + 800)
            later = [day for day in bad if day > on]
            if on in bad:
                assert answer.latest_return is None or answer.latest_return <= DAY(on), (spec, stays, on)
            elif later:
                assert answer.latest_return == DAY(min(later)), (spec, stays, on)
            else:
                assert answer.latest_return is None or answer.latest_return > DAY(on + 800)
            assert answer.unlawful_days == sum(day <= on for day in bad)


def _bad_days(spec: referee.Spec, stays: list[referee.Stay], until: int) -> set[int]:
    machine = referee.Machine(spec, stays[0][0])
    present = {d for a, b, _ in stays for d in range(a, b + 1)}
    bad: set[int] = set()
    for day in range(stays[0][0], until + 1):
        out = day not in present
        if machine.touch(day, False, True, out, out):
            bad.add(day)
            if day > stays[-1][1] and len(bad) > 400:
                break
    return bad


def register(kind: str, number: int, table: Callable[..., Any], specs: int = 10) -> None:
    """The rows of a register, whose travellers are given in one table for each limit."""
    for rng, spec, each in draws("register", kind, number, number // specs):
        travellers = [itinerary(spec, rng) for _ in range(each)]
        stays = [
            (person, DAY(a), DAY(b), "" if counts else "visa")
            for person, stays in enumerate(travellers)
            for a, b, counts in stays
        ]
        rng.shuffle(stays)
        result = assess_register(table(stays), rule_of(spec), nationality="RU")
        got = sorted(
            (
                row["person"],
                row["entry"].toordinal(),
                row["exit"].toordinal(),
                row["first_unlawful"].toordinal() if row["first_unlawful"] else 0,
                row["unlawful_days"],
                row["used_at_exit"],
            )
            for row in result.to_pyarrow().to_pylist()
        )
        want = sorted(
            (person, a, b, account.first or 0, account.unlawful, account.used)
            for person, stays in enumerate(travellers)
            for (a, b, _), account in zip(stays, expected(spec, stays), strict=True)
        )
        different = [pair for pair in zip(got, want, strict=True) if pair[0] != pair[1]]
        assert not different, (spec, different[:3])


def main() -> None:
    import ibis

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--number", type=int, default=FULL, help="itineraries per check and period kind")
    number = parser.parse_args().number
    connection, names = ibis.duckdb.connect(), count()

    def table(rows: list[tuple[Any, ...]]) -> Any:
        name = f"stays{next(names)}"
        connection.con.register(name, as_arrow(rows))
        return connection.table(name)

    for kind in KINDS:
        start = time.process_time()
        rows(kind, number)
        outlook(kind, number)
        register(kind, number, table)
        seconds = time.process_time() - start
        print(f"{kind}: {number:,} itineraries each of rows, outlook, register agree ({seconds:.0f} s)")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
