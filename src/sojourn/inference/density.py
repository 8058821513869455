"""The posterior density of a case, as a function of the unknowns `z` and of the claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from sojourn.case import Case
from sojourn.history import History, Parameters, Plan, build_plan, make_history, with_stay_rules
from sojourn.inference import contact_groups
from sojourn.inference.contact_groups import CompiledContacts, compile_contacts
from sojourn.inference.jax_config import jax_settings
from sojourn.inference.likelihood import (
    ClaimIntervals,
    ClaimLayout,
    Expectation,
    expect,
    lay_out_claims,
    marginalise_readings,
    reading_log_likelihood,
)
from sojourn.inference.parameters import parameters
from sojourn.inference.priors import Unknowns, unknowns
from sojourn.measures import CompiledReadings, Kind, compile_readings, evaluate


class Account(NamedTuple):
    """Everything the model computes from one `z`."""

    values: Mapping[str, Array]
    parameters: Parameters
    history: History
    expected: Expectation
    scores: Array  # (readings,) log P(said | reading)
    heard: Array  # () log P(all claims in use)
    claims: Array  # (claims,) log P(figure), given the rest of its series
    readings: Array  # (readings,) posterior weight
    groups: Array  # (groups,) log P(description of a contact group)


@dataclass(frozen=True)
class Model:
    """A compiled case: its plan, readings and unknowns, and the density built on them."""

    case: Case
    plan: Plan
    compiled: CompiledReadings
    contacts: CompiledContacts
    unknowns: Unknowns
    wording: ClaimLayout
    said: ClaimIntervals
    account: Callable[[Array, ClaimIntervals], Account]

    def log_likelihood(self, z: Array, said: ClaimIntervals) -> Array:
        """Log likelihood () of all claims and contact groups in use, at z (size,)."""
        account = self.account(z, said)
        return account.heard + jnp.sum(said.group_weight * account.groups)

    def potential(self, z: Array, said: ClaimIntervals) -> Array:
        """Minus the log posterior density () of z (size,), up to a constant."""
        return 0.5 * jnp.sum(z * z) - self.log_likelihood(z, said)


def share_errors(case: Case, compiled: CompiledReadings) -> CompiledReadings:
    """Give all readings of a series that are on one scale the kind of the heaviest of them.

    The kind decides which error and which bias a figure has. One table has one of each, whatever its
    figures count: with an error for each reading, figures that two readings explain equally well favour
    now the one and now the other, and chains hardly pass from one to the other.
    """
    series = [case.claims_by_id[r.claim].series for r in compiled.readings]
    weights: dict[tuple[str, str], dict[Kind, float]] = {}
    for name, reading, scale, kind in zip(
        series, compiled.readings, compiled.scale, compiled.kind, strict=True
    ):
        own = weights.setdefault((name, scale), {})
        own[kind] = own.get(kind, 0.0) + reading.weight
    heaviest = {key: max(own, key=lambda kind: own[kind]) for key, own in weights.items()}
    kinds = (
        heaviest[name, scale] if name else kind
        for name, scale, kind in zip(series, compiled.scale, compiled.kind, strict=True)
    )
    return replace(compiled, kind=tuple(kinds))


@jax_settings()
def build_model(case: Case) -> Model:
    """Compile a case into its model.

    Raises:
        ReadingError: a reading cannot be compiled.
        CaseError: a stay rule is not in the library, or was not in force on the day named.
    """
    case = with_stay_rules(case)
    plan = build_plan(case)
    stated = {
        claim.claim
        for claim in case.claims
        if claim.value is not None or claim.hedge in ("half", "most", "some")
    }
    # Only claims that are not in use may refer to days outside the calendar; they are not scored.
    scored = [
        r
        for r in case.readings
        if r.claim in stated and plan.calendar.covers(r.start, r.end, r.of_start, r.of_end)
    ]
    compiled = share_errors(case, compile_readings(plan, scored))
    groups = compile_contacts(case, plan)
    names = unknowns(case, plan, compiled)
    wording, said = lay_out_claims(case, compiled)
    simulate = make_history(plan)

    def account(z: Array, said: ClaimIntervals) -> Account:
        v = names.values(z)
        p = parameters(plan, v)
        history = simulate(p)
        expected = expect(compiled, evaluate(compiled.operator, plan, history, p), v)
        scores = reading_log_likelihood(wording, said, expected, v)
        claims = marginalise_readings(wording, said.claim_weight, scores)
        circles = (
            contact_groups.log_likelihood(groups, history, v["concentration"], v["reach"])
            if groups.groups
            else jnp.zeros(0)
        )
        return Account(v, p, history, expected, scores, *claims, circles)

    return Model(case, plan, compiled, groups, names, wording, said, account)
