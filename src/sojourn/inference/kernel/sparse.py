"""Products of a constant sparse matrix, stored by rows, with a vector, and running sums over steps."""

from __future__ import annotations

from sojourn._core.arrays import Indices, Real
from sojourn.inference.kernel.compilation import compiled


@compiled
def multiply(start: Indices, column: Indices, weight: Real, vector: Real, product: Real) -> None:
    """Fill `product`: row i has the entries `start[i]` to `start[i + 1]`."""
    for i in range(product.size):
        total = 0.0
        for j in range(start[i], start[i + 1]):
            total += weight[j] * vector[column[j]]
        product[i] = total


@compiled
def multiply_back(start: Indices, column: Indices, weight: Real, product_bar: Real, vector_bar: Real) -> None:
    """Add the transposed product to `vector_bar`."""
    for i in range(product_bar.size):
        bar = product_bar[i]
        if bar != 0:
            for j in range(start[i], start[i + 1]):
                vector_bar[column[j]] += weight[j] * bar


@compiled
def accumulate(flow: Real, total: Real) -> None:
    """Fill the running sums (T+1, K) of a flow (T, K), 0 at the start."""
    T, K = flow.shape
    total[0] = 0
    for t in range(T):
        before, after, own = total[t], total[t + 1], flow[t]
        for k in range(K):
            after[k] = before[k] + own[k]


@compiled
def accumulate_back(total_bar: Real, flow_bar: Real, later: Real) -> None:
    """Fill `flow_bar` (T, K) with the sum of all later `total_bar` (T+1, K); `later` (K,) is scratch."""
    T, K = flow_bar.shape
    later[:] = 0
    for t in range(T - 1, -1, -1):
        own, bar = flow_bar[t], total_bar[t + 1]
        for k in range(K):
            later[k] += bar[k]
            own[k] = later[k]


@compiled
def combine(at: Indices, by: Real, series: Real, offset: int, features: Real) -> None:
    """Fill features: row i is a weighted sum of up to four rows of a series (T+1, K), from `offset` on."""
    K = series.shape[1]
    for i in range(at.shape[0]):
        row = features[i, offset : offset + K]
        row[:] = 0
        for m in range(at.shape[1]):
            if by[i, m] != 0:
                own, weight = series[at[i, m]], by[i, m]
                for k in range(K):
                    row[k] += weight * own[k]


@compiled
def combine_back(at: Indices, by: Real, features_bar: Real, offset: int, series_bar: Real) -> None:
    """Add to `series_bar` (T+1, K)."""
    K = series_bar.shape[1]
    for i in range(at.shape[0]):
        row = features_bar[i, offset : offset + K]
        for m in range(at.shape[1]):
            if by[i, m] != 0:
                own, weight = series_bar[at[i, m]], by[i, m]
                for k in range(K):
                    own[k] += weight * row[k]
