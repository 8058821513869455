"""Measures: functionals of the history, and readings compiled into one linear operator.

Input: a `Plan`, a `History` and the readings of the claims. Output: the expected value of each
reading, in the unit of its claim. Imports `history` and `case`.
"""

from sojourn.measures.compile import CompiledReadings, compile_readings
from sojourn.measures.kinds import Kind, Scale, kind_of, scale_of
from sojourn.measures.operator import Operator, evaluate
from sojourn.measures.windows import Sums, Windows, sum_windows

__all__ = [
    "CompiledReadings",
    "Kind",
    "Operator",
    "Scale",
    "Sums",
    "Windows",
    "compile_readings",
    "evaluate",
    "kind_of",
    "scale_of",
    "sum_windows",
]
