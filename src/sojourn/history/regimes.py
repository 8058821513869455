"""Regimes of a case from the library of stay rules: their dates, permitted days and excursions.

Input: a case with `[[stay_rules]]`, which refer to rules of `sojourn.stay_rules`. Output: the same case
with a regime for each. Dates and caps of the law are thus kept in one place, with their citations.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sojourn._core.errors import Problem
from sojourn.case import Case, CaseError
from sojourn.case.settings import CaseSettings, Regime, StayRule
from sojourn.stay_rules import Rate, StayRuleError, rate_on

FIRST_DAY = date(1990, 1, 1)


def with_stay_rules(case: Case) -> Case:
    """Return the case with a regime in place of each of its stay rules.

    Raises:
        CaseError: a rule is not in the library, does not apply to nationals of the origin, or is not
            in force on the given day.

    Example:
        >>> from sojourn.case import read_case
        >>> with_stay_rules(read_case("kazakhstan-2022")).settings.stay_rules
        ()
    """
    settings = case.settings
    if not settings.stay_rules:
        return case
    named = zip(settings.stay_rules, rates_of(settings), strict=True)
    regimes = (*settings.regimes, *(_regime(settings, stay_rule, rate) for stay_rule, rate in named))
    return replace(case, settings=settings.model_copy(update={"regimes": regimes, "stay_rules": ()}))


def rates_of(settings: CaseSettings) -> tuple[Rate, ...]:
    """Return the rate that each stay rule, in the intended version, implies for nationals of the origin.

    Raises:
        CaseError: a rule is not in the library, does not apply to nationals of the origin, or is not
            in force on the given day; `problems` has one problem per rule.
    """
    rates: list[Rate] = []
    problems: list[Problem] = []
    for place, named in enumerate(settings.stay_rules, 1):
        origin, reading = settings.origin, named.reading or None
        try:
            rates.append(rate_on(named.rule, nationality=origin, on=named.in_force, reading=reading))
        except StayRuleError as error:
            column = f"stay_rules[{place}].rule"
            problems.append(Problem("case.toml", str(error), column=column, value=named.rule))
    if problems:
        raise CaseError(problems)
    return tuple(rates)


def _regime(settings: CaseSettings, stay_rule: StayRule, rate: Rate) -> Regime:
    """Return a regime with the days of the law: per entry if leaving resets the count, else in a window.

    The former implies 7/cap excursions per week (see `inference.priors`), the latter none.
    """
    anew = rate.excursions > 0
    cap = round(7 / rate.excursions) if anew else round(rate.stay_ends_after or 0)
    return Regime(
        id=stay_rule.id,
        place=stay_rule.place,
        start=max(rate.start or FIRST_DAY, settings.start),
        end=rate.end,
        kind="entry" if anew else "rolling",
        cap=cap,
        days=None if anew else cap + round(rate.away_days or 0),
        counts_from=None if anew else rate.counts_from,
        push=stay_rule.push,
        excursions=stay_rule.excursions,
        url=stay_rule.url,
        why=stay_rule.why,
    )
