"""What answers, audits and back-tests look like on the terminal alike: console, heading, tables, numbers."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

STYLES = {"bold": "1", "green": "32", "yellow": "33", "cyan": "36"}
WIDTH = 100
"""Columns of what is printed to a file or a pipe."""


def open_console(question: str, line: str) -> Console:
    """A console on which the question asked, and a line about it, stand already."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    console.print(Text(question, style="bold"))
    console.print(f"{line}\n")
    return console


def plain_table(columns: Sequence[str], right: Collection[int], no_wrap: Collection[int] = ()) -> Table:
    """A table without lines; `right` and `no_wrap` are positions of columns."""
    table = Table(box=None, pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, justify="right" if i in right else "left", no_wrap=i in no_wrap)
    return table


def people(value: float) -> str:
    """Persons, to three significant digits."""
    return f"{float(f'{value:.3g}'):,.0f}"


def per_cent(numbers: Mapping[str, float]) -> str:
    """A share: median and 90 % interval."""
    return f"{numbers['q50']:.0%} ({numbers['q05']:.0%} – {numbers['q95']:.0%})"


def styled(text: str, style: str) -> str:
    """Text in a style of `STYLES` if stdout is a terminal that wants it (see no-color.org)."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if wanted else text
