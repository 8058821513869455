"""Numbers, dates and the answer itself in plain English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sojourn._core.outcomes import FATES, LABELS
from sojourn._core.rounding import format_people
from sojourn.report.inputs import ReportInputs

Numbers = Mapping[str, float]
OUTCOMES = {name: LABELS[name] for name in FATES}


def number(value: float) -> str:
    """A count to three significant digits: 1234567 → 1,230,000; 0.567 → 0.57."""
    if abs(value) < 10:
        return f"{value:.2g}".removesuffix(".0")
    return format_people(value).replace("-", "−")


def share(value: float) -> str:
    """A proportion as a whole percentage; below 1% with one decimal, so that it is not shown as 0%."""
    return (f"{value:z.1%}" if 0 < abs(value) < 0.01 else f"{value:z.0%}").replace("-", "−")


def day(iso: str) -> str:
    """2022-09-21 → 21 September 2022."""
    moment = date.fromisoformat(iso)
    return f"{moment.day} {moment:%B} {moment.year}"


def published(claim: Mapping[str, Any]) -> str:
    """When a claim was published: a date, or the first and the last possible date."""
    first, last = claim["published"], claim["published_until"]
    return first if first == last else f"{first} to {last}"


def span(numbers: Numbers, form: Any = number) -> str:
    """The 90% interval in words."""
    return f"{form(numbers['q05'])} to {form(numbers['q95'])}"


def sentence(material: ReportInputs) -> str:
    """The answer in two sentences; a number that does not rest on figures carries that label."""
    answer = material.answer
    arrived, host, origin = answer["outcomes"]["arrived"], answer["host"], answer["origin"]
    parts = [_share(material, name) for name in OUTCOMES]
    return (
        f"About {number(arrived['q50'])} people (90% interval {span(arrived)}{_label(material, 'arrived')}) "
        f"came from {material.labels.place(origin)} to {material.labels.place(host)}{_wave(material)}. By "
        f"{day(answer['asof'])}, about {parts[0]} were still there, {parts[1]} had moved on to other "
        f"countries and {parts[2]} had gone back."
    )


def _share(material: ReportInputs, name: str) -> str:
    numbers = material.answer["shares"][name]
    label = _label(material, f"share {name}") or _label(material, name)
    return f"{share(numbers['q50'])} ({span(numbers, share)}{label})"


def _label(material: ReportInputs, name: str) -> str:
    return f"; {label}" if (label := material.label(name)) else ""


def _wave(material: ReportInputs) -> str:
    wave = material.answer["wave"]
    for event in material.ledger["events"]:
        if wave and event["id"] == wave:
            return f" after {day(event['date'])} ({event['name']})"
    return f" in the wave “{wave}”" if wave else ""
