"""`sojourn vintages`: the answer as it would have been at every date of publication."""

from __future__ import annotations

from sojourn.cli.options import DEFAULT_SUBJECT, Subject


def vintages(
    target: str,
    /,
    *,
    subject: Subject = DEFAULT_SUBJECT,
) -> int:
    """Compute the answer that the claims published by each date would have given.

    Takes the folder of a saved answer (the result is added to its audit.json),
    or a case to be answered first. Exit status: 0 done, 1 the answer has not
    converged, 2 cannot be read.

      sojourn vintages answers/kz
      sojourn vintages my-case --json | jq '.history[].date'

    Parameters
    ----------
    target
        A folder that `sojourn estimate --out` wrote, or a case.
    """
    from sojourn.cli.audit_session import open_session

    work = open_session(target, subject)
    from sojourn.audit.leave_out import LeaveOut
    from sojourn.audit.results import Audit
    from sojourn.audit.vintages import find_vintages, publication_dates
    from sojourn.cli.audit_text import render_vintages

    with work.keep_draws() as kept:
        leaver = LeaveOut(work.posterior, checkpoints=kept)
        dates, each = publication_dates(work.posterior), leaver.seconds_of_refit()
        work.say(f"{len(dates)} dates; one that the draws of the date before do not reach takes {each:.0f} s")
        moments = find_vintages(
            work.posterior,
            dates,
            lambda day: work.say(f"refitting with the claims published by {day} …"),
            leaver,
        )
    return work.finish(Audit(header=work.header(), history=tuple(moments)), render_vintages)
