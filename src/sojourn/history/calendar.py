"""The calendar of a history: daily steps after each shock, and weekly steps otherwise.

Steps begin at the dates of claims, events and regimes, as long as there are fewer than `MAX_STEPS`
steps. Further dates lie inside a step, and the history is interpolated there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MAX_STEPS = 200
FINE_DAYS = 14
WEEK = 7


@dataclass(frozen=True)
class Calendar:
    """Steps `[bounds[t], bounds[t+1])`, in whole days.

    `bounds` has T+1 dates: the first day of each step, and the day after the last.
    """

    bounds: tuple[date, ...]

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return len(self.bounds) - 1

    @property
    def start(self) -> date:
        """The first day."""
        return self.bounds[0]

    @property
    def days(self) -> NDArray[np.float64]:
        """Days from the start to each bound, shape (T+1,)."""
        return np.array([(b - self.bounds[0]).days for b in self.bounds], dtype=float)

    @property
    def weeks(self) -> NDArray[np.float64]:
        """Length of each step in weeks, shape (T,)."""
        return np.diff(self.days) / WEEK

    @property
    def middles(self) -> NDArray[np.float64]:
        """Days from the start to the middle of each step, shape (T,)."""
        return (self.days[1:] + self.days[:-1]) / 2

    def covers(self, *days: date | None) -> bool:
        """Tell whether all days are in the calendar; None is ignored."""
        return all(self.bounds[0] <= day < self.bounds[-1] for day in days if day)

    def position(self, day: date) -> float:
        """Return the position of the beginning of `day` among the bounds, with a fraction inside a step.

        Raises:
            ValueError: the day is outside the calendar.
        """
        offset = (day - self.bounds[0]).days
        days = self.days
        if not 0 <= offset <= days[-1]:
            raise ValueError(f"{day} is outside the calendar {self.bounds[0]} … {self.bounds[-1]}")
        return float(np.interp(offset, days, np.arange(len(days))))

    def end_of(self, day: date) -> float:
        """Return the position of the end of `day`, that is, of the beginning of the next day."""
        return self.position(day + timedelta(days=1))


def build_calendar(
    start: date,
    end: date,
    shocks: Iterable[date],
    marks: Iterable[date],
    max_steps: int = MAX_STEPS,
) -> Calendar:
    """Build the calendar from `start` to the end of the day `end`.

    Args:
        start: first day.
        end: last day, included.
        shocks: days after which steps are single days, for `FINE_DAYS` days.
        marks: days on which a step should begin (starts of windows, days after their ends,
            changes of regimes). The earliest are used, as long as the calendar has fewer than
            `max_steps` steps.
        max_steps: maximum number of steps with marks.

    Example:
        >>> build_calendar(date(2022, 3, 1), date(2022, 4, 11), shocks=[], marks=[]).steps
        6
    """
    stop = end + timedelta(days=1)
    fixed = {start, stop}
    for shock in shocks:
        fine = [shock + timedelta(days=k) for k in range(FINE_DAYS + 1)]
        fixed.update(day for day in fine if start < day < stop)
    fixed_bounds = _fill(fixed)
    bounds = fixed_bounds
    wanted = sorted({day for day in marks if start < day < stop} - fixed)
    for keep in range(len(wanted), -1, -1):
        bounds = _fill(fixed | set(wanted[:keep]))
        if len(bounds) - 1 < max_steps:
            break
    return Calendar(tuple(bounds))


def _fill(fixed: set[date]) -> list[date]:
    """Split the gaps between fixed days into nearly equal steps of at most a week."""
    days = sorted(fixed)
    bounds = [days[0]]
    for left, right in pairwise(days):
        gap = (right - left).days
        parts = -(-gap // WEEK)
        bounds.extend(left + timedelta(days=round(gap * k / parts)) for k in range(1, parts + 1))
    return bounds
