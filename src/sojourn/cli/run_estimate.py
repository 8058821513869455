"""Answer a case on the command line: show progress, save the answer, derive the exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sojourn._core.answer_warnings import AnswerWarning, has_converged
from sojourn._core.errors import InputError, Problem
from sojourn.case import Case
from sojourn.cli.options import Sampling

if TYPE_CHECKING:
    from sojourn.inference import Answer


def answer_now(
    case: Case,
    sampling: Sampling,
    out: Path | None,
    *,
    asof: date | None = None,
    claims_until: date | None = None,
    quick: bool = False,
    start: Answer | None = None,
) -> Answer:
    """Answer a case, show progress on stderr, and save the answer if `out` is given.

    Args:
        case: the case.
        sampling: seed, chains, draws and limit.
        out: folder for the answer; None: it is not saved.
        asof: date of the question; None: that of the case.
        claims_until: last date of publication of the claims used; None: that of the case.
        quick: make a draft.
        start: answer whose chains are continued.

    Raises:
        CaseError: the case asks for something that the model does not have, or cannot go on from `start`.
        KeyboardInterrupt: after Ctrl-C; nothing is written then.
    """
    from sojourn.cli.progress import show_progress
    from sojourn.inference.estimation import estimate

    with show_progress(sampling.quiet) as report:
        answer = estimate(
            case,
            asof=asof,
            claims_until=claims_until,
            seed=sampling.seed,
            draws=sampling.draws,
            chains=sampling.chains,
            limit=sampling.limit,
            quick=quick,
            start=start,
            report=report,
        )
    if out is not None:
        answer.save(out)
    return answer


def read_start(folder: Path | None) -> Answer | None:
    """The answer that a run starts from, or None.

    Raises:
        InputError: the folder holds no answer that can be read.
    """
    if folder is None:
        return None
    from sojourn.inference import read_answer

    try:
        return read_answer(folder)
    except (ValueError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        message = f"cannot be read: {reason}; --from takes the folder of a saved answer"
        raise InputError([Problem(str(folder / "answer.json"), message)]) from None


def status_of(warnings: Iterable[AnswerWarning]) -> int:
    """Exit status of an answer: 1 if it has not converged."""
    return int(not has_converged(warnings))


def speaking(quiet: bool) -> bool:
    """Whether to write the steps of an audit to stderr: on a terminal only, and not if `quiet`."""
    return not quiet and sys.stderr.isatty()
