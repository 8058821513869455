"""Who was surprised by whom: every source left out whole, and its figures under what all others imply.

The figures of a source share its biases, so their transforms are not independent. The mean of |z|, with z the
transform as a quantile of the normal distribution, is therefore compared with that of simulated figures which
share their draw, and within a series their reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import jax.numpy as jnp
import numpy as np
from scipy.stats import norm

from sojourn._core.arrays import Indices, Real
from sojourn._core.thresholds import AGREES, K_HAT, OFF
from sojourn.audit.conflict import (
    COPIES,
    adjust_known,
    is_known,
    levels,
    predict_figure,
    standard_error,
    why_missing,
)
from sojourn.audit.leave_out import LeftOut, Target
from sojourn.audit.posterior import Posterior
from sojourn.audit.predictive import Prediction
from sojourn.audit.results import SourceConflict, SourceVerdict
from sojourn.inference.density import Model
from sojourn.inference.importance_weights import smooth
from sojourn.inference.likelihood import ClaimIntervals
from sojourn.inference.pit import FigureLevels, FigurePit, rng_of_words
from sojourn.inference.pointwise import Points, log_heard

REPLICAS = 1000
"""Number of simulated sets of figures with which those of a source are compared."""
FARTHEST = 1e-12
"""Transforms of simulated figures nearer to 0 or 1 than this are drawn there."""
MEANING: Mapping[SourceVerdict, str] = {
    "agrees": "The others imply figures like these.",
    "within bias": "The figures are unusual, but a bias of the usual size can explain them.",
    "off": "The figures lie farther from what the others imply than bias and error usually reach: "
    "a figure or a reading is wrong, on this side or on the other.",
    "cannot be had": "The answer without this source is not known, so nothing is said about its figures.",
}
"""One sentence for each verdict."""


def source_conflicts(posterior: Posterior, without: Sequence[LeftOut]) -> list[SourceConflict]:
    """Compare every source that has claims in use with the others, smallest p first.

    Args:
        posterior: the posterior.
        without: each item leaves out one source whole.
    """
    spoken = [w for w in without if w.target.claims]
    heard = _remember_heard(posterior.model)
    figures = [_Figures(posterior, w) for w in spoken]
    p = [one.p() if is_known(w) else None for w, one in zip(spoken, figures, strict=True)]
    holm, bh = adjust_known(p)
    found: list[SourceConflict] = []
    for i, (w, one) in enumerate(zip(spoken, figures, strict=True)):
        verdict = judge_source(p[i])
        known = is_known(w)
        mover, moved = one.moved_most([o.target for o in without], heard) if known else ("", None)
        found.append(
            SourceConflict(
                source=w.target.name,
                claims=len(w.target.claims),
                verdict=verdict,
                meaning=MEANING[verdict],
                mean_z=one.mean_z if known else None,
                pits=one.sorted_pits() if known else {},
                moved_by=mover,
                moved=moved,
                p=p[i],
                p_error=standard_error(p[i], min(w.weights.effective, REPLICAS)),
                holm=holm[i],
                bh=bh[i],
                k_hat=w.k_hat,
                method=w.method,
                missing=why_missing(w),
            )
        )
    return sorted(found, key=lambda c: (c.p is None, c.p))


def judge_source(p: float | None) -> SourceVerdict:
    """Judge a source by its joint p-value.

    Example:
        >>> [judge_source(p) for p in (0.5, 0.1, 0.01, None)]
        ['agrees', 'within bias', 'off', 'cannot be had']
    """
    if p is None:
        return "cannot be had"
    return "agrees" if p > AGREES else "off" if p < OFF else "within bias"


class _Figures:
    """The figures of a source that is left out whole, under what the others imply."""

    def __init__(self, posterior: Posterior, without: LeftOut) -> None:
        self.posterior, self.without = posterior, without
        self.levels: dict[str, FigureLevels] = {
            posterior.model.wording.claims[k].claim: levels(posterior, without, k)
            for k in without.target.claims
        }
        self.pits = self.pits_under(without.weights.weight)

    def pits_under(self, weight: Real) -> dict[str, FigurePit]:
        """The transforms by claim, under draws with weights (n,)."""
        seed = self.posterior.answer.seed
        return {claim: one.pit(weight, rng_of_words(seed, claim)) for claim, one in self.levels.items()}

    def sorted_pits(self) -> dict[str, float]:
        """Transforms by claim, the lowest first."""
        return dict(
            sorted(((claim, pit.below) for claim, pit in self.pits.items()), key=lambda item: item[1])
        )

    @property
    def mean_z(self) -> float:
        """Mean distance of the figures from the middle of their predictions, in normal sd."""
        return float(np.mean([abs(pit.z) for pit in self.pits.values()]))

    def p(self) -> float:
        """Probability of a mean |z| as large as this; with a single claim, that of the claim."""
        if len(self.pits) == 1:
            return next(iter(self.pits.values())).p
        predictions = [predict_figure(self.posterior, self.without, k) for k in self.without.target.claims]
        rng = np.random.default_rng(0)
        draw = rng.integers(COPIES, size=REPLICAS)
        distance = np.zeros(REPLICAS)
        readings = _readings_meant(self.posterior.model, predictions, draw, rng)
        for one, reading in zip(predictions, readings, strict=True):
            pits = np.clip(one.pits(one.simulate(draw, reading, rng)), FARTHEST, 1 - FARTHEST)
            distance += np.abs(norm.ppf(pits)) / len(predictions)
        return float((1 + np.sum(distance >= self.mean_z)) / (1 + REPLICAS))

    def moved_most(
        self, targets: Sequence[Target], heard: Callable[[Points, Target], Real]
    ) -> tuple[str, float | None]:
        """Name the other source without which the mean z of these figures moves most, and by how much.

        Only sources that importance weights can leave out besides are compared; the name may be empty.
        """
        weights = self.without.weights
        base = np.log(np.maximum(weights.weight, 1e-300))
        efficiency = min(1.0, weights.effective * float(np.sum(weights.weight**2)))
        before = np.mean([pit.z for pit in self.pits.values()])
        most, name = 0.0, ""
        for target in targets:
            if target.name == self.without.target.name:
                continue
            both = smooth(base - heard(self.without.points, target), efficiency)
            if both.k_hat > K_HAT:
                continue
            after = np.mean([pit.z for pit in self.pits_under(both.weight).values()])
            if abs(after - before) > abs(most):
                most, name = float(after - before), target.name
        return name, most if name else None


def _remember_heard(model: Model) -> Callable[[Points, Target], Real]:
    """Return the log likelihood of a target's claims and groups alone, computed once for the same draws."""
    known: dict[tuple[int, str], tuple[Points, Real]] = {}

    def heard(points: Points, target: Target) -> Real:
        key = (id(points), target.name)
        if key not in known:
            known[key] = points, log_heard(model, points, _only(model.said, target))
        return known[key][1]

    return heard


def _only(said: ClaimIntervals, target: Target) -> ClaimIntervals:
    """Return the claims with the weights of all but a target's claims and groups set to 0."""
    claims, groups = np.zeros(len(said.claim_weight)), np.zeros(len(said.group_weight))
    claims[list(target.claims)] = 1.0
    groups[list(target.groups)] = 1.0
    return said._replace(claim_weight=jnp.asarray(claims), group_weight=jnp.asarray(groups))


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
