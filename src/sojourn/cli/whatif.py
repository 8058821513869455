"""`sojourn whatif`: the same posterior under another stay rule or another event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, TypeVar

from cyclopts import Parameter

from sojourn._core.errors import InputError, Problem
from sojourn.cli.options import DEFAULT_SUBJECT, Subject

Value = TypeVar("Value")
Many = Annotated[list[str] | None, Parameter(negative="")]


def whatif(
    target: str,
    /,
    *,
    without: Many = None,
    begin: Many = None,
    end: Many = None,
    scale: Many = None,
    subject: Subject = DEFAULT_SUBJECT,
) -> int:
    """Compute what would differ under another stay rule or event, with intervals.

    The same draws go through an edited history. The difference is what the
    model implies: people react only in the ways that the case models. Takes the
    folder of a saved answer (the result is added to its audit.json), or a case
    to be answered first. Exit status: 0 done, 1 the answer has not converged, 2
    cannot be read.

      sojourn whatif answers/kz --without KZ-rolling
      sojourn whatif answers/kz --end KZ-entry=2023-06-30 --begin KZ-rolling=2023-07-01
      sojourn whatif answers/kz --scale mobilisation=0.5

    Parameters
    ----------
    target
        A folder that `sojourn estimate --out` wrote, or a case.
    without
        A regime (stay rules of a place) to remove, so that the one before it continues; or an
        event to remove; repeatable.
    begin
        REGIME=YYYY-MM-DD: first day of a regime; repeatable.
    end
        REGIME=YYYY-MM-DD: last day of a regime; repeatable.
    scale
        EVENT=FACTOR: multiply the arrivals of an event by a factor; repeatable.
    """
    begins = _pairs("--begin", begin, date.fromisoformat, "a regime and a day, REGIME=YYYY-MM-DD")
    ends = _pairs("--end", end, date.fromisoformat, "a regime and a day, REGIME=YYYY-MM-DD")
    factors = _pairs("--scale", scale, float, "an event and a factor, EVENT=0.5")
    from sojourn.cli.audit_session import open_session

    work = open_session(target, subject)
    from sojourn.audit.counterfactuals import Edits
    from sojourn.audit.counterfactuals import whatif as run
    from sojourn.audit.results import Audit
    from sojourn.cli.audit_text import render_whatif

    changed = run(work.posterior, Edits(tuple(without or ()), begins, ends, factors))
    return work.finish(Audit(header=work.header(), whatif=(changed,)), render_whatif)


def _pairs(
    option: str, given: list[str] | None, read: Callable[[str], Value], allowed: str
) -> dict[str, Value]:
    """NAME=VALUE options as a mapping.

    Raises:
        InputError: some values cannot be read; all of them are named.
    """
    found: dict[str, Value] = {}
    problems: list[Problem] = []
    for text in given or ():
        name, _, value = text.partition("=")
        try:
            found[name] = read(value)
        except ValueError:
            problems.append(Problem(option, f"must be {allowed}", value=text))
    if problems:
        raise InputError(problems)
    return found
