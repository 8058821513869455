"""The errors of questions about stay rules."""

from __future__ import annotations

from sojourn._core.errors import SojournError


class StayRuleError(SojournError, ValueError):
    """The question cannot be answered as asked; the message says where and what is allowed."""


class RuleFileError(StayRuleError):
    """A rule file that does not follow the format."""


class StayError(StayRuleError):
    """Stays that cannot be read, or contradict each other."""


class NotCovered(StayRuleError):  # noqa: N818 - reads as the sentence it is
    """A date or a traveller for whom no version of the rule is on file."""
