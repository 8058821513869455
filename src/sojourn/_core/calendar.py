"""Lengths of the calendar in days, on average over leap years."""

from __future__ import annotations

YEAR_DAYS = 365.25
MONTH_DAYS = YEAR_DAYS / 12
YEAR_WEEKS = YEAR_DAYS / 7
PER_DAYS = {"day": 1.0, "week": 7.0, "month": MONTH_DAYS, "year": YEAR_DAYS}
"""Days of each unit of time by which a rate is published."""
