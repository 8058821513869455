"""Unlawful days of stays: the eras of a rule applied to a traveller's spans.

Each day of a stay is governed by the version then in force, unless a new version says that stays open
on its first day remain under the old version (or may last until a given day).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sojourn.stay_rules.counting import CountedDays, Span, count_days
from sojourn.stay_rules.dates import FIRST, LAST, Range, day, merge, total
from sojourn.stay_rules.errors import NotCovered
from sojourn.stay_rules.limits import Limit
from sojourn.stay_rules.timeline import Timeline


@dataclass(frozen=True)
class BreachPart:
    """Days of one span governed by one era; `expired` if they are after a stay-until date."""

    position: int
    era: int
    days: Range
    expired: bool = False


@dataclass(frozen=True)
class Breach:
    """Unlawful days of one span, and the limit that they break (None for a stay-until date)."""

    days: Range
    limit: Limit | None
    era: int


@dataclass(frozen=True)
class SpanResult:
    """The result of one span: the columns that a register gets for it."""

    first: int | None
    """First unlawful day."""
    unlawful: int
    """Unlawful days."""
    binding: str
    """The limit broken first; if none, the one with the fewest days left at exit."""
    used: int
    """Days used under that limit at exit."""


@dataclass(frozen=True)
class Breaches:
    """A traveller's spans (in order of entry) under one timeline; results are computed on demand."""

    timeline: Timeline
    spans: tuple[Span, ...]

    @cached_property
    def _tallies(self) -> dict[int, CountedDays]:
        return {}

    def tally(self, era: int) -> CountedDays:
        """Return the spans as an era counts them."""
        if era not in self._tallies:
            held = self.timeline.eras[era]
            entry_day, exit_day = held.counting.entry_day, held.counting.exit_day
            self._tallies[era] = count_days(
                self.spans, entry_day=entry_day, exit_day=exit_day, since=held.since, whole=held.whole
            )
        return self._tallies[era]

    def parts(self, position: int) -> Iterator[BreachPart]:
        """Yield the days of a span by the era that governs them.

        Raises:
            NotCovered: a day that no version covers.
        """
        eras, span = self.timeline.eras, self.spans[position]
        if span.last < span.first or span.last < eras[0].first:
            return
        begin = max(span.first, eras[0].first)
        now = self.timeline.at(begin, "a stay on")
        first = begin
        for later, opens, expired in self.timeline.successors(now):
            era = eras[later]
            if era.first > span.last:
                break
            if expired:
                yield BreachPart(position, now, Range(first, era.first - 1))
                yield BreachPart(position, later, Range(opens, span.last), expired=True)
                return
            yield BreachPart(position, now, Range(first, min(era.first - 1, eras[now].last)))
            if eras[later - 1].last + 1 < era.first:
                self.timeline.at(eras[later - 1].last + 1, "a stay on")
            now, first = later, era.first
        if span.last > eras[-1].last:
            self.timeline.at(span.last, "a stay until")
        yield BreachPart(position, now, Range(first, span.last))

    def breaches(self, position: int, first_after: int | None = None) -> Iterator[Breach]:
        """Yield the unlawful days of a span, by era and limit; ranges may overlap.

        Args:
            position: position of the span.
            first_after: stop each limit at its first unlawful days after this day.
        """
        for part in self.parts(position):
            if part.expired:
                if part.days.days and self.spans[position].counts:
                    yield Breach(part.days, None, part.era)
                continue
            tally = self.tally(part.era)
            row = tally.row_of(position)
            if row is None:
                continue
            for limit in self.timeline.eras[part.era].limits:
                for days in limit.breaches(tally, row):
                    cut = days.within(part.days)
                    if cut.days:
                        yield Breach(cut, limit, part.era)
                        if first_after is not None and cut.last > first_after:
                            break

    def first_breach(self, position: int, after: int) -> Breach | None:
        """Return the earliest breach of a span after a given day; None if there is none."""
        found: Breach | None = None
        for item in self.breaches(position, after):
            days = item.days.within(Range(after + 1, LAST))
            if days.days and (found is None or days.first < found.days.first):
                found = Breach(days, item.limit, item.era)
        return found

    @cached_property
    def unlawful(self) -> tuple[tuple[Range, ...], ...]:
        """The unlawful days of each span, as disjoint ranges."""
        return tuple(
            tuple(merge([b.days for b in self.breaches(position)])) for position in range(len(self.spans))
        )

    def governing(self, position: int, on: int) -> int:
        """Return the position of the era that governs a span on a day."""
        found = [part.era for part in self.parts(position) if part.days.first <= on and part.days.days]
        return found[-1] if found else self.timeline.at(on, "the day")

    def row(self, position: int) -> SpanResult:
        """Return the result of a span, as `assess_register` gives it."""
        unlawful, last = self.unlawful[position], self.spans[position].last
        if last < self.timeline.eras[0].first:
            return SpanResult(None, 0, "", 0)
        if unlawful:
            broken = next(b for b in self.breaches(position) if b.days.first == unlawful[0].first)
            if broken.limit is None:
                return SpanResult(unlawful[0].first, total(list(unlawful)), "stay_until", 0)
            used = self._spent(broken.limit, broken.era, position)[0]
            return SpanResult(unlawful[0].first, total(list(unlawful)), broken.limit.id, used)
        era = self.governing(position, last)
        limits = self.timeline.eras[era].limits
        if not limits or not self._counts(era, position):
            return SpanResult(None, 0, "", 0)
        tightest = min(limits, key=lambda k: self._spent(k, era, position)[1])
        return SpanResult(None, 0, tightest.id, self._spent(tightest, era, position)[0])

    def _counts(self, era: int, position: int) -> bool:
        """Tell whether a span has a counted day."""
        tally = self.tally(era)
        row = tally.row_of(position)
        return row is not None and tally.starts[row] <= tally.ends[row]

    def _spent(self, limit: Limit, era: int, position: int) -> tuple[int, int]:
        tally = self.tally(era)
        row = tally.row_of(position)
        return (0, LAST) if row is None else limit.spent(tally, row)


def earliest_day(timeline: Timeline) -> int:
    """Return the first day that a stay may include: the first covered day, or the start of its windows."""
    first = timeline.eras[0]
    return first.first - first.lookback if first.first > FIRST else FIRST


def check_covered(timeline: Timeline, spans: Sequence[Span], names: Sequence[str]) -> None:
    """Check that the versions cover all spans.

    Days before the first version are accepted if one of its windows reaches back to them.

    Raises:
        NotCovered: a span begins before the first covered day; the message has its name.
    """
    eras, earliest = timeline.eras, earliest_day(timeline)
    for span, name in zip(spans, names, strict=True):
        if span.first < earliest:
            reach = f"; its windows reach back to {day(earliest)}" if eras[0].lookback else ""
            raise NotCovered(
                f"{name}: entry {day(span.first)}: {timeline.rule.id} covers {timeline.covered()} only{reach}"
            )
        if span.first < eras[0].first <= span.last and not eras[0].lookback:
            raise NotCovered(
                f"{name}: the stay from {day(span.first)} began before {day(eras[0].first)}, "
                f"the first day that {timeline.rule.id} covers"
            )
