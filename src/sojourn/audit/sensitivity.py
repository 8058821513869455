"""Sensitivity of the answer to each named prior, and quantities that only the prior determines.

Power-scaling (Kallioinen, Paananen, Bürkner, Vehtari 2024, Statistics and Computing
34:57): importance weights raise a prior, or the likelihood, to a power slightly below and
above 1, and the change in each quantity's distribution is measured per doubling of the
power. Priors are scaled where the unknowns are standard normal, on their unbounded scale.
"""

from __future__ import annotations

from collections.abc import Mapping

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
"""Blocks that share a named prior with another block."""


def sensitivities(posterior: Posterior) -> list[Sensitivity]:
    """Sensitivity to the likelihood, then to every named prior, the most sensitive first."""
    heard = log_heard(posterior.model, posterior.points, posterior.model.said)
    likelihood = scale(heard, posterior.quantities)
    found = [
        Sensitivity(name, _what(name), values, diagnose(values, likelihood))
        for name, log_density in log_priors(posterior).items()
        for values in [scale(log_density, posterior.quantities)]
    ]
    found.sort(key=lambda s: -max(s.values.values()))
    return [Sensitivity(LIKELIHOOD, "all claims and contact groups in use", likelihood, {}), *found]


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
    """Sensitivity of each quantity to power-scaling of a density with log density (n,) at the draws."""
    from arviz_stats.base.array import array_stats

    lower, upper = (np.exp(_centred(array_stats.power_scale_lw(log_density, alpha=a))) for a in POWERS)
    return {
        name: float(array_stats.power_scale_sense(x[None], lower[None], upper[None], *POWERS))
        for name, x in quantities.items()
    }


def _centred(log_weight: Real) -> Real:
    return log_weight - np.max(log_weight)


def diagnose(prior: Mapping[str, float], likelihood: Mapping[str, float]) -> dict[str, str]:
    """Interpret each quantity's sensitivity to a prior, where it is large enough to matter."""
    return {
        name: "prior and data disagree" if likelihood[name] >= SENSITIVE else "the prior decides"
        for name, value in prior.items()
        if value >= SENSITIVE
    }


def contractions(posterior: Posterior) -> list[Contraction]:
    """Contraction of every quantity of the answer, with the label shown beside it."""
    return [
        Contraction(item.quantity, item.contraction, label(item.contraction))
        for item in posterior.answer.contractions
    ]


def label(contraction: float) -> str:
    """Label of a quantity that the data hardly inform, else an empty text."""
    return PRIOR_ONLY_LABEL if contraction < PRIOR_ONLY else ""


def _what(name: str) -> str:
    """Describe a prior: by the reason for its default if it has one, else by what it governs."""
    if name in DEFAULTS:
        return DEFAULTS[name].why
    return _PLAIN.get(name, name.replace("_", " ").replace(".", ", "))


_PLAIN = {
    "size": "number of people of each wave and host",
    "duration": "how fast a wave arrives",
    "passing": "share of arrivals in transit",
    "regime_push": "effect of each stay rule on the rate of leaving",
    "excursions.regime": "trips abroad under each stay rule",
    "visitors": "visitors in an average week",
    "season": "seasonality of visitors",
    "visit_days": "length of a visit",
    "trips": "trips per visitor",
    "from_origin": "share of visitors who enter from the origin",
    "visitor_step": "lasting changes in the number of visitors",
    "stratum_push": "differences between strata in the rate of leaving",
    "stratum_back": "differences between strata in the share of returns",
    "scheme_uptake": "share of arrivals who obtain a document",
    "scheme_delay": "delay from arrival to the document",
    "scheme_leak": "documents issued to visitors",
    "scheme_renewal": "renewals of documents",
    "scheme_struck": "share of leavers removed from a register",
    "bias": "own bias of each source with several claims of a kind",
}
