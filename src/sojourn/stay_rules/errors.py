"""Errors about stay rules."""

from __future__ import annotations

from sojourn._core.errors import SojournError


class StayRuleError(SojournError, ValueError):
    """The question cannot be answered as asked; the message says what is wrong and what is allowed."""


class RuleFileError(StayRuleError):
    """A rule file that does not follow the format."""


class StayError(StayRuleError):
    """Stays that cannot be read, or that overlap."""


class NotCovered(StayRuleError):  # noqa: N818 - public name
    """A date or a traveller for whom no version of the rule is on file."""
