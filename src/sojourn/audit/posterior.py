"""The draws that an audit starts from, and what each of them says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sojourn._core.arrays import Real
from sojourn._core.errors import Problem
from sojourn._core.outcomes import OUTCOMES
from sojourn.case import Case, CaseError
from sojourn.inference import Answer
from sojourn.inference.density import Model
from sojourn.inference.draws_file import read_draws
from sojourn.inference.estimate import compile_case, hashes
from sojourn.inference.jax_config import configure
from sojourn.inference.pointwise import Points, make_points
from sojourn.inference.quantities import position_of

QUANTITIES = (*OUTCOMES, "share stayed", "share moved_on", "share returned")


@dataclass(frozen=True)
class Posterior:
    """Draws of an answer: z (n, D), chains one after another, and what each claim says of them.

    `efficiency` is the effective number of draws over n, the worst of the quantities'.
    """

    model: Model = field(repr=False)
    record: Mapping[str, Any] = field(repr=False)
    chains: int
    z: Real = field(repr=False)
    points: Points = field(repr=False)
    quantities: Mapping[str, Real] = field(repr=False)
    efficiency: float

    @property
    def case(self) -> Case:
        """The case of the answer."""
        return self.model.case


def posterior_of(model: Model, record: Mapping[str, Any], z: Real) -> Posterior:
    """From draws z (chains, draws, D) of a model and the record of their answer."""
    chains = z.shape[0]
    flat = z.reshape(-1, z.shape[2])
    points = make_points(model)(flat, model.said)
    quantities = quantities_of(model, points)
    return Posterior(model, record, chains, flat, points, quantities, efficiency(quantities, chains))


def quantities_of(model: Model, points: Points) -> dict[str, Real]:
    """What the question asks, (n,) each: persons on the day asked, and shares of those who arrived."""
    return quantities_at(points.timeline[:, position_of(model, model.case.settings.asof)])


def quantities_at(persons: Real) -> dict[str, Real]:
    """Quantities from persons (n, 4) in the order of `OUTCOMES`; shares of nobody are not a number."""
    found = dict(zip(OUTCOMES, persons.T, strict=True))
    arrived = np.where(found["arrived"] >= 1, found["arrived"], np.nan)
    return found | {f"share {name}": found[name] / arrived for name in OUTCOMES[1:]}


def efficiency(quantities: Mapping[str, Real], chains: int) -> float:
    """Effective draws over draws, the worst of the quantities, at most 1."""
    from arviz_stats.base.array import array_stats

    statistics: Any = array_stats
    series = np.stack([x.reshape(chains, -1) for x in quantities.values()])
    effective = np.min(statistics.ess(series, method="mean", chain_axis=1, draw_axis=2))
    return float(min(1.0, effective / series[0].size))


def read_posterior(folder: Path, case: Case) -> Posterior:
    """The draws of a saved answer to a case.

    Raises:
        CaseError: the answer is of another case, of other files, or of another version.
    """
    from sojourn.inference import read_answer
    from sojourn.inference.estimate import at

    configure()
    record = read_answer(folder).record
    changed = [name for name, digest in hashes(case).items() if record["inputs"].get(name) != digest]
    if changed:
        message = f"is not what the answer in {folder} was made from; estimate again"
        raise CaseError([Problem(name, message) for name in changed])
    until = {name: _day(record[name]) for name in ("asof", "claims_until")}
    model = compile_case(at(case, **until))
    try:
        z = read_draws(model, folder)
    except FileNotFoundError:
        raise CaseError([Problem(str(folder), "holds no posterior.nc: estimate again with --out")]) from None
    except (ValueError, OSError) as error:
        message = f"cannot be used: {error}; estimate again with this version"
        raise CaseError([Problem(str(folder / "posterior.nc"), message)]) from None
    found = posterior_of(model, record, z)
    _check_version(folder, found)
    return found


def _check_version(folder: Path, found: Posterior) -> None:
    """The draws must make the history that they made when they were saved.

    Raises:
        CaseError: the model has changed since.
    """
    for name in OUTCOMES:
        now, then = float(found.quantities[name].mean()), found.record["outcomes"][name]["mean"]
        if abs(now - then) > 1e-3 * abs(then):
            message = f"was made by another version of the model ({name} {then:,.0f}, now {now:,.0f})"
            raise CaseError([Problem(str(folder), f"{message}; estimate again")])


def posterior_of_answer(case: Case, answer: Answer) -> Posterior:
    """The draws of an answer at hand.

    Raises:
        ValueError: the answer has no draws (it was read back from `answer.json`).
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return read_posterior(answer.save(folder), case)


def _day(text: str) -> Any:
    from datetime import date

    return date.fromisoformat(text)
