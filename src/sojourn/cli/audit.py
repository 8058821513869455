"""`sojourn audit`: why this answer, what each figure counts, who contradicts whom."""

from __future__ import annotations

from sojourn._core.defaults import REFITS
from sojourn._core.errors import InputError
from sojourn.cli.options import DEFAULT_SUBJECT, Subject, too_small


def audit(
    target: str,
    /,
    *,
    refits: int = REFITS,
    subject: Subject = DEFAULT_SUBJECT,
) -> int:
    """Why this answer: what each figure counts, who contradicts whom, what carries it.

    Takes the folder of a saved answer, or a case to be answered first. Beside the answer
    it writes audit.json and its tables as Parquet; `sojourn report` shows them. Exit
    status: 0 done, 1 the answer has not converged, 2 cannot be read.

      sojourn audit answers/kz
      sojourn audit answers/mine --case my-case --refits 40
      sojourn audit kazakhstan-2022 --out answers/kz
      sojourn audit answers/kz --json | jq '.conflict.pairs'

    Parameters
    ----------
    target
        A folder that `sojourn estimate --out` wrote, or a case.
    refits
        How many posteriors at most to draw again where importance weights fail; 0: none.
    """
    if problems := too_small(refits=(refits, 0)):
        raise InputError(problems)
    from sojourn.cli.audit_session import open_session

    work = open_session(target, subject)
    from sojourn.audit.run import audit_posterior as run
    from sojourn.cli.audit_text import render_audit

    def report(name: str) -> None:
        work.say(f"drawing again without {name} …")

    return work.finish(run(work.posterior, refits=refits, report=report), render_audit)
