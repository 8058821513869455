"""Assessment of one traveller: days used, last lawful day, and first day of re-entry.

`assess` reads the stays, chooses the rule, and computes an assessment for each reading of the rule. The
first reading gives the main figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sojourn.stay_rules.assessment import Assessment, Consequence
from sojourn.stay_rules.breaches import Breaches
from sojourn.stay_rules.dates import Range, day, parse, total
from sojourn.stay_rules.errors import StayRuleError
from sojourn.stay_rules.explanation import explain_assessment, warnings_of
from sojourn.stay_rules.further_stay import (
    find_binding_limit,
    find_further_stay,
    find_last_exit,
    find_reentry,
)
from sojourn.stay_rules.rule_files import Rules, find_rules
from sojourn.stay_rules.situation import (
    Situation,
    count_excess,
    describe_limits,
    describe_stays,
    find_duties,
    find_situation,
)
from sojourn.stay_rules.stays import Stay, StayLike, plan_of, read_stays
from sojourn.stay_rules.timeline import choose, timelines

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame


def assess(
    rules: Rules,
    stays: Path | str | Iterable[StayLike] | IntoDataFrame,
    *,
    on: date | str,
    nationality: str,
    plan: str | StayLike | Sequence[str | StayLike] | None = None,
    want: int = 1,
    today: date | None = None,
) -> Assessment:
    """Apply a stay rule to one traveller on the reference day `on`.

    Days are calendar days at the border. Nothing here is legal advice.

    Args:
        rules: the id of a rule, a zone (`KZ`), a path to a rule file, or one or several `Rule`s; exactly
            one must apply to the nationality.
        stays: a CSV file, a data frame (pandas, Polars, Arrow, …), or tuples `(entry, exit)`, mappings or
            `Stay`s; a stay after `on` is a booking.
        on: the reference day.
        nationality: two-letter country code.
        plan: one or more planned stays, each `A:B` or in the form of a stay.
        want: length in days of a later stay, for which a second date of re-entry is computed.
        today: the day on which the assessment is read; if given, old sources cause a warning.

    Returns:
        The assessment of the first reading; `readings` has all readings of a disputed rule.

    Raises:
        StayRuleError: the question cannot be answered: RuleFileError for the rule, StayError for the
            stays, NotCovered for a day or a nationality that no version covers.

    Example:
        >>> stays = [("2023-02-01", "2023-05-01")]
        >>> answer = assess("KZ.visa_free.EAEU", stays, on="2023-05-01", nationality="RU")
        >>> answer.used, str(answer.earliest_reentry)
        (90, '2023-07-31')
    """
    asked = parse(on, "on")
    if want < 1:
        raise StayRuleError(f"want: {want} must be at least 1 day")
    rule = choose(find_rules(rules), nationality)
    known = read_stays(stays, asked)
    if plan is not None:
        known = read_stays([*known, *_plans(plan)], asked)
    situations = [find_situation(line, known, asked.toordinal()) for line in timelines(rule, nationality)]
    answers = [_assess(situation, nationality, want, today) for situation in situations]
    if len(answers) == 1:
        return answers[0]
    return replace(answers[0], readings={answer.reading: answer for answer in answers})


def _plans(plan: str | StayLike | Sequence[str | StayLike]) -> list[Stay]:
    """Parse one or several planned stays; a pair of dates is one plan."""
    if isinstance(plan, str | Stay | Mapping):
        items: list[Any] = [plan]
    else:
        items = list(plan)
        dates = [isinstance(item, date) or (isinstance(item, str) and ":" not in item) for item in items]
        if len(items) > 1 and all(dates):
            items = [plan]
    found: list[Stay] = []
    for number, item in enumerate(items, 1):
        stay = plan_of(item) if isinstance(item, str) else read_stays([item])[0]
        found.append(replace(stay, row=f"plan {number}"))
    return found


def _assess(situation: Situation, nationality: str, want: int, today: date | None) -> Assessment:
    """The assessment of one reading."""
    on, away, now, version = situation.on, situation.away, situation.now, situation.version
    whole = Breaches(situation.timeline, situation.spans)
    ahead, back = find_further_stay(situation), find_reentry(situation, 1)
    states, binding = describe_limits(situation), find_binding_limit(situation)
    state = next((state for state in states if binding and state.id == binding.id), None)
    tally = now.tally(situation.era)
    back_for_want = back if want == 1 or away else find_reentry(situation, want)
    answer = Assessment(
        rule=situation.timeline.rule.id,
        reading=situation.timeline.reading,
        nationality=nationality,
        on=day(on),
        inside=(situation.current is not None) != away,
        used=state.used if state else 0,
        left_today=state.days_left if state else None,
        max_further_stay=None if away else ahead.days,
        latest_lawful_exit=None if away else _date(ahead.until),
        earliest_reentry=_date(on if away else back),
        unlawful_days=sum(total(list(ranges)) for ranges in now.unlawful),
        window_excess=count_excess(situation),
        binding_limit=binding.id if binding else None,
        counted=_dates(binding.counted(tally, on) if binding else []),
        returns=_dates(binding.returns(tally, on) if binding else []),
        lawful=not any(whole.unlawful),
        limits=states,
        stays=describe_stays(situation, whole),
        want=want,
        reentry_for_want=_date(on if away else back_for_want),
        latest_return=_date(ahead.until + 1) if away and ahead.until is not None else None,
        consequences=tuple(Consequence(e.effect, e.note) for e in version.version.on_breach),
        duties=find_duties(situation),
        citations=(version.version.cite, *(e.cite for e in version.exceptions)),
    )
    open_until = find_last_exit(situation, ahead, whole)
    found = warnings_of(
        situation.timeline, situation.era, answer, situation.stays, ahead.cut, open_until, today
    )
    return replace(answer, warnings=tuple(found), explanation=explain_assessment(answer))


def _date(ordinal: int | None) -> date | None:
    return None if ordinal is None else day(ordinal)


def _dates(ranges: Sequence[Range]) -> tuple[tuple[date, date], ...]:
    return tuple((day(r.first), day(r.last)) for r in ranges)
