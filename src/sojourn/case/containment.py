"""Containment of counts: which reading counts a subset of another, by definition and without a model.

A count contains another if its window contains the other's, or if it covers all borders, all people, the
whole country or all waves. Entries contain people, people contain arrivals, and exits contain departures.
"""

from __future__ import annotations

from dataclasses import replace

from sojourn.case.case import Case
from sojourn.case.row_checks import is_share
from sojourn.case.schema import FLOWS, SHARES_OF_ONE
from sojourn.case.tables import Reading

SAME = "count the same as"
"""How two readings that count the same thing are related, in words."""
WITHIN: dict[str, frozenset[str]] = {
    "arrivals": frozenset({"people", "entries"}),
    "people": frozenset({"entries"}),
    "departures": frozenset({"exits"}),
    "settled": frozenset({"present"}),
    "stayed": frozenset({"present"}),
}
"""Measure → measures of the same place and time that are at least as large."""


def contained(case: Case, part: Reading, whole: Reading) -> str | None:
    """Return how one count is contained in another, in words.

    Returns:
        "are part of"; SAME if both readings count the same thing; None if the
        first need not be contained in the second.
    """
    part, whole = mirrored(case, part), mirrored(case, whole)
    if is_share(part) or is_share(whole):
        return SAME if _same_share(part, whole) else None
    if "net" in (part.measure, whole.measure) or "rent" in (part.measure, whole.measure):
        return SAME if _count_of(part) == _count_of(whole) else None
    is_within = (
        (part.measure == whole.measure or whole.measure in WITHIN.get(part.measure, frozenset()))
        and whole.who in (part.who, "all")
        and part.scheme == whole.scheme
        and _window_within(part, whole)
        and _place_within(case, part, whole)
        and _border_within(case, part, whole)
        and whole.wave in ("", part.wave)
    )
    if not is_within:
        return None
    return SAME if _count_of(part) == _count_of(whole) else "are part of"


def mirrored(case: Case, r: Reading) -> Reading:
    """Return crossings of the origin's border with a named place as that place counts them.

    Exits of the origin towards a place are entries to that place; other readings are returned unchanged.
    """
    if r.place != case.settings.origin or not r.counterpart or r.measure not in ("entries", "exits"):
        return r
    return replace(
        r, measure="exits" if r.measure == "entries" else "entries", place=r.counterpart, counterpart=r.place
    )


def _border_within(case: Case, part: Reading, whole: Reading) -> bool:
    """Tell whether the whole covers the border of the part; all first arrivals cross the origin's border."""
    if part.measure == whole.measure:
        return whole.counterpart in ("", part.counterpart)
    from_origin = part.measure == "arrivals" and whole.counterpart == case.settings.origin
    return not whole.counterpart or from_origin


def _place_within(case: Case, part: Reading, whole: Reading) -> bool:
    """Tell whether both places are the same, or the first is a part of the second."""
    here, there = part.place or case.settings.host, whole.place or case.settings.host
    places = case.settings.places
    return here == there or (here in places and places[here].parent == there)


def _window_within(part: Reading, whole: Reading) -> bool:
    """Tell whether stocks have the same date, or the window of a flow contains the other window."""
    if part.measure not in FLOWS:
        return whole.measure not in FLOWS and part.end == whole.end
    if part.start is None or part.end is None or whole.start is None or whole.end is None:
        return False
    return whole.start <= part.start and part.end <= whole.end


def count_without_dates(r: Reading) -> tuple[str, ...]:
    """Return a key of what a reading counts, whenever it counts it."""
    return (r.measure, r.place, r.counterpart, r.who, r.wave, r.scheme)


def _count_of(r: Reading) -> tuple[object, ...]:
    """Return a key of what a reading counts; rates are compared as totals, so `per` is left out."""
    return (*count_without_dates(r), r.start, r.end)


def _whole_of(r: Reading) -> tuple[object, ...]:
    """Return a key of the denominator of a share; empty fields take the values of the numerator."""
    if r.measure == "rate":
        return (r.of_measure, r.of_place or r.place, r.of_wave or r.wave, r.start)
    start, end = r.of_start or r.start, r.of_end or r.end
    return (r.of_measure, r.of_place or r.place, r.of_who or r.who, r.of_wave or r.wave, start, end)


def _same_share(a: Reading, b: Reading) -> bool:
    return _count_of(a) == _count_of(b) and _whole_of(a) == _whole_of(b)


def exclusive(a: Reading, b: Reading) -> bool:
    """Tell whether two readings are mutually exclusive shares of the same whole."""
    if not (a.of_measure and b.of_measure) or "rate" in (a.measure, b.measure):
        return False
    same = (a.place, a.wave, a.end, a.who) == (b.place, b.wave, b.end, b.who)
    apart = {a.measure, b.measure} <= SHARES_OF_ONE and a.measure != b.measure
    return apart and same and _whole_of(a) == _whole_of(b)
