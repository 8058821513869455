"""Assessment of one traveller: days used, last lawful day, and first day of re-entry.

`assess` reads the stays, chooses the rule, and computes an assessment for each reading of the rule. The
first reading gives the main figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sojourn.stay_rules.assessment import Assessment, Consequence, DutyDue, LimitState, StayResult
from sojourn.stay_rules.breaches import Breach, Breaches, check_covered
from sojourn.stay_rules.counting import Span, absences
from sojourn.stay_rules.dates import FIRST, LAST, Range, day, parse, total
from sojourn.stay_rules.errors import StayRuleError
from sojourn.stay_rules.explanation import explain_assessment, warnings_of
from sojourn.stay_rules.limits import Limit
from sojourn.stay_rules.rule_files import Rules, find_rules
from sojourn.stay_rules.schema import Rule
from sojourn.stay_rules.stays import Stay, StayLike, plan_of, read_stays, spans_of
from sojourn.stay_rules.timeline import Timeline, choose, timelines

HORIZON = 3660
"""Days that are examined ahead; a limit that is not reached within them is treated as no limit."""


def assess(
    rules: Rules,
    stays: Path | str | Iterable[StayLike],
    *,
    on: date | str,
    nationality: str,
    plan: str | StayLike | Sequence[str | StayLike] | None = None,
    want: int = 1,
    today: date | None = None,
) -> Assessment:
    """Apply a stay rule to one traveller on the reference day `on`.

    Days are calendar days at the border. Nothing here is legal advice.

    Args:
        rules: the id of a rule, a zone (`KZ`), a path to a rule file, or one or several `Rule`s; exactly
            one must apply to the nationality.
        stays: a CSV file, or tuples `(entry, exit)`, mappings or `Stay`s; a stay after `on` is a booking.
        on: the reference day.
        nationality: two-letter country code.
        plan: one or more planned stays, each `A:B` or in the form of a stay.
        want: length in days of a later stay, for which a second date of re-entry is computed.
        today: the day on which the assessment is read; if given, old sources cause a warning.

    Returns:
        The assessment of the first reading; `readings` has all readings of a disputed rule.

    Raises:
        StayRuleError: the question cannot be answered: RuleFileError for the rule, StayError for the
            stays, NotCovered for a day or a nationality that no version covers.

    Example:
        >>> stays = [("2023-02-01", "2023-05-01")]
        >>> answer = assess("KZ.visa_free.EAEU", stays, on="2023-05-01", nationality="RU")
        >>> answer.used, str(answer.earliest_reentry)
        (90, '2023-07-31')
    """
    asked = parse(on, "on")
    if want < 1:
        raise StayRuleError(f"want: {want} must be at least 1 day")
    rule = choose(find_rules(rules), nationality)
    known = read_stays(stays, asked)
    if plan is not None:
        known = read_stays([*known, *_plans(plan)], asked)
    cases = [_Case(line, known, asked.toordinal(), want, today) for line in timelines(rule, nationality)]
    answers = [case.answer(nationality) for case in cases]
    if len(answers) == 1:
        return answers[0]
    return replace(answers[0], readings={answer.reading: answer for answer in answers})


def _plans(plan: str | StayLike | Sequence[str | StayLike]) -> list[Stay]:
    """Parse one or several planned stays; a pair of dates is one plan."""
    if isinstance(plan, str | Stay | Mapping):
        items: list[Any] = [plan]
    else:
        items = list(plan)
        dates = [isinstance(item, date) or (isinstance(item, str) and ":" not in item) for item in items]
        if len(items) > 1 and all(dates):
            items = [plan]
    found: list[Stay] = []
    for number, item in enumerate(items, 1):
        stay = plan_of(item) if isinstance(item, str) else read_stays([item])[0]
        found.append(replace(stay, row=f"plan {number}"))
    return found


@dataclass(frozen=True)
class _Ahead:
    """How long a stay may continue from the reference day."""

    days: int | None
    """Further days; None without a limit."""
    until: int | None
    """Last lawful day; None without a limit, or if no day is lawful."""
    breach: Breach | None
    """The breach that ends it."""
    cut: bool = False
    """Whether it ends because no later version is on file."""


class _Case:
    """One reading of a rule applied to one traveller on the reference day."""

    def __init__(
        self, timeline: Timeline, stays: Sequence[Stay], on: int, want: int, today: date | None
    ) -> None:
        self.timeline, self.on, self.want, self.today = timeline, on, want, today
        self.rule: Rule = timeline.rule
        self.away = self.rule.absence
        timeline.at(on, "on")
        spans, kept = spans_of(self.rule, stays, on)
        check_covered(timeline, spans, [s.row for s in kept])
        self.inside = spans, kept
        self.spans = absences(spans, on) if self.away else spans
        past = [s for s in self.spans if s.first <= on]
        self.past = [replace(s, last=on, ends=False) if s.last > on else s for s in past]
        self.now = Breaches(timeline, tuple(self.past))
        last = len(self.past) - 1
        self.current = last if last >= 0 and self.past[last].first <= on <= self.past[last].last else None
        if self.current is None:
            self.era = timeline.at(on, "on")
        else:
            self.era = self.now.governing(self.current, on)

    def answer(self, nationality: str) -> Assessment:
        """Return the assessment of this reading."""
        whole = Breaches(self.timeline, tuple(self.spans))
        unlawful = sum(total(list(ranges)) for ranges in self.now.unlawful)
        ahead = self.ahead(self.era)
        states = self.states()
        binding = self.binding(ahead)
        state = next((s for s in states if binding and s.id == binding.id), None)
        tally, era = self.now.tally(self.era), self.timeline.eras[self.era]
        back = self.reentry(1)
        answer = Assessment(
            rule=self.rule.id,
            reading=self.timeline.reading,
            nationality=nationality,
            on=day(self.on),
            inside=(self.current is not None) != self.away,
            used=state.used if state else 0,
            left_today=state.days_left if state else None,
            max_further_stay=None if self.away else ahead.days,
            latest_lawful_exit=None if self.away else _date(ahead.until),
            earliest_reentry=_date(self.on if self.away else back),
            unlawful_days=unlawful,
            window_excess=self.excess(),
            binding_limit=binding.id if binding else None,
            counted=_dates(binding.counted(tally, self.on) if binding else []),
            returns=_dates(binding.returns(tally, self.on) if binding else []),
            lawful=not any(whole.unlawful),
            limits=tuple(states),
            stays=self.results(whole),
            want=self.want,
            reentry_for_want=_date(
                self.on if self.away else back if self.want == 1 else self.reentry(self.want)
            ),
            latest_return=self.return_by(ahead) if self.away else None,
            consequences=tuple(Consequence(e.effect, e.note) for e in era.version.on_breach),
            duties=self.duties(),
            citations=(era.version.cite, *(e.cite for e in era.exceptions)),
        )
        kept, open_until = self.bookings_allow(ahead, whole)
        found = warnings_of(
            self.timeline,
            self.era,
            answer,
            self.inside[1],
            ahead.cut,
            open_until if not kept else None,
            self.today,
        )
        return replace(answer, warnings=tuple(found), explanation=explain_assessment(answer))

    def return_by(self, ahead: _Ahead) -> date | None:
        """Return, for a rule on absence, the day by which one must be back."""
        return None if ahead.until is None else _date(ahead.until + 1)

    def ahead(self, era: int) -> _Ahead:
        """Return how long the present stay, or one that begins today, may last."""
        start = self.on + int(self.away)
        horizon = min(LAST, start + HORIZON, max(self.timeline.eras[-1].last, self.on))
        if self.current is None:
            spans, position, after = [*self.past, Span(start, horizon, ends=False)], len(self.past), start - 1
        else:
            position, after = self.current, self.on
            spans = [*self.past[:-1], replace(self.past[-1], last=horizon, ends=False)]
            if any(r.first <= self.on <= r.last for r in self.now.unlawful[position]):
                first = self.now.unlawful[position][-1].first
                grace = int(not self.timeline.eras[era].counting.exit_day)
                until = first - 1 + grace
                return _Ahead(0, until if until >= self.past[-1].first else None, None)
            if not self.past[-1].counts:
                return _Ahead(None, None, None)
        breach = Breaches(self.timeline, tuple(spans)).first_breach(position, after)
        if breach is None:
            cut = horizon < min(LAST, start + HORIZON)
            return _Ahead(horizon - after if cut else None, horizon if cut else None, None, cut)
        days = breach.days.first - 1 - after
        until = breach.days.first - 1 + int(not self.timeline.eras[era].counting.exit_day)
        return _Ahead(days, until if days or self.current is not None else None, breach)

    def states(self) -> list[LimitState]:
        """Return the days used and left under each limit in force."""
        tally = self.now.tally(self.era)
        return [
            LimitState(k.id, str(k.cap), k.used(tally, self.on), k.days_left(tally, self.on))
            for k in self.timeline.eras[self.era].limits
        ]

    def binding(self, ahead: _Ahead) -> Limit | None:
        """Return the limit that ends the stay first; of several, the one that permits re-entry last."""
        era = self.timeline.eras[self.era]
        if not era.limits:
            return None
        tally = self.now.tally(self.era)
        best = era.limits[0]
        rank: tuple[int, int, int] | None = None
        for limit in era.limits:
            alone = replace(era, limits=(limit,))
            line = replace(
                self.timeline,
                eras=(*self.timeline.eras[: self.era], alone, *self.timeline.eras[self.era + 1 :]),
            )
            case = _shadow(self, line)
            days = case.ahead(self.era).days if len(era.limits) > 1 else 0
            back = case.reentry(1) if len(era.limits) > 1 else 0
            key = (
                LAST if days is None else days,
                -(LAST if back is None else back),
                limit.days_left(tally, self.on),
            )
            if rank is None or key < rank:
                best, rank = limit, key
        return best

    def reentry(self, length: int) -> int | None:
        """Return the first day from today on which one may enter for `length` further counted days.

        A traveller who is inside is assumed to leave today. None if there is no such day.
        """
        start = self.on
        last = min(self.on + HORIZON, self.timeline.eras[-1].last - length)
        closed = tuple(replace(s, ends=True) for s in self.past)
        tally = Breaches(self.timeline, closed).tally(self.era)
        today = tally.counted_until(start) - tally.counted_until(start - 1)
        grace = int(not self.timeline.eras[self.era].counting.entry_day)
        while start <= last:
            need = length + max(grace, today if start == self.on else 0)
            spans = (*closed, Span(start, start + need - 1, ends=False))
            trial = Breaches(self.timeline, spans)
            breach = trial.first_breach(len(closed), FIRST - 1)
            if breach is None:
                return start
            start = self._skip(trial, breach, start, length)
        return None

    def _skip(self, trial: Breaches, breach: Breach, start: int, length: int) -> int:
        """Return the next start that the broken limit does not exclude, or the start of the next version."""
        if breach.limit is None:
            return start + 1
        limit = breach.limit
        if isinstance(limit.cap, int) and length > limit.cap:
            nearest = LAST
        else:
            tally = Breaches(self.timeline, trial.spans[:-1]).tally(breach.era)
            nearest = limit.reopens(tally, start, length)
        later = [e.first for e in self.timeline.eras if start < e.first]
        return min([nearest, *later]) if breach.era == self.timeline.at(start, "re-entry") else start + 1

    def excess(self) -> int:
        """Return the days above the cap in the window that ends on the last day inside (or outside)."""
        if not self.past:
            return 0
        last = self.past[-1].last
        era = self.now.governing(len(self.past) - 1, last)
        tally = self.now.tally(era)
        return max((k.excess(tally, last) for k in self.timeline.eras[era].limits), default=0)

    def results(self, whole: Breaches) -> tuple[StayResult, ...]:
        """Return each stay (or absence) with its unlawful days."""
        found: list[StayResult] = []
        for position, span in enumerate(self.spans):
            if span.last < span.first:
                continue
            row = whole.row(position)
            first = day(row.first) if row.first else None
            found.append(
                StayResult(
                    day(span.first),
                    day(span.last),
                    span.last - span.first + 1,
                    first,
                    row.unlawful,
                    row.binding,
                    row.used,
                    span.last > self.on,
                )
            )
        return tuple(found)

    def duties(self) -> tuple[DutyDue, ...]:
        """Return the duties of the version in force, with their due dates for the present stay."""
        entered = None if self.current is None or self.away else self.past[self.current].first
        year = day(self.on).year
        entries = sum(s.entered and day(s.first).year == year for s in self.past)
        found: list[DutyDue] = []
        for duty in self.timeline.eras[self.era].version.duties:
            due = _date(entered + duty.by_day - 1) if entered and duty.by_day else None
            over = bool(duty.entries and entries > duty.entries)
            found.append(DutyDue(duty.id, due, duty.note, over))
        return tuple(found)

    def bookings_allow(self, ahead: _Ahead, whole: Breaches) -> tuple[bool, date | None]:
        """Return whether booked stays remain lawful after the longest stay; if not, the last day of exit."""
        booked = [s for s in self.spans if s.first > self.on]
        if self.away or not booked or ahead.days is None or any(whole.unlawful):
            return True, None
        begin = self.past[-1] if self.current is not None else Span(self.on, self.on)
        before = self.past[:-1] if self.current is not None else self.past
        for extra in range(ahead.days, -1, -1):
            last = self.on + extra - int(self.current is None)
            if last >= booked[0].first:
                continue
            spans = (
                [*before, replace(begin, last=last, ends=True), *booked]
                if last >= begin.first
                else [*before, *booked]
            )
            if not any(Breaches(self.timeline, tuple(spans)).unlawful):
                return extra == ahead.days, day(last)
        return False, None


def _shadow(case: _Case, timeline: Timeline) -> _Case:
    """Return the same traveller under another timeline with the same eras."""
    other = object.__new__(_Case)
    other.__dict__.update(case.__dict__)
    other.timeline = timeline
    other.now = Breaches(timeline, case.now.spans)
    return other


def _date(ordinal: int | None) -> date | None:
    return None if ordinal is None else day(ordinal)


def _dates(ranges: Sequence[Range]) -> tuple[tuple[date, date], ...]:
    return tuple((day(r.first), day(r.last)) for r in ranges)
