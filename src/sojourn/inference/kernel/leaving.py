"""Hazards of leaving a place and of getting a permit, and the destinations of those who leave.

Rows of people fall into Q classes with the same hazards: 0 without strata, then one for each stratum.
"""

from __future__ import annotations

import math

from sojourn._core.arrays import Indices, Real
from sojourn.inference.kernel.compilation import compiled
from sojourn.inference.kernel.elementary import exp


@compiled
def compute_hazards(
    weeks: Real,
    knot: Indices,
    knot_part: Real,
    regime: Real,
    regime_state: Real,
    regime_staying: Real,
    running_out: Real,
    host: Indices,
    lasting: Real,
    settles: Indices,
    leave: Real,
    leave_walk: Real,
    regime_push: Real,
    regime_settle: Real,
    run_out: Real,
    settle: Real,
    stratum_push: Real,
    class_push: Real,
    common_rate: Real,
    fixed_rate: Real,
    settle_rate: Real,
    leave_rate: Real,
    leave_share: Real,
    half: Real,
) -> None:
    """Fill the rates per week and what follows from them.

    `common_rate`, `fixed_rate` and `settle_rate` (T, S): the rate of leaving that all classes share but
    for a factor `class_push` (Q,), what running out of permitted days adds, and the rate of settling.
    `leave_rate`, `leave_share` and `half` (T, Q, S): the rate of leaving, its share of both rates, and
    the probability to stay for half a step.
    """
    T, Q, S = half.shape
    class_push[0] = 1.0
    for q in range(1, Q):
        class_push[q] = math.exp(stratum_push[q - 1])
    settle_rate[:] = 0
    fixed_rate[:] = 0
    for t in range(T):
        k, part = knot[t], knot_part[t]
        for s in range(S):
            h = host[s]
            common_rate[t, s] = leave[s]
            if h >= 0:
                walk = (1 - part) * leave_walk[k, h] + part * leave_walk[k + 1, h]
                common_rate[t, s] += lasting[s] * walk
        for e in range(regime.shape[1]):
            if regime[t, e] != 0:
                push = regime[t, e] * regime_push[e]
                for s in range(S):
                    common_rate[t, s] += push * regime_state[e, s]
            if running_out[t, e] != 0:
                hazard = -math.log1p(-run_out[e]) / 2 * running_out[t, e]
                for s in range(S):
                    fixed_rate[t, s] += hazard * regime_staying[e, s]
        for m in range(settles.size):
            s = settles[m]
            y = settle[m]
            for e in range(regime.shape[1]):
                y += regime[t, e] * regime_settle[e] * regime_state[e, s]
            settle_rate[t, s] = math.exp(y)
    flat = common_rate.reshape(T * S)
    for i in range(T * S):
        flat[i] = exp(flat[i])
    for t in range(T):
        common, fixed, settling = common_rate[t], fixed_rate[t], settle_rate[t]
        time = -0.5 * weeks[t]
        for q in range(Q):
            rate, share, stay, push = leave_rate[t, q], leave_share[t, q], half[t, q], class_push[q]
            for s in range(S):
                leaving = common[s] * push + fixed[s]
                both = leaving + settling[s]
                rate[s] = leaving
                share[s] = leaving / both
                stay[s] = exp(time * both)


