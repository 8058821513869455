"""A saved answer back to the draws it was made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.special import logit

from sojourn._core.arrays import Real
from sojourn.inference.density import Model
from sojourn.inference.priors import PriorBlock


def read_draws(model: Model, folder: Path) -> Real:
    """The unknowns z of a saved answer, (chains, draws, D).

    Raises:
        FileNotFoundError: there is no `posterior.nc` in the folder.
        ValueError: it holds other unknowns than the model: another case or version.
    """
    import xarray as xr

    file = folder / "posterior.nc"
    if not file.is_file():
        raise FileNotFoundError(file)
    with xr.open_datatree(file, engine="h5netcdf") as tree:
        posterior = tree["posterior"]
        columns: list[Real] = []
        for block in model.unknowns.blocks:
            if block.name not in posterior:
                raise ValueError(f"has no unknown {block.name}")
            found = posterior[block.name]
            labels = tuple(str(label) for label in found.coords[f"{block.name}_label"].values)
            if labels != block.labels:
                raise ValueError(f"has other unknowns under {block.name}")
            columns.append(standardise(block, np.asarray(found.values, dtype=float)))
    return np.concatenate(columns, axis=-1)


def standardise(block: PriorBlock, value: Real) -> Real:
    """z of a block from its values on the natural scale, (..., size)."""
    x = value
    if block.family == "lognormal":
        x = np.log(value)
    elif block.family == "logitnormal":
        x = logit(value)
    return (x - block.loc) / block.scale
