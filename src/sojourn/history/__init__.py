"""The latent history of the displaced: who is where, when, and how they moved.

In: a `Case`. Out: a `Plan` (calendar, places, cohorts, states) and, for given
`Parameters`, a `History` of persons and crossings. Knows `case` and `permits`.
"""

from sojourn.history.calendar import Calendar, build_calendar
from sojourn.history.parameters import Parameters
from sojourn.history.plan import Cohort, Plan, State, build_plan
from sojourn.history.process import History, make_history
from sojourn.history.rules import with_stay_rules

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
