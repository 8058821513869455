"""Answer a case on the command line: show progress, save the answer, derive the exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sojourn._core.answer_warnings import AnswerWarning, has_converged
from sojourn.case import Case
from sojourn.cli.options import Sampling

if TYPE_CHECKING:
    from sojourn.inference import Answer


def answer_now(
    case: Case,
    sampling: Sampling,
    out: Path | None,
    *,
    quiet: bool,
    asof: date | None = None,
    claims_until: date | None = None,
) -> Answer:
    """Answer a case, show progress bars if stderr is a terminal, and save the answer if `out` is given.

    Args:
        case: the case.
        sampling: seed, chains and draws.
        out: folder for the answer; None: it is not saved.
        quiet: show no progress.
        asof: date of the question; None: that of the case.
        claims_until: last date of publication of the claims used; None: that of the case.

    Raises:
        CaseError: the case asks for something that the model does not have.
        KeyboardInterrupt: after Ctrl-C; nothing is written then.
    """
    from sojourn.cli.progress import watching
    from sojourn.inference.estimation import estimate

    with watching(sampling.chains, quiet=not speaking(quiet)) as (report, stop):
        answer = estimate(
            case,
            asof=asof,
            claims_until=claims_until,
            seed=sampling.seed,
            draws=sampling.draws,
            chains=sampling.chains,
            report=report,
            stop=stop,
        )
    if out is not None:
        answer.save(out)
    return answer


def status_of(warnings: Iterable[AnswerWarning]) -> int:
    """Exit status of an answer: 1 if it has not converged."""
    return int(not has_converged(warnings))


def speaking(quiet: bool) -> bool:
    """Whether to write progress to stderr: on a terminal only, and not if `quiet`."""
    return not quiet and sys.stderr.isatty()
