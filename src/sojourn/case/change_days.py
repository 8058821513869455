"""Days on which a case says that something changed: events, stay rules in force, and schemes."""

from __future__ import annotations

from datetime import date, timedelta

from sojourn.case.case import Case

NEAR = timedelta(days=14)
"""Longest time between a change of figures and the day that explains it."""


def list_change_days(case: Case, country: str) -> list[date]:
    """Return the days of a case that can explain why figures of a country change.

    Args:
        case: the case. Stay rules that only name a rule of the library have no dates; replace them by
            regimes first (`sojourn.history.with_stay_rules`).
        country: the id of the country; regimes and schemes of others are left out.

    Returns:
        Dates of events everywhere; first and last days of regimes, and the day on which permitted days
        run out; first days and purges of schemes.

    Example:
        >>> from sojourn.case import read_case
        >>> [str(day) for day in list_change_days(read_case("poland-2022"), "PL")]
        ['2022-02-24']
    """
    settings = case.settings
    days: list[date | None] = [event.date for event in settings.events]
    for regime in settings.regimes:
        if regime.place == country:
            days += [regime.start, regime.end, regime.runs_out]
    for scheme in settings.schemes:
        if scheme.place == country:
            days += [scheme.start, *scheme.purges]
    return sorted(day for day in set(days) if day is not None)


def is_explained(days: list[date], first: date, last: date) -> bool:
    """Tell whether one of the days lies between two dates, or within 14 days of them."""
    return any(first - NEAR <= day <= last + NEAR for day in days)
