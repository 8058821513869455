"""The history, step by step: stocks, movers and permits of every row, and the reverse pass.

Half of a step's arrivals are exposed on average, so they stay with the probability of half a step.
The same functions follow the group of a rate, which enters nobody and begins at a later bound.
"""

from __future__ import annotations

from sojourn._core.arrays import Indices, Real
from sojourn.inference.kernel.compilation import compiled


@compiled
def propagate(
    begin: int,
    row_class: Indices,
    settles: Indices,
    half: Real,
    leave_share: Real,
    split: Real,
    entering: Real,
    stock: Real,
    movers: Real,
    arriving: Real,
    settling: Real,
    leaving: Real,
) -> None:
    """Fill the steps from `begin` on, whose stock at the start is given.

    `stock` (T+1, R, S), `movers` (T, R, S), `arriving` (T, D) and `settling` (T, M) are people; `leaving`
    (S + D,) is scratch.
    """
    T, R, S = entering.shape
    D, M = split.shape[2], settles.size
    arriving[begin:] = 0
    settling[begin:] = 0
    inflow = leaving[S:]
    for t in range(begin, T):
        for r in range(R):
            q = row_class[r]
            stay, share, shares = half[t, q], leave_share[t, q], split[q]
            enter, before, after, moving = entering[t, r], stock[t, r], stock[t + 1, r], movers[t, r]
            for s in range(S):
                h = stay[s]
                out = before[s] * (1 - h * h) + enter[s] * (1 - h)
                leaving[s] = out
                moving[s] = out * share[s]
                after[s] = before[s] * h * h + enter[s] * h
            for j in range(D):
                inflow[j] = 0
            for s in range(0, S - S % 4, 4):
                m0, m1, m2, m3 = moving[s], moving[s + 1], moving[s + 2], moving[s + 3]
                s0, s1, s2, s3 = shares[s], shares[s + 1], shares[s + 2], shares[s + 3]
                for j in range(D):
                    inflow[j] += (m0 * s0[j] + m1 * s1[j]) + (m2 * s2[j] + m3 * s3[j])
            for s in range(S - S % 4, S):
                for j in range(D):
                    inflow[j] += moving[s] * shares[s, j]
            for j in range(D):
                after[j] += inflow[j]
                arriving[t, j] += inflow[j]
            for m in range(M):
                people = leaving[settles[m]] - moving[settles[m]]
                after[D + m] += people
                settling[t, m] += people


@compiled
def propagate_back(
    begin: int,
    row_class: Indices,
    settles: Indices,
    half: Real,
    leave_share: Real,
    split: Real,
    entering: Real,
    stock: Real,
    movers: Real,
    stock_bar: Real,
    movers_bar: Real,
    arriving_bar: Real,
    settling_bar: Real,
    entering_bar: Real,
    leave_share_bar: Real,
    exponent_bar: Real,
    split_bar: Real,
    transposed: Real,
    later_bar: Real,
    inflow_bar: Real,
    moving_bar: Real,
    settle_bar: Real,
) -> None:
    """Add to `entering_bar`, `leave_share_bar`, `exponent_bar` and `split_bar`; leave the state's derivative.

    `later_bar` (R, S) ends as the derivative with respect to the stock at `begin`, without that of
    `stock_bar[begin]`. `transposed` (Q, D, S), `inflow_bar` (R, T, D), `moving_bar` and `settle_bar` (S,)
    are scratch.
    """
    T, R, S = entering.shape
    Q, D, M = split.shape[0], split.shape[2], settles.size
    for q in range(Q):
        for s in range(S):
            for j in range(D):
                transposed[q, j, s] = split[q, s, j]
    later_bar[:] = 0
    settle_bar[:] = 0
    for t in range(T - 1, begin - 1, -1):
        for r in range(R):
            q = row_class[r]
            stay, share, shares = half[t, q], leave_share[t, q], transposed[q]
            before, enter, after_bar = stock[t, r], entering[t, r], later_bar[r]
            of_stock, of_movers, of_entering = stock_bar[t + 1, r], movers_bar[t, r], entering_bar[t, r]
            of_share, of_exponent, of_inflow = leave_share_bar[t, q], exponent_bar[t, q], inflow_bar[r, t]
            for s in range(S):
                after_bar[s] += of_stock[s]
                moving_bar[s] = of_movers[s]
            for j in range(D):
                of_inflow[j] = after_bar[j] + arriving_bar[t, j]
            for j in range(0, D - D % 4, 4):
                a0, a1, a2, a3 = of_inflow[j], of_inflow[j + 1], of_inflow[j + 2], of_inflow[j + 3]
                s0, s1, s2, s3 = shares[j], shares[j + 1], shares[j + 2], shares[j + 3]
                for s in range(S):
                    moving_bar[s] += (a0 * s0[s] + a1 * s1[s]) + (a2 * s2[s] + a3 * s3[s])
            for j in range(D - D % 4, D):
                for s in range(S):
                    moving_bar[s] += of_inflow[j] * shares[j, s]
            for m in range(M):
                settle_bar[settles[m]] = after_bar[D + m] + settling_bar[t, m]
            for s in range(S):
                h = stay[s]
                out = before[s] * (1 - h * h) + enter[s] * (1 - h)
                out_bar = moving_bar[s] * share[s] + settle_bar[s] * (1 - share[s])
                of_share[s] += (moving_bar[s] - settle_bar[s]) * out
                of_exponent[s] += (after_bar[s] - out_bar) * (2 * before[s] * h + enter[s]) * h
                of_entering[s] += after_bar[s] * h + out_bar * (1 - h)
                after_bar[s] = after_bar[s] * h * h + out_bar * (1 - h * h)
    add_to_splits(begin, row_class, movers, inflow_bar, split_bar)


