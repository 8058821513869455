"""A reading in plain words, from what it counts: measure, place, people, window, denominator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sojourn.case import Case, Claim, Reading
from sojourn.case.hedges import figure_text

PEOPLE = {
    "all": "all {n}, visitors and residents included",
    "displaced": "{n} who had fled",
    "visitors": "{n} on a visit",
    "residents": "{n} who lived there before",
}
FRACTIONS = {
    (1, 2): "every other one",
    (1, 3): "one in three",
    (2, 3): "two in three",
    (1, 4): "one in four",
    (3, 4): "three in four",
    **{
        (1, n): f"one in {w}" for n, w in ((5, "five"), (6, "six"), (8, "eight"), (10, "ten"), (20, "twenty"))
    },
    (2, 5): "two in five",
    (3, 5): "three in five",
    (4, 5): "four in five",
    (9, 10): "nine in ten",
    (1, 50): "one in fifty",
    (1, 100): "one in a hundred",
}


def reading_sentence(case: Case, claim: Claim, reading: Reading, first: float | None) -> str:
    """What the figure is under a reading, with the share of first arrivals where it has one."""
    whole = f"{_quoted(claim)} {counts(case, reading)}"
    if first is None or reading.who == "visitors":
        return whole + "."
    return f"{whole}; {fraction(first)} the first arrival of somebody who fled."


def claim_sentence(case: Case, claim: Claim, reading: Reading, weight: float, first: float | None) -> str:
    """The likeliest reading of a claim, and how sure that is."""
    source = case.sources_by_id[claim.source].name
    sentence = reading_sentence(case, claim, reading, first)
    return f"{source}: {sentence} ({sure(weight)}, {weight:.0%})"


def _quoted(claim: Claim) -> str:
    verb = "is" if claim.value == 1 or claim.hedge in ("half", "most", "some") else "are"
    return f"“{figure_text(claim)}” {verb}"


def sure(weight: float) -> str:
    """A weight in words."""
    steps = ((0.95, "almost certainly"), (0.8, "very likely"), (0.5, "probably"), (0.0, "perhaps"))
    return next(word for least, word in steps if weight >= least)


def fraction(share: float) -> str:
    """A share as people say it, with its verb: about one in four was."""
    if share < 0.005:
        return "hardly one in a hundred was"
    if share > 0.95:
        return "nearly every one was"
    top, bottom = min(FRACTIONS, key=lambda f: abs(f[0] / f[1] - share) / (share * (1 - share)) ** 0.5)
    return f"about {FRACTIONS[top, bottom]} {'was' if top == 1 else 'were'}"


def counts(case: Case, r: Reading) -> str:
    """What a reading counts."""
    if r.measure == "rate":
        return _rate(case, r)
    if r.measure == "rent":
        return f"the change of rents in {place(case, r.place)} {window(r)}"
    part = _count(case, r)
    whole = r.whole()
    return part if whole is None else f"a share: {part}, out of {_count(case, whole)}"


def _count(case: Case, r: Reading) -> str:
    here, there = place(case, r.place), place(case, r.counterpart) if r.counterpart else ""
    return _TEXTS[r.measure].format(
        people=people(case, r),
        fled=people(case, r, "displaced"),
        here=here,
        there=f" from {there}" if r.measure == "entries" and there else f" to {there}" if there else "",
        third=there or "third places",
        origin=place(case, case.settings.origin),
        scheme=_scheme(case, r),
        when=window(r) + ("" if r.per == "total" else f", a mean per {r.per}"),
    )


_TEXTS: Mapping[str, str] = {
    "entries": "border crossings into {here}{there} {when}, of {people}",
    "exits": "border crossings out of {here}{there} {when}, of {people}",
    "net": "border crossings into {here}{there} less those out of it {when}, of {people}",
    "people": "different persons who entered {here} {when}: {people}",
    "arrivals": "first arrivals in {here} {when}, of {fled}",
    "departures": "departures for good from {here}{there} {when}, of {fled}",
    "present": "persons present in {here} {when}: {people}",
    "settled": "holders of a residence permit in {here} {when}: {people}",
    "issued": "documents ({scheme}) issued in {here} {when}",
    "register": "entries on a register ({scheme}) in {here} {when}, stale ones included",
    "returned": "{fled}, first to {here}, and were back in {origin} {when}",
    "moved_on": "{fled}, first to {here}, and were in {third} {when}",
    "stayed": "{fled}, first to {here}, and were still there {when}",
}


def _rate(case: Case, r: Reading) -> str:
    start = place(case, r.of_place or r.place)
    return (
        f"a share: of {people(case, r, 'displaced')} and were in {start} on {day(r.start)}, "
        f"those in {place(case, r.place)} on {day(r.end)}"
    )


def people(case: Case, r: Reading, who: str = "") -> str:
    """Whom a reading counts."""
    nationals = f"citizens of {place(case, case.settings.origin)}"
    text = PEOPLE[who or r.who].format(n=nationals)
    wave = next((e.name or e.id for e in case.settings.events if e.id == r.wave), "")
    return f"{text} after “{wave}”" if wave and (who or r.who) == "displaced" else text


def place(case: Case, code: str) -> str:
    """Name of a place; the host where none is given."""
    return case.settings.places[code or case.settings.host].name


def window(r: Reading) -> str:
    """When, in words."""
    if r.start is None or r.end is None or r.start == r.end:
        return f"on {day(r.end)}"
    start = day(r.start)
    if r.start.year == r.end.year:
        start = f"{r.start.day}" if r.start.month == r.end.month else f"{r.start.day} {r.start:%B}"
    return f"from {start} to {day(r.end)}"


def day(moment: date | None) -> str:
    """A date in words."""
    return f"{moment.day} {moment:%B %Y}" if moment else "an unknown day"


def _scheme(case: Case, r: Reading) -> str:
    return next((f"{s.name or s.id}" for s in case.settings.schemes if s.id == r.scheme), "documents")
