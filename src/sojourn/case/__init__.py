"""The ledger: what was said (claims) apart from what it may count (readings).

In: a case folder. Out: a `Case`, or every error in it at once. Knows no other room.
"""

from .case import Case, Series
from .problems import CaseError, Problem
from .read import parse_case, read_case, shipped_cases
from .settings import CaseSettings
from .tables import Claim, ContactGroup, Reading, Source

__all__ = [
    "Case",
    "CaseError",
    "CaseSettings",
    "Claim",
    "ContactGroup",
    "Problem",
    "Reading",
    "Series",
    "Source",
    "parse_case",
    "read_case",
    "shipped_cases",
]
