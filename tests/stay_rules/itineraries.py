"""Random itineraries and limits for the referee, small enough to be rich in edge cases."""

from __future__ import annotations

import random
from datetime import date
from typing import get_args

from sojourn.stay_rules.schema import PeriodKind, Rule
from tests.referees.stay_rules import Spec, Stay

KINDS: tuple[str, ...] = get_args(PeriodKind)
ANCHORS = [date(y, 1, 20).toordinal() for y in (2019, 2020, 2023, 2024)]


def random_spec(kind: str, rng: random.Random, *, flags: bool = True) -> Spec:
    """A limit with small numbers; now and then the real 90 in 180, a calendar span, uncounted days."""
    big = rng.random() < 0.2
    cap: int | str = 90 if big else rng.randint(2, 25)
    window = 180 if big else cap + rng.randint(0, 30)
    entry_day = exit_day = True
    if flags and kind != "absence_rolling":
        entry_day, exit_day = rng.random() > 0.2, rng.random() > 0.2
    days = span = outside = None
    if kind == "entry" and rng.random() < 0.3:
        cap = rng.choice(["P1M", "P2M"])
    if kind in ("rolling", "block", "session", "absence_rolling"):
        days = window
    if kind in ("rolling", "block", "absence_rolling") and rng.random() < 0.25:
        days, span = None, rng.choice(["P1M", "P2M", "P1Y"])
        cap = rng.randint(10, 60) if span == "P1Y" else rng.randint(2, 25)
    if kind == "gap":
        outside = rng.randint(1, 40)
    return Spec(kind, cap, days, span, outside, entry_day, exit_day)


def rule_of(spec: Spec, **more: object) -> Rule:
    """A rule with the one limit of a spec."""
    period = {"kind": spec.kind, "days": spec.days, "span": spec.span, "outside": spec.outside}
    period = {key: value for key, value in period.items() if value is not None}
    version = {
        "in_force": {},
        "limits": [{"id": "limit", "cap": spec.cap, "period": period}],
        "counting": {"entry_day": spec.entry_day, "exit_day": spec.exit_day},
        "clock_stops": ["visa"],
        "cite": {"act": "made up", "checked": "2026-01-01", "confidence": "high"},
    }
    content = {"id": "XX.test", "title": "test", "zone": "KZ", "applies": {"nationality": ["RU"]}}
    return Rule.model_validate({**content, "versions": [version], **more})


def itinerary(spec: Spec, rng: random.Random) -> list[Stay]:
    """A few stays whose lengths and distances are near the numbers of the limit."""
    scale = spec.cap if isinstance(spec.cap, int) else 35
    window = spec.days or spec.outside or 2 * scale
    day = rng.choice(ANCHORS) + rng.randint(0, 60)
    stays: list[Stay] = []
    for _ in range(rng.randint(1, 6)):
        last = day + rng.choice([0, 0, 1, rng.randint(0, scale), rng.randint(0, 2 * scale)])
        counts = spec.kind == "absence_rolling" or rng.random() > 0.12
        stays.append((day, last, counts))
        day = last + rng.choice([0, 1, 1, 2, rng.randint(0, 6), rng.randint(0, window)])
    return stays
