"""Where did they go: stayed, moved on, returned, from figures that contradict one another.

import sojourn

case = sojourn.read_case("kazakhstan-2022")
answer = sojourn.estimate(case, seed=1)
answer.outcomes()          # a data frame
answer.save("answers/kz")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sojourn._core.errors import SojournError
from sojourn._core.version import __version__ as __version__

if TYPE_CHECKING:
    from sojourn.case import Case, CaseError, check_case, read_case, write_case
    from sojourn.inference import Answer, estimate, read_answer

__all__ = [
    "Answer",
    "Case",
    "CaseError",
    "SojournError",
    "check_case",
    "estimate",
    "read_answer",
    "read_case",
    "write_case",
]

_INFERENCE = {"Answer", "estimate", "read_answer"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: checking a case must not load JAX."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("sojourn.inference" if name in _INFERENCE else "sojourn.case"), name)
