"""`sojourn worth`: which statistic, not yet published, would settle most."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter


def worth(
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
    """Rank statistics not yet published by how much of the answer's variance they would take away.

    The case may list them in candidates.csv; else some are made up: exits by border,
    registers, a purge, a survey. Takes the folder of a saved answer (the result is added to
    its audit.json), or a case to be answered first. Exit status: 0 done, 1 the answer has
    not converged, 2 cannot be read.

      sojourn worth answers/kz
      sojourn worth my-case --json | jq '.worth[] | {name, answer}'

    Parameters
    ----------
    target
        A folder that `sojourn estimate --out` wrote, or a case.
    case
        The folder of the answer's case, where it is not a shipped one.
    out
        For a case: folder for the answer and this ranking.
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
    from sojourn.audit.audit import header
    from sojourn.audit.candidates import proposals
    from sojourn.audit.results import Audit
    from sojourn.audit.worth import worth as run
    from sojourn.cli.audit_text import render_worth

    ranked = run(posterior, proposals(posterior.case), report=lambda name: say(f"{name} …", json))
    found = Audit(header=header(posterior.record), worth=tuple(ranked))
    if not json:
        render_worth(found)
    return finish(found, folder, json)
