"""Sensitivity of the answer to each named prior, and quantities that only the prior determines.

`sojourn.inference.power_scaling` measures the sensitivity.
"""

from __future__ import annotations

from collections.abc import Mapping

from sojourn._core.thresholds import PRIOR_ONLY, PRIOR_ONLY_LABEL, SENSITIVE
from sojourn.audit.posterior import Posterior
from sojourn.audit.results import Contraction, Sensitivity
from sojourn.inference.default_priors import DEFAULTS
from sojourn.inference.pointwise import log_heard
from sojourn.inference.power_scaling import PowerScaling, log_priors

LIKELIHOOD = "likelihood"


def sensitivities(posterior: Posterior) -> list[Sensitivity]:
    """Sensitivity to the likelihood, then to every named prior, the most sensitive first."""
    heard = log_heard(posterior.model, posterior.points, posterior.model.said)
    scaling = PowerScaling(posterior.quantities)
    likelihood = scaling.measure(heard)
    found = [
        Sensitivity(name, _what(name), values, diagnose(values, likelihood))
        for name, log_density in log_priors(posterior.model.unknowns, posterior.z).items()
        for values in [scaling.measure(log_density)]
    ]
    found.sort(key=lambda s: -max(s.values.values()))
    return [Sensitivity(LIKELIHOOD, "all claims and contact groups in use", likelihood, {}), *found]


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
