"""The likelihood of contact groups: Dirichlet-multinomial probabilities of the counts described."""

from __future__ import annotations

import math

from sojourn._core.arrays import Indices, Real
from sojourn.inference.kernel.compilation import compiled
from sojourn.inference.kernel.elementary import log

BOUND, CONCENTRATION, REACH = 0, 1, 2
"""Columns of `group`: its bound of the calendar and the positions of two unknowns."""
FLOOR = 1e-9
"""Smallest expected share of a fate."""


@compiled
def find_shares(rows: Real, host: Real, home: Real, stock: Real, people: Real, share: Real) -> float:
    """Fill the shares (3,) of a group that stayed, moved on and returned; return the people they are of.

    `people` (S,) is scratch.
    """
    people[:] = 0
    for r in range(rows.size):
        if rows[r] != 0:
            for s in range(people.size):
                people[s] += rows[r] * stock[r, s]
    total, stayed, returned = 0.0, 0.0, 0.0
    for s in range(people.size):
        total += people[s]
        stayed += people[s] * host[s]
        returned += people[s] * home[s]
    share[0], share[1], share[2] = stayed / total, (total - stayed - returned) / total, returned / total
    return total


@compiled
def rise(alpha: Real, fate_set: Real, rising: Real, set_alpha: Real) -> None:
    """Fill `rising` (U, most + 1): sums of log(α + k) over k below each count, for each set of fates."""
    for u in range(set_alpha.size):
        a = 0.0
        for i in range(alpha.size):
            a += alpha[i] * fate_set[u, i]
        set_alpha[u] = a
        rising[u, 0] = 0.0
        for k in range(rising.shape[1] - 1):
            rising[u, k + 1] = rising[u, k] + log(a + k)


@compiled
def describe_groups(
    group: Indices,
    group_weight: Real,
    group_reached: Real,
    group_row: Real,
    group_host: Real,
    home: Real,
    fate_set: Real,
    way_start: Indices,
    count_start: Indices,
    count_cell: Indices,
    count_sign: Real,
    way_prior: Real,
    value: Real,
    stock: Real,
    value_bar: Real,
    stock_bar: Real,
    group_score: Real,
    way: Real,
    people: Real,
    rising: Real,
    rising_bar: Real,
    set_alpha: Real,
    three: Real,
) -> float:
    """Fill `group_score` (groups,), the log likelihood of each description, and return minus their sum.

    Also adds to `value_bar` and `stock_bar`. A group has the count vectors (ways) `way_start[g]` to
    `way_start[g + 1]`, a way the cells of `rising` from `count_start`. The last arrays are scratch.
    """
    share, mean, alpha = three[0], three[1], three[2]
    flat, flat_bar = rising.reshape(rising.size), rising_bar.reshape(rising.size)
    potential = 0.0
    for g in range(group.shape[0]):
        at, conc, reach = group[g, BOUND], group[g, CONCENTRATION], group[g, REACH]
        total = find_shares(group_row[g], group_host[g], home, stock[at], people, share)
        tilt = math.exp(value[reach] * group_reached[g])
        norm = max(share[0], FLOOR) * tilt + max(share[1], FLOOR) + max(share[2], FLOOR)
        for i in range(3):
            mean[i] = max(share[i], FLOOR) * (tilt if i == 0 else 1.0) / norm
            alpha[i] = mean[i] * value[conc]
        rise(alpha, fate_set, rising, set_alpha)
        highest, likelihood = -1e300, 0.0
        for w in range(way_start[g], way_start[g + 1]):
            way[w] = way_prior[w]
            for j in range(count_start[w], count_start[w + 1]):
                way[w] += count_sign[j] * flat[count_cell[j]]
            highest = max(highest, way[w])
        for w in range(way_start[g], way_start[g + 1]):
            way[w] = math.exp(way[w] - highest)
            likelihood += way[w]
        group_score[g] = highest + math.log(likelihood)
        potential -= group_weight[g] * group_score[g]
        weigh_ways_back(
            group_weight[g] / likelihood,
            way_start[g],
            way_start[g + 1],
            count_start,
            count_cell,
            count_sign,
            way,
            flat_bar,
        )
        describe_group_back(
            float(value[conc]),
            group_reached[g],
            total,
            group_row[g],
            group_host[g],
            home,
            fate_set,
            set_alpha,
            rising_bar,
            three,
            value_bar[conc : conc + 1],
            value_bar[reach : reach + 1],
            stock_bar[at],
        )
    return potential


@compiled
def weigh_ways_back(
    weight: float,
    begin: int,
    end: int,
    count_start: Indices,
    count_cell: Indices,
    count_sign: Real,
    way: Real,
    flat_bar: Real,
) -> None:
    """Fill the derivative of `rising`, as a flat array; `way` are likelihoods up to a factor."""
    flat_bar[:] = 0
    for w in range(begin, end):
        for j in range(count_start[w], count_start[w + 1]):
            flat_bar[count_cell[j]] -= count_sign[j] * weight * way[w]


@compiled
def describe_group_back(
    concentration: float,
    reached: float,
    total: float,
    rows: Real,
    host: Real,
    home: Real,
    fate_set: Real,
    set_alpha: Real,
    rising_bar: Real,
    three: Real,
    concentration_bar: Real,
    reach_bar: Real,
    stock_bar: Real,
) -> None:
    """Add to the derivatives of the concentration (1,), the reach (1,) and the stock (R, S) at the bound."""
    share, mean, alpha, alpha_bar = three[0], three[1], three[2], three[3]
    alpha_bar[:] = 0
    for u in range(set_alpha.size):
        later, of_alpha = 0.0, 0.0
        for k in range(rising_bar.shape[1] - 2, -1, -1):
            later += rising_bar[u, k + 1]
            of_alpha += later / (set_alpha[u] + k)
        for i in range(3):
            alpha_bar[i] += of_alpha * fate_set[u, i]
    average, of_total = 0.0, 0.0
    for i in range(3):
        concentration_bar[0] += alpha_bar[i] * mean[i]
        average += alpha_bar[i] * alpha[i]
    for i in range(3):
        bar = mean[i] * (alpha_bar[i] * concentration - average)
        if i == 0:
            reach_bar[0] += bar * reached
        alpha_bar[i] = bar / share[i] if share[i] > FLOOR else 0.0
        of_total += alpha_bar[i] * share[i]
    for r in range(rows.size):
        if rows[r] != 0:
            for s in range(host.size):
                bar = alpha_bar[1] - of_total
                bar += (alpha_bar[0] - alpha_bar[1]) * host[s]
                bar += (alpha_bar[2] - alpha_bar[1]) * home[s]
                stock_bar[r, s] += rows[r] * bar / total
