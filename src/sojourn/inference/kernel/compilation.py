"""The decorator that compiles a function of the kernel.

Functions take plain arrays and numbers, allocate nothing, and write their results into arrays that the
caller owns. Two options of numba that its documentation does not list make them four times faster:
`_nrt=False` (no counting of references, since nothing is allocated) and `noalias` (arrays of different
names do not overlap, so loops can be vectorised). They stand here only, with a test that they work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit
from numba.core.cpu import CPUTargetOptions
from numba.core.options import _mapping  # pyright: ignore[reportPrivateUsage]

F = TypeVar("F", bound=Callable[..., Any])

FAST = frozenset({"reassoc", "nsz", "arcp", "contract"})
"""Sums may be reordered; infinities and NaN keep their meaning."""
CONTRACT = frozenset({"contract", "nsz"})
"""For functions whose rounding depends on the order of operations."""


def compiled(function: F) -> F:
    """Compile a function on its first call; later processes take it from numba's cache."""
    return compile_function(function, FAST)


def compiled_in_order(function: F) -> F:
    """Compile a function without reordering its floating-point operations."""
    return compile_function(function, CONTRACT)


def compile_function(function: F, fastmath: frozenset[str], cache: bool = True) -> F:
    """Compile a function with the options of the kernel."""
    if not hasattr(CPUTargetOptions, "noalias"):
        setattr(CPUTargetOptions, "noalias", _mapping("noalias"))  # noqa: B010 - no attribute of its stub
    wrap: Any = njit
    options: dict[str, Any] = {"fastmath": set(fastmath), "_nrt": False, "noalias": True}
    return wrap(nogil=True, cache=cache, error_model="numpy", **options)(function)
