"""A figure from rows, with the words that stand for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sojourn.report.charts import Spec
from sojourn.report.document import Figure
from sojourn.report.wording import number, share, span

TOP = 15
"""Rows of a figure; all are in the table."""


def not_made(command: str) -> str:
    """What stands in place of a section that the audit does not hold."""
    return f"Not made yet: `sojourn {command}` with the folder of this answer adds it."


def figure(id: str, caption: str, rows: list[dict[str, Any]], draw: Callable[[], Spec]) -> tuple[Figure, ...]:
    """A figure, unless there is nothing to draw; its text names the first rows."""
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
