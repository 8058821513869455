"""Hedged figures in a text: counts, ranges, percentages and shares in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sojourn.drafting.hedge_words import CHANGES, hedge_after, hedge_before
from sojourn.drafting.number_phrases import Number, number_at, words_at
from sojourn.drafting.number_words import EVERY, EVERY_WORDS, MOST, NEEDS_PART, PARTS, SCALES, VAGUE
from sojourn.drafting.tokens import Token, split_tokens
from sojourn.drafting.word_lists import word_set

INVERTED = word_set("тысяч миллионов процентов человек")
"""Words that stand before a number if it is a guess: тысяч десять, процентов сорок."""
DASHES = ("-", "–", "—", "‑")
WIDEST = 10.0
"""The upper end of a range is less than this times the lower one."""


@dataclass(frozen=True, slots=True)
class FoundFigure:
    """A figure in `text[start:end]`, its hedge included; `after` is where its number and unit end.

    `kind` is `count` or `percent`. `is_large` tells that a scale or a separator shows a count; a plain
    number such as "48" may be anything. `is_part` tells that a share is in words.
    """

    start: int
    end: int
    value: float | None
    high: float | None
    hedge: str
    kind: str = "count"
    is_large: bool = False
    is_part: bool = False


def find_figures(text: str) -> list[FoundFigure]:
    """Return the figures of a text in their order, without judging what they count.

    Args:
        text: a text in English or Russian.

    Returns:
        Figures that do not overlap; shares are in per cent.

    Example:
        >>> text = "Чуть более 400 тысяч приехало, 8–9 тысяч в день; two thirds left"
        >>> [(item.value, item.high, item.hedge) for item in find_figures(text)]
        [(400000.0, None, 'just_over'), (8000.0, 9000.0, 'range'), (67.0, None, 'about')]
    """
    tokens = split_tokens(text)
    found: list[FoundFigure] = []
    place = 0
    while place < len(tokens):
        parsed = _figure_at(tokens, place)
        if parsed is None:
            place += 1
            continue
        figure, place = parsed
        if not found or figure.start >= found[-1].end:
            found.append(figure)
    return found


def _figure_at(tokens: Sequence[Token], place: int) -> tuple[FoundFigure, int] | None:
    """Return the figure that begins at a token and the place after it."""
    for parse in (_ratio, _part, _most, _inverted, _counted):
        if parsed := parse(tokens, place):
            return parsed
    return None


def _text(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].text if 0 <= place < len(tokens) else ""


def _hedged(
    tokens: Sequence[Token], first: int, after: int, figure: FoundFigure, plain: str
) -> tuple[FoundFigure, int]:
    """Add the hedge around a number, or the one that it has without any."""
    before, length = hedge_before([token.text for token in tokens[max(0, first - 8) : first]])
    if before and tokens[first - length].start and "\n" in _gap(tokens, first - length, first):
        before, length = "", 0
    behind, more = ("", 0) if before else hedge_after([token.text for token in tokens[after : after + 3]])
    hedge = figure.hedge or before or behind or plain
    start, end = tokens[first - length].start, tokens[after + more - 1].end
    return replace(figure, start=start, end=end, hedge=hedge), after + more


def _gap(tokens: Sequence[Token], first: int, last: int) -> str:
    """Return a line break if the tokens are far apart, as a heading and the text below it."""
    return "\n" if any(tokens[i + 1].start - tokens[i].end > 3 for i in range(first, last)) else ""


def _percent_after(tokens: Sequence[Token], place: int) -> int:
    """Return the place after a sign or word for per cent, or 0."""
    word = _text(tokens, place)
    if word == "-" and _text(tokens, place + 1).startswith(("percent", "процент")):
        return 0
    if word == "%" or (word.startswith(("percent", "pct", "процент")) and word != "percentage"):
        is_point = _text(tokens, place + 1).startswith(("point", "пункт")) or word.startswith("процентн")
        return 0 if is_point else place + 1
    return place + 2 if words_at(tokens, place, ("per", "cent")) else 0


def _ratio(tokens: Sequence[Token], place: int) -> tuple[FoundFigure, int] | None:
    """Parse "one in five", "nine out of ten" and "каждый пятый"."""
    if tokens[place].text in EVERY_WORDS and (of := EVERY.get(_text(tokens, place + 1))):
        return _hedged(tokens, place, place + 2, _share(100 / of), "reported")
    number = number_at(tokens, place)
    if number is None or number.value > 99 or number.is_large:
        return None
    after = number.after
    if words_at(tokens, after, ("out", "of", "every")):
        after += 3
    elif words_at(tokens, after, ("out", "of")) or words_at(tokens, after, ("in", "every")):
        after += 2
    elif words_at(tokens, after, ("in",)):
        after += 1
    else:
        return None
    whole = number_at(tokens, after) if after < len(tokens) else None
    is_ratio = whole is not None and not whole.is_large and number.value < whole.value <= 100
    if whole is None or not is_ratio or (whole.value > 20 and whole.value % 10):
        return None
    return _hedged(tokens, place, whole.after, _share(100 * number.value / whole.value), "reported")


def _share(percent: float, hedge: str = "") -> FoundFigure:
    return FoundFigure(0, 0, float(round(percent)), None, hedge, "percent", is_part=True)


def _part(tokens: Sequence[Token], place: int) -> tuple[FoundFigure, int] | None:
    """Parse "half", "a third", "две трети", "пятая часть"."""
    number = number_at(tokens, place)
    at, times = place, 1.0
    if number is not None and number.value in (2, 3, 4) and not number.is_large:
        at = number.after + (_text(tokens, number.after) == "-")
        times = number.value
    elif _text(tokens, place) in ("a", "one", "одна", "another"):
        at = place + 1
    word = _text(tokens, at)
    if word not in PARTS or number_at(tokens, at) is not None:
        return None
    after = at + 1
    if word in NEEDS_PART:
        if not _text(tokens, after).startswith("част"):
            return None
        after += 1
    is_ordinal = word in ("third", "quarter", "fifth", "sixth", "tenth") and at == place
    if is_ordinal or not _is_share(tokens, place, at, after):
        return None
    figure = _share(times * PARTS[word])
    plain = "half" if figure.value == 50 and times == 1 else "about"
    return _hedged(tokens, place, after, figure, plain)


def _is_share(tokens: Sequence[Token], place: int, at: int, after: int) -> bool:
    """Tell whether a word for a part is a share of people, not of a year, an hour or a number."""
    before, following = _text(tokens, place - 1), _text(tokens, after)
    if following == "-" and tokens[after].start == tokens[after - 1].end and tokens[at].text == "half":
        return False  # half-open
    if following == "-":
        following = _text(tokens, after + 1)
    periods = (
        "year",
        "hour",
        "month",
        "day",
        "century",
        "год",
        "час",
        "месяц",
        "срок",
        "сентябр",
        "countr",
        "стран",
    )
    if following.startswith((*periods, "party", "time", "place", "person", "сезон", "лета", "века")):
        return False
    if following in ("an", "a") and _text(tokens, after + 1).startswith((*periods, "million", "thousand")):
        return False
    if following in ("of", "the") and any(
        _text(tokens, after + step).startswith(periods) or _text(tokens, after + step) in ("20",)
        for step in (1, 2)
    ):
        return False
    ordinals = ("first", "second", "last", "final", "перв", "втор", "последн", "and", "с", "лучш")
    return not before.startswith(ordinals[:-2]) and before not in ("с", "and")


def _most(tokens: Sequence[Token], place: int) -> tuple[FoundFigure, int] | None:
    """Parse "most of", "the majority", "большинство", "большая часть"."""
    word = tokens[place].text
    figure = FoundFigure(0, 0, None, None, "most", "percent", is_part=True)
    if word in MOST:
        return _hedged(tokens, place, place + 1, figure, "most")
    if word.startswith("больш") and _text(tokens, place + 1).startswith("част"):
        return _hedged(tokens, place, place + 2, figure, "most")
    if word == "most" and (
        _text(tokens, place + 1) == "of"
        or _text(tokens, place - 1) in ("", ".", '"', "“", "«", "!", "?", ",", ";", ":")
    ):
        return replace(figure, start=tokens[place].start, end=tokens[place].end), place + 1
    return None


def _inverted(tokens: Sequence[Token], place: int) -> tuple[FoundFigure, int] | None:
    """Parse a guess such as "тысяч десять" or "процентов сорок"."""
    word, before = tokens[place].text, _text(tokens, place - 1)
    if word not in INVERTED or before in VAGUE or (place and tokens[place - 1].kind == "number"):
        return None
    if before in SCALES or number_at(tokens, place - 1 if place else 0) is not None:
        return None
    number = number_at(tokens, place + 1) if place + 1 < len(tokens) else None
    if number is None or tokens[place + 1].start - tokens[place].end > 1:
        return None
    factor = 1.0 if number.is_large else SCALES.get(word, 1.0)
    number, high, after = _with_range(tokens, number)
    figure = FoundFigure(
        0,
        0,
        number.value * factor,
        None if high is None else high * factor,
        "range" if high is not None else "about",
        "percent" if word == "процентов" else "count",
        is_large=factor > 1 or number.is_large,
    )
    return _hedged(tokens, place, after, figure, "about")


def _counted(tokens: Sequence[Token], place: int) -> tuple[FoundFigure, int] | None:
    """Parse a number or a range with its unit of per cent."""
    number = number_at(tokens, place)
    if number is None or _text(tokens, place - 1) in VAGUE:
        return None
    is_negative = _is_negative(tokens, place)
    number, high, after = _with_range(tokens, number)
    percent = _percent_after(tokens, after)
    kind = "percent" if percent else "count"
    hedge = "range" if high is not None else number.hedge
    value = -number.value if is_negative and high is None else number.value
    figure = FoundFigure(0, 0, value, high, hedge, kind, number.is_large and not percent)
    found, after = _hedged(tokens, place, percent or after, figure, "reported")
    return found, after


def _is_negative(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether a minus belongs to a number: close to it and to nothing before, or the word."""
    before = _text(tokens, place - 1)
    if before in ("minus", "минус"):
        return True
    is_sign = before in ("-", "−", "–") and tokens[place].start == tokens[place - 1].end
    return (
        is_sign
        and place > 1
        and (
            tokens[place - 1].start > tokens[place - 2].end or tokens[place - 2].text in ("(", "about", "на")
        )
    )


