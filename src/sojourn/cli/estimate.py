"""`sojourn estimate`: the answer to a case's question, with its uncertainty."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sojourn.case import CaseError, Problem, read_case


def estimate(
    case: str,
    /,
    *,
    asof: date | None = None,
    claims_until: date | None = None,
    seed: int = 1,
    draws: int = 2000,
    chains: int = 4,
    out: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Answer the question of a case: arrived, stayed, moved on, returned.

    Prints the answer with its intervals, the figures whose reading matters most, and
    warnings. Exit status: 0 done, 1 done with warnings of convergence, 2 the case
    cannot be read, 130 interrupted (nothing is written then).

      sojourn estimate kazakhstan-2022
      sojourn estimate kazakhstan-2022 --out answers/kz --seed 7
      sojourn estimate my-case --asof 2023-06-30 --claims-until 2023-07-15
      sojourn estimate my-case --json | jq .outcomes

    Parameters
    ----------
    case
        A folder, or the name of a shipped case.
    asof
        The day on which to count (default: the case's).
    claims_until
        Use only claims published by this day (default: the case's).
    seed
        The same case, seed and version give the same draws on one machine.
    draws
        Kept draws of each chain.
    chains
        Markov chains.
    out
        Folder for answer.json, posterior.nc, timeline.parquet and claims.parquet.
    json
        Print answer.json instead of the tables.
    """
    check_numbers(seed=seed, draws=draws, chains=chains)
    if out is not None and out.exists() and not out.is_dir():
        raise CaseError([Problem(str(out), "is a file; --out takes a folder")])
    read = read_case(case)
    from sojourn.belief.estimate import estimate as run
    from sojourn.cli.answer_text import render
    from sojourn.cli.progress import watching

    with watching(chains, quiet=json or not sys.stderr.isatty()) as (report, stop):
        answer = run(
            read,
            asof=asof,
            claims_until=claims_until,
            seed=seed,
            draws=draws,
            chains=chains,
            report=report,
            stop=stop,
        )
    if out is not None:
        answer.save(out)
    if json:
        sys.stdout.write(answer.to_json())
    else:
        render(answer.record)
    return int(any(warning.startswith("not converged") for warning in answer.warnings))


def check_numbers(**numbers: int) -> None:
    """Refuse numbers that no run can have."""
    least = {"seed": 0, "draws": 25, "chains": 2}
    problems = [
        Problem("--" + name, f"must be at least {least[name]}", value=str(value))
        for name, value in numbers.items()
        if value < least[name]
    ]
    if problems:
        raise CaseError(problems)
