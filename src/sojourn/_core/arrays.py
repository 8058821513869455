"""Aliases for arrays, so that signatures stay short."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
Indices = NDArray[np.intp]
