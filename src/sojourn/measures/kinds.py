"""Kinds of measure: what shares a source's bias and an error of measurement."""

from __future__ import annotations

from typing import Literal

from sojourn.case import Reading

Kind = Literal["crossings", "persons", "stocks", "onward", "returns", "documents", "shares", "rents"]

Scale = Literal["log", "logit", "net", "linear"]
"""How a figure is compared: log for counts, logit for shares, linear in crossings for
nets (error in proportion to the gross flows), linear in log rents for rents."""

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
    """The kind of a reading; a reading with a denominator is a share."""
    return "shares" if reading.of_measure else _KIND[reading.measure]


def scale_of(reading: Reading) -> Scale:
    """The scale on which a reading's expectation and the spoken figure are compared."""
    if reading.of_measure or reading.measure == "rate":
        return "logit"
    if reading.measure == "net":
        return "net"
    return "linear" if reading.measure == "rent" else "log"