@compiled
def compute_hazards_back(
    weeks: Real,
    knot: Indices,
    knot_part: Real,
    regime: Real,
    regime_state: Real,
    regime_staying: Real,
    running_out: Real,
    host: Indices,
    lasting: Real,
    settles: Indices,
    run_out: Real,
    class_push: Real,
    common_rate: Real,
    settle_rate: Real,
    leave_rate: Real,
    leave_share_bar: Real,
    exponent_bar: Real,
    leave_bar: Real,
    leave_walk_bar: Real,
    regime_push_bar: Real,
    regime_settle_bar: Real,
    run_out_bar: Real,
    settle_bar: Real,
    stratum_push_bar: Real,
    common_bar: Real,
    fixed_bar: Real,
    settling_bar: Real,
) -> None:
    """Add to the derivatives of the parameters; the last three arrays (S,) are scratch.

    `exponent_bar` (T, Q, S) is the derivative with respect to the logarithm of `half`.
    """
    T, Q, S = leave_rate.shape
    for t in range(T):
        common_bar[:] = 0
        fixed_bar[:] = 0
        settling_bar[:] = 0
        time, settling = -0.5 * weeks[t], settle_rate[t]
        for q in range(Q):
            rate, of_share, of_exponent = leave_rate[t, q], leave_share_bar[t, q], exponent_bar[t, q]
            common, push, of_push = common_rate[t], class_push[q], 0.0
            for s in range(S):
                inverse = 1 / (rate[s] + settling[s])
                of_rates = time * of_exponent[s]
                curve = of_share[s] * inverse * inverse
                of_leaving = of_rates + curve * settling[s]
                settling_bar[s] += of_rates - curve * rate[s]
                common_bar[s] += of_leaving * push
                of_push += of_leaving * common[s]
                fixed_bar[s] += of_leaving
            if q > 0:
                stratum_push_bar[q - 1] += of_push * push
        k, part = knot[t], knot_part[t]
        for s in range(S):
            common_bar[s] *= common_rate[t, s]
            leave_bar[s] += common_bar[s]
            h = host[s]
            if h >= 0:
                of_walk = lasting[s] * common_bar[s]
                leave_walk_bar[k, h] += (1 - part) * of_walk
                leave_walk_bar[k + 1, h] += part * of_walk
        for e in range(regime.shape[1]):
            if regime[t, e] != 0:
                total = 0.0
                for s in range(S):
                    total += regime_state[e, s] * common_bar[s]
                regime_push_bar[e] += regime[t, e] * total
            if running_out[t, e] != 0:
                total = 0.0
                for s in range(S):
                    total += regime_staying[e, s] * fixed_bar[s]
                run_out_bar[e] += running_out[t, e] * total * 0.5 / (1 - run_out[e])
        for m in range(settles.size):
            s = settles[m]
            y = settling_bar[s] * settling[s]
            settle_bar[m] += y
            for e in range(regime.shape[1]):
                regime_settle_bar[e] += regime[t, e] * regime_state[e, s] * y


@compiled
def split_movers(
    place: Indices,
    standing: Indices,
    host: Indices,
    pull: Real,
    pair: Real,
    back: Real,
    stratum_back: Real,
    attraction: Real,
    split: Real,
) -> None:
    """Fill `split` (Q, S, D): shares of those who leave a state by destination; `attraction` (D,) is scratch.

    The origin is place 0; nobody moves to the place that they leave.
    """
    Q, S, D = split.shape
    for q in range(Q):
        for s in range(S):
            highest = -1e300
            for j in range(D):
                attraction[j] = pull[j]
                if host[s] >= 0:
                    attraction[j] += pair[host[s], j]
                if j == 0:
                    attraction[j] += back[standing[s]]
                    if q > 0:
                        attraction[j] += stratum_back[q - 1]
                if j != place[s]:
                    highest = max(highest, attraction[j])
            total = 0.0
            for j in range(D):
                attraction[j] = 0.0 if j == place[s] else exp(attraction[j] - highest)
                total += attraction[j]
            for j in range(D):
                split[q, s, j] = attraction[j] / total


@compiled
def split_movers_back(
    standing: Indices,
    host: Indices,
    split: Real,
    split_bar: Real,
    pull_bar: Real,
    pair_bar: Real,
    back_bar: Real,
    stratum_back_bar: Real,
) -> None:
    """Add to the derivatives of the attractions."""
    Q, S, D = split.shape
    for q in range(Q):
        for s in range(S):
            mean = 0.0
            for j in range(D):
                mean += split[q, s, j] * split_bar[q, s, j]
            for j in range(D):
                bar = split[q, s, j] * (split_bar[q, s, j] - mean)
                pull_bar[j] += bar
                if host[s] >= 0:
                    pair_bar[host[s], j] += bar
                if j == 0:
                    back_bar[standing[s]] += bar
                    if q > 0:
                        stratum_back_bar[q - 1] += bar
