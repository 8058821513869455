"""Cases: published figures (claims), kept apart from what each may count (readings).

Input: a case folder. Output: a `Case`, or a `CaseError` that lists every problem at once. Imports no other
package of sojourn but `_core`.
"""

from sojourn._core.errors import Problem
from sojourn.case.case import Case, Series
from sojourn.case.checks import check_case, list_remarks
from sojourn.case.data_package import describe_package
from sojourn.case.errors import CaseError
from sojourn.case.findings import Finding
from sojourn.case.hedges import Interval, claim_intervals, grain, intervals
from sojourn.case.read import parse_case, read_case, shipped_cases
from sojourn.case.row_checks import is_share
from sojourn.case.settings import CaseSettings
from sojourn.case.settings_checks import PriorChange, changed_priors
from sojourn.case.tables import Claim, ContactGroup, Reading, Source
from sojourn.case.template import new_case
from sojourn.case.write import render_case, write_case

__all__ = [
    "Case",
    "CaseError",
    "CaseSettings",
    "Claim",
    "ContactGroup",
    "Finding",
    "Interval",
    "PriorChange",
    "Problem",
    "Reading",
    "Series",
    "Source",
    "changed_priors",
    "check_case",
    "claim_intervals",
    "describe_package",
    "grain",
    "intervals",
    "is_share",
    "list_remarks",
    "new_case",
    "parse_case",
    "read_case",
    "render_case",
    "shipped_cases",
    "write_case",
]
