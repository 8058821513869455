"""`sojourn estimate`: answer the question of a case, with its uncertainty."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sojourn.case import read_case
from sojourn.cli.options import DEFAULT_SAMPLING, Flag, Sampling, check_answering


def estimate(
    case: str,
    /,
    *,
    asof: date | None = None,
    claims_until: date | None = None,
    sampling: Sampling = DEFAULT_SAMPLING,
    quick: Flag = False,
    from_: Annotated[Path | None, Parameter(name="--from")] = None,
    out: Path | None = None,
    json: Flag = False,
) -> int:
    """Answer the question of a case: how many arrived, stayed, moved on and returned.

    Prints whether the answer is reliable, the answer with its intervals, the
    figures whose reading matters most, diagnostics and warnings. Draws until the
    chains have converged, or until --limit. Exit status: 0 done, 1 the answer has
    not converged, 2 the case cannot be read, 130 interrupted (nothing is written
    then).

      sojourn estimate kazakhstan-2022
      sojourn estimate kazakhstan-2022 --out answers/kz --seed 7
      sojourn estimate my-case --quick
      sojourn estimate my-edited-case --from answers/my-case
      sojourn estimate my-case --asof 2023-06-30 --claims-until 2023-07-15
      sojourn estimate my-case --json | jq .outcomes

    Parameters
    ----------
    case
        A folder, or the name of a shipped case.
    asof
        Date of the question (default: that of the case).
    claims_until
        Use only claims published by this date (default: that of the case).
    quick
        Make a draft in a few seconds of sampling; it is marked as one.
    from_
        Folder of an answer to this case or an earlier version of it. Its draws are reweighted, if
        they can be; else its chains are continued. The draws of the two are not independent.
    out
        Folder for answer.json, posterior.nc, timeline.parquet and claims.parquet.
    json
        Print answer.json instead of the tables.
    """
    check_answering(sampling, out)
    read = read_case(case)
    from sojourn.cli.answer_text import render
    from sojourn.cli.run_estimate import answer_now, read_start, status_of

    start = read_start(from_)
    answer = answer_now(read, sampling, out, asof=asof, claims_until=claims_until, quick=quick, start=start)
    if json:
        sys.stdout.write(answer.to_json())
    else:
        render(answer.to_dict())
    return status_of(answer.warnings)
