"""`sojourn vintages`: the answer as it would have been at every date."""

from __future__ import annotations

from sojourn.cli.options import DEFAULT_SUBJECT, Subject


def vintages(
    target: str,
    /,
    *,
    subject: Subject = DEFAULT_SUBJECT,
) -> int:
    """The answer at every date on which claims were published, from what was known by then.

    Takes the folder of a saved answer (the result is added to its audit.json), or a case
    to be answered first. Exit status: 0 done, 1 the answer has not converged, 2 cannot be
    read.

      sojourn vintages answers/kz
      sojourn vintages my-case --json | jq '.history[].date'

    Parameters
    ----------
    target
        A folder that `sojourn estimate --out` wrote, or a case.
    """
    from sojourn.cli.audit_session import open_session

    work = open_session(target, subject)
    from sojourn.audit.results import Audit
    from sojourn.audit.vintages import find_vintages
    from sojourn.cli.audit_text import render_vintages

    moments = find_vintages(work.posterior, report=lambda day: work.say(f"drawing again as of {day} …"))
    return work.finish(Audit(header=work.header(), history=tuple(moments)), render_vintages)
