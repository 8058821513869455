"""Excursions of staying people, and documents: who gets one, when, and who is struck off."""

from __future__ import annotations

from sojourn._core.arrays import Indices, Real
from sojourn._core.calendar import YEAR_WEEKS
from sojourn.inference.kernel.compilation import compiled
from sojourn.inference.kernel.elementary import exp


@compiled
def leave_briefly(
    weeks: Real,
    lawless: Real,
    regime: Real,
    regime_at: Real,
    excursions: Real,
    stock: Real,
    excursion_rate: Real,
    staying: Real,
    excursion_pairs: Real,
) -> None:
    """Fill `excursion_pairs` (T, D), an exit and a re-entry each, from rates per staying person and week.

    `excursions` (D + E,) are the rates without a regime and under each; `staying` (T, D) is the mean of
    people present at the start and at the end of a step.
    """
    T, D = lawless.shape
    for t in range(T):
        for d in range(D):
            staying[t, d] = 0.0
            excursion_rate[t, d] = lawless[t, d] * excursions[d]
        for r in range(stock.shape[1]):
            for d in range(D):
                staying[t, d] += 0.5 * (stock[t, r, d] + stock[t + 1, r, d])
        for e in range(regime.shape[1]):
            rate = regime[t, e] * excursions[D + e]
            if rate != 0:
                for d in range(D):
                    excursion_rate[t, d] += rate * regime_at[e, d]
        for d in range(D):
            excursion_pairs[t, d] = weeks[t] * excursion_rate[t, d] * staying[t, d]


@compiled
def leave_briefly_back(
    weeks: Real,
    lawless: Real,
    regime: Real,
    regime_at: Real,
    excursion_rate: Real,
    staying: Real,
    excursion_pairs_bar: Real,
    excursions_bar: Real,
    stock_bar: Real,
    by_place: Real,
) -> None:
    """Add to `excursions_bar` and `stock_bar`; `by_place` (2, D) is scratch."""
    T, D = lawless.shape
    of_rate, of_stock = by_place[0], by_place[1]
    for t in range(T):
        for d in range(D):
            bar = excursion_pairs_bar[t, d] * weeks[t]
            of_rate[d], of_stock[d] = bar * staying[t, d], 0.5 * bar * excursion_rate[t, d]
            excursions_bar[d] += lawless[t, d] * of_rate[d]
        for e in range(regime.shape[1]):
            if regime[t, e] != 0:
                total = 0.0
                for d in range(D):
                    total += regime_at[e, d] * of_rate[d]
                excursions_bar[D + e] += regime[t, e] * total
        for r in range(stock_bar.shape[1]):
            for d in range(D):
                stock_bar[t, r, d] += of_stock[d]
                stock_bar[t + 1, r, d] += of_stock[d]


@compiled
def find_holders(
    scheme_place: Indices,
    holding: Real,
    residents: Real,
    stock: Real,
    movers: Real,
    entering: Real,
    arriving: Real,
    into: Real,
    gone: Real,
    holders: Real,
    by_state: Real,
) -> None:
    """Fill people who come in, leave and are there, (T, G), by scheme; `by_state` (3, S) is scratch."""
    T, R, S = movers.shape
    for t in range(T):
        by_state[:] = 0
        for r in range(R):
            for s in range(S):
                by_state[0, s] += entering[t, r, s]
                by_state[1, s] += movers[t, r, s]
                by_state[2, s] += stock[t, r, s]
        for g in range(scheme_place.size):
            entered, left, present = arriving[t, scheme_place[g]], 0.0, residents[scheme_place[g]]
            for s in range(S):
                entered += by_state[0, s] * holding[g, s]
                left += by_state[1, s] * holding[g, s]
                present += by_state[2, s] * holding[g, s]
            into[t, g], gone[t, g], holders[t, g] = entered, left, present


@compiled
def find_holders_back(
    scheme_place: Indices,
    holding: Real,
    into_bar: Real,
    gone_bar: Real,
    holders_bar: Real,
    residents_bar: Real,
    stock_bar: Real,
    movers_bar: Real,
    entering_bar: Real,
    arriving_bar: Real,
    by_state: Real,
) -> None:
    """Add to the derivatives of the flows and stocks."""
    T, R, S = movers_bar.shape
    for t in range(T):
        by_state[:] = 0
        for g in range(scheme_place.size):
            arriving_bar[t, scheme_place[g]] += into_bar[t, g]
            residents_bar[scheme_place[g]] += holders_bar[t, g]
            for s in range(S):
                by_state[0, s] += into_bar[t, g] * holding[g, s]
                by_state[1, s] += gone_bar[t, g] * holding[g, s]
                by_state[2, s] += holders_bar[t, g] * holding[g, s]
        for r in range(R):
            for s in range(S):
                entering_bar[t, r, s] += by_state[0, s]
                movers_bar[t, r, s] += by_state[1, s]
                stock_bar[t, r, s] += by_state[2, s]


@compiled
def delay_documents(weeks: Real, scheme_delay: Indices, delay: Real, into: Real, late: Real) -> None:
    """Fill `late` (T, G): people who came in, by the step in which their document is issued.

    Waits are exponential with a mean of `delay` days; people come in the middle of a step.
    """
    T, G = into.shape
    for g in range(G):
        if scheme_delay[g] < 0:
            for t in range(T):
                late[t, g] = into[t, g]
            continue
        waiting = 0.0
        for t in range(T):
            half = exp(-3.5 * weeks[t] / delay[scheme_delay[g]])
            late[t, g] = waiting * (1 - half * half) + into[t, g] * (1 - half)
            waiting = waiting * half * half + into[t, g] * half


