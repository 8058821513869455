"""The type of findings about a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Topic = Literal["arithmetic", "quote", "reach", "ledger", "sources", "sum", "rate", "anchor"]


@dataclass(frozen=True, slots=True)
class ReadingPair:
    """A reading of each of two claims, and whether the two figures contradict each other under them."""

    first: str
    second: str
    contradict: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A warning or a remark about a case: a message, the claims concerned, and the size of the disagreement.

    `gap` is in the unit of the claims (days for dates); None if nothing can be measured. `readings` has
    every pair of readings of two claims of different sources, empty for other topics.
    """

    topic: Topic
    message: str
    claims: tuple[str, ...] = ()
    gap: float | None = None
    readings: tuple[ReadingPair, ...] = ()

    def __str__(self) -> str:
        """The finding in one line."""
        return f"{', '.join(self.claims)}: {self.message}" if self.claims else self.message
