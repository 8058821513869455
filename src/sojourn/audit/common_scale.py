"""The figures of one claim on one scale, whatever scales its readings have.

Readings of counts are compared on the log scale, shares on the logit scale, nets in
crossings. Where one claim has readings of several scales its figures y are put on
asinh(y / c), logarithmic far from nought and linear near it, c being the size of the figure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from sojourn._core.arrays import Real
from sojourn.inference.density import Model
from sojourn.inference.likelihood import FAR, SCALES, ClaimIntervals

OPEN = 12.0
"""How far, on its scale, an end that the words leave open is followed."""


@dataclass(frozen=True)
class Figures:
    """The common scale of a claim: that of its readings if they agree, else asinh(y / unit)."""

    members: NDArray[np.intp]
    scales: tuple[str, ...]
    """(readings,) scale of each reading."""
    unit: float
    percent: float
    intervals: tuple[NDArray[np.intp], ...]
    """(readings,) intervals of each reading, as indices into `ClaimIntervals`."""

    @property
    def same(self) -> bool:
        """Whether all readings have one scale."""
        return len(set(self.scales)) == 1

    def to_readings(self, at: Real) -> tuple[Real, Real]:
        """Points (n,) on the scale of each reading, and the log of the slope there: (n, readings) both."""
        if self.same:
            shape = (len(at), len(self.scales))
            return np.broadcast_to(at[:, None], shape), np.zeros(shape)
        y, slope = self.unit * np.sinh(at), self.unit * np.cosh(at)
        columns = [_to_scale(scale, y) for scale in self.scales]
        u = np.stack([c[0] for c in columns], axis=1)
        log_slope = np.stack([c[1] for c in columns], axis=1) + np.log(slope)[:, None]
        return u, log_slope

    def from_reading(self, u: Real, reading: NDArray[np.intp]) -> Real:
        """Points (n,) from the scale of a reading each, on the common scale."""
        if self.same:
            return u
        y = np.empty(len(u))
        for j, scale in enumerate(self.scales):
            y[reading == j] = _value(scale, u[reading == j])
        return np.arcsinh(y / self.unit)

    def in_unit(self, at: Real) -> Real:
        """Points (n,) of the common scale in the unit of the claim."""
        y = _value(self.scales[0], at) if self.same else self.unit * np.sinh(at)
        return self.percent * y

    def spoken(self, said: ClaimIntervals, count: int) -> tuple[Real, Real]:
        """Points of what the words allow, on the common scale, and the weight of the words there.

        `count` points between each two ends of the nested intervals; an end that lies infinitely
        far is followed for `OPEN`.
        """
        own = self.intervals[0]
        low, high = (self._ends(np.asarray(bound)[own]) for bound in (said.low, said.high))
        ends = np.unique(np.concatenate([low, high]))
        near = ends[np.abs(ends) < FAR] if not self._linear else ends
        first, last = (near[0], near[-1]) if len(near) else (0.0, 0.0)
        ends = np.unique(np.clip(ends, first - OPEN, last + OPEN))
        middle = (np.arange(count) + 0.5) / count
        points = (ends[:-1, None] + np.diff(ends)[:, None] * middle).reshape(-1)
        inside = (points[:, None] >= low) & (points[:, None] <= high)
        width = np.repeat(np.diff(ends) / count, count)
        return points, (inside @ np.exp(np.asarray(said.log_weight)[own])) * width

    @property
    def _linear(self) -> bool:
        """Whether the scale is in crossings, on which no value is infinitely far."""
        return self.same and self.scales[0] == "net"

    def _ends(self, bounds: Real) -> Real:
        return self.from_reading(
            np.clip(bounds, -FAR, FAR) if self.scales[0] != "net" else bounds,
            np.zeros(len(bounds), dtype=int),
        )


def figures_of(model: Model, claim: int) -> Figures:
    """The common scale of a claim (its index)."""
    wording = model.wording
    members = wording.of_claim[claim]
    members = members[members < len(wording.log_prior)]
    scales = tuple(SCALES[wording.scale[i]] for i in members)
    own = [wording.of_reading[i] for i in members]
    count = len(np.asarray(model.said.low))
    percent = 100.0 if wording.claims[claim].unit == "percent" else 1.0
    value = wording.claims[claim].value
    unit = abs(value) / percent if value else 1.0
    return Figures(members, scales, unit, percent, tuple(o[o < count] for o in own))


def _value(scale: str, u: Real) -> Real:
    """A figure from its scale; shares and changes as proportions."""
    if scale == "net":
        return u
    if scale == "logit":
        return expit(u)
    return np.expm1(u) if scale == "linear" else np.exp(u)


def _to_scale(scale: str, y: Real) -> tuple[Real, Real]:
    """A figure on a scale, and the log of the slope; impossible figures lie infinitely far."""
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
