"""Vintages: the answer at every publication date, from the claims published by then.

They are computed by sequential importance resampling: the draws of one vintage are
weighted by the likelihood of the claims published since. Where the weights fail (k̂ above
0.7, or too few effective draws), new chains sample the posterior of the claims known by
that date. They start from resampled draws of the vintage before, with the metric learned there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import jax.numpy as jnp
import numpy as np

from sojourn._core.arrays import Real
from sojourn._core.thresholds import K_HAT
from sojourn.audit.leave_out import LOOKS, RHAT, LeaveOut, OtherDraws
from sojourn.audit.posterior import Posterior
from sojourn.audit.results import Numbers, Vintage
from sojourn.case.small_groups import is_small, shown_ids
from sojourn.inference.density import Model
from sojourn.inference.importance_weights import (
    Weights,
    quantities_at,
    resample,
    smooth,
    summarise_weighted,
)
from sojourn.inference.jax_config import jax_settings
from sojourn.inference.likelihood import ClaimIntervals
from sojourn.inference.pointwise import log_heard
from sojourn.inference.quantities import position_of
from sojourn.inference.sampler import FIRST_STEP, Adaptation

EFFECTIVE = 50
"""Smallest effective sample size at which importance weights are still used."""


@dataclass(frozen=True)
class VintageDraws:
    """Draws of the posterior at a date, with the claims published by then."""

    draws: OtherDraws
    said: ClaimIntervals


def publication_dates(posterior: Posterior) -> list[date]:
    """Sorted dates by which each claim and contact group in use must have been published."""
    case, said = posterior.case, posterior.model.said
    claims = posterior.model.wording.claims
    used = [claims[k].published_until for k in np.flatnonzero(np.asarray(said.claim_weight))]
    heard = [case.contacts[g].asof for g in np.flatnonzero(np.asarray(said.group_weight))]
    return sorted({*used, *heard})


def said_by(posterior: Posterior, day: date) -> ClaimIntervals:
    """Return the claims published by a day: later claims and groups have weight 0."""
    m = posterior.model
    claims = np.array([claim.published_until <= day for claim in m.wording.claims], dtype=float)
    groups = np.array([group.asof <= day for group in m.case.contacts], dtype=float)
    return m.said._replace(
        claim_weight=m.said.claim_weight * jnp.asarray(claims),
        group_weight=m.said.group_weight * jnp.asarray(groups),
    )


@jax_settings()
def find_vintages(
    posterior: Posterior,
    dates: list[date] | None = None,
    report: Callable[[date], None] = lambda _: None,
    leaver: LeaveOut | None = None,
) -> list[Vintage]:
    """Compute the answer as of each date.

    A date by which all claims were published gets the posterior itself.

    Args:
        posterior: the posterior of the answer.
        dates: the dates in order; by default every publication date.
        report: called with each date at which new chains are run.
        leaver: runs new chains where importance weights fail; by default a new `LeaveOut`.
    """
    leaver = leaver or LeaveOut(posterior)
    stand: VintageDraws | None = None
    found: list[Vintage] = []
    before = -1
    for day in dates or publication_dates(posterior):
        said = said_by(posterior, day)
        whole = _count(said) == _count(posterior.model.said)
        if whole:
            stand = VintageDraws(_of_answer(posterior, leaver), said)
        weights = weigh(posterior.model, stand, said) if stand is not None else None
        moved = False
        if stand is None or weights is None or not (whole or _holds(weights)):
            report(day)
            stand, moved = _move(leaver, stand, weights, said, day), True
        k_hat = max(weights.k_hat, 0.0) if weights is not None else 0.0
        found.append(_moment(posterior, day, stand, said, k_hat, moved, before))
        before = day.toordinal()
    return found


def weigh(model: Model, stand: VintageDraws, said: ClaimIntervals) -> Weights:
    """Weight the draws of one vintage for another set of claims."""
    points = stand.draws.points
    ratio = log_heard(model, points, said) - log_heard(model, points, stand.said)
    return smooth(ratio, stand.draws.efficiency)


def _holds(weights: Weights) -> bool:
    return weights.k_hat <= K_HAT and weights.effective >= EFFECTIVE


def _count(said: ClaimIntervals) -> int:
    return int(np.sum(np.asarray(said.claim_weight)) + np.sum(np.asarray(said.group_weight)))


def _move(
    leaver: LeaveOut, stand: VintageDraws | None, weights: Weights | None, said: ClaimIntervals, day: date
) -> VintageDraws:
    """Run new chains for a set of claims, from resampled draws of the vintage before; the first has none."""
    key = f"published by {day}"
    if stand is None or weights is None:
        return VintageDraws(leaver.draw(key, said), said)
    rng = np.random.default_rng(leaver.seed)
    near = stand.draws.z[resample(weights.weight, max(LOOKS, leaver.chains), rng)]
    return VintageDraws(leaver.draw(key, said, stand.draws.learned, near), said)


def _of_answer(posterior: Posterior, leaver: LeaveOut) -> OtherDraws:
    """The draws of the answer itself, for the date by which all claims were published."""
    learned = posterior.adaptation
    if learned is None:
        points = posterior.z[:: max(1, len(posterior.z) // LOOKS)][:LOOKS]
        learned = Adaptation(leaver.sampler.learn_metric(posterior.model.said, points), FIRST_STEP, points)
    quantities = dict(posterior.quantities)
    return OtherDraws(posterior.z, posterior.points, quantities, posterior.efficiency, 1.0, learned)


def _moment(
    posterior: Posterior,
    day: date,
    stand: VintageDraws,
    said: ClaimIntervals,
    k_hat: float,
    moved: bool,
    before: int,
) -> Vintage:
    model = posterior.model
    weights = weigh(model, stand, said)
    asked = stand.draws.quantities
    then = quantities_at(stand.draws.points.timeline[:, position_of(model, day)])
    return Vintage(
        date=str(day),
        new=tuple(_new(posterior, day, before)),
        claims=_count(said),
        asked={name: summarise_weighted(x, weights.weight) for name, x in asked.items()},
        then={name: _known(x, weights.weight) for name, x in then.items()},
        k_hat=k_hat,
        effective=round(weights.effective, 1),
        method="unreliable" if stand.draws.rhat > RHAT else "moved" if moved else "weights",
    )


def _known(draws: Real, weight: Real) -> Numbers | None:
    return None if np.isnan(draws).any() else summarise_weighted(draws, weight)


def _new(posterior: Posterior, day: date, before: int) -> list[str]:
    """Claims and groups published since the previous vintage; small groups are one entry."""
    m = posterior.model
    claims = zip(m.wording.claims, np.asarray(m.said.claim_weight), strict=True)
    groups = zip(m.case.contacts, np.asarray(m.said.group_weight), strict=True)

    def fresh(published: date) -> bool:
        return before < published.toordinal() <= day.toordinal()

    found = [c.claim for c, weight in claims if weight and fresh(c.published_until)]
    told = [g for g, weight in groups if weight and fresh(g.asof)]
    small = frozenset(g.group for g in told if is_small(g))
    return [*found, *shown_ids((g.group for g in told), small)]
