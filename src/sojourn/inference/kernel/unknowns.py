"""From the vector z of standard normals to the parameters of the history, and the reverse pass.

x = location + scale·z; the value of an unknown is x, exp(x) or logistic(x), by its family. All parameters
but the shares of strata are linear in x and the values (`free`), by a constant sparse matrix.
In all modules, `_bar` names the derivative of the potential with respect to an array.
"""

from __future__ import annotations

from sojourn._core.arrays import Indices, Real
from sojourn.inference.kernel.compilation import compiled
from sojourn.inference.kernel.elementary import exp

NORMAL, LOGNORMAL, LOGITNORMAL = 0, 1, 2


@compiled
def transform(
    z: Real, prior_location: Real, prior_scale: Real, family: Indices, x: Real, value: Real
) -> float:
    """Fill x and value (D,); return the prior's part of the potential, z·z / 2."""
    total = 0.0
    for i in range(z.size):
        x[i] = prior_location[i] + prior_scale[i] * z[i]
        total += 0.5 * z[i] * z[i]
    for i in range(z.size):
        e = exp(-x[i] if family[i] == LOGITNORMAL else x[i])
        value[i] = x[i] if family[i] == NORMAL else (e if family[i] == LOGNORMAL else 1 / (1 + e))
    return total


@compiled
def transform_back(
    z: Real, prior_scale: Real, family: Indices, value: Real, x_bar: Real, value_bar: Real, gradient: Real
) -> None:
    """Fill the gradient (D,) with respect to z."""
    for i in range(z.size):
        v = value[i]
        slope = 1.0 if family[i] == NORMAL else (v if family[i] == LOGNORMAL else v * (1 - v))
        gradient[i] = z[i] + prior_scale[i] * (x_bar[i] + value_bar[i] * slope)


@compiled
def break_stick(stratum_value: Real, row_share: Real) -> None:
    """Fill the share of each class of rows (Q,): 1 for rows without strata, then those of the strata.

    Each stratum takes its share, `stratum_value` (Q − 2,), of what the earlier ones left.
    """
    row_share[0] = 1.0
    left = 1.0
    for s in range(stratum_value.size):
        row_share[1 + s] = left * stratum_value[s]
        left *= 1 - stratum_value[s]
    if row_share.size > 1:
        row_share[row_share.size - 1] = left


@compiled
def break_stick_back(
    stratum_value: Real, row_share: Real, row_share_bar: Real, stratum_value_bar: Real
) -> None:
    """Add to `stratum_value_bar`."""
    later = row_share_bar[row_share.size - 1] * row_share[row_share.size - 1]
    for k in range(stratum_value.size):
        s = stratum_value.size - 1 - k
        v = stratum_value[s]
        own = row_share_bar[1 + s] * row_share[1 + s]
        stratum_value_bar[s] += own / v - later / (1 - v)
        later += own
