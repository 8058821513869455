"""Hedged figures: how speakers round and qualify a number."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import NamedTuple

import numpy as np

from sojourn.case.tables import Hedge

STYLES: dict[str, tuple[Hedge, ...]] = {
    "counted": ("exact", "reported", "reported", "more_than", "about"),
    "spoken": ("about", "about", "reported", "more_than", "almost", "range"),
    "listed": ("exact",),
}
"""Hedges by style: counts have three digits or all of them, statements to the press two."""


class HedgedFigure(NamedTuple):
    """A figure as published; `high` is set for ranges only."""

    value: float
    high: float | None
    hedge: Hedge


def say(figure: float, style: str, rng: np.random.Generator) -> HedgedFigure:
    """Round and hedge a figure, never to 0. The hedge is correct for the figure known to the speaker."""
    figure = max(figure, 1.0)
    hedge = STYLES[style][rng.integers(len(STYLES[style]))]
    if hedge == "exact":
        return HedgedFigure(float(round(figure)), None, hedge)
    grain = _grain(figure, 3 if style == "counted" else 2)
    below, above = max(floor(figure / grain) * grain, grain), ceil(figure / grain) * grain
    if hedge == "more_than":
        return HedgedFigure(float(below), None, hedge)
    if hedge == "almost":
        return HedgedFigure(float(above), None, hedge)
    if hedge == "range":
        return (
            HedgedFigure(float(below), float(above + grain), hedge)
            if above > below
            else HedgedFigure(below, None, "about")
        )
    return HedgedFigure(float(max(round(figure / grain) * grain, grain)), None, hedge)


def say_percent(share: float, rng: np.random.Generator) -> HedgedFigure:
    """Round a share to a whole per cent, or to a multiple of 5 when hedged with "about"."""
    percent = float(np.clip(100 * share, 1.0, 99.0))
    if rng.random() < 0.5:
        return HedgedFigure(float(max(round(percent), 1)), None, "reported")
    return HedgedFigure(float(min(max(round(percent / 5) * 5, 5), 95)), None, "about")


def _grain(figure: float, digits: int) -> float:
    """The unit of the last significant digit when a figure has `digits` of them; at least 1."""
    return float(max(10 ** (floor(log10(figure)) - digits + 1), 1))
