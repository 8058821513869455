"""The records of a simulated world: crossings, sojourns, documents. Days count from the world's start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
DISPLACED, VISITOR, RESIDENT = 0, 1, 2
KINDS = ("displaced", "visitors", "residents")
PURPOSES = ("private", "tourism", "trade", "study", "transit")
PRIVATE, TOURISM, TRADE, STUDY, TRANSIT = range(5)
OPEN = 1 << 30
"""End of a sojourn that lasts beyond the calendar."""


class Columns:
    """A table as arrays of equal length, with concatenation and selection of rows."""

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """Concatenate the rows of all parts, in order."""
        names = [field.name for field in fields(cls)]  # pyright: ignore[reportArgumentType]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def take(self, rows: Array) -> Self:
        """Select rows by mask or index."""
        names = [field.name for field in fields(self)]  # pyright: ignore[reportArgumentType]
        return type(self)(**{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True)
class Crossings(Columns):
    """Every crossing of a recorded border, one row each; places, kinds and purposes are indices.

    `person` is the agent. `kind` (displaced, visitor or resident) is not known to border services.
    """

    person: Array
    day: Array
    arrival: Array
    place: Array
    counterpart: Array
    purpose: Array
    kind: Array

    def __len__(self) -> int:
        """Number of crossings."""
        return len(self.day)


@dataclass(frozen=True)
class Sojourns(Columns):
    """Where each displaced person lived, over [start, end), ignoring short trips; one row per sojourn.

    Days of travel belong to the next sojourn. `settled` is the day of a permit, or `OPEN`.
    """

    person: Array
    place: Array
    start: Array
    end: Array
    settled: Array


@dataclass(frozen=True)
class Displaced:
    """Attributes of the displaced, (agents,) each, in the order of their ids."""

    wave: Array
    host: Array
    arrival: Array
    stratum: Array
    circle: Array
    passing: Array
    settles: Array
    lawful: Array

    def __len__(self) -> int:
        """Number of displaced people."""
        return len(self.arrival)


@dataclass(frozen=True)
class Documents(Columns):
    """Entries of all registers: scheme (index), person, day issued, and day of removal or `OPEN`."""

    scheme: Array
    person: Array
    issued: Array
    struck: Array
    kind: Array


@dataclass(frozen=True)
class Records:
    """The complete records of a world, which no observer inside it has.

    `passport` (agents,) is an index into `passports`. Agents are numbered in the order:
    displaced, visitors, residents.
    """

    displaced: Displaced
    sojourns: Sojourns
    crossings: Crossings
    documents: Documents
    passport: Array
    passports: tuple[str, ...]
