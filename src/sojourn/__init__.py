"""How many stayed, moved on and returned: estimates from published figures that contradict one another.

A case is a folder of claims and what they may count; an answer is a posterior of the displaced
population; an audit explains the answer.

Example:
    >>> import sojourn
    >>> case = sojourn.read_case("my-case")
    >>> answer = sojourn.read_answer("my-answer")  # from sojourn.estimate(case, seed=1)
    >>> answer.outcomes().index.tolist()
    ['arrived', 'stayed', 'moved_on', 'returned']

The subpackages `sojourn.stay_rules` (days of stay of a traveller) and `sojourn.borders` (registers of
crossings) have public functions of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sojourn._core.errors import SojournError
from sojourn._core.lazy_names import load_on_use
from sojourn._core.version import __version__ as __version__

if TYPE_CHECKING:
    from sojourn.audit.answer_audit import audit_answer, find_vintages, value_statistics, what_if
    from sojourn.audit.results import Audit
    from sojourn.case import Case, CaseError, check_case, new_case, read_case, write_case
    from sojourn.evaluation.runs import backtest_case, calibrate_model
    from sojourn.inference.answer import Answer, read_answer
    from sojourn.inference.comparison import AnswerComparison, compare
    from sojourn.inference.estimation import estimate
    from sojourn.report.write import write_report
    from sojourn.simulation.world_files import simulate_world

__all__ = [
    "Answer",
    "AnswerComparison",
    "Audit",
    "Case",
    "CaseError",
    "SojournError",
    "audit_answer",
    "backtest_case",
    "calibrate_model",
    "check_case",
    "compare",
    "estimate",
    "find_vintages",
    "new_case",
    "read_answer",
    "read_case",
    "simulate_world",
    "value_statistics",
    "what_if",
    "write_case",
    "write_report",
]

_MODULES = {
    "Answer": "inference.answer",
    "Audit": "audit.results",
    "Case": "case",
    "CaseError": "case",
    "AnswerComparison": "inference.comparison",
    "audit_answer": "audit.answer_audit",
    "backtest_case": "evaluation.runs",
    "calibrate_model": "evaluation.runs",
    "check_case": "case",
    "compare": "inference.comparison",
    "estimate": "inference.estimation",
    "find_vintages": "audit.answer_audit",
    "new_case": "case",
    "read_answer": "inference.answer",
    "read_case": "case",
    "simulate_world": "simulation.world_files",
    "value_statistics": "audit.answer_audit",
    "what_if": "audit.answer_audit",
    "write_case": "case",
    "write_report": "report.write",
}

# Checking a case must not load JAX.
__getattr__, __dir__ = load_on_use(__name__, _MODULES, __all__)
