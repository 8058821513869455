"""`sojourn new`: a small commented case to edit."""

from __future__ import annotations

import sys

from sojourn.case import new_case


def new(folder: str, /) -> int:
    """Make a small case to start from.

    Its files are plain: case.toml for a text editor, the tables for a spreadsheet.
    It passes `sojourn check` as it is; replace its rows by yours.

      sojourn new my-case
      sojourn check my-case

    Parameters
    ----------
    folder
        A folder that does not exist yet, or is empty.
    """
    target = new_case(folder)
    sys.stdout.write(f"Made {target}. Edit case.toml and the tables, then run: sojourn check {target}\n")
    return 0
