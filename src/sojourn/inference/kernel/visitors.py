"""Visitors: entries per week, and people present, who leave at a constant rate."""

from __future__ import annotations

from sojourn._core.arrays import Indices, Real
from sojourn.inference.kernel.compilation import compiled
from sojourn.inference.kernel.elementary import exp


@compiled
def visit(
    weeks: Real,
    knot: Indices,
    knot_part: Real,
    season_wave: Real,
    visitor_shift: Real,
    visitors: Real,
    season: Real,
    visitor_step: Real,
    visitor_walk: Real,
    visit_days: Real,
    visit_rate: Real,
    visitor_entries: Real,
    remain: Real,
    present: Real,
) -> None:
    """Fill the arrays of visitors: `visit_rate` (T, N), entries per week; `visitor_entries` (T, N), entries;
    `remain` (T, N), the probability not to leave within a step; `present` (T+1, N), people.
    """
    T, N = visit_rate.shape
    for t in range(T):
        k, part = knot[t], knot_part[t]
        for n in range(N):
            level = visitors[n] + season_wave[t, n] * season[n]
            level += (1 - part) * visitor_walk[k, n] + part * visitor_walk[k + 1, n]
            for i in range(visitor_step.size):
                level += visitor_shift[t, i, n] * visitor_step[i]
            visit_rate[t, n] = level
            remain[t, n] = -7 * weeks[t] / visit_days[n]
    rates, remains = visit_rate.reshape(T * N), remain.reshape(T * N)
    for i in range(T * N):
        rates[i] = exp(rates[i])
        remains[i] = exp(remains[i])
    for t in range(T):
        for n in range(N):
            visitor_entries[t, n] = weeks[t] * visit_rate[t, n]
    for n in range(N):
        stay = visit_days[n] / 7
        present[0, n] = visit_rate[0, n] * stay
        for t in range(T):
            entered = visit_rate[t, n] * stay * (1 - remain[t, n])
            present[t + 1, n] = present[t, n] * remain[t, n] + entered


@compiled
def visit_back(
    weeks: Real,
    knot: Indices,
    knot_part: Real,
    season_wave: Real,
    visitor_shift: Real,
    visit_days: Real,
    visit_rate: Real,
    remain: Real,
    present: Real,
    visit_rate_bar: Real,
    visitor_entries_bar: Real,
    present_bar: Real,
    visitors_bar: Real,
    season_bar: Real,
    visitor_step_bar: Real,
    visitor_walk_bar: Real,
    visit_days_bar: Real,
) -> None:
    """Add to the derivatives of the parameters; `visit_rate_bar` (T, N) is scratch."""
    T, N = visit_rate.shape
    for t in range(T):
        for n in range(N):
            visit_rate_bar[t, n] = weeks[t] * visitor_entries_bar[t, n]
    for n in range(N):
        stay, stay_bar, later = visit_days[n] / 7, 0.0, 0.0
        for t in range(T - 1, -1, -1):
            bar = later + present_bar[t + 1, n]
            gone = 1 - remain[t, n]
            visit_rate_bar[t, n] += bar * stay * gone
            stay_bar += bar * visit_rate[t, n] * gone
            of_remain = bar * (present[t, n] - visit_rate[t, n] * stay)
            # remain = exp(−weeks / stay)
            stay_bar += of_remain * remain[t, n] * weeks[t] / (stay * stay)
            later = bar * remain[t, n]
        bar = later + present_bar[0, n]
        visit_rate_bar[0, n] += bar * stay
        visit_days_bar[n] += (stay_bar + bar * visit_rate[0, n]) / 7
    for t in range(T):
        k, part = knot[t], knot_part[t]
        for n in range(N):
            bar = visit_rate_bar[t, n] * visit_rate[t, n]
            visitors_bar[n] += bar
            season_bar[n] += season_wave[t, n] * bar
            visitor_walk_bar[k, n] += (1 - part) * bar
            visitor_walk_bar[k + 1, n] += part * bar
            for i in range(visitor_step_bar.size):
                visitor_step_bar[i] += visitor_shift[t, i, n] * bar
