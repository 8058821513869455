"""Kinds of measure, and the scale on which each is compared with a published figure."""

from __future__ import annotations

from typing import Literal

from sojourn.case import Reading
from sojourn.case.kinds import Kind, kind_of

__all__ = ["Kind", "Scale", "kind_of", "scale_of"]

Scale = Literal["log", "logit", "net", "linear"]
"""The scale of comparison: log for counts, logit for shares, linear in crossings for nets (with an
error proportional to gross flows), and linear in log rents for rents."""


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
