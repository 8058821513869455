"""The draws that a command works on: a saved answer's, or those of a case answered now."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sojourn.case import Case, CaseError, Problem, read_case

if TYPE_CHECKING:
    from sojourn.audit.posterior import Posterior
    from sojourn.audit.results import Audit

NAME = "answer.json"


def posterior_for(
    target: str, case: str | None, out: Path | None, seed: int, draws: int, chains: int, quiet: bool
) -> tuple[Posterior, Path | None]:
    """The draws to work on, and the folder to which results go (none: they are only printed).

    Raises:
        CaseError: neither a saved answer nor a case, or one that does not fit the other.
    """
    folder = Path(target)
    if (folder / NAME).is_file():
        if out is not None:
            raise CaseError([Problem("--out", "is for a case; results go into the answer's own folder")])
        from sojourn.audit.posterior import read_posterior

        return read_posterior(folder, case_of(folder, case)), folder
    if case is not None:
        raise CaseError([Problem("--case", f"is for a saved answer; there is no {NAME} in {target}")])
    if out is not None and out.exists() and not out.is_dir():
        raise CaseError([Problem(str(out), "is a file; --out takes a folder")])
    return answer_now(read_case(target), out, seed, draws, chains, quiet), out


def case_of(folder: Path, case: str | None) -> Case:
    """The case of a saved answer: the one given, else the shipped one of that name.

    Raises:
        CaseError: the answer cannot be read, or its case is not known.
    """
    from sojourn.belief import read_answer
    from sojourn.case import shipped_cases

    if case is not None:
        return read_case(case)
    try:
        name = str(read_answer(folder).record["case"])
    except ValueError as error:
        raise CaseError([Problem(str(folder / NAME), f"cannot be read: {error}")]) from None
    if name not in shipped_cases():
        raise CaseError([Problem("--case", f"must name the folder of the case {name}, which is not shipped")])
    return read_case(name)


def answer_now(case: Case, out: Path | None, seed: int, draws: int, chains: int, quiet: bool) -> Posterior:
    """Answer a case, save the answer if it is wanted, and keep its draws."""
    from sojourn.audit.posterior import posterior_of_answer
    from sojourn.belief.estimate import estimate
    from sojourn.cli.estimate import check_numbers
    from sojourn.cli.progress import watching

    check_numbers(seed=seed, draws=draws, chains=chains)
    with watching(chains, quiet=quiet or not sys.stderr.isatty()) as (report, stop):
        answer = estimate(case, seed=seed, draws=draws, chains=chains, report=report, stop=stop)
    if out is not None:
        answer.save(out)
    return posterior_of_answer(case, answer)


def finish(audit: Audit, folder: Path | None, json: bool) -> int:
    """Save an audit's sections beside the answer and print JSON if wanted; the exit status.

    Raises:
        CaseError: an earlier `audit.json` in the folder cannot be read.
    """
    from sojourn.audit.files import FILE, as_record, save_audit, to_json

    if folder is not None:
        try:
            save_audit(audit, folder)
        except (ValueError, OSError) as error:
            message = f"cannot be read or written: {error}"
            raise CaseError([Problem(str(folder / FILE), message)]) from None
    if json:
        sys.stdout.write(to_json(as_record(audit)))
    return int(any(warning.startswith("not converged") for warning in audit.header.warnings))


def saying(quiet: bool) -> bool:
    """Whether to say on stderr what is being worked on."""
    return not quiet and sys.stderr.isatty()


def say(text: str, quiet: bool) -> None:
    """One line on stderr, on a terminal only."""
    if saying(quiet):
        sys.stderr.write(f"{text}\n")
