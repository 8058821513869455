"""Stay rules that a case names, looked up in the library of law.

In: the settings of a case. Out: a `Rate` of `sojourn.permits` for each of its stay rules. Loads no JAX,
so that a case can be checked without.
"""

from __future__ import annotations

from sojourn.case import CaseError, CaseSettings, Problem
from sojourn.permits import PermitError, Rate, rate_on


def rates_of(settings: CaseSettings) -> tuple[Rate, ...]:
    """What each stay rule, in the version meant, implies for nationals of the origin.

    Raises:
        CaseError: rules that the library does not have, that are silent about the nationals
            of the origin, or that are not in force on the day given.
    """
    rates: list[Rate] = []
    problems: list[Problem] = []
    for place, named in enumerate(settings.stay_rules, 1):
        origin, reading = settings.origin, named.reading or None
        try:
            rates.append(rate_on(named.rule, nationality=origin, on=named.in_force, reading=reading))
        except PermitError as error:
            column = f"stay_rules[{place}].rule"
            problems.append(Problem("case.toml", str(error), column=column, value=named.rule))
    if problems:
        raise CaseError(problems)
    return tuple(rates)
