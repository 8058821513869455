"""The draws that an audit starts from, with the log-likelihood of each claim under each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sojourn._core.arrays import Real
from sojourn._core.errors import Problem
from sojourn._core.outcomes import OUTCOMES
from sojourn.case import Case, CaseError
from sojourn.inference.answer import Answer, read_answer
from sojourn.inference.compiled_density import CompiledDensity, compile_density
from sojourn.inference.density import Model
from sojourn.inference.draws_file import read_draws
from sojourn.inference.estimation import adaptation_of, compile_case, hashes, with_dates
from sojourn.inference.importance_weights import efficiency, quantities_at
from sojourn.inference.jax_config import jax_settings
from sojourn.inference.model_hash import hash_model
from sojourn.inference.pointwise import Points, make_points
from sojourn.inference.quantities import position_of
from sojourn.inference.sampler import Adaptation

QUANTITIES = (*OUTCOMES, "share stayed", "share moved_on", "share returned")


@dataclass(frozen=True)
class Posterior:
    """Draws z (n, D) of an answer, one chain after another, and the log-likelihoods of its claims.

    `efficiency` is the effective number of draws over n, the worst of the quantities'.
    """

    model: Model = field(repr=False)
    answer: Answer = field(repr=False)
    chains: int
    z: Real = field(repr=False)
    points: Points = field(repr=False)
    quantities: Mapping[str, Real] = field(repr=False)
    efficiency: float
    density: CompiledDensity = field(repr=False)
    adaptation: Adaptation | None = field(repr=False, default=None)
    """What the chains of the answer learned; None if the answer does not say."""

    @property
    def case(self) -> Case:
        """The case of the answer."""
        return self.model.case


def posterior_of(model: Model, answer: Answer, z: Real) -> Posterior:
    """From draws z (chains, draws, D) of a model and their answer."""
    chains = z.shape[0]
    flat = z.reshape(-1, z.shape[2])
    density = compile_density(model)
    points = make_points(model, density)(flat, model.said)
    found = quantities_of(model, points)
    share = efficiency(found, chains)
    return Posterior(model, answer, chains, flat, points, found, share, density, _adaptation(model, answer))


def _adaptation(model: Model, answer: Answer) -> Adaptation | None:
    try:
        return adaptation_of(model, answer)
    except CaseError:
        return None


def quantities_of(model: Model, points: Points) -> dict[str, Real]:
    """What the question asks, (n,) each: persons on the day asked, and shares of those who arrived."""
    return quantities_at(points.timeline[:, position_of(model, model.case.settings.asof)])


def read_posterior(folder: Path, case: Case) -> Posterior:
    """The posterior of a saved answer to a case.

    Raises:
        CaseError: as `posterior_of_answer`.
        FileNotFoundError: there is no `answer.json` in the folder.
        ValueError: `answer.json` cannot be read.
    """
    return posterior_of_answer(case, read_answer(folder))


@jax_settings()
def posterior_of_answer(case: Case, answer: Answer) -> Posterior:
    """The posterior of an answer to a case, from the draws that the answer keeps.

    Raises:
        CaseError: the answer was made from other files or with another model, or has no draws that
            can be read.
    """
    where = "the answer" if answer.folder is None else f"the answer in {answer.folder}"
    changed = [name for name, digest in hashes(case).items() if answer.inputs.get(name) != digest]
    if changed:
        message = f"is not what {where} was made from; estimate again"
        raise CaseError([Problem(name, message) for name in changed])
    model = compile_case(with_dates(case, answer.asof, answer.claims_until))
    file = str(answer.folder or answer.case)
    if hash_model(model) != answer.model_hash:
        message = f"was made with another model of the case {case.name}: estimate again with this version"
        raise CaseError([Problem(file, message)])
    return posterior_of(model, answer, _draws(model, answer, file))


def _draws(model: Model, answer: Answer, file: str) -> Real:
    """The unknowns z, (chains, draws, D).

    Raises:
        CaseError: the answer has no draws that can be read.
    """
    try:
        if answer.posterior is None:
            raise CaseError([Problem(file, "holds no posterior.nc: estimate again with --out")])
        return read_draws(model, answer.posterior)
    except (ValueError, KeyError, OSError) as error:
        message = f"cannot be used: {error}; estimate again with this version"
        raise CaseError([Problem(str(Path(file) / "posterior.nc"), message)]) from None
