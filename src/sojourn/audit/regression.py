"""Spline regression on draws: the share of a quantity's variance that a figure would explain.

The expected variance of θ after y is published is the variance of the residuals
θ − E[θ | y] (Strong, Oakley, Brennan 2014, Medical Decision Making 34:311). E[θ | y] is an
additive model of P-splines (Eilers and Marx 1996, Statistical Science 11:89) in the ranks of
each component of y; the penalty minimises generalised cross-validation. Leave-one-out
residuals are used, so that an uninformative figure has a value of 0 on average.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.interpolate import BSpline
from scipy.linalg import eigh
from scipy.stats import rankdata

from sojourn._core.arrays import Real

KNOTS = 12
DEGREE = 3
PENALTIES = np.logspace(-3, 6, 28)
RIDGE = 1e-8


class Explained(NamedTuple):
    """Share of the variance of each quantity that is explained (Q,), and squared residuals (n, Q)."""

    share: Real
    left: Real


def explained(theta: Real, y: Real) -> Explained:
    """Regress quantities theta (n, Q) on figures y (n, d)."""
    n = len(theta)
    design = np.concatenate([np.ones((n, 1)), *(_splines(column) for column in y.T)], axis=1)
    penalty = _penalty(y.shape[1])
    gram = design.T @ design
    # Diagonalise both forms at once, so that each penalty costs one division.
    values, vectors = eigh(penalty, gram + RIDGE * n * np.eye(len(gram)))
    basis = design @ vectors
    coefficient = basis.T @ theta
    left = np.empty_like(theta)
    for q in range(theta.shape[1]):
        left[:, q] = _left_out(basis, values, coefficient[:, q], theta[:, q])
    total = ((theta - theta.mean(axis=0)) * n / (n - 1)) ** 2
    return Explained(1 - left.mean(axis=0) / total.mean(axis=0), left)


def _left_out(basis: Real, values: Real, coefficient: Real, theta: Real) -> Real:
    """Squared leave-one-out residuals (n,), at the penalty that minimises generalised cross-validation."""
    n = len(theta)
    best: tuple[float, Real] | None = None
    for penalty in PENALTIES:
        shrink = 1 / (1 + penalty * np.maximum(values, 0))
        residual = theta - basis @ (shrink * coefficient)
        freedom = float(np.sum(shrink))
        score = float((residual**2).mean()) / (1 - freedom / n) ** 2
        if best is None or score < best[0]:
            leverage = np.einsum("nk,k,nk->n", basis, shrink, basis)
            best = score, (residual / np.maximum(1 - leverage, 1e-3)) ** 2
    assert best is not None
    return best[1]


def _splines(column: Real) -> Real:
    """Cubic B-splines of the ranks of a component, (n, KNOTS), centred."""
    if np.ptp(column) == 0:
        return np.zeros((len(column), KNOTS))
    x = (rankdata(column) - 0.5) / len(column)
    inner = np.linspace(0, 1, KNOTS - DEGREE + 1)
    step = inner[1]
    knots = np.concatenate([-step * np.arange(DEGREE, 0, -1), inner, 1 + step * np.arange(1, DEGREE + 1)])
    columns = BSpline.design_matrix(x, knots, DEGREE).toarray()
    return columns - columns.mean(axis=0)


def _penalty(components: int) -> Real:
    """Squared second differences of neighbouring coefficients within each component."""
    differences = np.diff(np.eye(KNOTS), 2, axis=0)
    block = differences.T @ differences
    out = np.zeros((1 + components * KNOTS, 1 + components * KNOTS))
    for k in range(components):
        own = slice(1 + k * KNOTS, 1 + (k + 1) * KNOTS)
        out[own, own] = block
    return out
