"""What a traveller may still do: how long to stay, when to re-enter, and whether bookings remain lawful."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sojourn.stay_rules.breaches import Breach, Breaches
from sojourn.stay_rules.counting import Span
from sojourn.stay_rules.dates import FIRST, LAST, day
from sojourn.stay_rules.limits import Limit
from sojourn.stay_rules.situation import Situation

HORIZON = 3660
"""Days that are examined ahead; a limit that is not reached within them is treated as no limit."""


@dataclass(frozen=True)
class FurtherStay:
    """How long a stay may continue from the reference day."""

    days: int | None
    """Further days; None without a limit."""
    until: int | None
    """Last lawful day; None without a limit, or if no day is lawful."""
    cut: bool = False
    """Whether it ends because no later version is on file."""


def find_further_stay(situation: Situation) -> FurtherStay:
    """How long the present stay, or one that begins today, may last."""
    on, past, now = situation.on, situation.past, situation.now
    start = on + int(situation.away)
    horizon = min(LAST, start + HORIZON, max(situation.timeline.eras[-1].last, on))
    if situation.current is None:
        position, after = len(past), start - 1
        spans = (*past, Span(start, horizon, ends=False))
    else:
        position, after = situation.current, on
        spans = (*past[:-1], replace(past[-1], last=horizon, ends=False))
        if any(part.first <= on <= part.last for part in now.unlawful[position]):
            until = now.unlawful[position][-1].first - 1 + situation.grace_of_exit
            return FurtherStay(0, until if until >= past[-1].first else None)
        if not past[-1].counts:
            return FurtherStay(None, None)
    breach = Breaches(situation.timeline, spans).first_breach(position, after)
    if breach is None:
        cut = horizon < min(LAST, start + HORIZON)
        return FurtherStay(horizon - after if cut else None, horizon if cut else None, cut)
    days = breach.days.first - 1 - after
    until = breach.days.first - 1 + situation.grace_of_exit
    return FurtherStay(days, until if days or situation.current is not None else None)


def find_binding_limit(situation: Situation) -> Limit | None:
    """The limit that ends the stay first; of several, the one that permits re-entry last."""
    limits = situation.version.limits
    if len(limits) < 2:
        return limits[0] if limits else None
    tally = situation.now.tally(situation.era)

    def rank(limit: Limit) -> tuple[int, int, int]:
        alone = situation.with_limit(limit)
        days, back = find_further_stay(alone).days, find_reentry(alone, 1)
        return (
            LAST if days is None else days,
            -(LAST if back is None else back),
            limit.days_left(tally, situation.on),
        )

    return min(limits, key=rank)


def find_reentry(situation: Situation, length: int) -> int | None:
    """The first day from today on which one may enter for `length` further counted days.

    A traveller who is inside is assumed to leave today. None if there is no such day.
    """
    start = situation.on
    last = min(start + HORIZON, situation.timeline.eras[-1].last - length)
    closed = tuple(replace(span, ends=True) for span in situation.past)
    tally = Breaches(situation.timeline, closed).tally(situation.era)
    today = tally.counted_until(start) - tally.counted_until(start - 1)
    grace = int(not situation.version.counting.entry_day)
    while start <= last:
        need = length + max(grace, today if start == situation.on else 0)
        trial = Breaches(situation.timeline, (*closed, Span(start, start + need - 1, ends=False)))
        breach = trial.first_breach(len(closed), FIRST - 1)
        if breach is None:
            return start
        start = _next_start(trial, breach, start, length)
    return None


def _next_start(trial: Breaches, breach: Breach, start: int, length: int) -> int:
    """The next start that the broken limit does not exclude, or the start of the next version."""
    limit, timeline = breach.limit, trial.timeline
    if limit is None or breach.era != timeline.at(start, "re-entry"):
        return start + 1
    if isinstance(limit.cap, int) and length > limit.cap:
        nearest = LAST
    else:
        nearest = limit.reopens(Breaches(timeline, trial.spans[:-1]).tally(breach.era), start, length)
    return min([nearest, *(era.first for era in timeline.eras if start < era.first)])


def find_last_exit(situation: Situation, ahead: FurtherStay, whole: Breaches) -> date | None:
    """The last day of exit that keeps booked stays lawful; None if even the longest stay does.

    None, too, if no exit keeps them lawful, or if nothing is booked.
    """
    on, inside = situation.on, situation.current is not None
    booked = [span for span in situation.spans if span.first > on]
    if situation.away or not booked or ahead.days is None or any(whole.unlawful):
        return None
    begin = situation.past[-1] if inside else Span(on, on)
    before = situation.past[:-1] if inside else situation.past
    for extra in range(ahead.days, -1, -1):
        last = on + extra - int(not inside)
        if last >= booked[0].first:
            continue
        stay = [replace(begin, last=last, ends=True)] if last >= begin.first else []
        if not any(Breaches(situation.timeline, (*before, *stay, *booked)).unlawful):
            return None if extra == ahead.days else day(last)
    return None
