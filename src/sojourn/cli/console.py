"""The terminal: one console for all commands, headings, plain tables, and numbers for readers."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 100
"""Columns of tables written to a file or a pipe, unless the environment variable COLUMNS says otherwise."""


class TextConsole(Console):
    """A console that prints text as it is: brackets are no markup, and numbers are not coloured.

    Colours appear on a terminal only, and never if NO_COLOR is set (see no-color.org).
    """

    def __init__(self) -> None:
        """Write to stdout, with the width of the terminal or, if there is none, `WIDTH` columns."""
        super().__init__(highlight=False, markup=False, emoji=False)
        if not self.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
            self.width = WIDTH

    def on_broken_pipe(self) -> None:
        """Leave a closed pipe (`| head`) to `main`, which ends with status 0."""
        raise BrokenPipeError

    def print_line(self, text: str = "", style: str = "") -> None:
        """Print a line. The terminal wraps it; a file or a pipe gets it whole, so that `grep` finds it."""
        self.print(Text(text, style=style), soft_wrap=not self.is_terminal)

    def heading(self, text: str) -> None:
        """Print a heading."""
        self.print_line(text, style="bold")


def print_question(console: TextConsole, question: str, line: str) -> None:
    """Print the question of a case and a line about it."""
    console.heading(question)
    console.print_line(f"{line}\n")


def plain_table(columns: Sequence[str], right: Collection[int], no_wrap: Collection[int] = ()) -> Table:
    """A table without rules.

    Args:
        columns: titles of the columns.
        right: positions of columns that are aligned to the right.
        no_wrap: positions of columns whose cells are not wrapped.
    """
    table = Table(box=None, pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, justify="right" if i in right else "left", no_wrap=i in no_wrap)
    return table


def per_cent(numbers: Mapping[str, float]) -> str:
    """A share: median and 90% interval."""
    return f"{numbers['q50']:.0%} ({numbers['q05']:.0%} – {numbers['q95']:.0%})"
