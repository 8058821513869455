"""What the answer owes to each named prior, and which quantities only their prior speaks of.

Power-scaling (Kallioinen, Paananen, Bürkner, Vehtari 2024, Statistics and Computing
34:57): a prior, or the likelihood, is raised to a power a little below and above 1 by
importance weights, and the distance of each quantity's distribution is taken per doubling
of the power. Unknowns are standard normal on the scale where they are unbounded, and
that is where their prior is scaled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sojourn._core.arrays import Real
from sojourn._core.thresholds import PRIOR_ONLY, PRIOR_ONLY_LABEL, SENSITIVE
from sojourn.audit.posterior import Posterior
from sojourn.audit.results import Contraction, Sensitivity
from sojourn.inference.default_priors import DEFAULTS
from sojourn.inference.pointwise import log_heard

POWERS = (0.8, 1.25)
LIKELIHOOD = "likelihood"
WALKS = {"leave_walk.elsewhere": "leave_walk", "visitor_walk.elsewhere": "visitor_walk"}
"""Blocks that are one prior to a reader."""


def sensitivities(posterior: Posterior) -> list[Sensitivity]:
    """The likelihood first, then every named prior, the most sensitive first."""
    heard = log_heard(posterior.model, posterior.points, posterior.model.said)
    likelihood = scale(heard, posterior.quantities)
    found = [
        Sensitivity(name, _what(name), values, diagnose(values, likelihood))
        for name, log_density in log_priors(posterior).items()
        for values in [scale(log_density, posterior.quantities)]
    ]
    found.sort(key=lambda s: -max(s.values.values()))
    return [Sensitivity(LIKELIHOOD, "all that was said", likelihood, {}), *found]


def log_priors(posterior: Posterior) -> dict[str, Real]:
    """Log density of each named prior at the draws, (n,), up to a constant."""
    found: dict[str, Real] = {}
    slices = posterior.model.unknowns.slices()
    for block in posterior.model.unknowns.blocks:
        name = WALKS.get(block.name, block.name)
        z = posterior.z[:, slices[block.name]]
        found[name] = found.get(name, np.zeros(len(z))) - 0.5 * np.sum(z**2, axis=1)
    return found


def scale(log_density: Real, quantities: Mapping[str, Real]) -> dict[str, float]:
    """Sensitivity of each quantity to a power of a density."""
    from arviz_stats.base.array import array_stats

    statistics: Any = array_stats
    lower, upper = (np.exp(_centred(statistics.power_scale_lw(log_density, alpha=a))) for a in POWERS)
    powers: dict[str, float] = {"lower_alpha": POWERS[0], "upper_alpha": POWERS[1]}
    return {
        name: float(statistics.power_scale_sense(x[None], lower[None], upper[None], **powers))
        for name, x in quantities.items()
    }


def _centred(log_weight: Real) -> Real:
    return log_weight - np.max(log_weight)


def diagnose(prior: Mapping[str, float], likelihood: Mapping[str, float]) -> dict[str, str]:
    """What a notable sensitivity to a prior means, by quantity."""
    return {
        name: "prior and data disagree" if likelihood[name] >= SENSITIVE else "the prior decides"
        for name, value in prior.items()
        if value >= SENSITIVE
    }


def contractions(posterior: Posterior) -> list[Contraction]:
    """Contraction of every quantity of the answer, with the label that travels with it."""
    return [
        Contraction(item.quantity, item.contraction, label(item.contraction))
        for item in posterior.answer.contractions
    ]


def label(contraction: float) -> str:
    """The label of a quantity that the data hardly speak of."""
    return PRIOR_ONLY_LABEL if contraction < PRIOR_ONLY else ""


def _what(name: str) -> str:
    """What a prior is about: the reason given for it, where there is a default."""
    if name in DEFAULTS:
        return DEFAULTS[name].why
    return _PLAIN.get(name, name.replace("_", " ").replace(".", ", "))


_PLAIN = {
    "size": "persons of each wave and host",
    "duration": "how fast a wave arrives",
    "passing": "share of arrivals on their way through",
    "background_walk": "changes of the trickle of arrivals",
    "leave_walk": "changes in the rate of leaving",
    "visitor_walk": "changes in the number of visitors",
    "regime_push": "what a stay rule does to leaving",
    "excursions.regime": "trips abroad under each stay rule",
    "visitors": "visitors in an average week",
    "season": "season of visitors",
    "visit_days": "length of a visit",
    "trips": "trips per visitor",
    "from_origin": "visitors who come from the origin",
    "visitor_step": "lasting changes in the number of visitors",
    "stratum_push": "how strata differ in leaving",
    "stratum_back": "how strata differ in going back",
    "scheme_uptake": "share of arrivals who ask for a document",
    "scheme_leak": "documents issued to visitors",
    "scheme_renewal": "renewals of documents",
    "scheme_struck": "leavers struck off a register",
    "bias": "bias of each source that speaks more than once",
    "common": "bias that sources of one interest share",
}
