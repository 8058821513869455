"""How much of the variance of a quantity some unknowns explain, judged on draws held out.

A ridge regression on the unknowns, in five folds of consecutive draws. It is linear, so what it finds is
a lower bound: a curved effect is explained in part only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sojourn._core.arrays import Indices, Real

FOLDS = 5
PENALTIES = np.logspace(-3, 1.5, 7)
"""Penalties tried, per draw; the best on the draws held out is taken, for each quantity by itself."""


class HeldOut(NamedTuple):
    """Squared errors (n, Q) of the prediction of draws held out, and those of the mean of the others.

    `direction` (unknowns, Q) has the coefficients, their mean over the folds.
    """

    left: Real
    total: Real
    direction: Real

    @property
    def share(self) -> Real:
        """Share of the variance explained (Q,), at least 0; not a number where there is no variance."""
        left, total = self.left.mean(axis=0), self.total.mean(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(total > 0, np.maximum(0.0, 1 - left / total), np.nan)

    def errors(self, effective: float) -> Real:
        """Monte-Carlo standard errors of the shares (Q,), for a number of effective draws."""
        return np.array(
            [share_error(a, b, effective) for a, b in zip(self.left.T, self.total.T, strict=True)]
        )


def share_error(left: Real, total: Real, effective: float) -> float:
    """Standard error of 1 − Σleft/Σtotal, for squares (n,) of draws with an effective sample size."""
    if total.mean() == 0:
        return float("nan")
    ratio = left.mean() / total.mean()
    return float(np.std(left - ratio * total) / total.mean() / np.sqrt(max(effective, 1)))


class FoldedRegression:
    """Regressions of quantities on any subset of unknowns, with the sums of all folds computed once."""

    def __init__(self, z: Real, quantities: Real) -> None:
        """Sum up the draws of each fold.

        Args:
            z: (n, D) unknowns.
            quantities: (n, Q) quantities.
        """
        self.z, self.y = z, quantities
        self.folds = [np.asarray(fold) for fold in np.array_split(np.arange(len(z)), FOLDS)]
        self.sums = [self._sums(fold) for fold in self.folds]

    def _sums(self, fold: Indices) -> tuple[Real, Real, Real, Real]:
        kept = np.setdiff1d(np.arange(len(self.z)), fold)
        z, y = self.z[kept], self.y[kept]
        z_mean, y_mean = z.mean(axis=0), y.mean(axis=0)
        return z_mean, y_mean, (z - z_mean).T @ (z - z_mean), (z - z_mean).T @ (y - y_mean)

    def explain(self, columns: Indices) -> HeldOut:
        """Predict every draw from the unknowns `columns`, by a regression on the folds without it."""
        total = np.empty_like(self.y)
        left = np.empty((len(PENALTIES), *self.y.shape))
        direction = np.zeros((len(PENALTIES), len(columns), self.y.shape[1]))
        for fold, (z_mean, y_mean, gram, cross) in zip(self.folds, self.sums, strict=True):
            inner, z = gram[np.ix_(columns, columns)], self.z[np.ix_(fold, columns)] - z_mean[columns]
            centred = self.y[fold] - y_mean
            total[fold] = centred**2
            for k, penalty in enumerate(PENALTIES * (len(self.z) - len(fold))):
                coefficient: Real = np.linalg.solve(inner + penalty * np.eye(len(columns)), cross[columns])
                left[k, fold] = (centred - z @ coefficient) ** 2
                direction[k] += coefficient / FOLDS
        best = np.argmin(left.mean(axis=1), axis=0)[None, None]
        errors, coefficients = (np.take_along_axis(each, best, axis=0)[0] for each in (left, direction))
        return HeldOut(errors, total, coefficients)
