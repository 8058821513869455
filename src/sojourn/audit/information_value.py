"""The value of a statistic not yet published: the share of the answer's variance that it would remove.

Every posterior draw implies a value of the statistic. Adding the publisher's bias and a
measurement error, or the sampling error of a survey, gives a figure that might be published.
The share of the answer's variance that the values and the figures explain, by regression on
the draws, is the expected value of partial perfect information (EVPPI) and of sample
information (EVSI), under squared-error loss (Strong, Oakley, Brennan 2014; Jackson et al. 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import logit

from sojourn._core.arrays import Real
from sojourn._core.errors import Problem
from sojourn._core.outcomes import FATES, OUTCOMES
from sojourn.audit.candidates import FILE, Proposal
from sojourn.audit.posterior import QUANTITIES, Posterior
from sojourn.audit.regression import explained
from sojourn.audit.results import Candidate
from sojourn.audit.sentences import counts
from sojourn.case import CaseError
from sojourn.history import Plan
from sojourn.inference.default_priors import DEFAULTS
from sojourn.inference.density import Model
from sojourn.inference.explained_variance import share_error
from sojourn.inference.jax_config import jax_settings
from sojourn.inference.pointwise import make_expectations
from sojourn.inference.priors import location, own_bias
from sojourn.measures import compile_readings, kind_of, scale_of
from sojourn.measures.terms import ReadingError


@jax_settings()
def worth(
    posterior: Posterior, proposals: Sequence[Proposal], report: Callable[[str], None] = lambda _: None
) -> list[Candidate]:
    """Rank statistics by the share of the answer's variance that they would remove.

    Args:
        posterior: the posterior of the answer.
        proposals: the statistics.
        report: called with the name of each statistic before it is valued.

    Raises:
        CaseError: the case does not model one of the statistics.
    """
    seed = posterior.answer.seed
    theta = np.column_stack([posterior.quantities[name] for name in QUANTITIES])
    found: list[dict[str, object]] = []
    for number, (proposal, value) in enumerate(
        zip(proposals, values(posterior.model, proposals, posterior.z), strict=True)
    ):
        report(proposal.name)
        rng = np.random.default_rng([seed, number])
        heard = simulate_figure(posterior, proposal, value, rng)
        found.append(_candidate(posterior, proposal, theta, value, heard))
    found.sort(key=lambda item: -float(item["answer"]))  # pyright: ignore[reportArgumentType]
    return [Candidate(rank=rank, **item) for rank, item in enumerate(found, 1)]  # pyright: ignore[reportArgumentType]


def _candidate(
    posterior: Posterior, proposal: Proposal, theta: Real, value: Real, heard: Real
) -> dict[str, object]:
    exact, sampled = explained(theta, value), explained(theta, heard)
    variance = theta.var(axis=0)
    gone = [QUANTITIES.index(name) for name in FATES]
    left = np.sum(sampled.left[:, gone], axis=1)
    total = np.sum((theta[:, gone] - theta[:, gone].mean(axis=0)) ** 2, axis=1)
    effective = len(theta) * posterior.efficiency
    share = float(np.sum(sampled.share[gone] * variance[gone]) / np.sum(variance[gone]))
    outcomes = [(name, QUANTITIES.index(name)) for name in OUTCOMES]
    return {
        "name": proposal.name,
        "title": title(posterior, proposal),
        "sentence": sentence(posterior, proposal),
        "source": proposal.source,
        "size": proposal.size,
        "known": dict(zip(QUANTITIES, map(float, exact.share), strict=True)),
        "heard": dict(zip(QUANTITIES, map(float, sampled.share), strict=True)),
        "answer": share,
        "answer_error": share_error(left, total, effective),
        "sd_now": {name: float(np.sqrt(variance[q])) for name, q in outcomes},
        "sd_then": {
            name: float(np.sqrt(variance[q] * (1 - np.clip(sampled.share[q], 0, 1)))) for name, q in outcomes
        },
    }


def values(model: Model, proposals: Sequence[Proposal], z: Real) -> list[Real]:
    """Value of each statistic in each draw, (n, readings): people, crossings, documents or shares.

    Proposals with the same plan are compiled together, because compiling takes longer than computing.

    Raises:
        CaseError: with every proposal that the case does not model.
    """
    problems = [problem for proposal in proposals for problem in _check(model, proposal)]
    if problems:
        raise CaseError(problems)
    found: dict[int, Real] = {}
    for purge in dict.fromkeys(proposal.purge for proposal in proposals):
        own = [i for i, proposal in enumerate(proposals) if proposal.purge == purge]
        readings = [reading for i in own for reading in proposals[i].readings]
        value = make_expectations(model, readings, _purged(model.plan, purge))(z)
        ends = np.cumsum([len(proposals[i].readings) for i in own])
        found |= dict(zip(own, np.split(value, ends[:-1], axis=1), strict=True))
    return [found[i] for i in range(len(proposals))]


def _check(model: Model, proposal: Proposal) -> Iterator[Problem]:
    """Yield the readings that the case does not model."""
    for reading in proposal.readings:
        row = reading.row or None
        try:
            compile_readings(model.plan, [reading])
        except ReadingError as error:
            yield Problem(FILE, error.allowed, row, error.column, error.value)
        except ValueError as error:
            yield Problem(FILE, f"{proposal.name} cannot be computed: {error}", row)


def _purged(plan: Plan, purge: str) -> Plan:
    """Return the plan, with the register named by `purge`, if any, purged on the reference date."""
    if not purge:
        return plan
    schemes = tuple(
        s.model_copy(update={"purges": (*s.purges, plan.settings.asof)}) if s.id == purge else s
        for s in plan.settings.schemes
    )
    return replace(plan, settings=plan.settings.model_copy(update={"schemes": schemes}))


def simulate_figure(posterior: Posterior, proposal: Proposal, value: Real, rng: np.random.Generator) -> Real:
    """Simulate the published figures of values (n, readings): survey counts, or figures with bias and error.

    Figures are on the scale on which readings are compared: log, logit, or crossings for net flows.
    """
    if proposal.size is not None:
        shares = np.clip(value, 0, 1)
        rest = np.clip(1 - shares.sum(axis=1, keepdims=True), 0, 1)
        p = np.concatenate([shares, rest], axis=1)
        drawn = rng.multinomial(proposal.size, p / p.sum(axis=1, keepdims=True))
        return drawn[:, : shares.shape[1]].astype(float)
    named = jax.vmap(posterior.model.unknowns.values)(jnp.asarray(posterior.z))
    columns: list[Real] = []
    for j, reading in enumerate(proposal.readings):
        kind, scale = kind_of(reading), scale_of(reading)
        sigma = _sigma(posterior, f"sigma.{kind}", named, rng)
        bias = _bias(posterior, proposal.source, kind, named, rng)
        noise = bias + sigma * rng.logistic(size=len(value))
        if scale == "logit":
            columns.append(logit(np.clip(value[:, j], 1e-9, 1 - 1e-9)) + noise)
        elif scale == "log":
            columns.append(np.log(np.maximum(value[:, j], 1e-3)) + noise)
        else:
            columns.append(value[:, j] + noise * (1.0 if scale == "linear" else np.abs(value[:, j]).mean()))
    return np.column_stack(columns)


def _sigma(posterior: Posterior, name: str, named: dict[str, jax.Array], rng: np.random.Generator) -> Real:
    if name in named:
        return np.asarray(named[name])[:, 0]
    prior = posterior.case.settings.priors.get(name, DEFAULTS[name])
    _, loc, scale = location(prior)
    return np.exp(loc + scale * rng.standard_normal(len(posterior.z)))


def _bias(
    posterior: Posterior, source: str, kind: str, named: dict[str, jax.Array], rng: np.random.Generator
) -> Real:
    """Bias of a source, its own plus that of its interest: posterior draws if available, else the prior."""
    case, blocks = posterior.case, {b.name: b for b in posterior.model.unknowns.blocks}
    n = len(posterior.z)

    def drawn(block: str, label: str) -> Real | None:
        if block not in blocks or label not in blocks[block].labels:
            return None
        return np.asarray(named[block])[:, blocks[block].labels.index(label)]

    own_prior = own_bias(case, source, kind)  # pyright: ignore[reportArgumentType]
    own = drawn("bias", f"{source}:{kind}")
    if own is None:
        own = own_prior.mean + own_prior.sd * rng.standard_normal(n)
    shared = drawn("common", f"{case.sources_by_id[source].interest}:{kind}")
    return own if shared is None else own + shared


def sentence(posterior: Posterior, proposal: Proposal) -> str:
    """Describe in words what the statistic would count."""
    return f"{_publisher(posterior, proposal)}: {'; '.join(_what(posterior, proposal))}"


def title(posterior: Posterior, proposal: Proposal) -> str:
    """Title of a statistic: its note in the case, else what it would count."""
    note = proposal.note or "; ".join(_what(posterior, proposal))
    return f"{_publisher(posterior, proposal)}: {note}"


def _publisher(posterior: Posterior, proposal: Proposal) -> str:
    if proposal.size is not None:
        return f"A survey of {proposal.size:,} people"
    return posterior.case.sources_by_id[proposal.source].name


def _what(posterior: Posterior, proposal: Proposal) -> list[str]:
    return [counts(posterior.case, reading) for reading in proposal.readings]
