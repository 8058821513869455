"""Which numbers of an answer the figures in use bear on: the rule for "nothing speaks to this".

Outcomes are judged by the measures of the readings in use. A third place or a part of the host is judged by
whether a reading in use names it. `check` and the answer both follow this module.
"""

from __future__ import annotations

from collections.abc import Iterator

from sojourn._core.headline_labels import NOTHING_SPEAKS
from sojourn._core.outcomes import Outcome
from sojourn.case.case import Case
from sojourn.case.row_checks import is_share
from sojourn.case.tables import Reading

TOUCHES: dict[Outcome, frozenset[str]] = {
    "arrived": frozenset({"arrivals", "people", "entries", "net"}),
    "stayed": frozenset({"stayed", "present", "settled", "register", "net", "rent"}),
    "moved_on": frozenset({"moved_on", "departures", "exits"}),
    "returned": frozenset({"returned", "departures", "exits"}),
}
"""Outcome → measures of the host, or of a part of it, that inform the outcome."""
PEOPLE = ("displaced", "all")
"""Groups of people of whom the displaced are a part."""


def list_unreached(case: Case) -> tuple[str, ...]:
    """List the numbers of an answer on which no reading of a claim in use bears.

    Returns:
        Outcomes, then `settled` (if the case has permits), then `in PLACE` for third places and for parts of
        the host.

    Example:
        >>> from sojourn.case import read_case
        >>> "stayed" in list_unreached(read_case("kazakhstan-2022"))
        False
    """
    used = {claim.claim for claim in case.claims if case.is_counted(claim)}
    readings = [reading for reading in case.readings if reading.claim in used]
    touched = _touched_by_contacts(case) | {o for reading in readings for o in _touched(case, reading)}
    missing: list[str] = [outcome for outcome in TOUCHES if outcome not in touched]
    if _has_permits(case) and not any(_counts_permits(case, reading) for reading in readings):
        missing.append("settled")
    named = {place for reading in readings for place in _named(case, reading)}
    named |= {place for group in case.contacts for place in (group.place, _home(case, group.place))}
    return (*missing, *(f"in {place}" for place in _other_places(case) if place not in named))


def is_silent(case: Case, quantity: str) -> bool:
    """Whether nothing speaks to a number of an answer.

    Args:
        case: the case.
        quantity: an outcome; `surge` or `later`, arrivals in and after the surge; `settled`;
            `share OUTCOME`; or `in PLACE`, for a third place or a part of the host.
    """
    code = quantity.removeprefix("share ")
    return {"surge": "arrived", "later": "arrived"}.get(code, code) in list_unreached(case)


def describe_unreached(case: Case, code: str) -> str:
    """The sentence of `check` about an element of `list_unreached`."""
    host = case.settings.host
    if code.startswith("in "):
        return f"no claim in use names {code[3:]}; {NOTHING_SPEAKS}"
    return f"no claim in use is informative about {code} for {host}; {NOTHING_SPEAKS}"


def _other_places(case: Case) -> Iterator[str]:
    """Yield third places, then the parts of the host."""
    settings = case.settings
    for code, place in settings.places.items():
        if not place.parent and code not in (settings.host, settings.origin):
            yield code
    for code, place in settings.places.items():
        if place.parent == settings.host:
            yield code


def _has_permits(case: Case) -> bool:
    host = case.settings.host
    schemes = any(scheme.permit and scheme.place == host for scheme in case.settings.schemes)
    return schemes or any(r.measure == "settled" and r.place == host for r in case.readings)


def _counts_permits(case: Case, reading: Reading) -> bool:
    """Whether a reading counts permit holders of the host, or documents issued to them."""
    permits = {s.id for s in case.settings.schemes if s.permit and s.place == case.settings.host}
    return any(
        who in PEOPLE
        and _home(case, place) == case.settings.host
        and (measure == "settled" or (measure in ("issued", "register") and reading.scheme in permits))
        for measure, place, who in _sides(reading)
    )


def _named(case: Case, reading: Reading) -> Iterator[str]:
    """Yield the places whose displaced people a reading counts, or where it says that they went."""
    for _, place, who in _sides(reading):
        if who in PEOPLE:
            yield from (place, _home(case, place))
    if reading.who in PEOPLE and reading.counterpart:
        yield from (reading.counterpart, _home(case, reading.counterpart))


def _sides(reading: Reading) -> list[tuple[str, str, str]]:
    """Measure, place and group of people of a reading, and of its denominator."""
    sides: list[tuple[str, str, str]] = [(reading.measure, reading.place, reading.who)]
    if is_share(reading):
        of = (reading.of_measure, reading.of_place or reading.place, reading.of_who or reading.who)
        sides.append((of[0] or "", of[1], of[2]))
    return sides


def _touched(case: Case, reading: Reading) -> Iterator[Outcome]:
    if reading.measure == "rate" and _home(case, reading.of_place or reading.place) == case.settings.host:
        place = _home(case, reading.place)
        yield (
            "returned"
            if place == case.settings.origin
            else "stayed"
            if place == case.settings.host
            else "moved_on"
        )
    for measure, place, who in _sides(reading):
        if _home(case, place) != case.settings.host or who not in PEOPLE:
            continue
        for outcome, measures in TOUCHES.items():
            if measure in measures and not _other_way(case, outcome, measure, reading.counterpart):
                yield outcome


def _other_way(case: Case, outcome: Outcome, measure: str, counterpart: str) -> bool:
    """Tell whether departures to a named place inform another outcome; exits only show routes."""
    if measure != "departures" or not counterpart:
        return False
    return (counterpart == case.settings.origin) != (outcome == "returned")


def _home(case: Case, place: str) -> str:
    """Return the country of a place; an empty cell means the host."""
    place = place or case.settings.host
    about = case.settings.places.get(place)
    return about.parent or place if about else place


def _touched_by_contacts(case: Case) -> set[Outcome]:
    touched: set[Outcome] = set()
    for group in case.contacts:
        if _home(case, group.place) == case.settings.host:
            parts: tuple[tuple[Outcome, str], ...] = (
                ("stayed", group.stayed),
                ("moved_on", group.moved_on),
                ("returned", group.returned),
            )
            touched |= {outcome for outcome, cell in parts if cell}
    return touched
