"""Conflicts between claims: node-splitting p-values of claims, from their probability integral transforms.

A claim is split from the rest of the data (Presanis, Ohlssen, Spiegelhalter, De Angelis
2013, Statistical Science 28:376). The posterior without the claim predicts its figure
under each reading, bias and error included, and the transform says where in that prediction
the figure lies (`inference/pit.py`). p is twice the probability of the nearer tail, and uniform
if the model holds for the claim. It is given only where the posterior without the claim is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import false_discovery_control

from sojourn._core.arrays import Real
from sojourn._core.thresholds import CONFLICT, K_HAT
from sojourn.audit.leave_out import LeftOut, zero_weights
from sojourn.audit.posterior import Posterior
from sojourn.audit.predictive import Prediction, predict
from sojourn.audit.results import ClaimConflict
from sojourn.inference.importance_weights import resample
from sojourn.inference.pit import (
    FigureLevels,
    FigurePit,
    adjust_by_holm,
    levels_of_figure,
    rng_of_words,
    weigh_readings,
)

COPIES = 300
"""Number of posterior draws, without the claim, from which its predicted figure is summarised."""


def claim_conflicts(posterior: Posterior, without: Sequence[LeftOut]) -> list[ClaimConflict]:
    """Compare every claim with the rest, smallest p first; each item of `without` leaves out one claim."""
    claims = posterior.model.wording.claims
    pits = [transform(posterior, w, w.target.claims[0]) for w in without]
    p = [pit.p if is_known(w) else None for w, pit in zip(without, pits, strict=True)]
    holm, bh = adjust_known(p)
    found = [
        ClaimConflict(
            claim=w.target.name,
            source=claims[w.target.claims[0]].source,
            pit=pits[i].below if is_known(w) else None,
            p=p[i],
            p_error=standard_error(p[i], w.weights.effective),
            holm=holm[i],
            bh=bh[i],
            side="high" if pits[i].below > 0.5 else "low",
            expected=predict_figure(posterior, w, w.target.claims[0]).summary(),
            k_hat=w.k_hat,
            method=w.method,
            missing=why_missing(w),
        )
        for i, w in enumerate(without)
    ]
    return sorted(found, key=lambda c: (c.p is None, c.p))


def is_known(without: LeftOut) -> bool:
    """Whether the posterior without the target is known well enough for a p-value."""
    return without.method != "unreliable"


def why_missing(without: LeftOut) -> str:
    """Explain why there is no p-value; empty if there is one."""
    if is_known(without):
        return ""
    if without.refitted:
        return "cannot be had: the chains without it did not converge"
    return f"cannot be had: k̂ {without.k_hat:.2f} is above {K_HAT} and no refit was made"


def transform(posterior: Posterior, without: LeftOut, claim: int) -> FigurePit:
    """Transform a claim's figure under the posterior without the target."""
    rng = rng_of_words(posterior.answer.seed, posterior.model.wording.claims[claim].claim)
    return levels(posterior, without, claim).pit(without.weights.weight, rng)


def levels(posterior: Posterior, without: LeftOut, claim: int) -> FigureLevels:
    """Where a claim's figure lies in its prediction, by draw of the posterior without the target."""
    model, points = posterior.model, without.points
    meant = weigh_readings(model, points.scores, zero_weights(model.said, without.target), claim)
    return levels_of_figure(model, claim, points.location, points.spread, meant)


def predict_figure(posterior: Posterior, without: LeftOut, claim: int) -> Prediction:
    """Predict a claim's figure from some of the draws of the posterior without the target."""
    rng = np.random.default_rng(0)
    chosen = rng.permutation(resample(without.weights.weight, COPIES, rng))
    model = posterior.model
    location, spread, scores = (
        np.asarray(column)[chosen]
        for column in (without.points.location, without.points.spread, without.points.scores)
    )
    meant = weigh_readings(model, scores, zero_weights(model.said, without.target), claim)
    return predict(model, claim, location, spread, meant)


def adjust_known(p: Sequence[float | None]) -> tuple[list[float | None], list[float | None]]:
    """p-values after Holm, and after Benjamini and Hochberg, none where there is no p-value.

    Example:
        >>> adjust_known([0.01, None, 0.5])
        ([0.02, None, 0.5], [0.02, None, 0.5])
    """
    known = [i for i, x in enumerate(p) if x is not None]
    values = np.array([p[i] for i in known], dtype=float)
    holm: list[float | None] = [None] * len(p)
    bh: list[float | None] = [None] * len(p)
    for i, one, other in zip(known, *adjust(values), strict=True):
        holm[i], bh[i] = float(one), float(other)
    return holm, bh


def adjust(p: Real) -> tuple[Real, Real]:
    """p-values (n,) after Holm, and after Benjamini and Hochberg."""
    return adjust_by_holm(p), np.asarray(false_discovery_control(p, method="bh")) if len(p) else p


def standard_error(p: float | None, effective: float) -> float | None:
    """Monte Carlo standard error of a probability that was estimated from `effective` independent draws."""
    return None if p is None else float(np.sqrt(p * (1 - p) / max(effective, 1)))


def note(claims: Sequence[ClaimConflict]) -> str:
    """Explain how many tests were made, and what that implies for their p-values."""
    missing = sum(c.p is None for c in claims)
    n = len(claims) - missing
    text = (
        f"{n} claims were tested. Even if all of them were true, about {n * CONFLICT:.0f} would have p below "
        f"{CONFLICT} by chance. "
        "Holm's adjustment bounds the probability of any false alarm; that of Benjamini and Hochberg "
        "bounds the expected share of false alarms among the claims flagged."
    )
    if missing:
        text += (
            f" For {missing} more the p-value cannot be had: the importance weights are unreliable (k̂ above "
            f"{K_HAT}) and no refit was made, or it did not converge. That says nothing for or against them."
        )
    return text
