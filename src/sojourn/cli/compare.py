"""`sojourn compare`: two saved answers side by side, and the edit that moved the answer most."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sojourn._core.errors import InputError, Problem
from sojourn._core.files import dump_json
from sojourn.cli.options import Flag, Sampling, too_small

if TYPE_CHECKING:
    from sojourn.case import Case
    from sojourn.inference.answer import Answer

DRAWS = 500
"""Draws of each chain where an edit is drawn again."""


def compare(
    a: Path,
    b: Path,
    /,
    *,
    case_a: str | None = None,
    case_b: str | None = None,
    refits: int = 3,
    json: Flag = False,
) -> int:
    """Compare two saved answers to one question, and find the edit that moved the answer most.

    Prints what moved, both answers side by side, and the rows of the ledger that
    differ. Each edit is applied alone to the case of A, and the draws of A are
    reweighted; where the edit is too large for weights, its answer is drawn
    again. Exit status: 0 done, 1 one of the answers has not converged, 2 the
    answers cannot be read or are to different questions.

      sojourn compare answers/before answers/after
      sojourn compare answers/kz answers/mine --refits 0 --json | jq .edits

    Parameters
    ----------
    a
        A folder that `sojourn estimate --out` wrote: the answer before the edits.
    b
        The folder of the answer after the edits.
    case_a
        Folder of the case of A, if the answer does not keep its case.
    case_b
        Folder of the case of B, likewise.
    refits
        Draw at most this many edits again where weights fail.
    json
        Print the comparison as JSON instead of tables.
    """
    if problems := too_small(refits=(refits, 0)):
        raise InputError(problems)
    from sojourn.case import read_case
    from sojourn.cli.comparison_text import render
    from sojourn.cli.run_estimate import speaking, status_of
    from sojourn.inference.comparison import compare as run

    answers = _read(a), _read(b)
    found = run(
        *answers,
        case_a=None if case_a is None else read_case(case_a),
        case_b=None if case_b is None else read_case(case_b),
        refits=refits,
        draw=lambda case, start: _draw_again(case, start, quiet=json),
        report=lambda line: _say(line, quiet=not speaking(json)),
    )
    if json:
        sys.stdout.write(dump_json(found.to_dict()))
    else:
        render(found)
    return max(status_of(answer.warnings) for answer in answers)


def _read(folder: Path) -> Answer:
    """Read a saved answer.

    Raises:
        InputError: the folder has no answer that can be read.
    """
    from sojourn.inference.answer import read_answer

    try:
        return read_answer(folder)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError([Problem(str(folder), "has no answer.json; give the folder of --out")]) from None
    except (ValueError, OSError) as error:
        raise InputError([Problem(str(folder / "answer.json"), f"cannot be read: {error}")]) from None


def _draw_again(case: Case, start: Answer, *, quiet: bool) -> Answer:
    from sojourn.cli.run_estimate import answer_now

    return answer_now(case, Sampling(seed=start.seed, draws=DRAWS, quiet=quiet), None, start=start)


def _say(text: str, *, quiet: bool) -> None:
    if not quiet:
        sys.stderr.write(f"{text}\n")
