"""Stay rules: dated law as data, one traveller, a whole register.

In: rule files (YAML, shipped or a user's own) and stays, of one traveller or of a register.
Out: an `Answer` for a traveller; an Ibis expression with a row per stay for a register; the `Rate`s
that a regime implies for the model. Knows no other room.

    >>> from sojourn import permits
    >>> stays = [("2023-02-01", "2023-05-01")]
    >>> answer = permits.assess("KZ.visa_free.EAEU", stays, on="2023-05-01", nationality="RU")
    >>> answer.used, str(answer.earliest_reentry)
    (90, '2023-07-31')

Nothing here is legal advice.
"""

from sojourn.permits.answer import NOTICE, Answer
from sojourn.permits.assess import assess
from sojourn.permits.errors import NotCovered, PermitError, RuleFileError, StayError
from sojourn.permits.in_force import rate_on
from sojourn.permits.library import library, load
from sojourn.permits.rates import Rate, rates
from sojourn.permits.register import assess_register
from sojourn.permits.rules import Rule, json_schema
from sojourn.permits.stays import Stay, read_stays

__all__ = [
    "NOTICE",
    "Answer",
    "NotCovered",
    "PermitError",
    "Rate",
    "Rule",
    "RuleFileError",
    "Stay",
    "StayError",
    "assess",
    "assess_register",
    "json_schema",
    "library",
    "load",
    "rate_on",
    "rates",
    "read_stays",
]
