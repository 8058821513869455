"""From a case to an answer: compile, draw, summarise."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sojourn._core.defaults import CHAINS, LIMIT
from sojourn._core.errors import Problem
from sojourn._core.files import sha256
from sojourn._core.version import __version__
from sojourn.case import Case, CaseError
from sojourn.inference import answer_record
from sojourn.inference.answer import SCHEMA, Answer
from sojourn.inference.answer_ledger import ledger
from sojourn.inference.compiled_density import CompiledDensity, check_kernel, compile_density
from sojourn.inference.default_priors import prior_problems
from sojourn.inference.density import Model, build_model
from sojourn.inference.draws_file import ADAPTATION, read_adaptation, record_adaptation
from sojourn.inference.jax_config import enter_thread, jax_settings
from sojourn.inference.kernel.constants import KernelError
from sojourn.inference.model_hash import hash_model
from sojourn.inference.quantities import make_quantities
from sojourn.inference.sampler import FULL, QUICK, Adaptation, Draws, Sampler, SamplingProgress
from sojourn.measures.terms import ReadingError

PRIOR_DRAWS = 1000
NEEDED_LATER = ("scipy.stats", "xarray", "arviz_base")
"""Modules that take a second each to load and are needed after the first draws: loaded beside the chains."""
SCALE_BLOCKS = ("sigma.", "concentration")


@jax_settings()
def estimate(
    case: Case,
    *,
    asof: date | None = None,
    claims_until: date | None = None,
    seed: int = 1,
    chains: int = CHAINS,
    draws: int | None = None,
    limit: float = LIMIT,
    quick: bool = False,
    start: Answer | None = None,
    report: Callable[[SamplingProgress], None] | None = None,
    stop: threading.Event | None = None,
) -> Answer:
    """Estimate the answer to the question of a case.

    JAX computes in double precision, with our cache of compiled code (`SOJOURN_CACHE`), only during the
    call: afterwards its settings are the caller's again. One thing remains: if this is the first
    computation of the process on the CPU, JAX dispatches later ones synchronously.

    Without `draws`, the chains go on until R̂ ≤ 1.01 and at least 400 effective draws hold for every unknown
    and outcome, or until the limit; `Answer.stopped_by` says which. Draws that a limit ended depend on the
    clock, too.

    Args:
        case: the case, from `read_case`.
        asof: the day on which to count persons; default: that of the case.
        claims_until: use only claims published by this day; default: that of the case.
        seed: the same case, seed and version give the same draws on one machine.
        chains: number of Markov chains, at least 1.
        draws: kept draws per chain, at least 8; None: as many as the chains need to converge.
        limit: seconds of sampling after which a run without `draws` ends; looked at after blocks of draws.
        quick: make a draft in a few seconds, which is marked as one.
        start: an answer to the same or an edited case. Its draws are reweighted, if they can be; else
            its chains are continued, which saves the adaptation of the sampler. With `draws`, the
            chains are always continued. The draws of the two answers are not independent.
        report: called with the progress every fifth of a second, from one thread at a time.
        stop: set it from another thread to end early; `Interrupted` is raised then.

    Returns:
        The answer.

    Raises:
        CaseError: the model cannot express a reading or a prior of the case, or the chains of `start`
            cannot be continued.
        Interrupted: `stop` was set.
        ValueError: `chains` or `draws` is too small.

    Example:
        >>> import sojourn
        >>> case = sojourn.read_case("my-case")
        >>> answer = sojourn.estimate(case, seed=1, chains=2, draws=50)
        >>> list(answer.outcomes().index)
        ['arrived', 'stayed', 'moved_on', 'returned']
        >>> answer.save("my-answer").name
        'my-answer'
    """
    dated = with_dates(case, asof, claims_until)
    if start is not None and draws is None and not quick and (found := _reweighted(start, dated)):
        return replace(found, _case=case)
    model = compile_case(dated)
    earlier = None if start is None else adaptation_of(model, start)
    schedule = QUICK if quick else FULL

    def draw(density: CompiledDensity) -> tuple[Draws, Adaptation]:
        return make_sampler(model, density).draw(
            model.said,
            seed,
            chains,
            draws,
            limit=limit,
            schedule=schedule,
            start=earlier,
            report=report,
            stop=stop,
        )

    density, (found, adaptation) = _draw_checked(compile_density(model), draw)
    origin = None if start is None else {"answer": start.sha256, "how": "chains"}
    answer = summarise_draws(
        model, found, seed, adaptation, density=density, draft=quick, started_from=origin
    )
    return replace(answer, _case=case)


def _draw_checked(
    density: CompiledDensity, draw: Callable[[CompiledDensity], tuple[Draws, Adaptation]]
) -> tuple[CompiledDensity, tuple[Draws, Adaptation]]:
    """Draw while the kernel is compared with its definition, and again with JAX if the kernel is wrong.

    Returns:
        The density that was drawn from, and what was drawn.
    """
    with ThreadPoolExecutor(1, initializer=enter_thread) as pool:
        check = pool.submit(check_kernel, density)
        pool.map(import_module, NEEDED_LATER)
        drawn = draw(density)
    try:
        check.result()
    except KernelError as error:
        warnings.warn(
            f"the kernel is wrong here, drawing again with JAX: {error}", RuntimeWarning, stacklevel=3
        )
        density = CompiledDensity(density.model, None)
        drawn = draw(density)
    return density, drawn


def _reweighted(start: Answer, case: Case) -> Answer | None:
    """The answer to a case from the draws of an earlier one, if that is reliable and weights can give it."""
    from sojourn.inference.reweighting import reweight_answer

    return reweight_answer(start, case) if start.has_converged and not start.is_draft else None


@jax_settings()
def make_sampler(model: Model, density: CompiledDensity | None = None) -> Sampler:
    """The sampler of a model, compiled once for claims of the same shape."""
    began = time.perf_counter()
    density = density or compile_density(model)
    return Sampler(density.make_gradient, scales(model), density.find_outcomes, time.perf_counter() - began)


def adaptation_of(model: Model, answer: Answer) -> Adaptation:
    """What the chains of an answer learned, for a model with the same unknowns.

    Raises:
        CaseError: the answer has no chains that can be continued, or they are those of other unknowns.
    """
    file = str((answer.folder or Path(answer.case)) / "posterior.nc")
    try:
        if answer.posterior is None:
            raise ValueError("is missing")
        return read_adaptation(answer.posterior, model.unknowns.labels())
    except (ValueError, KeyError, OSError) as error:
        message = f"the chains of this answer cannot be continued: {error}; estimate without it"
        raise CaseError([Problem(file, message)]) from None


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
def summarise_draws(
    model: Model,
    draws: Draws,
    seed: int,
    adaptation: Adaptation | None = None,
    *,
    density: CompiledDensity | None = None,
    draft: bool = False,
    started_from: Mapping[str, str] | None = None,
) -> Answer:
    """An answer from the draws of a model.

    Args:
        model: the model.
        draws: its draws.
        seed: their seed.
        adaptation: what a later run may start from; None: it cannot start from this answer.
        density: the compiled density of the model; None: it is compiled again.
        draft: whether the run was cut short on purpose.
        started_from: the SHA-256 of the `answer` that the run started from, and `how`.
    """
    chains, kept, size = draws.z.shape
    many = make_quantities(model, density)
    posterior = many(draws.z.reshape(-1, size), model.said)
    prior_z = np.random.default_rng(0).standard_normal((PRIOR_DRAWS, size))
    prior = many(prior_z, model.said)
    summary = answer_record.Summary(model, draws, posterior, prior, draft, seed)
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
        "draws": {
            "chains": chains,
            "draws": kept,
            "stopped_by": draws.stopped_by,
            "reproducible": draws.stopped_by != "limit",
            **({} if started_from is None else {"started_from": dict(started_from)}),
        },
        "draft": draft,
        "inputs": hashes(model.case),
        "model_hash": hash_model(model),
        "ledger": ledger(model.case, summary.run_out_notes()),
        **summary.content(),
    }
    tree = answer_record.inference_data(model, draws, posterior, attributes(content))
    if adaptation is not None:
        import xarray as xr

        tree[ADAPTATION] = xr.DataTree(record_adaptation(adaptation, model.unknowns.labels()))
    return Answer(content, tree)


def hashes(case: Case) -> dict[str, str]:
    """SHA-256 of every file of a case."""
    return {name: sha256(content) for name, content in sorted(case.files.items())}


def attributes(content: Mapping[str, Any]) -> dict[str, str]:
    """What a file of draws says of its making."""
    keys = ("case", "question", "asof", "claims_until", "seed", "version")
    inputs = " ".join(f"{name}:{digest}" for name, digest in content["inputs"].items())
    return {key: str(content[key]) for key in keys} | {"inputs_sha256": inputs}
