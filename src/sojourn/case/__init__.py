"""The ledger: what was said (claims) apart from what it may count (readings).

In: a case folder. Out: a `Case`, or every error in it at once. Knows no other room.
"""

from .case import Case, Series
from .checks import check_case
from .findings import Finding
from .hedges import Interval, claim_intervals, grain, intervals
from .package import data_package
from .problems import CaseError, Problem
from .read import parse_case, read_case, shipped_cases
from .settings import CaseSettings
from .settings_checks import Change, changed_priors
from .shape import is_share
from .tables import Claim, ContactGroup, Reading, Source
from .template import new_case
from .write import render_case, write_case

__all__ = [
    "Case",
    "CaseError",
    "CaseSettings",
    "Change",
    "Claim",
    "ContactGroup",
    "Finding",
    "Interval",
    "Problem",
    "Reading",
    "Series",
    "Source",
    "changed_priors",
    "check_case",
    "claim_intervals",
    "data_package",
    "grain",
    "intervals",
    "is_share",
    "new_case",
    "parse_case",
    "read_case",
    "render_case",
    "shipped_cases",
    "write_case",
]
