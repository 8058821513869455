"""What sojourn uses of `scipy.linalg`, which carries no types."""

import numpy as np
from numpy.typing import NDArray

def eigh(
    a: NDArray[np.float64], b: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...
def cho_factor(a: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]: ...
def cho_solve(
    c_and_lower: tuple[NDArray[np.float64], bool], b: NDArray[np.float64]
) -> NDArray[np.float64]: ...