@compiled
def add_to_splits(begin: int, row_class: Indices, movers: Real, inflow_bar: Real, split_bar: Real) -> None:
    """Add to `split_bar` (Q, S, D) the movers times the derivative of the inflow, four steps at a time."""
    T, R, S = movers.shape
    D = split_bar.shape[2]
    for r in range(R):
        of_split = split_bar[row_class[r]]
        last = T - (T - begin) % 4
        for t in range(begin, last, 4):
            m0, m1, m2, m3 = movers[t, r], movers[t + 1, r], movers[t + 2, r], movers[t + 3, r]
            a0, a1 = inflow_bar[r, t], inflow_bar[r, t + 1]
            a2, a3 = inflow_bar[r, t + 2], inflow_bar[r, t + 3]
            for s in range(S):
                own, b0, b1, b2, b3 = of_split[s], m0[s], m1[s], m2[s], m3[s]
                for j in range(D):
                    own[j] += (b0 * a0[j] + b1 * a1[j]) + (b2 * a2[j] + b3 * a3[j])
        for t in range(last, T):
            for s in range(S):
                for j in range(D):
                    of_split[s, j] += movers[t, r, s] * inflow_bar[r, t, j]


@compiled
def begin_group(begin: int, members: Real, stock: Real, group_stock: Real) -> None:
    """Set the stock of a followed group (T+1, R, S): its members at bound `begin`, nobody before."""
    group_stock[:] = 0
    for r in range(members.shape[0]):
        for s in range(members.shape[1]):
            group_stock[begin, r, s] = members[r, s] * stock[begin, r, s]


@compiled
def count_group(number: int, begin: int, counted: Real, group_stock: Real, tracked: Real) -> None:
    """Fill column `number` of `tracked` (T+1, K): people of the group in the `counted` states (S,)."""
    for t in range(tracked.shape[0]):
        tracked[t, number] = 0.0
        for r in range(group_stock.shape[1]):
            for s in range(counted.size):
                tracked[t, number] += counted[s] * group_stock[t, r, s]


@compiled
def count_group_back(number: int, counted: Real, tracked_bar: Real, group_stock_bar: Real) -> None:
    """Fill `group_stock_bar` (T+1, R, S)."""
    for t in range(tracked_bar.shape[0]):
        for r in range(group_stock_bar.shape[1]):
            for s in range(counted.size):
                group_stock_bar[t, r, s] = counted[s] * tracked_bar[t, number]


@compiled
def begin_group_back(
    begin: int, members: Real, later_bar: Real, group_stock_bar: Real, stock_bar: Real
) -> None:
    """Add to `stock_bar` at bound `begin`."""
    for r in range(members.shape[0]):
        for s in range(members.shape[1]):
            stock_bar[begin, r, s] += members[r, s] * (later_bar[r, s] + group_stock_bar[begin, r, s])
