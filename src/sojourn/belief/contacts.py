"""What an interviewee's acquaintances say: counts of a group against the cohort's shares.

"Of sixty in my hostel five stayed, half left for other countries, the rest went
back" allows a handful of count vectors; their Dirichlet-multinomial probabilities
are summed. The shares are those of the stratum the interviewee reaches, tilted
towards people who are still around and so easier to know about.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import ceil, floor
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import gammaln, logsumexp
from numpy.typing import NDArray

from sojourn.case import Case, ContactGroup
from sojourn.case.hedges import SHARES, intervals
from sojourn.history import History, Plan

Array = jax.Array
OUTCOMES = ("stayed", "moved_on", "returned")
SIZES_OF_SOME = (10, 20, 40)
"""Sizes tried where none was said: how many friends one can account for. Judgement."""
KNOWN_FROM_THE_START = frozenset({"hostel", "household", "workplace"})
"""Kinds of group whose members were known on arrival, so that nobody is easier to reach."""


@dataclass(frozen=True)
class CompiledContacts:
    """Groups of contacts: allowed counts (groups, ways, 3), `log_weight` (groups, ways).

    `rows` (groups, R) picks the rows of the history that the group is drawn from,
    `host` (groups, S) and `home` (S,) the states that count as stayed and returned.
    """

    groups: tuple[ContactGroup, ...]
    kinds: tuple[str, ...]
    counts: NDArray[np.float64]
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
    ways = [allowed_counts(group) for group in groups]
    most = max((len(way) for way in ways), default=1)
    counts = np.zeros((len(groups), most, 3))
    log_weight = np.full((len(groups), most), -np.inf)
    for g, way in enumerate(ways):
        counts[g, : len(way)] = [count for count, _ in way]
        log_weight[g, : len(way)] = np.log([weight for _, weight in way])
    home = np.zeros(len(plan.states))
    home[plan.states_of(plan.settings.origin)] = 1.0
    return CompiledContacts(
        groups=groups,
        kinds=kinds,
        counts=counts,
        log_weight=log_weight,
        rows=_rows(plan, groups),
        host=_hosts(plan, groups),
        home=home,
        kind=np.array([kinds.index(group.kind) for group in groups], dtype=int),
        reached=np.array([float(group.kind not in KNOWN_FROM_THE_START) for group in groups]),
        position=np.array([round(plan.calendar.end_of(group.asof)) for group in groups], dtype=int),
    )


def allowed_counts(group: ContactGroup) -> list[tuple[tuple[int, int, int], float]]:
    """Every (stayed, moved_on, returned) that a group's words allow, with equal weights that sum to 1.

    An empty cell is whatever the others leave; `half` and the like are shares of the
    group (or, where people stayed, of those who left: "half of them left" has two
    meanings). People of unknown fate are left out.
    """
    ways: dict[tuple[int, int, int], float] = {}
    sizes = _sizes(group)
    for size in sizes:
        known = size - int(group.unknown or 0) if group.unknown not in SHARES else size
        options = [_options(getattr(group, outcome), known, group) for outcome in OUTCOMES]
        allowed = {w for w in product(*options) if sum(w) == known}
        for way in allowed:
            ways[way] = ways.get(way, 0.0) + 1 / (len(sizes) * len(allowed))
    total = sum(ways.values())
    return [(way, weight / total) for way, weight in sorted(ways.items())]


def _sizes(group: ContactGroup) -> list[int]:
    if group.size is None:
        return list(SIZES_OF_SOME)
    if group.size_hedge in ("", "exact", "reported"):
        return [int(group.size)]
    spans = intervals(group.size, group.size_hedge)
    low = min(max(ceil(span.low), 1) for span in spans)
    high = max(floor(span.high) for span in spans)
    return list(range(low, high + 1))


def _options(word: str, size: int, group: ContactGroup) -> list[int]:
    """The counts that one cell allows in a group of a size."""
    if not word:
        return list(range(size + 1))
    if word in SHARES:
        low, high = SHARES[word]
        left = size - int(group.stayed) if group.stayed.isdigit() else size
        bases = {size, left}
        return [k for k in range(size + 1) if any(low * base <= k <= high * base for base in bases)]
    return [int(word)]


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
    """Shares stayed, moved on and returned among those a group would know, (groups, 3)."""
    persons = jnp.einsum("gr,grs->gs", contacts.rows, history.stock[contacts.position])
    total = jnp.sum(persons, axis=1)
    stayed = jnp.sum(persons * contacts.host, axis=1)
    returned = jnp.sum(persons * contacts.home, axis=1)
    share = jnp.stack([stayed, total - stayed - returned, returned], axis=1) / total[:, None]
    tilt: Any = jnp.zeros_like(share).at[:, 0].set(reach[contacts.kind] * contacts.reached)
    return jax.nn.softmax(jnp.log(jnp.maximum(share, 1e-9)) + tilt, axis=1)


def log_likelihood(contacts: CompiledContacts, history: History, concentration: Array, reach: Array) -> Array:
    """Log probability of each group's words, (groups,)."""
    alpha = shares(contacts, history, reach) * concentration[contacts.kind][:, None]
    ways = dirichlet_multinomial(contacts.counts, alpha[:, None, :])
    return logsumexp(ways + contacts.log_weight, axis=1)


def dirichlet_multinomial(counts: NDArray[np.float64], alpha: Array) -> Array:
    """Log probability of counts (…, 3) under a Dirichlet-multinomial with parameters alpha (…, 3)."""
    n, total = jnp.sum(counts, axis=-1), jnp.sum(alpha, axis=-1)
    coefficient = gammaln(n + 1) - jnp.sum(gammaln(counts + 1), axis=-1)
    return (
        coefficient
        + gammaln(total)
        - gammaln(n + total)
        + jnp.sum(gammaln(counts + alpha) - gammaln(alpha), axis=-1)
    )
