"""Lengths of the calendar in days, on average over leap years."""

from __future__ import annotations

YEAR_DAYS = 365.25
MONTH_DAYS = YEAR_DAYS / 12
YEAR_WEEKS = YEAR_DAYS / 7
