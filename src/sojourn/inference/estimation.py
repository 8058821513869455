"""From a case to an answer: compile, draw, summarise."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn._core.defaults import CHAINS, DRAWS
from sojourn._core.errors import Problem
from sojourn._core.files import sha256
from sojourn._core.version import __version__
from sojourn.case import Case, CaseError
from sojourn.inference import answer_record
from sojourn.inference.answer import SCHEMA, Answer
from sojourn.inference.answer_ledger import ledger
from sojourn.inference.default_priors import prior_problems
from sojourn.inference.density import Model, build_model
from sojourn.inference.jax_config import jax_settings
from sojourn.inference.model_hash import hash_model
from sojourn.inference.quantities import make_quantities
from sojourn.inference.sampler import ChainProgress, Draws, Sampler
from sojourn.measures.terms import ReadingError

PRIOR_DRAWS = 1000
SCALE_BLOCKS = ("sigma.", "concentration")


@jax_settings()
def estimate(
    case: Case,
    *,
    asof: date | None = None,
    claims_until: date | None = None,
    seed: int = 1,
    chains: int = CHAINS,
    draws: int = DRAWS,
    report: Callable[[ChainProgress], None] | None = None,
    stop: threading.Event | None = None,
) -> Answer:
    """Estimate the answer to the question of a case.

    JAX computes in double precision, with our cache of compiled code (`SOJOURN_CACHE`), only during the
    call: afterwards its settings are the caller's again. One thing remains: if this is the first
    computation of the process on the CPU, JAX dispatches later ones synchronously.

    Args:
        case: the case, from `read_case`.
        asof: the day on which to count persons; default: that of the case.
        claims_until: use only claims published by this day; default: that of the case.
        seed: the same case, seed and version give the same draws on one machine.
        chains: number of Markov chains, at least 1.
        draws: kept draws per chain, rounded up to a multiple of 25.
        report: called with the progress of a chain, from the thread of that chain.
        stop: set it from another thread to end early; `Interrupted` is raised then.

    Returns:
        The answer, with `chains` × `draws` draws.

    Raises:
        CaseError: the model cannot express a reading or a prior of the case.
        Interrupted: `stop` was set.

    Example:
        >>> import sojourn
        >>> case = sojourn.read_case("my-case")
        >>> answer = sojourn.estimate(case, seed=1, chains=2, draws=50)
        >>> list(answer.outcomes().index)
        ['arrived', 'stayed', 'moved_on', 'returned']
        >>> answer.save("my-answer").name
        'my-answer'
    """
    model = compile_case(with_dates(case, asof, claims_until))
    sampler = Sampler(model.potential, model.unknowns.size, scales(model), model.said)
    found, _ = sampler.draw(model.said, seed, chains, draws, report, stop)
    return replace(summarise_draws(model, found, seed), _case=case)


def with_dates(case: Case, asof: date | None, claims_until: date | None) -> Case:
    """The case with another day asked, or another end of the claims used.

    Raises:
        CaseError: a day before the case begins.
    """
    settings = case.settings
    changed: dict[str, Any] = {
        "asof": asof or settings.asof,
        "claims_until": claims_until or settings.claims_until,
    }
    for name, day in changed.items():
        if day <= settings.start:
            message = f"must be a day after the start of the case, {settings.start}"
            raise CaseError([Problem("case.toml", message, column=name, value=str(day))])
    return replace(case, settings=settings.model_copy(update=changed))


@jax_settings()
def compile_case(case: Case) -> Model:
    """Compile a case.

    Raises:
        CaseError: a reading that asks for something the case does not model, a prior that the
            model does not have or of another family, or a contact group whose numbers cannot be.
    """
    if problems := prior_problems(case.settings.priors):
        raise CaseError(problems)
    try:
        return build_model(case)
    except ReadingError as error:
        reading = error.reading
        problem = Problem("readings.csv", error.allowed, reading.row or None, error.column, error.value)
        raise CaseError([problem]) from error


def scales(model: Model) -> NDArray[np.bool_]:
    """Which unknowns are scales of others (errors, overdispersion)."""
    names = [block.name for block in model.unknowns.blocks for _ in block.labels]
    return np.array([name.startswith(SCALE_BLOCKS) for name in names])


@jax_settings()
def summarise_draws(model: Model, draws: Draws, seed: int) -> Answer:
    """An answer from the draws of a model."""
    chains, kept, size = draws.z.shape
    many = make_quantities(model)
    posterior = many(draws.z.reshape(-1, size), model.said)
    prior_z = np.random.default_rng(0).standard_normal((PRIOR_DRAWS, size))
    prior = many(prior_z, model.said)
    summary = answer_record.Summary(model, draws, posterior, prior)
    settings = model.case.settings
    content = {
        "schema": SCHEMA,
        "case": model.case.name,
        "question": settings.question,
        "host": settings.host,
        "origin": settings.origin,
        "wave": settings.wave,
        "asof": str(settings.asof),
        "claims_until": str(settings.claims_until),
        "seed": seed,
        "version": __version__,
        "draws": {"chains": chains, "draws": kept},
        "inputs": hashes(model.case),
        "model_hash": hash_model(model),
        "ledger": ledger(model.case),
        **summary.content(),
    }
    return Answer(content, answer_record.inference_data(model, draws, posterior, attributes(content)))


def hashes(case: Case) -> dict[str, str]:
    """SHA-256 of every file of a case."""
    return {name: sha256(content) for name, content in sorted(case.files.items())}


def attributes(content: Mapping[str, Any]) -> dict[str, str]:
    """What a file of draws says of its making."""
    keys = ("case", "question", "asof", "claims_until", "seed", "version")
    inputs = " ".join(f"{name}:{digest}" for name, digest in content["inputs"].items())
    return {key: str(content[key]) for key in keys} | {"inputs_sha256": inputs}
