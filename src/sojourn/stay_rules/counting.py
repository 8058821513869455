"""One traveller's days as a rule counts them: intervals, running totals and days outside.

A `Span` is one stay (or, for rules on absence, one absence). `CountedDays` has, under one version of a
rule, the counted days of each span, the counted days before it, and the days outside before it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sojourn.stay_rules.dates import FIRST, Range


@dataclass(frozen=True, slots=True)
class Span:
    """One stay: its first and last day, and whether its days count at all."""

    first: int
    last: int
    counts: bool = True
    ends: bool = True
    entered: bool = True
    """False if the first day is not an entry: a country joined the zone during the stay."""


@dataclass(frozen=True, slots=True)
class CountedDays:
    """Spans under one version, in order; every tuple has one entry per span."""

    entries: tuple[int, ...]
    exits: tuple[int, ...]
    counts: tuple[bool, ...]
    starts: tuple[int, ...]
    """First counted day; the day after `ends` if no day counts."""
    ends: tuple[int, ...]
    before: tuple[int, ...]
    """Counted days before each span, and finally after the last one (one entry more)."""
    away: tuple[int, ...]
    """Uncounted days from day 0 up to each span; non-decreasing, and constant within a span."""
    index: tuple[int, ...]
    """Position of each span in the given list."""
    graced: tuple[int, ...]
    """1 if the day of entry does not count, else 0."""
    memo: dict[object, list[int]] = field(default_factory=dict[object, list[int]], compare=False)
    """Intermediate results of the limits, by limit."""

    def row_of(self, position: int) -> int | None:
        """Return the row of the span at `position`; None if this version ignores it."""
        row = bisect_left(self.index, position)
        return row if row < len(self.index) and self.index[row] == position else None

    def row_on(self, day: int) -> int | None:
        """Return the last row that includes a day; None if the traveller is outside."""
        row = bisect_right(self.entries, day) - 1
        return row if row >= 0 and day <= self.exits[row] else None

    def last_row(self, day: int) -> int:
        """Return the last row that began on or before a day; -1 if there is none."""
        return bisect_right(self.entries, day) - 1

    def counted_until(self, day: int) -> int:
        """Return the number of counted days up to and including a day."""
        row = bisect_right(self.starts, day) - 1
        if row < 0:
            return 0
        return self.before[row] + max(0, min(day, self.ends[row]) - self.starts[row] + 1)

    def counted_day(self, number: int) -> int:
        """Return the day on which the number of counted days first reaches `number` (from 1)."""
        row = bisect_left(self.before, number) - 1
        return self.starts[row] + number - self.before[row] - 1

    def within(self, window: Range) -> list[Range]:
        """Return the counted days inside a range."""
        low = max(0, bisect_right(self.starts, window.first) - 1)
        found: list[Range] = []
        for first, last in zip(self.starts[low:], self.ends[low:], strict=True):
            if first > window.last:
                break
            part = Range(first, last).within(window)
            if part.days:
                found.append(part)
        return found


def count_days(
    spans: Sequence[Span],
    *,
    entry_day: bool = True,
    exit_day: bool = True,
    since: int = FIRST,
    whole: bool = False,
) -> CountedDays:
    """Count the days of spans under one version of a rule.

    A day that is shared by an exit and the next entry counts once.

    Args:
        spans: spans in order, which overlap by a shared day at most.
        entry_day: whether the day of entry counts.
        exit_day: whether the day of exit counts.
        since: days before this day are ignored.
        whole: ignore every span that began before `since` as a whole.
    """
    rows: list[tuple[int, int, bool, int, int, int, int]] = []
    before, done = [0], FIRST - 1
    for position, span in enumerate(spans):
        if span.last < since or (whole and span.first < since):
            continue
        entry = max(span.first, since)
        grace = int(not entry_day and span.entered and entry == span.first)
        last = span.last - int(not exit_day and span.ends)
        start = max(entry + grace, done + 1)
        last = last if span.counts and last >= start else start - 1
        rows.append((entry, span.last, span.counts, start, last, position, grace))
        before.append(before[-1] + last - start + 1)
        done = last if last >= start else done
    entries, exits, counts, starts, ends, index, graced = zip(*rows, strict=True) if rows else ((),) * 7
    away = tuple(start - 1 - counted for start, counted in zip(starts, before, strict=False))
    return CountedDays(entries, exits, counts, starts, ends, tuple(before), away, index, graced)


def absences(spans: Sequence[Span], until: int = 0) -> list[Span]:
    """Return the absences between spans, and one after the last span if it ended before `until`.

    Days of travel are days of presence, so only full days between exit and entry are days of absence.
    An absence without a day has its last day before its first.
    """
    found = [Span(a.last + 1, b.first - 1) for a, b in pairwise(spans)]
    if spans and spans[-1].ends and spans[-1].last < until:
        found.append(Span(spans[-1].last + 1, until, ends=False))
    return found
