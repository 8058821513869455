"""Simulation-based calibration: unknowns from the prior, claims simulated from them, and inference.

If the computation is correct, the rank of the truth among the draws is uniform over many such
simulations (Talts, Betancourt, Simpson, Vehtari and Gelman 2018, arXiv:1804.06788). The claims
are those of the template of `sojourn new`, with simulated figures. Contact groups are left out,
because their descriptions are not single figures.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from functools import cache
from math import exp
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from sojourn._core.outcomes import OUTCOMES
from sojourn._core.version import __version__
from sojourn.case import Case, Claim, parse_case
from sojourn.case.template import TEMPLATE
from sojourn.evaluation.scores import score_answer
from sojourn.evaluation.trials import Trial, card_record
from sojourn.inference.compiled_density import CompiledDensity, compile_density
from sojourn.inference.convergence import find_worst_rhat
from sojourn.inference.density import Account, Model, build_model
from sojourn.inference.estimation import make_sampler
from sojourn.inference.jax_config import jax_settings
from sojourn.inference.likelihood import error_location_scale
from sojourn.inference.quantities import position_of
from sojourn.inference.sampler import Sampler


@dataclass(frozen=True)
class Bench:
    """The template with its model and sampler, compiled once per process and used for many simulations."""

    case: Case
    model: Model
    sampler: Sampler
    density: CompiledDensity


@cache
def bench() -> Bench:
    """Compile the template without its contact groups."""
    case = parse_case({name: text.encode() for name, text in TEMPLATE.items()}, "template")
    used = tuple(claim for claim in case.claims if claim.status == "use")
    kept = {claim.claim for claim in used}
    readings = tuple(reading for reading in case.readings if reading.claim in kept)
    plain = tuple(_said(claim, 1.0) for claim in used)
    case = replace(case, claims=plain, readings=readings, contacts=())
    model = build_model(case)
    density = compile_density(model)
    return Bench(case, model, make_sampler(model, density), density)


@jax_settings()
def run_own_trial(trial: Trial) -> dict[str, Any]:
    """Run one trial of simulation-based calibration; return a record like that of `run_trial`."""
    began = time.perf_counter()
    own = bench()
    rng = np.random.default_rng([trial.seed, 0x0CA11B])
    truth = rng.standard_normal(own.model.unknowns.size)
    told = build_model(say(own, truth, rng)).said
    found, _ = own.sampler.draw(told, trial.seed, trial.chains, trial.draws)
    drawn = outcomes(own, found.z.reshape(-1, found.z.shape[2]))
    persons = {name: float(value[0]) for name, value in outcomes(own, truth[None]).items()}
    card = score_answer(drawn, persons)
    rhat = find_worst_rhat(np.stack([x.reshape(trial.chains, trial.draws) for x in drawn.values()]))
    return {
        "trial": asdict(trial),
        "version": __version__,
        "truth": persons,
        **card_record(card),
        "meant": {},
        "diagnostics": {"rhat_max": round(rhat, 4), "divergences": int(found.diverging.sum())},
        "warnings": [],
        "seconds": round(time.perf_counter() - began, 1),
    }


def say(own: Bench, z: np.ndarray, rng: np.random.Generator) -> Case:
    """Simulate the figures of the case given z: a reading drawn for each claim, and a logistic error."""
    account: Account = jax.jit(own.model.account)(jnp.asarray(z), own.model.said)
    at, spread = (
        np.asarray(x) for x in error_location_scale(own.model.wording, account.expected, account.values)
    )
    compiled = own.model.compiled
    claims: list[Claim] = []
    for claim in own.case.claims:
        mine = [i for i, reading in enumerate(compiled.readings) if reading.claim == claim.claim]
        weights = np.array([compiled.readings[i].weight for i in mine])
        chosen = mine[rng.choice(len(mine), p=weights / weights.sum())]
        said = at[chosen] + spread[chosen] * rng.logistic()
        figure = exp(said) if compiled.scale[chosen] == "log" else 100 / (1 + exp(-said))
        claims.append(_said(claim, figure))
    return replace(own.case, claims=tuple(claims))


def _said(claim: Claim, figure: float) -> Claim:
    """Replace the figure of a claim by an exact one, rounded only to its last digit."""
    value = round(figure, 2) if claim.unit == "percent" else float(round(figure))
    return replace(claim, value=max(value, 0.01), high=None, hedge="exact")


def outcomes(own: Bench, z: np.ndarray) -> dict[str, np.ndarray]:
    """Number of people by outcome on the reference date, (draws,) each, for draws z (draws, size)."""
    timeline = own.density.record_draws(z, own.model.said).timeline
    return dict(
        zip(OUTCOMES, timeline[:, position_of(own.model, own.model.case.settings.asof)].T, strict=True)
    )
