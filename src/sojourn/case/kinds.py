"""Kinds of measure: groups of measures that share a source's bias and a measurement error."""

from __future__ import annotations

from typing import Literal

from sojourn.case.tables import Reading

Kind = Literal["crossings", "persons", "stocks", "onward", "returns", "documents", "shares", "rents"]

_KIND: dict[str, Kind] = {
    "entries": "crossings",
    "exits": "crossings",
    "net": "crossings",
    "people": "persons",
    "arrivals": "persons",
    "departures": "onward",
    "moved_on": "onward",
    "present": "stocks",
    "settled": "stocks",
    "register": "stocks",
    "stayed": "stocks",
    "returned": "returns",
    "issued": "documents",
    "rate": "shares",
    "rent": "rents",
}


def kind_of(reading: Reading) -> Kind:
    """Return the kind of a reading; a reading with a denominator is a share.

    Example:
        >>> from sojourn.case import read_case
        >>> reading = read_case("kazakhstan-2022").readings[0]
        >>> reading.measure, kind_of(reading)
        ('entries', 'crossings')
    """
    return "shares" if reading.of_measure else _KIND[reading.measure]
