"""`sojourn audit`: why this answer, what each figure counts, who contradicts whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sojourn.case import CaseError, Problem


def audit(
    target: str,
    /,
    *,
    case: str | None = None,
    refits: int = 10,
    out: Path | None = None,
    seed: int = 1,
    draws: int = 2000,
    chains: int = 4,
    json: Annotated[bool, Parameter(negative="")] = False,
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
    case
        The folder of the answer's case, where it is not a shipped one.
    refits
        How many posteriors at most to draw again where importance weights fail; 0: none.
    out
        For a case: folder for the answer and its audit.
    seed
        For a case: as in estimate.
    draws
        For a case: kept draws of each chain.
    chains
        For a case: Markov chains.
    json
        Print audit.json instead of the tables.
    """
    if refits < 0:
        raise CaseError([Problem("--refits", "must be 0 or more", value=str(refits))])
    from sojourn.cli.posterior import finish, posterior_for, say

    posterior, folder = posterior_for(target, case, out, seed, draws, chains, json)
    from sojourn.audit.audit import audit as run
    from sojourn.cli.audit_text import render_audit

    found = run(posterior, refits=refits, report=lambda name: say(f"drawing again without {name} …", json))
    if not json:
        render_audit(found)
    return finish(found, folder, json)
