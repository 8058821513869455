"""The latent history of the displaced: where people are at each time, and how they moved.

Input: a `Case`. Output: a `Plan` (calendar, places, cohorts, states) and, for given `Parameters`, a
`History` of people and crossings. Imports `case` and `stay_rules`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sojourn.history.calendar import Calendar, build_calendar
    from sojourn.history.parameters import Parameters
    from sojourn.history.plan import Cohort, Plan, State, build_plan
    from sojourn.history.process import History, make_history
    from sojourn.history.regimes import with_stay_rules

__all__ = [
    "Calendar",
    "Cohort",
    "History",
    "Parameters",
    "Plan",
    "State",
    "build_calendar",
    "build_plan",
    "make_history",
    "with_stay_rules",
]

_MODULES = {
    "calendar": ("Calendar", "build_calendar"),
    "parameters": ("Parameters",),
    "plan": ("Cohort", "Plan", "State", "build_plan"),
    "process": ("History", "make_history"),
    "regimes": ("with_stay_rules",),
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that checks that need only `regimes` do not load JAX."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"sojourn.history.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
