"""The type of findings about a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Topic = Literal["arithmetic", "reach", "ledger"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A warning about a case: a message, the claims concerned, and the size of the disagreement.

    `gap` is in the unit of the claims (days for dates); None if nothing can be measured.
    """

    topic: Topic
    message: str
    claims: tuple[str, ...] = ()
    gap: float | None = None

    def __str__(self) -> str:
        """The finding in one line."""
        return f"{', '.join(self.claims)}: {self.message}" if self.claims else self.message
