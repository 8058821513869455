"""The parts of an answer as frozen data, made from the content of `answer.json`.

Counts are persons unless a field says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from sojourn._core.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class DrawSummary:
    """The posterior of one quantity: mean, standard deviation and quantiles.

    `q05` to `q95` is the 90 % interval, `q25` to `q75` the 50 % interval, `q50` the median.
    """

    mean: float
    sd: float
    q05: float
    q25: float
    q50: float
    q75: float
    q95: float


@dataclass(frozen=True, slots=True)
class OutcomeEstimate:
    """Persons with one outcome on the day asked, and their share of those who arrived.

    `share` is between 0 and 1; None for the outcome `arrived`, whose share is always 1.
    """

    outcome: Outcome
    persons: DrawSummary
    share: DrawSummary | None


@dataclass(frozen=True, slots=True)
class PlaceEstimate:
    """Persons of the cohort in one place on the day asked; `place` is its code in the case."""

    place: str
    persons: DrawSummary


@dataclass(frozen=True, slots=True)
class FlowEstimate:
    """Persons who arrived, or who moved from one place to another, until the day asked.

    `contraction` is 1 − Var(posterior)/Var(prior) of the logarithm: near 0 where only the prior
    determines the number.
    """

    origin: str
    destination: str
    kind: Literal["arrival", "move"]
    persons: DrawSummary
    contraction: float


@dataclass(frozen=True, slots=True)
class ReadingWeight:
    """One thing that a claim may count: its prior and posterior weight, and the figure that it expects.

    `expected` is in the unit of the claim, before any bias of its source.
    """

    reading: str
    measure: str
    who: str
    why: str
    prior: float
    posterior: float
    expected: DrawSummary


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """A published figure and what it most likely counts.

    `status` is `use` where the claim informs the answer. `pull` says how far a share would move, in
    its posterior sd, under another reading of the claim. `pit` is the share of the figures that the
    other claims predict which lies below this one, randomised within its words, and `p` the two-sided
    p-value; both are None for claims not in use, and where `k_hat` of the importance weights is above 0.7.
    """

    claim: str
    source: str
    said: str
    status: Literal["use", "copy", "context", "withdrawn", "later"]
    pull: float
    pit: float | None
    p: float | None
    k_hat: float | None
    readings: tuple[ReadingWeight, ...]

    @property
    def likeliest(self) -> ReadingWeight:
        """The reading with the largest posterior weight."""
        return max(self.readings, key=lambda reading: reading.posterior)


@dataclass(frozen=True, slots=True)
class SourceBias:
    """The bias of a source for one kind of measure, on the log scale; above 0 it overstates."""

    source: str
    kind: str
    bias: DrawSummary


@dataclass(frozen=True, slots=True)
class QuantityContraction:
    """How far the figures reduced the variance of a quantity: 1 − Var(posterior)/Var(prior)."""

    quantity: str
    contraction: float


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Convergence over all unknowns and outcomes, and the cost of the run.

    `rhat_of` and `ess_of` are the quantities with the largest R̂ and the fewest effective draws, `disputed`
    the claim on whose reading chains that have not converged disagree most. `leapfrogs` is the number of
    leapfrog steps per draw, `gradients` that of the whole run.
    """

    rhat_max: float
    ess_bulk_min: float
    ess_tail_min: float
    divergences: int
    leapfrogs: float
    seconds_compile: float
    seconds_sample: float
    rhat_of: str = ""
    ess_of: str = ""
    disputed: str = ""
    gradients: int = 0
    step: float = 0.0

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """From the `diagnostics` of answer.json."""
        return cls(**record)


def read_outcomes(record: Mapping[str, Any]) -> dict[Outcome, OutcomeEstimate]:
    """The outcomes of an answer, by name."""
    shares = {name: DrawSummary(**share) for name, share in record["shares"].items()}
    return {
        name: OutcomeEstimate(name, DrawSummary(**persons), shares.get(name))
        for name, persons in record["outcomes"].items()
    }


def read_places(record: Mapping[str, Any]) -> dict[str, PlaceEstimate]:
    """Where the cohort is on the day asked, by the code of the place."""
    return {
        place: PlaceEstimate(place, DrawSummary(**persons)) for place, persons in record["by_place"].items()
    }


def read_flows(record: Mapping[str, Any]) -> tuple[FlowEstimate, ...]:
    """Arrivals and moves."""
    return tuple(
        FlowEstimate(
            flow["from"], flow["to"], flow["kind"], DrawSummary(**flow["persons"]), flow["contraction"]
        )
        for flow in record["flows"]
    )


def read_claims(record: Mapping[str, Any]) -> dict[str, ClaimAnswer]:
    """The claims that have readings, by id, in the order of the ledger."""
    return {claim["claim"]: _claim(claim) for claim in record["claims"]}


def _claim(claim: Mapping[str, Any]) -> ClaimAnswer:
    fields: dict[str, Any] = {**claim, "readings": tuple(_reading(r) for r in claim["readings"])}
    return ClaimAnswer(**fields)


def _reading(reading: Mapping[str, Any]) -> ReadingWeight:
    fields: dict[str, Any] = {**reading, "expected": DrawSummary(**reading["expected"])}
    return ReadingWeight(**fields)


def read_biases(record: Mapping[str, Any]) -> tuple[SourceBias, ...]:
    """The bias of every source, by kind of measure."""
    return tuple(SourceBias(s["source"], s["kind"], DrawSummary(**s["bias"])) for s in record["sources"])


def read_contractions(record: Mapping[str, Any]) -> tuple[QuantityContraction, ...]:
    """Contraction of persons, shares, places and unknowns."""
    return tuple(QuantityContraction(**item) for item in record["identified"])
