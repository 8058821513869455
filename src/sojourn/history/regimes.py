"""Stay rules of the library as regimes of a case: their dates, days and legally motivated excursions.

In: a case whose `[[stay_rules]]` name rules of `sojourn.stay_rules`. Out: the same case with a
regime for each. The law's dates and caps are kept in one place, with their citations.
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
    """The case with a regime for each of its stay rules; unchanged where it has none.

    Raises:
        CaseError: a rule that the library does not have, that is silent about the nationals
            of the origin, or that is not in force on the day given.
    """
    settings = case.settings
    if not settings.stay_rules:
        return case
    named = zip(settings.stay_rules, rates_of(settings), strict=True)
    regimes = (*settings.regimes, *(_regime(settings, stay_rule, rate) for stay_rule, rate in named))
    return replace(case, settings=settings.model_copy(update={"regimes": regimes, "stay_rules": ()}))


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
        except StayRuleError as error:
            column = f"stay_rules[{place}].rule"
            problems.append(Problem("case.toml", str(error), column=column, value=named.rule))
    if problems:
        raise CaseError(problems)
    return tuple(rates)


def _regime(settings: CaseSettings, stay_rule: StayRule, rate: Rate) -> Regime:
    """A regime with the days of the law: per entry where a stay may be begun anew, else in a window.

    Excursions of 7/cap per week follow from the former (see `inference.priors`), none from the latter.
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
