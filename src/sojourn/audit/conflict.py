"""Conflicts between claims: node-splitting p-values of claims and of sources.

A claim is split from the rest of the data (Presanis, Ohlssen, Spiegelhalter, De Angelis
2013, Statistical Science 28:376). The posterior without the claim predicts its figure
under each reading, bias and error included. The prediction is a mixture, often with several
modes; as that paper proposes for such shapes, the p-value is the probability of a density
no higher than that of the published figure,

    p = P( f(predicted figure) ≤ f(published figure) ),

which is uniform if the model holds for the claim. A published figure is an interval, and p
is averaged over it. For a source, the sum of the log densities of its claims is compared
with simulated sums, which share its biases, so that shared errors are counted once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import false_discovery_control

from sojourn._core.arrays import Indices, Real
from sojourn._core.thresholds import CONFLICT
from sojourn.audit.leave_out import LeftOut, zero_weights
from sojourn.audit.posterior import Posterior
from sojourn.audit.predictive import Prediction, predict
from sojourn.audit.results import ClaimConflict, SourceConflict
from sojourn.inference.density import Model
from sojourn.inference.importance_weights import resample
from sojourn.inference.pointwise import Points, meant

COPIES = 300
"""Number of posterior draws, without the claim, from which a prediction is made."""
REPLICAS = 1000
"""Number of simulated sets of figures with which those of a source are compared."""


def claim_conflicts(posterior: Posterior, without: Sequence[LeftOut]) -> list[ClaimConflict]:
    """Compare every claim with the rest, smallest p first; each item of `without` leaves out one claim."""
    predictions = [_predict(posterior, w, w.target.claims[0]) for w in without]
    p = np.array([prediction.p() for prediction in predictions])
    holm, bh = adjust(p)
    claims = posterior.model.wording.claims
    found = [
        ClaimConflict(
            claim=w.target.name,
            source=claims[w.target.claims[0]].source,
            p=float(p[i]),
            p_error=standard_error(p[i], w.weights.effective),
            holm=float(holm[i]),
            bh=float(bh[i]),
            side=prediction.side(),
            expected=prediction.summary(),
            k_hat=w.k_hat,
            method=w.method,
        )
        for i, (w, prediction) in enumerate(zip(without, predictions, strict=True))
    ]
    return sorted(found, key=lambda c: c.p)


def source_conflicts(posterior: Posterior, without: Sequence[LeftOut]) -> list[SourceConflict]:
    """Compare every source that has claims in use with the rest, smallest p first."""
    spoken = [w for w in without if w.target.claims]
    p = np.array([source_p(posterior, w) for w in spoken])
    holm, bh = adjust(p)
    found = [
        SourceConflict(
            source=w.target.name,
            claims=len(w.target.claims),
            p=float(p[i]),
            p_error=standard_error(p[i], min(w.weights.effective, REPLICAS)),
            holm=float(holm[i]),
            bh=float(bh[i]),
            k_hat=w.k_hat,
            method=w.method,
        )
        for i, w in enumerate(spoken)
    ]
    return sorted(found, key=lambda c: c.p)


def source_p(posterior: Posterior, without: LeftOut) -> float:
    """Joint p-value of all figures of a source; with a single claim, the p-value of that claim."""
    claims = without.target.claims
    predictions = [_predict(posterior, without, k) for k in claims]
    if len(claims) == 1:
        return predictions[0].p()
    rng = np.random.default_rng(0)
    draw = rng.integers(COPIES, size=REPLICAS)
    replica, said = np.zeros(REPLICAS), np.zeros(REPLICAS)
    for one, reading in zip(
        predictions, _readings_meant(posterior.model, predictions, draw, rng), strict=True
    ):
        replica += one.log_density(one.simulate(draw, reading, rng))
        said += one.log_density(one.spoken(REPLICAS, rng))
    below = np.searchsorted(np.sort(replica), said, side="right")
    return float(np.mean((1 + below) / (1 + REPLICAS)))


def _readings_meant(
    model: Model, predictions: Sequence[Prediction], draw: Indices, rng: np.random.Generator
) -> Iterator[Indices]:
    """Draw a reading for each claim and draw; claims of one series get the same reading."""
    chosen: dict[int, Indices] = {}
    for one in predictions:
        meanings = model.wording.meaning[one.figures.members]
        series = int(np.flatnonzero((model.wording.of_series == meanings[0]).any(axis=1))[0])
        if series not in chosen:
            past = np.cumsum(one.weight[draw], axis=1) < rng.random(len(draw))[:, None]
            chosen[series] = meanings[np.minimum(past.sum(axis=1), len(meanings) - 1)]
        place = {int(meaning): j for j, meaning in enumerate(meanings)}
        yield np.array([place.get(int(meaning), 0) for meaning in chosen[series]])


def _predict(posterior: Posterior, without: LeftOut, claim: int) -> Prediction:
    rng = np.random.default_rng(0)
    chosen = rng.permutation(resample(without.weights.weight, COPIES, rng))
    points = Points(*(np.asarray(column)[chosen] for column in without.points))
    weight = meant(posterior.model, points, zero_weights(posterior.model.said, without.target), claim)
    effective = without.weights.effective
    return predict(posterior.model, claim, points.location, points.spread, weight, effective)


def adjust(p: Real) -> tuple[Real, Real]:
    """p-values after Holm, and after Benjamini and Hochberg."""
    if not len(p):
        return p, p
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    holm = np.empty_like(p)
    holm[order] = np.minimum(stepped, 1)
    return holm, np.asarray(false_discovery_control(p, method="bh"))


def standard_error(p: float, effective: float) -> float:
    """Monte Carlo standard error of a probability estimated from `draws` draws."""
    return float(np.sqrt(p * (1 - p) / max(effective, 1)))


def note(claims: Sequence[ClaimConflict]) -> str:
    """Explain how many tests were made, and what that implies for their p-values."""
    n = len(claims)
    doubtful = sum(c.method == "unreliable" for c in claims)
    text = (
        f"{n} claims were tested. Even if all of them were true, about {n * CONFLICT:.0f} would have p below "
        f"{CONFLICT} by chance. "
        "Holm's adjustment bounds the probability of any false alarm; that of Benjamini and Hochberg "
        "bounds the expected share of false alarms among the claims flagged."
    )
    if doubtful:
        text += f" For {doubtful} of them the importance weights are unreliable, and so are their p-values."
    return text
