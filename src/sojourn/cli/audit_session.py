"""What the commands that explain an answer share: its draws, saved or drawn now, and where results go."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sojourn._core.errors import InputError, Problem
from sojourn._core.files import dump_json
from sojourn.case import Case, read_case
from sojourn.cli.options import Subject, check_answering
from sojourn.cli.run_estimate import answer_now, speaking, status_of

if TYPE_CHECKING:
    from sojourn.audit.posterior import Posterior
    from sojourn.audit.results import Audit, Header

NAME = "answer.json"


@dataclass(frozen=True)
class AuditSession:
    """The draws that a command works on, and the folder of its results (none: they are only printed)."""

    posterior: Posterior
    folder: Path | None
    json: bool

    def header(self) -> Header:
        """Of which answer the results are."""
        from sojourn.audit.run import header

        return header(self.posterior.answer)

    def say(self, text: str) -> None:
        """What is being worked on: one line on stderr, on a terminal only."""
        if speaking(quiet=self.json):
            sys.stderr.write(f"{text}\n")

    def finish(self, found: Audit, render: Callable[[Audit], None]) -> int:
        """Print what was found and save it beside the answer; the exit status.

        Raises:
            InputError: an earlier `audit.json` in the folder cannot be read.
        """
        from sojourn.audit.files import FILE, as_record, save_audit

        if not self.json:
            render(found)
        if self.folder is not None:
            try:
                save_audit(found, self.folder)
            except (ValueError, OSError) as error:
                message = f"cannot be read or written: {error}"
                raise InputError([Problem(str(self.folder / FILE), message)]) from None
        if self.json:
            sys.stdout.write(dump_json(as_record(found)))
        return status_of(found.header.warnings)


def open_session(target: str, subject: Subject) -> AuditSession:
    """The draws of a saved answer, or of a case that is answered now.

    Raises:
        InputError: neither a saved answer nor a case, or options for one given with the other.
    """
    folder = Path(target)
    if (folder / NAME).is_file():
        if subject.out is not None:
            raise InputError([Problem("--out", "is for a case; results go into the answer's own folder")])
        from sojourn.audit.posterior import read_posterior

        return AuditSession(read_posterior(folder, _case_of(folder, subject.case)), folder, subject.json)
    if subject.case is not None:
        raise InputError([Problem("--case", f"is for a saved answer; there is no {NAME} in {target}")])
    check_answering(subject.sampling, subject.out)
    case = read_case(target)
    from sojourn.audit.posterior import posterior_of_answer

    answer = answer_now(case, subject.sampling, subject.out, quiet=subject.json)
    return AuditSession(posterior_of_answer(case, answer), subject.out, subject.json)


def _case_of(folder: Path, case: str | None) -> Case:
    """The case of a saved answer: the one given, else the shipped one of that name.

    Raises:
        InputError: the answer cannot be read, or its case is not known.
    """
    from sojourn.case import shipped_cases
    from sojourn.inference import read_answer

    try:
        name = read_answer(folder).case
    except (ValueError, OSError) as error:
        raise InputError([Problem(str(folder / NAME), f"cannot be read: {error}")]) from None
    if case is not None:
        return read_case(case)
    if name not in shipped_cases():
        raise InputError(
            [Problem("--case", f"must name the folder of the case {name}, which is not shipped")]
        )
    return read_case(name)
