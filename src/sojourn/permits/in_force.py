"""One version of a shipped rule, by a day on which it is in force."""

from __future__ import annotations

from datetime import date

from sojourn.permits.errors import PermitError
from sojourn.permits.library import library
from sojourn.permits.rates import Rate, rates


def rate_on(rule: str, *, nationality: str, on: date, reading: str | None = None) -> Rate:
    """The rate of the version of a shipped rule that is in force on a day, with its first and last day.

    Raises:
        PermitError: no such rule, none for this nationality, not in force on that day, or no limit
            on days of stay.
    """
    shipped = library()
    if rule not in shipped:
        raise PermitError(f"is no rule of the library; one of: {', '.join(sorted(shipped))}")
    for rate in rates(shipped[rule], nationality=nationality, reading=reading):
        if (rate.start is None or rate.start <= on) and (rate.end is None or on <= rate.end):
            if not rate.excursions and rate.stay_ends_after is None:
                raise PermitError("sets no limit on days of stay, so nothing follows from it")
            return rate
    raise PermitError(f"has no version in force on {on}")
