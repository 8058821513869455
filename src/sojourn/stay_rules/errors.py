"""What can be wrong with a question about stay rules."""

from __future__ import annotations


class PermitError(ValueError):
    """A question that has no answer as put: the message names the place, the value and what is allowed."""


class RuleFileError(PermitError):
    """A rule file that does not say what a rule file must say."""


class StayError(PermitError):
    """Stays that cannot be read, or contradict each other."""


class NotCovered(PermitError):  # noqa: N818 - reads as the sentence it is
    """A date or a traveller for whom no version of the rule is on file."""
