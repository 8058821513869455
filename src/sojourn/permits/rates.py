"""What a regime implies for the model of a population: excursions, and the end of permitted days.

Where leaving resets the permitted stay (kind `entry`, cap L days), a person who stays for good makes
7/L excursions per week that change nothing. Where the days add up over several entries, no excursion
helps: the permitted days run out and the person has to leave for good or for a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sojourn.permits.days import FIRST, LAST, day, months
from sojourn.permits.errors import PermitError
from sojourn.permits.groups import Block, Gap, Session
from sojourn.permits.kind import Kind
from sojourn.permits.library import Rules, candidates
from sojourn.permits.limits import CalendarYear, Entry, Rolling
from sojourn.permits.regime import Era, choose, timelines

MONTH = 365.2425 / 12


@dataclass(frozen=True, slots=True)
class Rate:
    """A regime between two days, as the model needs it."""

    start: date | None
    """First day in force; None: from the beginning."""
    end: date | None
    """Last day in force; None: until further notice."""
    excursions: float
    """Legally motivated excursions per staying person-week."""
    stay_ends_after: float | None
    """Days of presence after which permitted stay ends whatever one does at the border; None: never."""
    away_days: float | None
    """Days outside after which a full new stay is open again; None where stay does not end."""
    limits: tuple[str, ...]
    """Names of the limits in force."""


def rates(rules: Rules, *, nationality: str, reading: str | None = None) -> list[Rate]:
    """The rates of each version of a rule for a nationality, in order of time.

    Successive versions that give the same rates are kept apart, so the starts are the days on which the
    law changed. `reading`: the id of one reading of a disputed rule; the first-written by default.
    Raises PermitError as `assess` does, and for rules on absence, which say nothing about staying.
    """
    rule = choose(candidates(rules), nationality)
    if rule.absence:
        raise PermitError(f"{rule.id} limits days outside; it gives no rate for people who stay")
    lines = timelines(rule, nationality)
    chosen = [line for line in lines if reading in (None, line.reading)]
    if not chosen:
        raise PermitError(f"reading {reading!r}: {rule.id} has {', '.join(line.reading for line in lines)}")
    found: list[Rate] = []
    version = -1
    for era in chosen[0].eras:
        rate = _rate(era)
        same, version = era.position == version, era.position
        if same and (found[-1].limits, found[-1].stay_ends_after) == (rate.limits, rate.stay_ends_after):
            found[-1] = _joined(found[-1], rate)
        else:
            found.append(rate)
    return found


def _rate(era: Era) -> Rate:
    entry = min((_days(k.cap) for k in era.limits if isinstance(k, Entry)), default=None)
    lasting = [k for k in era.limits if not isinstance(k, Entry)]
    hard = min(lasting, key=lambda k: _days(k.cap), default=None)
    ends = None if hard is None else _days(hard.cap)
    resets = entry is not None and (ends is None or entry < ends)
    return Rate(
        start=day(era.first) if era.first > FIRST else None,
        end=day(era.last) if era.last < LAST else None,
        excursions=7 / entry if entry is not None and resets else 0.0,
        stay_ends_after=ends,
        away_days=None if hard is None else _away(hard),
        limits=tuple(k.id for k in era.limits),
    )


def _joined(first: Rate, second: Rate) -> Rate:
    return Rate(first.start, second.end, *(getattr(first, n) for n in _SAME))


_SAME = ("excursions", "stay_ends_after", "away_days", "limits")


def _days(cap: int | str) -> float:
    return cap if isinstance(cap, int) else months(cap) * MONTH


def _away(limit: Kind) -> float:
    """Days outside, after the cap was used in one piece, until the cap is free again."""
    if isinstance(limit, Gap):
        return limit.outside
    if isinstance(limit, Session):
        return max(1, limit.days - limit.cap)
    if isinstance(limit, CalendarYear):
        return 365 - limit.cap
    assert isinstance(limit, Rolling | Block)
    return max(1, _days(limit.window) - _days(limit.cap))
