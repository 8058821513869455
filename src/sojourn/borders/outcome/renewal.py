"""Chances of filling up days in one state with interruptions, where spells follow life tables.

Time is in steps (weeks). `own` and `other` are the shares of spells in the two states that last to the
beginning of each step. A spell is independent of those before; one that ends within a step ends in its
middle, half of it counted to either side. This is the renewal equation of an alternating process, solved on a
grid of the steps that are lacking and those that may be spent in the other state.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float64]
"""By group and step."""


def interrupted(own: Shares, other: Shares, need: int, slack: int) -> tuple[Shares, Shares]:
    """Chances `[group, r, q]` to fill up r steps with at most q in the other state.

    The first for a spell in the own state that begins now, the second for one in the other state. `own` and
    `other` (groups, more than `need` and `slack` steps) begin with 1.
    """
    ends, returns = own[:, :-1] - own[:, 1:], other[:, :-1] - other[:, 1:]
    begins = np.zeros((len(own), need + 1, slack + 1))
    away = np.zeros_like(begins)
    begins[:, 0, :] = 1
    for q in range(1, slack + 1):
        away[:, 0, q] = 1 - other[:, q]
    halves = ends[:, 0] * returns[:, 0] / 4
    for r in range(1, need + 1):
        left = ends[:, r - 1 : 0 : -1] / 2  # spells that end in step r − 1 … 1
        for q in range(slack + 1):
            later = (left * (away[:, 1:r, q] + away[:, : r - 1, q])).sum(axis=1)
            stay = own[:, r] + later + ends[:, 0] / 2 * away[:, r - 1, q]
            if q == 0:
                begins[:, r, q] = stay
                continue
            back = returns[:, q - 1 : 0 : -1] / 2
            comes = (back * (begins[:, r, 1:q] + begins[:, r, : q - 1])).sum(axis=1)
            comes = comes + returns[:, 0] / 2 * begins[:, r, q - 1]
            # A spell may end in the step in which it begins, and so may the next: the two hang together.
            begins[:, r, q] = (stay + ends[:, 0] / 2 * comes) / (1 - halves)
            away[:, r, q] = comes + returns[:, 0] / 2 * begins[:, r, q]
    return begins, away
