"""Rates that a rule implies for the population model: excursions, and the end of permitted days.

If leaving resets the count (kind `entry`, cap L days), a person who stays permanently makes 7/L
excursions per week. If days add up over several entries, an excursion does not help: the permitted
days run out, and the person has to leave for some time or for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from sojourn.stay_rules.dates import FIRST, LAST, day, months, parse
from sojourn.stay_rules.errors import StayRuleError
from sojourn.stay_rules.limits import EntryLimit, Limit, RollingLimit, YearLimit
from sojourn.stay_rules.limits_grouped import BlockLimit, GapLimit, SessionLimit
from sojourn.stay_rules.rule_files import Rules, find_rules, library
from sojourn.stay_rules.timeline import Era, Timeline, choose, timelines

MONTH = 365.2425 / 12


@dataclass(frozen=True, slots=True)
class Rate:
    """The rates that a rule implies between two days."""

    start: date | None
    """First day in force; None: from the beginning."""
    end: date | None
    """Last day in force; None: until further notice."""
    excursions: float
    """Legally motivated excursions per person-week of stay."""
    stay_ends_after: float | None
    """Days of presence after which permitted stay ends, even with excursions; None: never."""
    away_days: float | None
    """Days outside after which a full new stay is permitted; None if stay does not end."""
    limits: tuple[str, ...]
    """Ids of the limits in force."""
    counts_from: date | None = None
    """Earlier days are not counted; None: all days are counted, or no limit looks back."""


def rates(
    rules: Rules,
    *,
    nationality: str,
    start: date | str | None = None,
    end: date | str | None = None,
    reading: str | None = None,
) -> list[Rate]:
    """Return the rates that a rule implies for a nationality, in order of time.

    Successive versions with equal rates are not merged, so that each `Rate.start` after the first is a
    day on which the law changed. If a change leaves open stays under the old version, people who are
    inside on that day keep the old terms until they leave.

    Args:
        rules: as in `assess`.
        nationality: two-letter country code.
        start: first day; by default the first day on file. Every day of the range must be covered.
        end: last day; by default the last day on file.
        reading: id of one reading of a disputed rule; by default the first.

    Raises:
        StayRuleError: as in `assess`; also for rules on absence, which imply no rate of staying.
        NotCovered: the range includes a day that no version covers.

    Example:
        >>> [round(rate.excursions, 3) for rate in rates("KZ.visa_free.EAEU", nationality="RU")]
        [0.078, 0.0]
    """
    rule = choose(find_rules(rules), nationality)
    if rule.absence:
        raise StayRuleError(f"{rule.id} limits days outside; it implies no rate for people who stay")
    lines = timelines(rule, nationality)
    chosen = [line for line in lines if reading in (None, line.reading)]
    if not chosen:
        raise StayRuleError(f"reading {reading!r}: {rule.id} has {', '.join(line.reading for line in lines)}")
    found: list[Rate] = []
    version = -1
    for era in _within(chosen[0], start, end):
        rate = _rate(era)
        same, version = era.position == version, era.position
        if same and (found[-1].limits, found[-1].stay_ends_after) == (rate.limits, rate.stay_ends_after):
            found[-1] = _joined(found[-1], rate)
        else:
            found.append(rate)
    return found


def _within(line: Timeline, start: date | str | None, end: date | str | None) -> list[Era]:
    """Return the eras of a timeline cut to a range of days, all of which must be covered."""
    first = line.eras[0].first if start is None else parse(start, "start").toordinal()
    last = line.eras[-1].last if end is None else parse(end, "end").toordinal()
    if last < first:
        raise StayRuleError(f"end: {day(last)} lies before the start, {day(first)}")
    kept = [
        replace(era, first=max(era.first, first), last=min(era.last, last))
        for era in line.eras
        if era.first <= last and era.last >= first
    ]
    if start is not None:
        line.at(first, "start")
    if end is not None:
        line.at(last, "end")
    for old, new in pairwise(kept):
        if (start or end) and old.last + 1 < new.first:
            line.at(old.last + 1, "the range includes")
    return kept


def _rate(era: Era) -> Rate:
    entry = min((_days(k.cap) for k in era.limits if isinstance(k, EntryLimit)), default=None)
    lasting = [k for k in era.limits if not isinstance(k, EntryLimit)]
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
        counts_from=day(era.since) if era.since > FIRST and lasting else None,
    )


def _joined(first: Rate, second: Rate) -> Rate:
    return Rate(first.start, second.end, *(getattr(first, n) for n in _SAME))


_SAME = ("excursions", "stay_ends_after", "away_days", "limits", "counts_from")


def _days(cap: int | str) -> float:
    return cap if isinstance(cap, int) else months(cap) * MONTH


def _away(limit: Limit) -> float:
    """Return the days outside after which the full cap is available, if it was used without a break."""
    if isinstance(limit, GapLimit):
        return limit.outside
    if isinstance(limit, SessionLimit):
        return max(1, limit.days - limit.cap)
    if isinstance(limit, YearLimit):
        return 365 - limit.cap
    assert isinstance(limit, RollingLimit | BlockLimit)
    return max(1, _days(limit.window) - _days(limit.cap))


def rate_on(rule: str, *, nationality: str, on: date, reading: str | None = None) -> Rate:
    """Return the rate of a shipped rule on a day, with the first and last day of that version.

    Raises:
        StayRuleError: the rule is unknown, is not for this nationality, is not in force on that day,
            or does not limit the days of stay.

    Example:
        >>> rate_on("KZ.visa_free.EAEU", nationality="RU", on=date(2023, 2, 1)).stay_ends_after
        90
    """
    shipped = library()
    if rule not in shipped:
        raise StayRuleError(f"is not a rule of the library; one of: {', '.join(sorted(shipped))}")
    for rate in rates(shipped[rule], nationality=nationality, reading=reading):
        if (rate.start is None or rate.start <= on) and (rate.end is None or on <= rate.end):
            if not rate.excursions and rate.stay_ends_after is None:
                raise StayRuleError("sets no limit on days of stay, so it implies no rate")
            return rate
    raise StayRuleError(f"has no version in force on {on}")
