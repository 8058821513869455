"""A case answered on the command line: progress shown, the answer saved, and the exit status."""

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
    """Answer a case, with bars on a terminal's stderr unless `quiet`, and save the answer if it is wanted.

    Raises:
        CaseError: the case asks for what the model does not have.
        KeyboardInterrupt: Ctrl-C; nothing is written then.
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
    """Whether stderr is told what is being worked on: on a terminal only."""
    return not quiet and sys.stderr.isatty()
