"""Claims that cannot both be true: the same functional under every reading, figures too far apart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from sojourn.inference.density import Model

FAR = 4.0
"""Prior standard deviations of the difference beyond which two figures clash."""


def clashes(model: Model) -> list[tuple[str, str, float]]:
    """Pairs of claims in use that clash, with how many prior standard deviations part them.

    Two claims clash where every pair of their readings counts the very same thing on the
    same scale, and their intervals lie apart by more than error and bias allow.
    """
    members = _readings(model)
    used = [c.claim for c in model.wording.claims if model.case.counts(c)]
    found: list[tuple[str, str, float]] = []
    for first, second in combinations(used, 2):
        distances = [_distance(model, i, j) for i in members[first] for j in members[second]]
        if distances and min(distances) > FAR:
            found.append((first, second, min(distances)))
    return found


def _readings(model: Model) -> dict[str, list[int]]:
    members: dict[str, list[int]] = {}
    for i, reading in enumerate(model.compiled.readings):
        members.setdefault(reading.claim, []).append(i)
    return members


def _distance(model: Model, i: int, j: int) -> float:
    """Gap between two readings' intervals in prior sds; 0 where they count different things."""
    c = model.compiled
    same = (c.first[i], c.second[i], c.scale[i]) == (c.first[j], c.second[j], c.scale[j])
    if not same or c.scale[i] == "net":
        return 0.0
    (low_i, high_i), (low_j, high_j) = (_span(model, k) for k in (i, j))
    gap = max(low_i - high_j, low_j - high_i, 0.0)
    return gap / float(np.sqrt(sum(_variances(model, i, j))))


def _span(model: Model, i: int) -> tuple[float, float]:
    own = model.wording.of_reading[i]
    own = own[own < len(model.said.low)]
    return float(np.min(np.asarray(model.said.low)[own])), float(np.max(np.asarray(model.said.high)[own]))


def _variances(model: Model, i: int, j: int) -> Iterator[float]:
    """Variances of error and of biases that the two do not share."""
    blocks = {block.name: block for block in model.unknowns.blocks}
    sigma = float(np.exp(blocks[f"sigma.{model.compiled.kind[i]}"].loc[0]))
    yield 2 * (sigma * np.pi / np.sqrt(3)) ** 2
    w = model.wording
    yield float(w.lone[i] ** 2 + w.lone[j] ** 2)
    for name, index in (("bias", w.bias), ("common", w.common)):
        if index[i] != index[j]:
            scales = np.append(blocks[name].scale, 0.0) if name in blocks else np.zeros(1)
            yield float(scales[index[i]] ** 2 + scales[index[j]] ** 2)
