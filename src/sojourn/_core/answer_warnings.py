"""The warnings of an answer, each with a kind that programs can test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

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
    """A reason to be careful with an answer: its kind and subject, for programs, and its text, for people.

    `claims` are the ids of the claims that it is about, and `quantity` is the quantity, as in `identified`
    of `answer.json`; both are empty for a warning about the answer as a whole.
    """

    kind: WarningKind
    text: str
    claims: tuple[str, ...] = ()
    quantity: str = ""

    def __str__(self) -> str:
        """The text."""
        return self.text


def has_converged(warnings: Iterable[AnswerWarning]) -> bool:
    """Whether no warning says that the draws do not yet represent the posterior."""
    return all(warning.kind != "not_converged" for warning in warnings)


def warnings_as_record(warnings: Iterable[AnswerWarning]) -> dict[str, list[Any]]:
    """The keys of `answer.json` for warnings: texts, kinds and subjects, in the same order.

    Example:
        >>> warnings_as_record([AnswerWarning("misfit", "no fit", ("c1",))])
        {'warnings': ['no fit'], 'warning_kinds': ['misfit'], 'warning_subjects': [{'claims': ['c1']}]}
    """
    found = list(warnings)
    return {
        "warnings": [warning.text for warning in found],
        "warning_kinds": [warning.kind for warning in found],
        "warning_subjects": [_subject(warning) for warning in found],
    }


def _subject(warning: AnswerWarning) -> dict[str, Any]:
    both = {"claims": list(warning.claims), "quantity": warning.quantity}
    return {key: value for key, value in both.items() if value}


def warnings_of(record: Mapping[str, Any]) -> tuple[AnswerWarning, ...]:
    """The warnings in the content of an `answer.json`; one of an earlier version names no subjects."""
    none: list[dict[str, Any]] = [{} for _ in record["warnings"]]
    subjects: list[dict[str, Any]] = record.get("warning_subjects", none)
    return tuple(
        AnswerWarning(kind, text, tuple(subject.get("claims", ())), subject.get("quantity", ""))
        for kind, text, subject in zip(record["warning_kinds"], record["warnings"], subjects, strict=True)
    )
