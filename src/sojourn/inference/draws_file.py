"""The draws of an answer, from its InferenceData back to the unknowns of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit

from sojourn._core.arrays import Real
from sojourn.inference.density import Model
from sojourn.inference.priors import PriorBlock

if TYPE_CHECKING:
    import xarray as xr


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
