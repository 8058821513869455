"""First arrivals: a surge after each event and a background, by cohort, and the states that they enter."""

from __future__ import annotations

from sojourn._core.arrays import Indices, Real
from sojourn.inference.kernel.compilation import compiled
from sojourn.inference.kernel.elementary import exp

ROW, COHORT, STAYING, PASSING, CLASS = 0, 1, 2, 3, 4
"""Columns of `entry`: a cohort enters a row (of a class), in a staying and in a passing state."""


@compiled
def arrive(
    weeks: Real,
    elapsed: Real,
    open_share: Real,
    wave: Indices,
    slow_knot: Indices,
    slow_part: Real,
    size: Real,
    duration: Real,
    background: Real,
    background_walk: Real,
    surged: Real,
    surge_density: Real,
    deviation: Real,
    arrivals: Real,
) -> None:
    """Fill `arrivals` (T, C), people per step; `surged` and `surge_density` (W, T+1), `deviation` (T,)."""
    T = weeks.size
    for w in range(duration.size):
        rate = 1 / duration[w]
        for t in range(T + 1):
            y = max(elapsed[w, t] * rate, 0.0)
            e = exp(-y)
            surge_density[w, t] = y * e
            surged[w, t] = 1 - e - y * e
    for t in range(T):
        k = slow_knot[t]
        deviation[t] = exp((1 - slow_part[t]) * background_walk[k] + slow_part[t] * background_walk[k + 1])
    for t in range(T):
        for c in range(size.size):
            w = wave[c]
            later = weeks[t] * open_share[t, c] * background[c] * deviation[t]
            arrivals[t, c] = size[c] * (surged[w, t + 1] - surged[w, t] + later)


@compiled
def enter(entry: Indices, row_share: Real, passing: Real, arrivals: Real, entering: Real) -> None:
    """Fill `entering` (T, R, S), people per step by row and state."""
    entering[:] = 0
    for e in range(entry.shape[0]):
        r, c, s, through = entry[e, ROW], entry[e, COHORT], entry[e, STAYING], entry[e, PASSING]
        share = row_share[entry[e, CLASS]]
        for t in range(arrivals.shape[0]):
            people = arrivals[t, c] * share
            entering[t, r, s] += people * (1 - passing[c])
            entering[t, r, through] += people * passing[c]


@compiled
def enter_back(
    entry: Indices,
    row_share: Real,
    passing: Real,
    arrivals: Real,
    entering_bar: Real,
    row_share_bar: Real,
    passing_bar: Real,
    arrivals_bar: Real,
) -> None:
    """Add to `row_share_bar`, `passing_bar` and `arrivals_bar`."""
    for e in range(entry.shape[0]):
        r, c, s, through = entry[e, ROW], entry[e, COHORT], entry[e, STAYING], entry[e, PASSING]
        q = entry[e, CLASS]
        share, p = row_share[q], passing[c]
        of_share, of_passing = 0.0, 0.0
        for t in range(arrivals.shape[0]):
            stays, passes, people = entering_bar[t, r, s], entering_bar[t, r, through], arrivals[t, c]
            mean = stays * (1 - p) + passes * p
            arrivals_bar[t, c] += share * mean
            of_share += people * mean
            of_passing += people * share * (passes - stays)
        row_share_bar[q] += of_share
        passing_bar[c] += of_passing


@compiled
def arrive_back(
    weeks: Real,
    elapsed: Real,
    open_share: Real,
    wave: Indices,
    slow_knot: Indices,
    slow_part: Real,
    size: Real,
    duration: Real,
    background: Real,
    surged: Real,
    surge_density: Real,
    deviation: Real,
    arrivals_bar: Real,
    surged_bar: Real,
    size_bar: Real,
    duration_bar: Real,
    background_bar: Real,
    background_walk_bar: Real,
) -> None:
    """Add to the derivatives of size, duration, background and its walk; `surged_bar` is scratch."""
    surged_bar[:] = 0
    for t in range(weeks.size):
        of_deviation, k = 0.0, slow_knot[t]
        for c in range(size.size):
            w, bar = wave[c], arrivals_bar[t, c]
            of_size = bar * size[c]
            surged_bar[w, t + 1] += of_size
            surged_bar[w, t] -= of_size
            rate = weeks[t] * open_share[t, c] * deviation[t]
            background_bar[c] += of_size * rate
            of_deviation += of_size * rate * background[c]
            size_bar[c] += bar * (surged[w, t + 1] - surged[w, t] + rate * background[c])
        background_walk_bar[k] += (1 - slow_part[t]) * of_deviation
        background_walk_bar[k + 1] += slow_part[t] * of_deviation
    for w in range(duration.size):
        total = 0.0
        for t in range(weeks.size + 1):
            if elapsed[w, t] > 0:
                total -= surged_bar[w, t] * surge_density[w, t] * elapsed[w, t]
        duration_bar[w] += total / (duration[w] * duration[w])
