"""The outcome rule's parameters: V days in a window of W, and when observation begins and ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sojourn._core.ibis_tools import EPOCH
from sojourn.borders.errors import BordersError

DIRECTIONS = ("arrival", "departure")
STATUSES = ("resident", "non_resident")
LONGEST = 36_500
"""A window of a hundred years: more is a slip of the pen, and days stay within 32 bits."""


@dataclass(frozen=True)
class OutcomeRule:
    """A long-term migrant changes to a state for `threshold` of the `window` days after crossing.

    `since` is the first day of observation, `until` the first day that is no longer observed, so that a
    crossing of day d has been watched for `until - d` days. Days are half-open: that of an arrival is spent
    in the country, that of a departure outside. The 12/16-month rule of Stats NZ is 365 of 487 days.
    """

    until: date
    since: date | None = None
    threshold: int = 365
    window: int = 487

    def __post_init__(self) -> None:
        """Raises BordersError for parameters that no rule can have."""
        if not 1 <= self.threshold <= self.window <= LONGEST:
            raise BordersError(
                f"threshold {self.threshold} of window {self.window}: both are numbers of days, "
                f"1 ≤ threshold ≤ window ≤ {LONGEST}"
            )
        if self.since is not None and self.since >= self.until:
            raise BordersError(f"from {self.since} until {self.until}: observation must end after it begins")

    @property
    def end(self) -> int:
        """`until` as days since 1970."""
        return self.until.toordinal() - EPOCH

    @property
    def begin(self) -> int | None:
        """`since` as days since 1970."""
        return None if self.since is None else self.since.toordinal() - EPOCH

    @property
    def slack(self) -> int:
        """Days that may be spent in the other state: W − V, 122 of the 12/16-month rule."""
        return self.window - self.threshold

    @property
    def apart(self) -> int:
        """Days in the other state between two opposite crossings that can both qualify: at least 2V − W."""
        return 2 * self.threshold - self.window

    def settings(self) -> dict[str, Any]:
        """The parameters as they are written beside a result."""
        return {
            "threshold": self.threshold,
            "window": self.window,
            "from": None if self.since is None else self.since.isoformat(),
            "until": self.until.isoformat(),
        }
