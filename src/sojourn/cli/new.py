"""`sojourn new`: a small commented case to edit, or a copy of another."""

from __future__ import annotations

import sys

from sojourn.case import new_case, read_case


def new(folder: str, /, *, like: str = "") -> int:
    """Create a case to start from: a small example, or a copy of another case.

    Edit case.toml with a text editor and the tables with a spreadsheet. The new
    case passes `sojourn check`; replace its rows by your own.

      sojourn new my-case
      sojourn new what-i-think --like kazakhstan-2022
      sojourn check my-case

    Parameters
    ----------
    folder
        A folder that does not exist yet, or is empty.
    like
        The case to copy: a folder, or the name of a shipped case.
    """
    target = new_case(folder, read_case(like) if like else None)
    sys.stdout.write(f"Created {target}. Edit case.toml and the tables, then run: sojourn check {target}\n")
    return 0
