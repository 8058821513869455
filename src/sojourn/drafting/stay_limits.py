"""Drafts of stay rules: "90 days within any 180", "не более 30 суток без регистрации"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sojourn.drafting.figures import FoundFigure
from sojourn.drafting.sentences import Sentence

_UNITS = {
    "days": r"(?:calendar |consecutive |календарн\w+ )?(?:days?|дн[еяй]\w*|день|сут\w+)\b",
    "weeks": r"(?:weeks?|недел\w+)\b",
    "months": r"(?:months?|месяц\w*)\b",
    "years": r"(?:years?|год[ауов]*|лет)\b",
}
_UNIT = re.compile(
    r"[\s-]*(?:" + "|".join(f"(?P<{unit}>{words})" for unit, words in _UNITS.items()) + ")", re.I
)
_RULE = re.compile(
    r"\b(?:stay|stays|stayed|staying|remain|spend|reside|visit|visa-free|without a visa|limit)\b.*"
    r"|наход\w+|пребыва\w+|провести|провод\w+|без визы|безвизов\w+|без разрешения|без регистрации"
    r"|срок\w* пребывания",
    re.I | re.S,
)
_ALLOWED = re.compile(
    r"\b(?:may|can|could|allow\w*|permit\w*|entitle\w*|limit\w*|must|rule\w*|visa-free|maximum|required"
    r"|without)\b"
    r"|мо[жг]\w+|смогут|вправе|разреш\w+|допуска\w+|нельзя|должн\w+|не дольше|не более|без визы"
    r"|безвизов\w+|правил\w+|лимит\w*",
    re.I,
)
_WINDOW = re.compile(
    r"(?:\b(?:within|in|over|during|per|out of|of|из|в течение|за|внутри)\b\s+)(?:(?:any|every|each|a|one"
    r"|the|rolling|каждых|любых|любые"
    r"|каждые|одного|календарн\w+)\s+){0,2}$",
    re.I,
)
_PERIOD = re.compile(
    r"(?:\bwithin|\bin|\bover|\bduring|\bout of|\bof|\bper|\bиз|\bв течение"
    r"|\bза)\s+(?:[^\W\d]+\s+){0,2}?(?P<days>\d{2,3})(?!\d)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class StayLimit:
    """A limit on the length of stay: `cap` in `unit`, and the days of its window if the text gives one."""

    figure: FoundFigure
    sentence: Sentence
    unit: str
    window: int | None


def find_stay_limits(
    text: str, sentences: Sequence[Sentence], figures: Sequence[FoundFigure]
) -> list[StayLimit]:
    """Return the limits on the length of stay that a text states.

    Example:
        >>> from sojourn.drafting.figures import find_figures
        >>> from sojourn.drafting.sentences import split_sentences
        >>> text = "From January visitors may stay for 90 days within any 180-day period."
        >>> [(limit.figure.value, limit.unit, limit.window)
        ...  for limit in find_stay_limits(text, split_sentences(text), find_figures(text))]
        [(90.0, 'days', 180)]
    """
    found: list[StayLimit] = []
    for sentence in sentences:
        words = text[sentence.start : sentence.end]
        if not (_RULE.search(words) and _ALLOWED.search(words)):
            continue
        for figure in figures:
            if not sentence.start <= figure.start < sentence.end or figure.kind != "count":
                continue
            unit = _UNIT.match(text, figure.end)
            if unit is None or not unit.lastgroup or _is_window(text, sentence, figure, unit[0]):
                continue
            found.append(
                StayLimit(figure, sentence, unit.lastgroup, find_window(text[figure.end : sentence.end]))
            )
    return found


def _is_window(text: str, sentence: Sentence, figure: FoundFigure, unit: str) -> bool:
    """Tell whether a duration is the window of a rule, or an age or a term of something else."""
    before = text[sentence.start : figure.start]
    return (
        unit.startswith("-")
        or _WINDOW.search(before) is not None
        or re.search(r"\b(?:after|через|после|valid\D{0,20})\s*$", before, re.I) is not None
    )


def find_window(text: str) -> int | None:
    """Return the days of the window after a limit, or None.

    Example:
        >>> [find_window(words) for words in ("days in any 180", "дней в течение каждых 180 дней", "days")]
        [180, 180, None]
    """
    match = _PERIOD.search(text)
    return int(match["days"]) if match and int(match["days"]) > 30 else None
