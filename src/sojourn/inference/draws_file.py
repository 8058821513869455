"""The draws of an answer, from its InferenceData back to the unknowns of the model; and its adaptation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import logit

from sojourn._core.arrays import Real
from sojourn.inference.density import Model
from sojourn.inference.preconditioner import Metric, from_covariance
from sojourn.inference.priors import PriorBlock
from sojourn.inference.sampler import Adaptation

if TYPE_CHECKING:
    import xarray as xr

OF_CLAIMS = ("bias[", "common[", "sigma.", "concentration[", "reach[")
"""Beginnings of the names of unknowns that come and go with claims and contact groups."""
ADAPTATION = "adaptation"
"""Group of `posterior.nc` with what a later run may start from."""


def read_draws(model: Model, tree: xr.DataTree) -> Real:
    """The unknowns z of an answer, (chains, draws, D), from its InferenceData.

    Raises:
        ValueError: the unknowns are not those of the model.
    """
    posterior = tree["posterior"]
    columns: list[Real] = []
    for block in model.unknowns.blocks:
        if block.name not in posterior:
            raise ValueError(f"the unknown {block.name} is missing")
        values = posterior[block.name]
        labels = tuple(str(label) for label in values.coords[f"{block.name}_label"].values)
        if labels != block.labels:
            raise ValueError(f"the unknowns {block.name} have other labels")
        columns.append(standardise(block, np.asarray(values.values, dtype=float)))
    return np.concatenate(columns, axis=-1)


def standardise(block: PriorBlock, value: Real) -> Real:
    """z of a block from its values on the natural scale, (..., size)."""
    x = value
    if block.family == "lognormal":
        x = np.log(value)
    elif block.family == "logitnormal":
        x = logit(value)
    return (x - block.loc) / block.scale


def record_adaptation(adaptation: Adaptation, labels: Sequence[str]) -> xr.Dataset:
    """What a later run may start from, with the labels (D,) of the unknowns."""
    import xarray as xr

    metric = adaptation.metric
    return xr.Dataset(
        {
            "mean": ("unknown", metric.mean),
            "directions": (("unknown", "direction"), metric.directions),
            "stretch": ("direction", metric.stretch),
            "step": ((), adaptation.step),
            "positions": (("chain", "unknown"), adaptation.positions),
        },
        coords={"unknown": list(labels)},
    )


def read_adaptation(tree: xr.DataTree, labels: Sequence[str]) -> Adaptation:
    """What the run that made an answer learned, from its InferenceData.

    Raises:
        ValueError: there is none, it is damaged, or the unknowns of the history are other than `labels` has.
    """
    if ADAPTATION not in tree.children:
        raise ValueError(f"there is no group {ADAPTATION}")
    group: Any = tree[ADAPTATION]
    names = ("mean", "directions", "stretch", "step", "positions")
    if missing := [name for name in ("unknown", *names) if name not in group.variables]:
        raise ValueError(f"the group {ADAPTATION} has no {', '.join(missing)}")
    own = [str(label) for label in group["unknown"].values]
    if others := [name for name in sorted(set(own) ^ set(labels)) if not name.startswith(OF_CLAIMS)]:
        raise ValueError(
            f"its unknowns are not those of the case ({others[0]}"
            f"{' and others' if len(others) > 1 else ''} in one of them only)"
        )
    mean, directions, stretch, step, positions = (
        np.asarray(group[name].values, dtype=float) for name in names
    )
    size = len(own)
    whole = positions.ndim == 2 and len(positions) > 0 and positions.shape[1] == size
    finite = all(np.isfinite(x).all() for x in (mean, directions, stretch, step, positions))
    if not (
        whole and finite and directions.shape == (size, len(stretch)) and step > 0 and (stretch > 0).all()
    ):
        raise ValueError(f"the group {ADAPTATION} is damaged")
    found = Adaptation(Metric(mean, np.ascontiguousarray(directions), stretch), float(step), positions)
    return found if own == list(labels) else move_adaptation(found, own, labels)


def move_adaptation(learned: Adaptation, before: Sequence[str], after: Sequence[str]) -> Adaptation:
    """What a run learned, for other unknowns: those that are new are as their priors have them, at 0.

    Args:
        learned: what a run with the unknowns `before` learned.
        before: labels (D,) of its unknowns.
        after: labels of the unknowns wanted, in their order.
    """
    at = {label: i for i, label in enumerate(before)}
    common = [(i, at[label]) for i, label in enumerate(after) if label in at]
    new, old = (np.array(side, dtype=int) for side in zip(*common, strict=True))
    covariance = np.eye(len(after))
    covariance[np.ix_(new, new)] = learned.metric.covariance()[np.ix_(old, old)]
    mean, positions = np.zeros(len(after)), np.zeros((len(learned.positions), len(after)))
    mean[new], positions[:, new] = learned.metric.mean[old], learned.positions[:, old]
    return Adaptation(from_covariance(mean, covariance), learned.step, positions)
