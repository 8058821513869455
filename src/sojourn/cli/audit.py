"""`sojourn audit`: why the answer is what it is: readings, conflicts, influence and priors."""

from __future__ import annotations

from sojourn._core.defaults import REFITS
from sojourn._core.errors import InputError
from sojourn._core.ledger_labels import labels_of_answer
from sojourn.cli.options import DEFAULT_SUBJECT, Subject, too_small


def audit(
    target: str,
    /,
    *,
    refits: int = REFITS,
    subject: Subject = DEFAULT_SUBJECT,
) -> int:
    """Explain an answer: what figures count, which conflict, which matter most.

    Takes the folder of a saved answer, or a case to be answered first. Writes
    audit.json and its tables (Parquet) beside the answer; `sojourn report`
    shows them. Exit status: 0 done, 1 the answer has not converged, 2 cannot be
    read.

      sojourn audit answers/kz
      sojourn audit answers/mine --case my-case --refits 40
      sojourn audit kazakhstan-2022 --out answers/kz
      sojourn audit answers/kz --json | jq '.conflict.pairs'

    Parameters
    ----------
    target
        A folder that `sojourn estimate --out` wrote, or a case.
    refits
        Maximum number of refits without a figure or a source, used where importance weights
        fail; 0: no refits.
    """
    if problems := too_small(refits=(refits, 0)):
        raise InputError(problems)
    from sojourn.cli.audit_session import open_session

    work = open_session(target, subject)
    from sojourn.audit.run import audit_posterior as run
    from sojourn.cli.audit_text import render_audit

    names = labels_of_answer(work.posterior.answer.to_dict())

    def report(name: str) -> None:
        work.say(f"refitting without {names.claim(names.source(name))} …")

    def announce(count: int, seconds: float) -> None:
        again = "1 posterior has" if count == 1 else f"{count} posteriors have"
        work.say(f"{again} to be drawn again: about {seconds:.0f} s here")

    with work.keep_draws() as kept:
        found = run(work.posterior, refits=refits, report=report, announce=announce, checkpoints=kept)
    return work.finish(found, render_audit)
