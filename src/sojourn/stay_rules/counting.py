"""One traveller's days as a rule counts them: intervals, running totals, days outside.

A `Span` is one stay (or, for rules about absence, one absence). A `CountedDays` lays the spans out under
one version of a rule: which of their days count, how many counted before, how long the traveller
was outside before each.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sojourn.stay_rules.dates import FIRST, Range


@dataclass(frozen=True, slots=True)
class Span:
    """One stay: first and last day, and whether its days count at all."""

    first: int
    last: int
    counts: bool = True
    ends: bool = True
    entered: bool = True
    """False where the first day is no crossing: a country joined the zone during the stay."""


@dataclass(frozen=True, slots=True)
class CountedDays:
    """Spans under one version, in order; every tuple has one entry per span."""

    entries: tuple[int, ...]
    exits: tuple[int, ...]
    counts: tuple[bool, ...]
    starts: tuple[int, ...]
    """First counted day; the day after `ends` where nothing counts."""
    ends: tuple[int, ...]
    before: tuple[int, ...]
    """Counted days before each span, and after the last one: one entry more."""
    away: tuple[int, ...]
    """Uncounted days since day 0 up to each span: rising, constant during a span."""
    index: tuple[int, ...]
    """Position of each span in the list that was given."""
    graced: tuple[int, ...]
    """1 where the day of entry does not count, else 0."""
    memo: dict[object, list[int]] = field(default_factory=dict[object, list[int]], compare=False)
    """What limits have worked out about the rows."""

    def row_of(self, position: int) -> int | None:
        """The row of the span given at `position`, None where this version ignores it."""
        row = bisect_left(self.index, position)
        return row if row < len(self.index) and self.index[row] == position else None

    def row_on(self, day: int) -> int | None:
        """The last row that is present on a day, None when outside."""
        row = bisect_right(self.entries, day) - 1
        return row if row >= 0 and day <= self.exits[row] else None

    def last_row(self, day: int) -> int:
        """The last row that began on or before a day, -1 where there is none."""
        return bisect_right(self.entries, day) - 1

    def counted_until(self, day: int) -> int:
        """Counted days up to and including a day."""
        row = bisect_right(self.starts, day) - 1
        if row < 0:
            return 0
        return self.before[row] + max(0, min(day, self.ends[row]) - self.starts[row] + 1)

    def counted_day(self, number: int) -> int:
        """The day on which the counted days first reach `number` (from 1)."""
        row = bisect_left(self.before, number) - 1
        return self.starts[row] + number - self.before[row] - 1

    def within(self, window: Range) -> list[Range]:
        """The counted days inside a range."""
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
    """Lay spans (sorted, not overlapping by more than a shared day) out as one version counts them.

    Days before `since` are ignored; with `whole` every span that began before it is. A day shared by
    an exit and the next entry counts once.
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
    """The absences before each span but the first, and one after the last if it ended before `until`.

    Travel days are days of presence, so only whole days strictly between exit and entry are absent; an
    absence of no day has its last day before its first.
    """
    found = [Span(a.last + 1, b.first - 1) for a, b in pairwise(spans)]
    if spans and spans[-1].ends and spans[-1].last < until:
        found.append(Span(spans[-1].last + 1, until, ends=False))
    return found
