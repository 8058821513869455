"""A common scale for the figures of one claim, even if its readings have different scales.

Counts are compared on the log scale, shares on the logit scale, and net flows in
crossings. Where the readings of one claim have several scales, its figures y are compared
on asinh(y / c), with c the size of the figure; it is linear near 0 and logarithmic far from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from sojourn._core.arrays import Real
from sojourn.inference.density import Model
from sojourn.inference.likelihood import SCALES


@dataclass(frozen=True)
class CommonScale:
    """The common scale of a claim: that of its readings if they agree, else asinh(y / unit)."""

    members: NDArray[np.intp]
    scales: tuple[str, ...]
    """(readings,) scale of each reading."""
    unit: float
    percent: float

    @property
    def same(self) -> bool:
        """Whether all readings have one scale."""
        return len(set(self.scales)) == 1

    def to_readings(self, at: Real) -> tuple[Real, Real]:
        """Transform points (n,) to each reading's scale; return them and the log slope, (n, readings)."""
        if self.same:
            shape = (len(at), len(self.scales))
            return np.broadcast_to(at[:, None], shape), np.zeros(shape)
        y, slope = self.unit * np.sinh(at), self.unit * np.cosh(at)
        columns = [_to_scale(scale, y) for scale in self.scales]
        u = np.stack([c[0] for c in columns], axis=1)
        log_slope = np.stack([c[1] for c in columns], axis=1) + np.log(slope)[:, None]
        return u, log_slope

    def from_reading(self, u: Real, reading: NDArray[np.intp]) -> Real:
        """Transform points (n,), each on the scale of its `reading` (n,), to the common scale."""
        if self.same:
            return u
        y = np.empty(len(u))
        for j, scale in enumerate(self.scales):
            y[reading == j] = _value(scale, u[reading == j])
        return np.arcsinh(y / self.unit)

    def in_unit(self, at: Real) -> Real:
        """Transform points (n,) of the common scale to the unit of the claim."""
        y = _value(self.scales[0], at) if self.same else self.unit * np.sinh(at)
        return self.percent * y


def common_scale_of(model: Model, claim: int) -> CommonScale:
    """Return the common scale of a claim, given by its index."""
    wording = model.wording
    members = wording.of_claim[claim]
    members = members[members < len(wording.log_prior)]
    scales = tuple(SCALES[wording.scale[i]] for i in members)
    percent = 100.0 if wording.claims[claim].unit == "percent" else 1.0
    value = wording.claims[claim].value
    unit = abs(value) / percent if value else 1.0
    return CommonScale(members, scales, unit, percent)


def _value(scale: str, u: Real) -> Real:
    """Transform points from a reading's scale to figures; shares and changes are proportions."""
    if scale == "net":
        return u
    if scale == "logit":
        return expit(u)
    return np.expm1(u) if scale == "linear" else np.exp(u)


def _to_scale(scale: str, y: Real) -> tuple[Real, Real]:
    """Transform figures to a reading's scale; return them and the log slope.

    Impossible figures are mapped to infinity.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "net":
            return y, np.zeros(len(y))
        if scale == "logit":
            inside = (y > 0) & (y < 1)
            return np.where(inside, logit(np.where(inside, y, 0.5)), np.inf), np.where(
                inside, -np.log(np.where(inside, y * (1 - y), 1.0)), 0.0
            )
        shifted = 1 + y if scale == "linear" else y
        inside = shifted > 0
        safe = np.where(inside, shifted, 1.0)
        return np.where(inside, np.log(safe), -np.inf), np.where(inside, -np.log(safe), 0.0)
