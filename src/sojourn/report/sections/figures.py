"""Figures from rows, with their text alternatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sojourn.report.charts import Spec
from sojourn.report.document import Figure
from sojourn.report.wording import number, share, span

TOP = 15
"""Rows of a figure; the table below it has all of them."""


def not_made(command: str) -> str:
    """The text of a section whose command has not been run."""
    return f"Not computed yet: run `sojourn {command}` on the folder of this answer to add it."


def figure(id: str, caption: str, rows: list[dict[str, Any]], draw: Callable[[], Spec]) -> tuple[Figure, ...]:
    """A figure, or none if there are no rows; its text alternative names the first eight rows."""
    if not rows:
        return ()
    return (Figure(id, caption, f"{caption} {'; '.join(_words(row) for row in rows[:8])}.", draw),)


def _words(row: dict[str, Any]) -> str:
    if "value" in row:
        return f"{row['label']} {row['value']:.2g}"
    form = share if abs(row["q95"]) <= 1 else number
    name = row.get("label") or f"{row['date']}, {row['group']}"
    return f"{name} {form(row['q50'])} ({span(row, form)})"


def short(value: float | None) -> float | None:
    """Three significant digits."""
    return None if value is None else float(f"{value:.3g}")
