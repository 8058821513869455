"""The influence of claims and sources: how far the answer moves without each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sojourn.audit.leave_out import LeftOut
from sojourn.audit.posterior import Posterior
from sojourn.audit.results import Influence
from sojourn.inference.importance_weights import moments, summarise_weighted


def influences(posterior: Posterior, without: Iterable[LeftOut]) -> list[Influence]:
    """Summarise the answer without each target, ranked by how far it moves, farthest first."""
    found = sorted((_influence(posterior, w) for w in without), key=lambda i: -i["distance"])
    return [Influence(rank=rank, **item) for rank, item in enumerate(found, 1)]


def _influence(posterior: Posterior, w: LeftOut) -> dict[str, Any]:
    shifts: dict[str, float] = {}
    errors: dict[str, float] = {}
    for name, full in posterior.quantities.items():
        mean, sd = moments(w.quantities[name], w.weights.weight)
        shifts[name] = (mean - float(full.mean())) / float(full.std())
        errors[name] = shift_error(posterior, w, name, sd)
    farthest = max(shifts, key=lambda name: abs(shifts[name]))
    return {
        "name": w.target.name,
        "claims": len(w.target.claims) + len(w.target.groups),
        "distance": abs(shifts[farthest]),
        "distance_error": errors[farthest],
        "quantity": farthest,
        "shifts": shifts,
        "answer": {name: summarise_weighted(x, w.weights.weight) for name, x in w.quantities.items()},
        "k_hat": w.k_hat,
        "method": w.method,
    }


def shift_error(posterior: Posterior, w: LeftOut, name: str, sd: float) -> float:
    """Monte Carlo standard error of the shift of a quantity, in units of its posterior sd.

    For weighted draws it is that of Σ (n·weight − 1)·x / n, because both means come from the
    same draws; for a refit, that of the difference of two independent means.
    """
    full = posterior.quantities[name]
    n = len(full)
    if w.method == "refit" or w.quantities[name] is not full:
        effective = posterior.efficiency * n
        variance = sd**2 / w.weights.effective + float(full.var()) / effective
        return float(np.sqrt(variance) / full.std())
    mean, _ = moments(full, w.weights.weight)
    each = n * w.weights.weight * (full - mean) - (full - full.mean())
    return float(np.sqrt((each**2).mean() / (n * posterior.efficiency)) / full.std())
