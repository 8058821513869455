"""The likelihood of contact groups: what interviewees report about people they know.

"Of sixty in my hostel five stayed, half left for other countries, the rest went
back" is compatible with a handful of count vectors; their Dirichlet-multinomial
probabilities are summed. The expected shares are those of the interviewee's stratum,
tilted towards people who stayed, because it is easier to keep track of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.special import logsumexp
from numpy.typing import NDArray
from scipy.special import gammaln

from sojourn._core.outcomes import FATES
from sojourn.case import Case, ContactGroup
from sojourn.case.group_counts import SETS, allowed_counts
from sojourn.history import History, Plan
from sojourn.measures.sparse import Sparse, multiply

KNOWN_FROM_THE_START = frozenset({"hostel", "household", "workplace"})
"""Kinds of group whose members were known on arrival, so that those who stayed are not over-represented."""


@dataclass(frozen=True)
class CountVectors:
    """Count vectors of all groups, laid out for `dirichlet_multinomial`: one row of `table` each.

    `table` sums log Γ(α+n)/Γ(α) over the sets of outcomes and subtracts the term of the total.
    Its columns are cumulative sums of log(α+k), flattened from (groups, sets, most+1).
    """

    table: Sparse
    most: int
    coefficient: NDArray[np.float64]
    """(groups, ways) log multinomial coefficients."""


@dataclass(frozen=True)
class CompiledContacts:
    """Contact groups: the count vectors compatible with each description, and their weights.

    `log_weight` (groups, ways) is -inf where a group has fewer count vectors than the longest.
    `rows` (groups, R) selects the rows of the history from which the group is drawn;
    `host` (groups, S) and `home` (S,) select the states that count as stayed and returned.
    """

    groups: tuple[ContactGroup, ...]
    kinds: tuple[str, ...]
    ways: CountVectors
    log_weight: NDArray[np.float64]
    rows: NDArray[np.float64]
    host: NDArray[np.float64]
    home: NDArray[np.float64]
    kind: NDArray[np.intp]
    reached: NDArray[np.float64]
    position: NDArray[np.intp]


def compile_contacts(case: Case, plan: Plan) -> CompiledContacts:
    """Compile the contact groups of a case."""
    groups = case.contacts
    kinds = tuple(dict.fromkeys(group.kind for group in groups))
    ways = [allowed_counts(group, case.settings.hedges) for group in groups]
    log_weight = np.full((len(groups), max((len(way) for way in ways), default=0)), -np.inf)
    for g, way in enumerate(ways):
        log_weight[g, : len(way)] = np.log([weight for _, weight in way])
    home = np.zeros(len(plan.states))
    home[plan.states_of(plan.settings.origin)] = 1.0
    return CompiledContacts(
        groups=groups,
        kinds=kinds,
        ways=lay_out([[way for way, _ in group] for group in ways]),
        log_weight=log_weight,
        rows=_rows(plan, groups),
        host=_hosts(plan, groups),
        home=home,
        kind=np.array([kinds.index(group.kind) for group in groups], dtype=int),
        reached=np.array([float(group.kind not in KNOWN_FROM_THE_START) for group in groups]),
        position=np.array([_position(plan, group.asof) for group in groups], dtype=int),
    )


def _position(plan: Plan, day: date) -> int:
    """The calendar bound nearest to the end of a day.

    Groups dated after the calendar get its last bound: they have weight 0.
    """
    calendar = plan.calendar
    return round(calendar.end_of(day)) if calendar.covers(day) else calendar.steps


def _rows(plan: Plan, groups: tuple[ContactGroup, ...]) -> NDArray[np.float64]:
    strata = [stratum.id for stratum in plan.settings.strata]
    chosen = np.zeros((len(groups), len(plan.rows)))
    for g, group in enumerate(groups):
        rows = plan.rows_of((plan.country(group.place), group.wave or plan.settings.wave))
        stratum = strata.index(group.stratum) if group.stratum in strata else None
        for row in rows:
            if stratum is None or plan.rows[row].stratum in (stratum, -1):
                chosen[g, row] = 1.0
    return chosen


def _hosts(plan: Plan, groups: tuple[ContactGroup, ...]) -> NDArray[np.float64]:
    host = np.zeros((len(groups), len(plan.states)))
    for g, group in enumerate(groups):
        host[g, plan.states_of(plan.country(group.place))] = 1.0
    return host


def shares(contacts: CompiledContacts, history: History, reach: Array) -> Array:
    """Expected shares stayed, moved on and returned among the members of each group, (groups, 3)."""
    persons = jnp.einsum("gr,grs->gs", contacts.rows, history.stock[contacts.position])
    total = jnp.sum(persons, axis=1)
    stayed = jnp.sum(persons * contacts.host, axis=1)
    returned = jnp.sum(persons * contacts.home, axis=1)
    share = jnp.stack([stayed, total - stayed - returned, returned], axis=1) / total[:, None]
    tilt: Any = jnp.zeros_like(share).at[:, 0].set(reach[contacts.kind] * contacts.reached)
    return jax.nn.softmax(jnp.log(jnp.maximum(share, 1e-9)) + tilt, axis=1)


def log_likelihood(contacts: CompiledContacts, history: History, concentration: Array, reach: Array) -> Array:
    """Log probability of each group's description, (groups,)."""
    alpha = shares(contacts, history, reach) * concentration[contacts.kind][:, None]
    ways = dirichlet_multinomial(contacts.ways, alpha)
    return logsumexp(ways + contacts.log_weight, axis=1)


def lay_out(ways: list[list[dict[int, int]]]) -> CountVectors:
    """Lay out the count vectors of each group for the Dirichlet-multinomial."""
    width = max((len(way) for way in ways), default=0)
    total = len(SETS) - 1
    sizes = [[sum(way.values()) for way in group] for group in ways]
    most = max((n for group in sizes for n in group), default=0)
    shape = (len(ways), len(SETS), most + 1)
    entries: list[tuple[int, int, float]] = []
    coefficient = np.zeros((len(ways), width))
    for g, group in enumerate(ways):
        for w, way in enumerate(group):
            row, n = g * width + w, sizes[g][w]
            for outcomes, count in way.items():
                entries.append((row, int(np.ravel_multi_index((g, outcomes, count), shape)), 1.0))
            entries.append((row, int(np.ravel_multi_index((g, total, n), shape)), -1.0))
            coefficient[g, w] = gammaln(n + 1) - sum(gammaln(count + 1) for count in way.values())
    return CountVectors(
        Sparse.from_entries(entries, (len(ways) * width, int(np.prod(shape)))), most, coefficient
    )


def dirichlet_multinomial(ways: CountVectors, alpha: Array) -> Array:
    """Log probability (groups, ways) under Dirichlet-multinomials with parameters alpha (groups, 3).

    At integer counts the ratio of gamma functions is a product: log Γ(α+n)/Γ(α) = Σ_{k<n} log(α+k).
    A set of merged outcomes has the sum of their parameters.
    """
    member = np.array([[float(i in outcomes) for outcomes in SETS] for i in range(len(FATES))])
    logs = jnp.log((alpha @ member)[:, :, None] + np.arange(ways.most))
    rising = logs @ np.triu(np.ones((ways.most, ways.most + 1)), 1)
    return multiply(ways.table, rising.reshape(-1)).reshape(ways.coefficient.shape) + ways.coefficient
