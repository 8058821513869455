"""The latent history of the displaced: where people are at each time, and how they moved.

Input: a `Case`. Output: a `Plan` (calendar, places, cohorts, states) and, for given `Parameters`, a
`History` of people and crossings. Imports `case` and `stay_rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sojourn._core.lazy_names import load_on_use

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
    "Calendar": "calendar",
    "Cohort": "plan",
    "History": "process",
    "Parameters": "parameters",
    "Plan": "plan",
    "State": "plan",
    "build_calendar": "calendar",
    "build_plan": "plan",
    "make_history": "process",
    "with_stay_rules": "regimes",
}

# Checks that need only `regimes` must not load JAX.
__getattr__, __dir__ = load_on_use(__name__, _MODULES, __all__)