@compiled
def delay_documents_back(
    weeks: Real,
    scheme_delay: Indices,
    delay: Real,
    into: Real,
    late_bar: Real,
    into_bar: Real,
    delay_bar: Real,
    waiting: Real,
) -> None:
    """Add to `into_bar` and `delay_bar`; `waiting` (T + 1,) is scratch."""
    T, G = into.shape
    for g in range(G):
        d = scheme_delay[g]
        if d < 0:
            for t in range(T):
                into_bar[t, g] += late_bar[t, g]
            continue
        waiting[0] = 0.0
        for t in range(T):
            half = exp(-3.5 * weeks[t] / delay[d])
            waiting[t + 1] = waiting[t] * half * half + into[t, g] * half
        later, of_delay = 0.0, 0.0
        for t in range(T - 1, -1, -1):
            half = exp(-3.5 * weeks[t] / delay[d])
            bar = late_bar[t, g]
            of_half = (later - bar) * (into[t, g] + 2 * half * waiting[t])
            into_bar[t, g] += bar * (1 - half) + later * half
            later = bar * (1 - half * half) + later * half * half
            of_delay += of_half * half * 3.5 * weeks[t]
        delay_bar[d] += of_delay / (delay[d] * delay[d])


PERMIT, SETTLES, VISITED = 0, 1, 2
"""Columns of `scheme`: whether it is a permit, the index of its place among those with permits and
among those visited (-1: none)."""


@compiled
def issue_documents(
    weeks: Real,
    active: Real,
    scheme: Indices,
    purge: Indices,
    uptake: Real,
    leak: Real,
    renewal: Real,
    struck_share: Real,
    settling: Real,
    visitor_entries: Real,
    gone: Real,
    holders: Real,
    late: Real,
    issued: Real,
    registered: Real,
    stale: Real,
) -> None:
    """Fill `issued` (T, G) and `registered` (T, G), documents issued less people struck off; `stale` (T, G).

    A purge (scheme, step, since) strikes off in one step all entries that became stale since an earlier one.
    """
    T, G = issued.shape
    for t in range(T):
        for g in range(G):
            permit, m, n = scheme[g, PERMIT], scheme[g, SETTLES], scheme[g, VISITED]
            new, share, renewed = uptake[g] * late[t, g], uptake[g], 0.0
            if permit != 0:
                new, share = settling[t, m] if m >= 0 else 0.0, 1.0
                renewed = renewal[g] / YEAR_WEEKS * weeks[t] * holders[t, g]
            leaked = leak[g] * visitor_entries[t, n] if n >= 0 else 0.0
            issued[t, g] = active[t, g] * (new + leaked + renewed)
            registered[t, g] = active[t, g] * (new + leaked - struck_share[g] * share * gone[t, g])
            stale[t, g] = active[t, g] * ((1 - struck_share[g]) * share * gone[t, g] + leaked)
    for i in range(purge.shape[0]):
        g, t = purge[i, 0], purge[i, 1]
        for u in range(purge[i, 2], t):
            registered[t, g] -= stale[u, g]


@compiled
def issue_documents_back(
    weeks: Real,
    active: Real,
    scheme: Indices,
    purge: Indices,
    uptake: Real,
    leak: Real,
    renewal: Real,
    struck_share: Real,
    visitor_entries: Real,
    gone: Real,
    holders: Real,
    late: Real,
    issued_bar: Real,
    registered_bar: Real,
    uptake_bar: Real,
    leak_bar: Real,
    renewal_bar: Real,
    struck_share_bar: Real,
    settling_bar: Real,
    visitor_entries_bar: Real,
    gone_bar: Real,
    holders_bar: Real,
    late_bar: Real,
    stale_bar: Real,
) -> None:
    """Fill `gone_bar`, `holders_bar` and `late_bar`; add to the others; `stale_bar` (T, G) is scratch."""
    T, G = issued_bar.shape
    stale_bar[:] = 0
    for i in range(purge.shape[0]):
        g, t = purge[i, 0], purge[i, 1]
        for u in range(purge[i, 2], t):
            stale_bar[u, g] -= registered_bar[t, g]
    for t in range(T):
        for g in range(G):
            permit, m, n = scheme[g, PERMIT], scheme[g, SETTLES], scheme[g, VISITED]
            of_issued = active[t, g] * issued_bar[t, g]
            of_registered = active[t, g] * registered_bar[t, g]
            of_stale = active[t, g] * stale_bar[t, g]
            share = 1.0 if permit != 0 else uptake[g]
            struck = struck_share[g]
            of_gone = (1 - struck) * of_stale - struck * of_registered
            gone_bar[t, g] = of_gone * share
            struck_share_bar[g] -= (of_registered + of_stale) * share * gone[t, g]
            of_new = of_issued + of_registered
            late_bar[t, g] = 0.0
            holders_bar[t, g] = 0.0
            if permit != 0:
                if m >= 0:
                    settling_bar[t, m] += of_new
                holders_bar[t, g] = of_issued * renewal[g] / YEAR_WEEKS * weeks[t]
                renewal_bar[g] += of_issued / YEAR_WEEKS * weeks[t] * holders[t, g]
            else:
                late_bar[t, g] = of_new * uptake[g]
                uptake_bar[g] += of_new * late[t, g] + of_gone * gone[t, g]
            if n >= 0:
                leak_bar[g] += (of_new + of_stale) * visitor_entries[t, n]
                visitor_entries_bar[t, n] += (of_new + of_stale) * leak[g]
