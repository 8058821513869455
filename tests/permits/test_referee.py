"""20,000 random itineraries per period kind against the day-by-day referee: one traveller and a register."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from sojourn.permits import Stay, assess, assess_register
from sojourn.permits.judge import Judgement
from sojourn.permits.regime import timelines
from sojourn.permits.rules import KINDS
from sojourn.permits.track import Span, absences
from tests.permits.itineraries import itinerary, random_spec, rule_of
from tests.referees import permits as referee

PARTS = 8
SPECS = 10
EACH = 20_000 // PARTS // SPECS
DAY = date.fromordinal


def expected(spec: referee.Spec, stays: list[referee.Stay]) -> list[referee.Account]:
    if spec.kind == "absence_rolling":
        return [referee.Account(), *referee.absent(spec, stays)]
    return referee.walk(spec, stays)[1]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("kind", KINDS)
def test_one_traveller_row_by_row(kind: str, part: int) -> None:
    rng = random.Random(f"rows {kind} {part}")
    for _ in range(SPECS):
        spec = random_spec(kind, rng)
        line = timelines(rule_of(spec), "RU")[0]
        for _ in range(EACH):
            stays = itinerary(spec, rng)
            spans = [Span(*stay) for stay in stays]
            away = [Span(0, -1), *absences(spans)]
            judged = Judgement(line, tuple(away if kind == "absence_rolling" else spans))
            for position, (span, want) in enumerate(zip(judged.spans, expected(spec, stays), strict=True)):
                if span.last >= span.first:
                    row = judged.row(position)
                    assert (row.first, row.unlawful, row.used) == (want.first, want.unlawful, want.used), (
                        spec,
                        stays,
                        position,
                    )


@pytest.mark.parametrize("part", range(PARTS // 4))
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "absence_rolling"])
def test_one_traveller_outlook(kind: str, part: int) -> None:
    """What lies ahead, on a quarter of as many itineraries: the referee walks on for each possible day."""
    rng = random.Random(f"outlook {kind} {part}")
    for _ in range(SPECS):
        spec = random_spec(kind, rng)
        rule = rule_of(spec)
        for _ in range(EACH):
            stays = itinerary(spec, rng)
            on = rng.choice(stays)[rng.randint(0, 1)] + rng.choice([0, 0, 1, rng.randint(0, 40)])
            known = [Stay(DAY(a), DAY(b), "" if counts else "visa") for a, b, counts in stays]
            answer = assess(rule, known, on=DAY(on), nationality="RU")
            want = referee.outlook(spec, stays, on, 400)
            further = answer.max_further_stay
            got = (
                answer.used,
                answer.unlawful_days,
                None if further is None or further >= 400 else further,
                answer.earliest_reentry and answer.earliest_reentry.toordinal(),
            )
            assert got == (want.used, want.unlawful, want.further, want.reentry), (spec, stays, on)


@pytest.mark.parametrize("part", range(4))
def test_absence_outlook(part: int) -> None:
    """Away, the day to be back by is the first absent day beyond the limit, as absence goes on."""
    rng = random.Random(f"absence {part}")
    for _ in range(10):
        spec = random_spec("absence_rolling", rng)
        rule = rule_of(spec)
        for _ in range(100):
            stays = itinerary(spec, rng)
            on = stays[-1][1] + rng.randint(1, 30)
            answer = assess(rule, [(DAY(a), DAY(b)) for a, b, _ in stays], on=DAY(on), nationality="RU")
            far = on + 1500
            bad = _bad_days(spec, stays, far)
            later = [day for day in bad if day > on]
            if on in bad:
                assert answer.latest_return is None or answer.latest_return <= DAY(on)
            else:
                assert answer.latest_return == (DAY(min(later)) if later else None), (spec, stays, on)
            assert answer.unlawful_days == sum(day <= on for day in bad)


def _bad_days(spec: referee.Spec, stays: list[referee.Stay], until: int) -> set[int]:
    machine = referee.Machine(spec, stays[0][0])
    present = {d for a, b, _ in stays for d in range(a, b + 1)}
    bad: set[int] = set()
    for day in range(stays[0][0], until + 1):
        out = day not in present
        if machine.touch(day, False, True, out, out):
            bad.add(day)
    return bad


@pytest.mark.parametrize("kind", KINDS)
def test_register(kind: str, duck: Any) -> None:
    rng = random.Random(f"register {kind}")
    for _ in range(SPECS):
        spec = random_spec(kind, rng)
        travellers = [itinerary(spec, rng) for _ in range(20_000 // SPECS)]
        rows = [
            (person, DAY(a), DAY(b), "" if counts else "visa")
            for person, stays in enumerate(travellers)
            for a, b, counts in stays
        ]
        rng.shuffle(rows)
        result = assess_register(duck(rows), rule_of(spec), nationality="RU")
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
