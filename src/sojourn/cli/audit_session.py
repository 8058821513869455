"""The draws that `audit`, `vintages`, `worth` and `whatif` work on, and the folder of their results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sojourn._core.errors import InputError, Problem
from sojourn._core.files import dump_json
from sojourn._core.ledger_labels import LedgerLabels, labels_of_answer
from sojourn.case import Case, read_case
from sojourn.cli.options import Subject, check_answering
from sojourn.cli.run_estimate import answer_now, speaking, status_of

if TYPE_CHECKING:
    from sojourn.audit.checkpoints import Checkpoints
    from sojourn.audit.posterior import Posterior
    from sojourn.audit.results import Audit, Header

NAME = "answer.json"


@dataclass(frozen=True)
class AuditSession:
    """The draws of an answer and the folder of the results; without a folder, results are only printed."""

    posterior: Posterior
    folder: Path | None
    json: bool

    def header(self) -> Header:
        """The answer that the results belong to."""
        from sojourn.audit.run import header

        return header(self.posterior.answer)

    @contextmanager
    def keep_draws(self) -> Generator[Checkpoints]:
        """Keep draws beside the answer until the work is done; a run that was stopped leaves them there."""
        from sojourn.audit.checkpoints import FOLDER, Checkpoints

        answer = self.posterior.answer
        place = None if self.folder is None else self.folder / FOLDER
        kept = Checkpoints(place, f"{answer.sha256} {answer.seed} {answer.version}")
        try:
            yield kept
        except KeyboardInterrupt:
            if place is not None and place.is_dir():
                sys.stderr.write("stopped; the same command goes on from what is done\n")
            raise
        kept.clear()

    def say(self, text: str) -> None:
        """Write a line of progress to stderr, if it is a terminal."""
        if speaking(quiet=self.json):
            sys.stderr.write(f"{text}\n")

    def finish(self, found: Audit, render: Callable[[Audit, LedgerLabels], None]) -> int:
        """Print the results and save them beside the answer.

        Args:
            found: the results.
            render: prints them, with names in place of codes.

        Returns:
            The exit status.

        Raises:
            InputError: an earlier `audit.json` in the folder cannot be read.
        """
        from sojourn.audit.files import FILE, as_record, save_audit

        if not self.json:
            render(found, labels_of_answer(self.posterior.answer.to_dict()))
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
    """Read the draws of a saved answer, or answer a case now.

    Raises:
        InputError: the target is neither a saved answer nor a case, or an option does not apply to it.
    """
    folder = Path(target)
    if (folder / NAME).is_file():
        if subject.out is not None:
            message = "is for a case; the results of a saved answer go into its own folder"
            raise InputError([Problem("--out", message)])
        from sojourn.audit.posterior import read_posterior

        return AuditSession(read_posterior(folder, _case_of(folder, subject.case)), folder, subject.json)
    if subject.case is not None:
        raise InputError([Problem("--case", f"is for a saved answer; {target} has no {NAME}")])
    check_answering(subject.sampling, subject.out)
    case = read_case(target)
    from sojourn.audit.posterior import posterior_of_answer

    answer = answer_now(case, subject.sampling, subject.out)
    return AuditSession(posterior_of_answer(case, answer), subject.out, subject.json)


def _case_of(folder: Path, case: str | None) -> Case:
    """Read the case of a saved answer: the folder given, or the shipped case of that name.

    Raises:
        InputError: the answer cannot be read, or its case is neither given nor shipped.
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
            [Problem("--case", f"is required: give the folder of the case {name}, which is not shipped")]
        )
    return read_case(name)
