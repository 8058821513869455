"""`sojourn history`: the answer as it would have been at every date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def history(
    target: str,
    /,
    *,
    case: str | None = None,
    out: Path | None = None,
    seed: int = 1,
    draws: int = 2000,
    chains: int = 4,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """The answer at every date on which claims were published, from what was known by then.

    Takes the folder of a saved answer (the result is added to its audit.json), or a case
    to be answered first. Exit status: 0 done, 1 the answer has not converged, 2 cannot be
    read.

      sojourn history answers/kz
      sojourn history my-case --json | jq '.history[].date'

    Parameters
    ----------
    target
        A folder that `sojourn estimate --out` wrote, or a case.
    case
        The folder of the answer's case, where it is not a shipped one.
    out
        For a case: folder for the answer and this history.
    seed
        For a case: as in estimate.
    draws
        For a case: kept draws of each chain.
    chains
        For a case: Markov chains.
    json
        Print audit.json with this section instead of the table.
    """
    from sojourn.cli.posterior import finish, posterior_for, say

    posterior, folder = posterior_for(target, case, out, seed, draws, chains, json)
    from sojourn.audit.asof import history as run
    from sojourn.audit.audit import header
    from sojourn.audit.results import Audit
    from sojourn.cli.audit_text import render_history

    moments = run(posterior, report=lambda day: say(f"drawing again as of {day} …", json))
    found = Audit(header=header(posterior.record), history=tuple(moments))
    if not json:
        render_history(found)
    return finish(found, folder, json)
