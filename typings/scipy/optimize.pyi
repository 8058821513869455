"""What sojourn uses of `scipy.optimize`, which carries no types."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

class OptimizeResult:
    x: NDArray[np.float64]
    fun: float
    nit: int
    nfev: int
    success: bool

def minimize(
    fun: Callable[..., Any],
    x0: NDArray[np.float64],
    *,
    jac: bool = False,
    method: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> OptimizeResult: ...
def minimize_scalar(
    fun: Callable[[float], float], *, bounds: tuple[float, float], method: str
) -> OptimizeResult: ...