def _with_range(tokens: Sequence[Token], number: Number) -> tuple[Number, float | None, int]:
    """Return a number with the upper end of its range, which may share its scale with the lower one."""
    after = number.after
    middle = _percent_after(tokens, after) or after
    word = _text(tokens, middle)
    if word in DASHES:
        is_close = tokens[middle].start - tokens[middle - 1].end <= 1
        if (
            not is_close
            or middle + 1 >= len(tokens)
            or (word == "—" and tokens[middle].start > tokens[middle - 1].end)
        ):
            return number, None, after
    elif not _is_joined(tokens, number.first, middle):
        return number, None, after
    step = middle + 1
    upper = number_at(tokens, step) if step < len(tokens) else None
    if upper is None:
        return number, None, after
    value = number.value
    if upper.is_large and not number.is_large:
        value = _shared(tokens, number, upper)
    if not value < upper.value < WIDEST * value:
        return number, None, after
    return replace(number, value=value, is_large=number.is_large or upper.is_large), upper.value, upper.after


def _shared(tokens: Sequence[Token], number: Number, upper: Number) -> float:
    """Return the lower end in the scale of the upper one, if it has one: 8–9 тысяч, 40-45,000."""
    scale = 1.0
    for token in tokens[upper.first : upper.after]:
        scale *= SCALES.get(token.text, 1.0)
    if scale == 1.0 and "," in tokens[upper.first].text:
        scale = 1e3
    return number.value * scale


def _is_joined(tokens: Sequence[Token], first: int, middle: int) -> bool:
    """Tell whether "to", "and" or "до" joins two ends of a range, not a change from one to the other."""
    word = _text(tokens, middle)
    words = [token.text for token in tokens[max(0, first - 8) : first]]
    _, length = hedge_before(words)
    opener = words[len(words) - length - 1] if len(words) > length else ""
    is_change = any(item.startswith(tuple(CHANGES)) for item in words)
    if opener in ("between", "между"):
        return word in ("and", "to", "и")
    if opener == "от":
        return word == "до"
    if word == "to" or word == "or" or word == "или":
        return not is_change
    return False
