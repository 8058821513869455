"""Whether the draws of an answer can be relied on, in one sentence.

The verdict follows the warnings of the answer: it applies no rule of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sojourn._core.answer_warnings import has_converged, warnings_of
from sojourn._core.thresholds import EFFECTIVE, RHAT

COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}


def is_unreliable(answer: Mapping[str, Any]) -> bool:
    """Whether a warning of an answer, as in `answer.json`, says that its draws have not converged."""
    return not has_converged(warnings_of(answer))


def is_draft(answer: Mapping[str, Any]) -> bool:
    """Whether a warning of an answer, as in `answer.json`, says that its run was cut short on purpose."""
    return "draft" in answer["warning_kinds"]


def state_verdict(answer: Mapping[str, Any]) -> str:
    """The verdict on an answer, from the content of `answer.json`.

    Example:
        >>> state_verdict({"warnings": [], "warning_kinds": [], "draws": {"chains": 4}, "diagnostics": {}})
        'Reliable: the four chains agree.'
    """
    if is_draft(answer):
        return "Draft: the run was cut short on purpose; do not quote these numbers."
    chains = answer["draws"]["chains"]
    several = f"the {COUNTS.get(chains, chains)} chains"
    if not is_unreliable(answer):
        others = len(answer["warnings"])
        note = f", but read the warning{'s' if others > 1 else ''} below" if others else ""
        return f"Reliable: {_agreement(answer['draws'], several)}{note}."
    reasons = list(_reasons(answer["diagnostics"], several)) or ["the draws have not converged"]
    return f"Not reliable: {' and '.join(reasons)}; do not quote these numbers."


def _agreement(draws: Mapping[str, Any], several: str) -> str:
    """What the verdict of a reliable answer rests on."""
    start = draws.get("started_from", {})
    if start.get("how") != "weights":
        return f"{several} agree"
    k_hat = "none needed" if start["k_hat"] is None else f"k̂ {start['k_hat']:.2f}"
    found = f"{k_hat}, {start['effective']:.0f} effective draws"
    return f"{several} of an earlier answer agree, and its draws could be reweighted ({found})"


def _reasons(diagnostics: Mapping[str, float], several: str) -> Iterator[str]:
    if diagnostics["rhat_max"] > RHAT:
        yield f"{several} do not agree yet"
    elif min(diagnostics["ess_bulk_min"], diagnostics["ess_tail_min"]) < EFFECTIVE:
        yield "there are too few independent draws"
    if diagnostics["divergences"]:
        yield "some draws diverged"
