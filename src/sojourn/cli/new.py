"""`sojourn new`: a small commented case to edit, or a copy of another."""

from __future__ import annotations

import sys

from sojourn.case import new_case, read_case


def new(folder: str, /, *, like: str = "") -> int:
    """Make a case to start from: a small one, or a copy of another.

    Its files are plain: case.toml for a text editor, the tables for a spreadsheet.
    It passes `sojourn check` as it is; replace its rows by yours.

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
    sys.stdout.write(f"Made {target}. Edit case.toml and the tables, then run: sojourn check {target}\n")
    return 0
