"""Last lawful days of many travellers at once: the library's stay rules over arrays of agents.

`sojourn.stay_rules` assesses one traveller, or a complete register. In a simulation a
million agents ask during their stay how long they may remain. The rules are therefore read
from the library and evaluated here by bisection, which works because the days used in a
rolling window never decrease during a stay. The kinds `entry` and `rolling` are supported.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn._core.errors import Problem
from sojourn.case import CaseError
from sojourn.stay_rules import StayRuleError
from sojourn.stay_rules.limits import EntryLimit, RollingLimit
from sojourn.stay_rules.rule_files import find_rules
from sojourn.stay_rules.timeline import Era, choose, timelines

Days = NDArray[np.int64]
NEVER = 1 << 30
"""A day later than any calendar."""


class Spells(NamedTuple):
    """Earlier stays in the same place, (agents, kept) each, in days from the start of the calendar.

    Both ends are days of presence; an unused slot ends before it begins.
    """

    entry: Days
    exit: Days


class VectorStayRule:
    """One rule of the library for one nationality, on the calendar of a world."""

    def __init__(self, name: str, nationality: str, start: date, until: date, key: str = "rules") -> None:
        """Read the rule from the library.

        Args:
            name: id of the rule.
            nationality: country code of the travellers.
            start: first day of the calendar.
            until: last day of the calendar.
            key: key of WORLD.toml that names the rule, for error messages.

        Raises:
            CaseError: the rule is unknown, does not cover the calendar, or has a limit of a kind
                that is not supported here.
        """
        try:
            line = timelines(choose(find_rules(name), nationality), nationality)[0]
            first, last = start.toordinal(), until.toordinal()
            begin, stop = line.at(first, "the calendar begins on"), line.at(last, "the calendar ends on")
        except StayRuleError as error:
            message = str(error).removeprefix("rules: ")
            raise CaseError([Problem("WORLD.toml", message, column=key)]) from None
        self.eras = line.eras[begin : stop + 1]
        self.origin = first
        for limit in (limit for era in self.eras for limit in era.limits):
            window = limit.window if isinstance(limit, RollingLimit) else 0
            if (
                not isinstance(limit, EntryLimit | RollingLimit)
                or isinstance(limit.cap, str)
                or isinstance(window, str)
            ):
                message = f"has the limit {limit.id}; a world supports only the kinds entry and rolling"
                raise CaseError([Problem("WORLD.toml", message, column=key, value=name)])

    def last_day(self, entry: Days, before: Spells) -> Days:
        """Last lawful day (agents,) of a stay that begins on `entry`; before `entry` if no day is lawful."""
        last = np.full(entry.shape, NEVER)
        begun = np.zeros(entry.shape, dtype=bool)
        for era in self.eras:
            first, end = era.first - self.origin, era.last - self.origin
            open_on = begun & (last >= first)
            begun = entry <= end
            inside = begun & (entry >= first)
            last = np.where(inside, self._within(era, entry, before), last)
            if era.version.transition.open_stay == "new_version":
                under_new = np.maximum(self._within(era, entry, before), first - 1)
                last = np.where(open_on & ~inside, np.minimum(last, under_new), last)
            elif era.version.transition.open_stay == "until" and era.version.transition.until:
                until = era.version.transition.until.toordinal() - self.origin
                last = np.where(open_on & ~inside, np.maximum(until, first - 1), last)
        return last

    def _within(self, era: Era, entry: Days, before: Spells) -> Days:
        """Last lawful day under the limits of one era.

        Days of entry and exit count, which is conservative where a rule does not count them.
        """
        since = era.since - self.origin
        last = np.full(entry.shape, NEVER)
        for limit in era.limits:
            assert isinstance(limit.cap, int)
            if isinstance(limit, EntryLimit):
                last = np.minimum(last, entry + limit.cap - 1)
            elif isinstance(limit, RollingLimit):
                assert isinstance(limit.window, int)
                last = np.minimum(last, _rolling(entry, before, limit.cap, limit.window, since))
        return last


def _rolling(entry: Days, before: Spells, cap: int, window: int, since: int) -> Days:
    """The last day on which at most `cap` of the `window` days ending on it were spent inside."""
    low, high = entry - 1, entry + window
    while np.any(high - low > 1):
        middle = (low + high) // 2
        lawful = _used(middle, entry, before, window, since) <= cap
        low, high = np.where(lawful, middle, low), np.where(lawful, high, middle)
    return np.where(high >= entry + window, NEVER, low)


def _used(day: Days, entry: Days, before: Spells, window: int, since: int) -> Days:
    """Days inside within the window that ends on `day`: those since `entry`, and those of earlier stays."""
    begin = np.maximum(day - window + 1, since)
    own = np.maximum(day - np.maximum(entry, begin) + 1, 0)
    # A day of both exit and re-entry counts once, as part of the current stay.
    ends = np.minimum(before.exit, np.minimum(day, entry - 1)[:, None])
    earlier = np.maximum(ends - np.maximum(before.entry, begin[:, None]) + 1, 0)
    return own + earlier.sum(axis=1)
