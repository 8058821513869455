"""One thing worth a second look, and the claims it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Topic = Literal["arithmetic", "reach", "ledger"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A warning: what was seen, in which claims, and by how much they disagree.

    `gap` is in the unit of the claims (days for dates), or none where nothing can be measured.
    """

    topic: Topic
    message: str
    claims: tuple[str, ...] = ()
    gap: float | None = None

    def __str__(self) -> str:
        """The finding in one line."""
        return f"{', '.join(self.claims)}: {self.message}" if self.claims else self.message
