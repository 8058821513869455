"""Where a traveller stands on the reference day, under one reading of a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sojourn.stay_rules.assessment import DutyDue, LimitState, StayResult
from sojourn.stay_rules.breaches import Breaches, check_covered
from sojourn.stay_rules.counting import Span, absences
from sojourn.stay_rules.dates import day
from sojourn.stay_rules.limits import Limit
from sojourn.stay_rules.stays import Stay, spans_of
from sojourn.stay_rules.timeline import Era, Timeline


@dataclass(frozen=True)
class Situation:
    """One traveller on the reference day, under one reading of a rule.

    Attributes:
        timeline: the versions of the rule under this reading.
        on: the reference day.
        stays: the stays of the traveller that the rule counts, bookings included.
        spans: those stays, or the absences between them if the rule limits absence.
        past: the spans until the reference day.
        now: the breaches of the past.
        current: position of the span that includes the reference day, if one does.
        era: position of the version that governs the reference day.
    """

    timeline: Timeline
    on: int
    stays: tuple[Stay, ...]
    spans: tuple[Span, ...]
    past: tuple[Span, ...]
    now: Breaches
    current: int | None
    era: int

    @property
    def away(self) -> bool:
        """Whether the rule limits days outside."""
        return self.timeline.rule.absence

    @property
    def version(self) -> Era:
        """The version that governs the reference day."""
        return self.timeline.eras[self.era]

    @property
    def grace_of_exit(self) -> int:
        """1 if one may leave on the day after the last that counts, or else 0."""
        return int(not self.version.counting.exit_day)

    def with_limit(self, limit: Limit) -> Situation:
        """The same traveller, had the version in force only this limit."""
        eras = list(self.timeline.eras)
        eras[self.era] = replace(self.version, limits=(limit,))
        timeline = replace(self.timeline, eras=tuple(eras))
        return replace(self, timeline=timeline, now=Breaches(timeline, self.now.spans))


def find_situation(timeline: Timeline, stays: Sequence[Stay], on: int) -> Situation:
    """Apply one reading of a rule to the stays of a traveller.

    Raises:
        NotCovered: no version covers a day of the stays, or the reference day.
    """
    timeline.at(on, "on")
    inside, counted = spans_of(timeline.rule, stays, on)
    check_covered(timeline, inside, [stay.row for stay in counted])
    spans = absences(inside, on) if timeline.rule.absence else inside
    begun = [span for span in spans if span.first <= on]
    past = tuple(replace(span, last=on, ends=False) if span.last > on else span for span in begun)
    now = Breaches(timeline, past)
    last = len(past) - 1
    current = last if past and past[last].first <= on <= past[last].last else None
    era = timeline.at(on, "on") if current is None else now.governing(current, on)
    return Situation(timeline, on, tuple(counted), tuple(spans), past, now, current, era)


def describe_limits(situation: Situation) -> tuple[LimitState, ...]:
    """The days used and left under each limit in force."""
    tally, on = situation.now.tally(situation.era), situation.on
    return tuple(
        LimitState(limit.id, str(limit.cap), limit.used(tally, on), limit.days_left(tally, on))
        for limit in situation.version.limits
    )


def count_excess(situation: Situation) -> int:
    """The days above the cap in the window that ends on the last day inside (or outside)."""
    if not situation.past:
        return 0
    last = situation.past[-1].last
    era = situation.now.governing(len(situation.past) - 1, last)
    tally = situation.now.tally(era)
    return max((limit.excess(tally, last) for limit in situation.timeline.eras[era].limits), default=0)


def describe_stays(situation: Situation, whole: Breaches) -> tuple[StayResult, ...]:
    """Each stay (or absence) with its unlawful days."""
    found: list[StayResult] = []
    for position, span in enumerate(situation.spans):
        if span.last < span.first:
            continue
        row = whole.row(position)
        found.append(
            StayResult(
                day(span.first),
                day(span.last),
                span.last - span.first + 1,
                day(row.first) if row.first else None,
                row.unlawful,
                row.binding,
                row.used,
                span.last > situation.on,
            )
        )
    return tuple(found)


def find_duties(situation: Situation) -> tuple[DutyDue, ...]:
    """The duties of the version in force, with their due dates for the present stay."""
    inside = situation.current is not None and not situation.away
    entered = situation.past[situation.current or 0].first if inside else None
    year = day(situation.on).year
    entries = sum(span.entered and day(span.first).year == year for span in situation.past)
    found: list[DutyDue] = []
    for duty in situation.version.version.duties:
        due = day(entered + duty.by_day - 1) if entered and duty.by_day else None
        found.append(DutyDue(duty.id, due, duty.note, bool(duty.entries and entries > duty.entries)))
    return tuple(found)
