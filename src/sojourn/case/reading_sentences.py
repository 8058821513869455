"""Readings as sentences: what a figure counts if the reading is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sojourn.case.schema import STOCKS
from sojourn.case.tables import Reading

_WHO = {
    "all": "everybody",
    "displaced": "displaced people",
    "visitors": "visitors",
    "residents": "earlier residents",
}
_COUNTED = {
    "entries": "entries into {place} by {who}",
    "exits": "exits from {place} by {who}",
    "net": "entries into {place} minus exits from it, by {who}",
    "people": "people who entered {place}, each counted once ({who})",
    "arrivals": "displaced people whose first host was {place}",
    "departures": "displaced people who left {place} until further notice",
    "present": "{who} in {place}",
    "settled": "displaced people in {place} with a residence permit",
    "issued": "papers ({scheme}) handed out in {place} to {who}",
    "register": "names on the register ({scheme}) of {place}, of {who}",
    "stayed": "displaced people who had come to {place} and were still there",
    "moved_on": "displaced people who had come to {place} and were in {onward}",
    "returned": "displaced people who had come to {place} and were back in the origin",
    "rent": "the change of rents in {place}",
}
_PARTS = {
    "entries": "had entered {place}",
    "exits": "had gone out of {place}",
    "people": "had entered {place}",
    "arrivals": "had {place} as their first host",
    "departures": "had left {place} until further notice",
    "present": "were in {place}",
    "settled": "had a residence permit in {place}",
    "issued": "had been given papers ({scheme}) in {place}",
    "register": "were on the register ({scheme}) of {place}",
    "stayed": "were still there",
    "moved_on": "were in {onward}",
    "returned": "were back in the origin",
}
"""Measure of a part → what those did who are the part."""
_SIDES = {"entries": "from", "exits": "to", "net": "across the border with", "departures": "to"}


def reading_sentence(
    reading: Reading, places: Mapping[str, str] | None = None, host: str = "the host"
) -> str:
    """Return what a reading counts, as the rest of a sentence that begins with "The figure counts".

    Args:
        reading: the reading.
        places: id of a place → its name.
        host: name of the host, for a reading without a place.

    Example:
        >>> days = {"start": date(2022, 9, 21), "end": date(2022, 12, 15)}
        >>> found = Reading("K", "r", 1.0, "entries", place="KZ", counterpart="RU", who="all", **days)
        >>> reading_sentence(found, {"KZ": "Kazakhstan", "RU": "Russia"})
        'entries into Kazakhstan by everybody, from Russia, from 21 September to 15 December 2022'
    """
    names = dict(places or {})
    place = names.get(reading.place, reading.place) or host
    if reading.measure == "rate":
        whole = names.get(reading.of_place, reading.of_place) or host
        states = {
            "stayed": "those who had stayed",
            "moved_on": "those who had moved on",
            "returned": "returnees",
        }
        state = states.get(reading.of_measure, "displaced people")
        first, second = _day(reading.start), _day(reading.end)
        return f"the share of {state} in {whole} on {first} that was in {place} on {second}"
    counted = _counted(reading, place, names)
    if not reading.of_measure:
        return ", ".join(part for part in (counted, _wave(reading), _when(reading)) if part)
    whole = reading.whole()
    if whole is None:
        return counted
    of = _counted(whole, names.get(whole.place, whole.place) or host, names)
    part = _PARTS[reading.measure].format(place=place, scheme=reading.scheme, onward=_onward(reading, names))
    return f"the share, of {of}, {_when(whole)}, who {part} {_when(reading)}"


def _onward(reading: Reading, names: Mapping[str, str]) -> str:
    return names.get(reading.counterpart, reading.counterpart) or "a third place"


def _counted(reading: Reading, place: str, names: Mapping[str, str]) -> str:
    other = names.get(reading.counterpart, reading.counterpart)
    text = _COUNTED[reading.measure].format(
        place=place, who=_WHO[reading.who], scheme=reading.scheme, onward=_onward(reading, names)
    )
    side = _SIDES.get(reading.measure, "")
    return f"{text}, {side} {other}" if other and side else text


def _wave(reading: Reading) -> str:
    return f"who came with {reading.wave}" if reading.wave else ""


def _when(reading: Reading) -> str:
    """Return the window in words: on a day, or from one day to another, perhaps per day."""
    if reading.measure in STOCKS or reading.start is None:
        return f"on {_day(reading.end)}"
    per = "" if reading.per == "total" else f"on average per {reading.per}, "
    if reading.start == reading.end:
        return f"{per}on {_day(reading.end)}"
    first = f"{reading.start.day} {reading.start:%B}"
    is_same_year = reading.end is not None and reading.start.year == reading.end.year
    return f"{per}from {first if is_same_year else _day(reading.start)} to {_day(reading.end)}"


def _day(day: date | None) -> str:
    return "a day not given" if day is None else f"{day.day} {day:%B} {day.year}"
