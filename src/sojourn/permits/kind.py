"""What every limit can tell about a track: the base of the period kinds.

`breaches` lists the days of one row that go beyond the cap, `used` counts the days that stand against
a day, `counted` says which, `returns` when they come back, and `reopens` names the first day on or
after `day` on which a stay of `need` days may begin as far as this limit knows. All days are ordinals.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from sojourn.permits.days import Range
from sojourn.permits.track import Track


@dataclass(frozen=True, slots=True)
class Kind(ABC):
    """A limit with its numbers."""

    id: str
    """The name the rule file gives the limit."""
    cap: int | str
    """Permitted days, or a span of months for a limit that runs by the calendar."""

    @abstractmethod
    def breaches(self, track: Track, row: int) -> Iterator[Range]:
        """The counted days of a row beyond the cap, in order."""

    @abstractmethod
    def used(self, track: Track, day: int) -> int:
        """Days that stand against a day; outside, against an entry on that day."""

    @abstractmethod
    def spent(self, track: Track, row: int) -> tuple[int, int]:
        """Days used on the last counted day of a row, by it and earlier ones, and days then left."""

    @abstractmethod
    def left(self, track: Track, day: int) -> int:
        """Days not yet used up on a day, never below 0."""

    @abstractmethod
    def excess(self, track: Track, day: int) -> int:
        """Days used beyond the cap in the window that holds a day, never below 0."""

    @abstractmethod
    def counted(self, track: Track, day: int) -> list[Range]:
        """The days that `used` counts."""

    @abstractmethod
    def returns(self, track: Track, day: int) -> list[Range]:
        """From when to when the counted days come back, one range for each range of `counted`."""

    @abstractmethod
    def reopens(self, track: Track, day: int, need: int) -> int:
        """A lower bound (at least `day + 1`) on the next day a stay of `need` counted days may begin."""


@dataclass(frozen=True, slots=True)
class InDays(Kind):
    """A limit whose cap is a number of days, so that what is left is the cap less what is used."""

    cap: int

    def left(self, track: Track, day: int) -> int:
        """The cap less the days used."""
        return max(0, self.cap - self.used(track, day))

    def excess(self, track: Track, day: int) -> int:
        """The days used less the cap."""
        return max(0, self.used(track, day) - self.cap)
