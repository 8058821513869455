"""The warnings of an answer, each with a kind that programs can test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

WarningKind = Literal["draft", "not_converged", "no_anchor", "prior_only", "contradiction", "misfit"]
"""Why an answer cannot be taken at face value.

`draft`: the run was cut short on purpose. `not_converged`: the draws do not yet represent the posterior.
`no_anchor`: no source's level is trusted. `prior_only`: the figures hardly inform a quantity.
`contradiction`: two claims cannot both be true. `misfit`: a claim does not fit the others under any of
its readings.
"""
WARNING_KINDS: tuple[WarningKind, ...] = get_args(WarningKind)


@dataclass(frozen=True, slots=True)
class AnswerWarning:
    """A reason to be careful with an answer: its kind, for programs, and its text, for people."""

    kind: WarningKind
    text: str

    def __str__(self) -> str:
        """The text."""
        return self.text


def has_converged(warnings: Iterable[AnswerWarning]) -> bool:
    """Whether no warning says that the draws do not yet represent the posterior."""
    return all(warning.kind != "not_converged" for warning in warnings)
