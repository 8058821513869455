"""What an interviewee's acquaintances say: counts of a group against the cohort's shares.

"Of sixty in my hostel five stayed, half left for other countries, the rest went
back" allows a handful of count vectors; their Dirichlet-multinomial probabilities
are summed. The shares are those of the stratum the interviewee reaches, tilted
towards people who are still around and so easier to know about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from math import ceil, floor
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import logsumexp
from numpy.typing import NDArray
from scipy.special import gammaln

from sojourn.case import Case, CaseError, ContactGroup, Problem
from sojourn.case.hedges import SHARES, intervals
from sojourn.history import History, Plan
from sojourn.measures.sparse import Sparse, multiply

Array = jax.Array
Hedges = Mapping[str, tuple[float, float]]
OUTCOMES = ("stayed", "moved_on", "returned")
SETS: tuple[tuple[int, ...], ...] = ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2))
"""Sets of outcomes that words may lump together."""
SIZES_OF_SOME = (10, 20, 40)
"""Sizes tried where none was said: how many friends one can account for. Judgement."""
KNOWN_FROM_THE_START = frozenset({"hostel", "household", "workplace"})
"""Kinds of group whose members were known on arrival, so that nobody is easier to reach."""


@dataclass(frozen=True)
class Ways:
    """Count vectors of all groups, laid out for `dirichlet_multinomial`: one row of `table` each.

    `table` adds up log Γ(α+n)/Γ(α) over the sets of outcomes, less that of all; it works
    on running sums (groups, sets, most+1) of log(α+k).
    """

    table: Sparse
    most: int
    coefficient: NDArray[np.float64]
    """(groups, ways) log of the multinomial coefficient."""


@dataclass(frozen=True)
class CompiledContacts:
    """Groups of contacts: the count vectors that their words allow, and how likely each is.

    `log_weight` (groups, ways) is -inf where a group has fewer ways than others.
    `rows` (groups, R) picks the rows of the history that the group is drawn from,
    `host` (groups, S) and `home` (S,) the states that count as stayed and returned.
    """

    groups: tuple[ContactGroup, ...]
    kinds: tuple[str, ...]
    ways: Ways
    log_weight: NDArray[np.float64]
    rows: NDArray[np.float64]
    host: NDArray[np.float64]
    home: NDArray[np.float64]
    kind: NDArray[np.intp]
    reached: NDArray[np.float64]
    position: NDArray[np.intp]


def compile_contacts(case: Case, plan: Plan) -> CompiledContacts:
    """Compile the contact groups of a case.

    Raises:
        CaseError: groups whose words no numbers of people fit.
    """
    groups = case.contacts
    kinds = tuple(dict.fromkeys(group.kind for group in groups))
    ways = [allowed_counts(group, case.settings.hedges) for group in groups]
    if impossible := [group for group, way in zip(groups, ways, strict=True) if not way]:
        raise CaseError([_impossible(group) for group in impossible])
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


def _impossible(group: ContactGroup) -> Problem:
    words = [f"{name} {word}" for name in (*OUTCOMES, "unknown") if (word := getattr(group, name))]
    message = f"cannot be: no numbers of people fit {', '.join(words)}"
    size = "" if group.size is None else f"{group.size_hedge} {group.size:g}".strip().replace("_", " ")
    return Problem("contacts.csv", message, group.row or None, "size", size)


def _position(plan: Plan, day: date) -> int:
    """The bound nearest to the end of a day; groups heard of after the calendar do not count."""
    calendar = plan.calendar
    return round(calendar.end_of(day)) if calendar.covers(day) else calendar.steps


def allowed_counts(group: ContactGroup, hedges: Hedges | None = None) -> list[tuple[dict[int, int], float]]:
    """Every count vector that a group's words allow, with the prior weight of its size.

    A vector maps sets of outcomes (see `SETS`) to counts. Outcomes of which nothing was
    said are one set: the probabilities of how they divide add up to 1. `half` and the
    like are shares of the group, or of those who did not stay ("half of them left" has
    two meanings). People of unknown fate are left out. `hedges` are the widths that a case changes.
    """
    said = [i for i, outcome in enumerate(OUTCOMES) if getattr(group, outcome)]
    rest = tuple(i for i in range(len(OUTCOMES)) if i not in said)
    ways: list[tuple[dict[int, int], float]] = []
    hedges = hedges or {}
    sizes = _sizes(group, hedges)
    for size in sizes:
        known = size - int(group.unknown) if group.unknown.isdigit() else size
        for counts in product(*(_options(getattr(group, OUTCOMES[i]), known, group, hedges) for i in said)):
            left = known - sum(counts)
            if left < 0 or (left > 0 and not rest):
                continue
            way = {SETS.index((i,)): k for i, k in zip(said, counts, strict=True)}
            if rest:
                way[SETS.index(rest)] = left
            ways.append((way, 1 / len(sizes)))
    return ways


def _sizes(group: ContactGroup, hedges: Hedges) -> list[int]:
    if group.size is None:
        return list(SIZES_OF_SOME)
    if group.size_hedge in ("", "exact", "reported"):
        return [int(group.size)]
    spans = intervals(group.size, group.size_hedge, overrides=hedges)
    low = min(max(ceil(span.low), 1) for span in spans)
    high = max(floor(span.high) for span in spans)
    return list(range(low, high + 1))


def _options(word: str, size: int, group: ContactGroup, hedges: Hedges) -> list[int]:
    """The counts that one cell allows in a group of a size."""
    if word in SHARES:
        low, high = hedges.get(word, SHARES[word])
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
    ways = dirichlet_multinomial(contacts.ways, alpha)
    return logsumexp(ways + contacts.log_weight, axis=1)


def lay_out(ways: list[list[dict[int, int]]]) -> Ways:
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
    return Ways(Sparse.from_entries(entries, (len(ways) * width, int(np.prod(shape)))), most, coefficient)


def dirichlet_multinomial(ways: Ways, alpha: Array) -> Array:
    """Log probability (groups, ways) under Dirichlet-multinomials with parameters alpha (groups, 3).

    Ratios of gamma functions at whole counts are products: log Γ(α+n)/Γ(α) = Σ_{k<n} log(α+k).
    Outcomes that are lumped together have the sum of their parameters.
    """
    member = np.array([[float(i in outcomes) for outcomes in SETS] for i in range(len(OUTCOMES))])
    logs = jnp.log((alpha @ member)[:, :, None] + np.arange(ways.most))
    rising = logs @ np.triu(np.ones((ways.most, ways.most + 1)), 1)
    return multiply(ways.table, rising.reshape(-1)).reshape(ways.coefficient.shape) + ways.coefficient
