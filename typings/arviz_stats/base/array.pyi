"""What sojourn uses of `arviz_stats.base.array`, whose own types do not say what comes back."""

import numpy as np
from numpy.typing import NDArray

_Real = NDArray[np.float64]

class _ArrayStatistics:
    def rhat(self, ary: _Real, *, chain_axis: int, draw_axis: int) -> _Real: ...
    def ess(
        self,
        ary: _Real,
        *,
        chain_axis: int,
        draw_axis: int,
        method: str,
        prob: tuple[float, float] | None = None,
    ) -> _Real: ...
    def psislw(self, ary: _Real, *, r_eff: float) -> tuple[_Real, _Real]: ...
    def power_scale_lw(self, ary: _Real, *, alpha: float) -> _Real: ...
    def power_scale_sense(
        self,
        ary: _Real,
        lower_w: _Real,
        upper_w: _Real,
        lower_alpha: float,
        upper_alpha: float,
    ) -> _Real: ...

array_stats: _ArrayStatistics
