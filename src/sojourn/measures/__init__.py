"""Measures: functionals of the history, and readings compiled into one operator.

In: a `Plan`, a `History`, the readings of the claims. Out: what each reading
expects, in the unit of its claim. Knows `history` and `case`.
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
