"""An answer in two lines of text, and as a small HTML table for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from html import escape

from sojourn._core.answer_warnings import AnswerWarning
from sojourn._core.outcomes import FATES, LABELS, Outcome
from sojourn._core.rounding import format_people
from sojourn.inference.answer_parts import OutcomeEstimate

Estimates = Mapping[Outcome, OutcomeEstimate]


def describe_outcomes(asof: date, estimates: Estimates, converged: bool, draft: bool = False) -> str:
    """The medians of the outcomes in one line."""
    medians = {name: format_people(e.persons.q50) for name, e in estimates.items()}
    fates = ", ".join(f"{medians[name]} {LABELS[name]}" for name in FATES)
    text = f"of {medians['arrived']} who arrived, by {asof}: {fates}"
    notes = [note for note, applies in (("draft", draft), ("not converged", not converged)) if applies]
    return f"{text} ({', '.join(notes)})" if notes else text


def outcomes_as_html(
    question: str, asof: date, estimates: Estimates, warnings: Iterable[AnswerWarning]
) -> str:
    """Medians, 90 % intervals and shares by outcome, then the warnings."""
    rows = "".join(
        f"<tr><td>{escape(LABELS[name])}</td><td>{format_people(e.persons.q50)}</td>"
        f"<td>{format_people(e.persons.q05)} – {format_people(e.persons.q95)}</td>"
        f"<td>{'' if e.share is None else f'{e.share.q50:.0%}'}</td></tr>"
        for name, e in estimates.items()
    )
    notes = "".join(f"<li>{escape(warning.text)}</li>" for warning in warnings)
    return (
        f"<p><b>{escape(question)}</b><br>As of {asof}.</p>"
        "<table><thead><tr><th></th><th>median</th><th>90 %</th><th>of those who arrived</th></tr>"
        f"</thead><tbody>{rows}</tbody></table>" + (f"<ul>{notes}</ul>" if notes else "")
    )
