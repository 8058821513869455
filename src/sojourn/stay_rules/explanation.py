"""An assessment in words: two sentences, its warnings, and a calendar strip for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sojourn.stay_rules.assessment import Assessment
from sojourn.stay_rules.stays import Stay
from sojourn.stay_rules.timeline import Timeline

STALE = 180
"""Days after which the last check of the sources is reported as old."""


def explain_assessment(answer: Assessment) -> str:
    """Return an assessment in two sentences."""
    return f"{_state(answer)} {_outlook(answer)}"


def _state(answer: Assessment) -> str:
    if answer.binding_limit is None:
        return f"On {answer.on} {answer.rule} sets no limit on the days of stay."
    cap = next(k.cap for k in answer.limits if k.id == answer.binding_limit)
    permitted = f"{cap} permitted days" if cap.isdigit() else f"a permitted stay of {cap}"
    what = "days of absence" if answer.latest_return is not None else "days"
    limit = f"{answer.binding_limit} in {answer.rule}"
    text = f"On {answer.on} you have used {answer.used} {what} of {permitted} ({limit})"
    if answer.unlawful_days:
        return f"{text}, and {answer.unlawful_days} of your days so far were beyond what is allowed."
    return f"{text}, and all your days so far were lawful."


def _outlook(answer: Assessment) -> str:
    if answer.latest_return is not None:
        return f"To stay within the limit you must be back by {answer.latest_return}."
    never = "not enter again under the versions of this rule on file"
    back = f"enter again from {answer.earliest_reentry} at the earliest" if answer.earliest_reentry else ""
    if answer.max_further_stay is None:
        return "Nothing on file ends your stay."
    if answer.inside and answer.max_further_stay:
        later = f", and having left today you may {back}" if back else ""
        return f"You may stay until {answer.latest_lawful_exit}{later}."
    if answer.inside and answer.unlawful_days and answer.latest_lawful_exit != answer.on:
        due = (
            f"You had to leave by {answer.latest_lawful_exit}"
            if answer.latest_lawful_exit
            else "You may not stay"
        )
        return f"{due}; having left, you may {back or never}."
    if answer.inside:
        return f"Today is your last lawful day; you may {back or never}."
    if answer.max_further_stay:
        return f"If you enter today you may stay until {answer.latest_lawful_exit}."
    return f"You may {back or never}."


def warnings_of(
    timeline: Timeline,
    era: int,
    answer: Assessment,
    stays: Sequence[Stay],
    cut: bool,
    leave_by: date | None,
    today: date | None,
) -> list[str]:
    """Return what a reader should know before relying on an assessment.

    Args:
        timeline: the timeline of the rule.
        era: position of the era on the reference day.
        answer: the assessment.
        stays: the stays that were counted.
        cut: whether the rule on file ends before the stay does.
        leave_by: last day of exit that keeps a booked stay lawful, if there is such a conflict.
        today: the day on which the assessment is read; None for no warning about old sources.
    """
    rule, held = timeline.rule, timeline.eras[era]
    found: list[str] = []
    age = (today - held.version.cite.checked).days if today else 0
    if age > STALE:
        found.append(
            f"The sources of this version were last checked on {held.version.cite.checked}, {age} days ago."
        )
    if held.version.cite.confidence != "high":
        found.append(
            f"Confidence in this version is {held.version.cite.confidence}. {held.version.cite.note}".strip()
        )
    if held.version.readings:
        others = "; ".join(f"{r.id}: {r.why}" for r in held.version.readings)
        found.append(f"The sources allow {len(held.version.readings)} readings of this rule ({others}).")
    if any(stay.exit is None for stay in stays):
        found.append(f"A stay has no exit yet; its days are counted up to {answer.on}.")
    if rule.applies.assumes:
        found.append(f"The rule assumes: {rule.applies.assumes}.")
    if not held.limits:
        found.append("No limit on the length of stay is on file; there may be one all the same.")
    if cut:
        found.append(f"The rule on file ends on {answer.latest_lawful_exit}; later rules are not known.")
    found += [
        f"{e.id}: different {e.replaces} for {answer.nationality}; see {e.cite.act}." for e in held.exceptions
    ]
    found += [
        f"{d.id}: more entries this year than allowed. {d.note}".strip() for d in answer.duties if d.exceeded
    ]
    bad = [s for s in answer.stays if s.booked and s.first_unlawful]
    found += [f"The booked stay from {s.first} to {s.last} is unlawful from {s.first_unlawful}." for s in bad]
    if leave_by is not None:
        until = f"; leave by {leave_by} to keep it" if leave_by else ""
        found.append(f"Staying until {answer.latest_lawful_exit} would make a booked stay unlawful{until}.")
    return found


def strip(answer: Assessment, width: int = 13) -> list[str]:
    """Return a calendar strip around the reference day, with one character per day.

    `█` counted day, `▒` other day inside, `!` unlawful day, `+` booked day, `·` day outside,
    `▲` reference day.

    Args:
        answer: the assessment.
        width: weeks per line.
    """
    start = answer.on - timedelta(days=7 * width * 2)
    start -= timedelta(days=start.weekday())
    lines: list[str] = []
    for block in range(3):
        first = start + timedelta(days=7 * width * block)
        days = [first + timedelta(days=n) for n in range(7 * width)]
        marks = [_mark(answer, d) for d in days]
        weeks = [" ".join("".join(marks[i : i + 7]) for i in range(0, len(marks), 7))]
        lines += [f"{first} {week}" for week in weeks]
    return lines


def _mark(answer: Assessment, day: date) -> str:
    if day == answer.on:
        return "▲"
    stay = next((s for s in answer.stays if s.first <= day <= s.last), None)
    if stay and stay.first_unlawful and day >= stay.first_unlawful:
        return "!"
    if any(a <= day <= b for a, b in answer.counted):
        return "█"
    if stay:
        return "+" if day > answer.on else "▒"
    return "·"
