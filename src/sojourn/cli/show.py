"""`sojourn show`: print a saved answer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sojourn._core.errors import InputError, Problem


def show(folder: Path, /, *, json: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Print an answer that `sojourn estimate --out` saved.

    The first line says whether the answer is reliable. Exit status: 0 done, 2
    the folder has no answer that can be read.

      sojourn show answers/kz
      sojourn show answers/kz --json | jq .shares

    Parameters
    ----------
    folder
        The folder given to --out.
    json
        Print answer.json instead of the tables.
    """
    from sojourn.cli.answer_text import render
    from sojourn.inference.answer import read_answer

    try:
        answer = read_answer(folder)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError([Problem(str(folder), "has no answer.json; give the folder of --out")]) from None
    except (ValueError, OSError) as error:
        raise InputError([Problem(str(folder / "answer.json"), f"cannot be read: {error}")]) from None
    if json:
        sys.stdout.write(answer.to_json())
    else:
        render(answer.to_dict())
    return 0
