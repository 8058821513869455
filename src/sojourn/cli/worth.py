"""`sojourn worth`: which statistic, not yet published, would reduce the uncertainty most."""

from __future__ import annotations

from sojourn.cli.options import DEFAULT_SUBJECT, Subject


def worth(
    target: str,
    /,
    *,
    subject: Subject = DEFAULT_SUBJECT,
) -> int:
    """Rank new statistics by how much of the answer's variance they would remove.

    The case may list them in candidates.csv; otherwise typical ones are
    proposed: exits by border, registers, a cleaned register, a survey. Takes
    the folder of a saved answer (the result is added to its audit.json), or a
    case to be answered first. Exit status: 0 done, 1 the answer has not
    converged, 2 cannot be read.

      sojourn worth answers/kz
      sojourn worth my-case --json | jq '.worth[] | {name, answer}'

    Parameters
    ----------
    target
        A folder that `sojourn estimate --out` wrote, or a case.
    """
    from sojourn.cli.audit_session import open_session

    work = open_session(target, subject)
    from sojourn.audit.candidates import proposals
    from sojourn.audit.information_value import worth as run
    from sojourn.audit.results import Audit
    from sojourn.cli.audit_text import render_worth

    proposed = proposals(work.posterior.case)
    ranked = run(work.posterior, proposed, report=lambda name: work.say(f"{name} …"))
    return work.finish(Audit(header=work.header(), worth=tuple(ranked)), render_worth)
