"""Stay rules: dated rules on the length of stay, applied to one traveller or to a whole register.

Input: rule files (YAML, shipped or a user's own) and stays, of one traveller or of a register.
Output: an `Assessment` of one traveller; an Ibis expression with a row per stay of a register; the `Rate`s
that a rule implies for the population model. Imports no other package of sojourn but `_core`.

    >>> from sojourn import stay_rules
    >>> stays = [("2023-02-01", "2023-05-01")]
    >>> answer = stay_rules.assess("KZ.visa_free.EAEU", stays, on="2023-05-01", nationality="RU")
    >>> answer.used, str(answer.earliest_reentry)
    (90, '2023-07-31')

Nothing here is legal advice.
"""

from sojourn.stay_rules.assessment import NOTICE, Assessment
from sojourn.stay_rules.errors import NotCovered, RuleFileError, StayError, StayRuleError
from sojourn.stay_rules.regime_rates import Rate, rate_on, rates
from sojourn.stay_rules.register import assess_register
from sojourn.stay_rules.rule_files import library, load
from sojourn.stay_rules.schema import Rule, json_schema
from sojourn.stay_rules.stays import Stay, read_stays
from sojourn.stay_rules.traveller import assess

__all__ = [
    "NOTICE",
    "Assessment",
    "NotCovered",
    "Rate",
    "Rule",
    "RuleFileError",
    "Stay",
    "StayError",
    "StayRuleError",
    "assess",
    "assess_register",
    "json_schema",
    "library",
    "load",
    "rate_on",
    "rates",
    "read_stays",
]
