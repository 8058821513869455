"""What sojourn uses of `scipy.stats`, which carries no types."""

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

class _Distribution:
    def ppf(self, q: ArrayLike, *shape: float) -> NDArray[np.float64]: ...
    def logpdf(self, x: ArrayLike, *shape: float) -> NDArray[np.float64]: ...

norm: _Distribution
t: _Distribution

class _Interval:
    low: float
    high: float

class BinomTestResult:
    def proportion_ci(
        self, confidence_level: float = 0.95, method: Literal["exact", "wilson", "wilsoncc"] = "exact"
    ) -> _Interval: ...

def binomtest(k: int, n: int, p: float = 0.5) -> BinomTestResult: ...
def false_discovery_control(
    ps: ArrayLike, *, axis: int | None = 0, method: Literal["bh", "by"] = "bh"
) -> NDArray[np.float64]: ...
def rankdata(a: ArrayLike, method: str = "average", **options: Any) -> NDArray[np.float64]: ...
