"""Sentences that describe a reading: its measure, place, population, window and denominator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sojourn.case import Case, Claim, Reading
from sojourn.case.hedges import figure_text

PEOPLE = {
    "all": "all {n}, visitors and residents included",
    "displaced": "{n} who had fled",
    "visitors": "{n} visiting",
    "residents": "{n} who already lived there",
}
FRACTIONS = {
    (1, 2): "one in two",
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
    """Say what the figure counts under a reading, with the share of first arrivals if it is known."""
    whole = f"{_quoted(claim)} {counts(case, reading)}"
    if first is None or reading.who == "visitors":
        return whole + "."
    return f"{whole}; {fraction(first)} the first arrival of somebody who fled."


def claim_sentence(case: Case, claim: Claim, reading: Reading, weight: float, first: float | None) -> str:
    """Say what a claim counts under its likeliest reading, and how probable that reading is."""
    source = case.sources_by_id[claim.source].name
    sentence = reading_sentence(case, claim, reading, first)
    return f"{source}: {sentence} ({sure(weight)}, {weight:.0%})"


def _quoted(claim: Claim) -> str:
    verb = "is" if claim.value == 1 or claim.hedge in ("half", "most", "some") else "are"
    return f"“{figure_text(claim)}” {verb}"


def sure(weight: float) -> str:
    """Express the probability of a reading in words.

    Example:
        >>> sure(0.83)
        'very likely'
    """
    steps = ((0.95, "almost certainly"), (0.8, "very likely"), (0.5, "probably"), (0.0, "perhaps"))
    return next(word for least, word in steps if weight >= least)


def fraction(share: float) -> str:
    """Express a share in words, with its verb.

    Example:
        >>> fraction(0.26)
        'about one in four was'
    """
    if share < 0.005:
        return "hardly one in a hundred was"
    if share > 0.95:
        return "nearly every one was"
    top, bottom = min(FRACTIONS, key=lambda f: abs(f[0] / f[1] - share) / (share * (1 - share)) ** 0.5)
    return f"about {FRACTIONS[top, bottom]} {'was' if top == 1 else 'were'}"


def counts(case: Case, r: Reading) -> str:
    """Say what a reading counts."""
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
        when=window(r) + ("" if r.per == "total" else f", as a mean per {r.per}"),
    )


_TEXTS: Mapping[str, str] = {
    "entries": "border crossings into {here}{there} {when}, by {people}",
    "exits": "border crossings out of {here}{there} {when}, by {people}",
    "net": "border crossings into {here}{there} minus those out of it {when}, by {people}",
    "people": "different people who entered {here} {when}: {people}",
    "arrivals": "first arrivals in {here} {when}, of {fled}",
    "departures": "permanent departures from {here}{there} {when}, of {fled}",
    "present": "people present in {here} {when}: {people}",
    "settled": "holders of a residence permit in {here} {when}: {people}",
    "issued": "documents ({scheme}) issued in {here} {when}",
    "register": "entries in a register ({scheme}) in {here} {when}, outdated ones included",
    "returned": "{fled}, whose first host was {here}, and who were back in {origin} {when}",
    "moved_on": "{fled}, whose first host was {here}, and who were in {third} {when}",
    "stayed": "{fled}, whose first host was {here}, and who were still there {when}",
}


def _rate(case: Case, r: Reading) -> str:
    start = place(case, r.of_place or r.place)
    return (
        f"a share: of {people(case, r, 'displaced')} and were in {start} on {day(r.start)}, "
        f"those who were in {place(case, r.place)} on {day(r.end)}"
    )


def people(case: Case, r: Reading, who: str = "") -> str:
    """Say whom a reading counts; `who` replaces its own population."""
    nationals = f"citizens of {place(case, case.settings.origin)}"
    text = PEOPLE[who or r.who].format(n=nationals)
    wave = next((e.name or e.id for e in case.settings.events if e.id == r.wave), "")
    return f"{text} after “{wave}”" if wave and (who or r.who) == "displaced" else text


def place(case: Case, code: str) -> str:
    """Name of a place, or of the host if `code` is empty."""
    return case.settings.places[code or case.settings.host].name


def window(r: Reading) -> str:
    """Describe the window or date of a reading in words."""
    if r.start is None or r.end is None or r.start == r.end:
        return f"on {day(r.end)}"
    start = day(r.start)
    if r.start.year == r.end.year:
        start = f"{r.start.day}" if r.start.month == r.end.month else f"{r.start.day} {r.start:%B}"
    return f"from {start} to {day(r.end)}"


def day(moment: date | None) -> str:
    """Write a date in words.

    Example:
        >>> day(date(2022, 9, 21))
        '21 September 2022'
    """
    return f"{moment.day} {moment:%B %Y}" if moment else "an unknown day"


def _scheme(case: Case, r: Reading) -> str:
    return next((f"{s.name or s.id}" for s in case.settings.schemes if s.id == r.scheme), "documents")
