"""Kinds of measure: groups of measures that share a source's bias and a measurement error."""

from __future__ import annotations

from typing import Literal

from sojourn.case import Reading

Kind = Literal["crossings", "persons", "stocks", "onward", "returns", "documents", "shares", "rents"]

Scale = Literal["log", "logit", "net", "linear"]
"""The scale of comparison: log for counts, logit for shares, linear in crossings for nets (with an
error proportional to gross flows), and linear in log rents for rents."""

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


def scale_of(reading: Reading) -> Scale:
    """Return the scale on which the expectation of a reading is compared with the published figure.

    Example:
        >>> from sojourn.case import read_case
        >>> reading = read_case("kazakhstan-2022").readings[0]
        >>> reading.measure, scale_of(reading)
        ('entries', 'log')
    """
    if reading.of_measure or reading.measure == "rate":
        return "logit"
    if reading.measure == "net":
        return "net"
    return "linear" if reading.measure == "rent" else "log"
