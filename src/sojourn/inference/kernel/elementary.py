"""exp and log as plain arithmetic, so that the compiler vectorises the loops that call them.

The coefficients are those of the Taylor series of exp on ±log(2)/2, and of fdlibm's `log` (Sun
Microsystems 1993); both results are within 2.3e-16 of the exact value, relatively.
"""

from __future__ import annotations

import math
from typing import Any

from llvmlite import ir
from numba import config, types
from numba.extending import intrinsic

from sojourn.inference.kernel.compilation import compiled_in_order

SHIFT = 6755399441055744.0
"""1.5 · 2⁵²: added to a number, it leaves the nearest integer in the low bits."""


@intrinsic
def _bits_of(context: Any, x: Any) -> Any:
    """The 64 bits of a double, as an integer."""
    return types.int64(types.float64), lambda c, b, s, a: b.bitcast(a[0], ir.IntType(64))


@intrinsic
def _double_of(context: Any, bits: Any) -> Any:
    """The double that has these 64 bits."""
    return types.float64(types.int64), lambda c, b, s, a: b.bitcast(a[0], ir.DoubleType())


bits_of: Any = _bits_of
double_of: Any = _double_of


@compiled_in_order
def exp(x: float) -> float:
    """e to the power x; x is limited to −708 … 709."""
    x = min(max(x, -708.0), 709.0)
    shifted = x * 1.4426950408889634 + SHIFT
    halvings = shifted - SHIFT
    r = x - halvings * 0.6931471803691238
    r = r - halvings * 1.9082149292705877e-10
    p = 1.6059043836821613e-10
    p = p * r + 2.08767569878681e-09
    p = p * r + 2.505210838544172e-08
    p = p * r + 2.755731922398589e-07
    p = p * r + 2.7557319223985893e-06
    p = p * r + 2.48015873015873e-05
    p = p * r + 0.0001984126984126984
    p = p * r + 0.001388888888888889
    p = p * r + 0.008333333333333333
    p = p * r + 0.041666666666666664
    p = p * r + 0.16666666666666666
    p = p * r + 0.5
    p = p * r * r + r + 1.0
    # The low bits of `shifted` hold the exponent.
    return double_of(bits_of(p) + (bits_of(shifted) << 52))


@compiled_in_order
def log(x: float) -> float:
    """Natural logarithm of a positive number that is not subnormal."""
    bits = bits_of(x)
    exponent = (bits - 0x3FE6A09E667F3BCD) >> 52
    f = double_of(bits - (exponent << 52)) - 1.0
    doublings = double_of(0x4338000000000000 + exponent) - SHIFT
    s = f / (2.0 + f)
    z = s * s
    r = 0.1531383769920937332 + z * 0.1479819860511658591
    r = 0.1818357216161805012 + z * r
    r = 0.2222219843214978396 + z * r
    r = 0.2857142874366239149 + z * r
    r = 0.3999999999940941908 + z * r
    r = z * (0.6666666666666735130 + z * r)
    half = 0.5 * f * f
    return doublings * 0.693147180369123816490 - (
        (half - (s * (half + r) + doublings * 1.90821492927058770002e-10)) - f
    )


if config.DISABLE_JIT:  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    exp, log = math.exp, math.log  # pyright: ignore[reportAssignmentType]
