"""What sojourn uses of `scipy.interpolate`, which carries no types."""

import numpy as np
from numpy.typing import NDArray

class _SparseArray:
    def toarray(self) -> NDArray[np.float64]: ...

class BSpline:
    @staticmethod
    def design_matrix(x: NDArray[np.float64], t: NDArray[np.float64], k: int) -> _SparseArray: ...
