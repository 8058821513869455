"""Numbers in digits and words, with scales and compounds: 1.2 million, полтора миллиона, 7 тысяч 300."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sojourn.drafting.dates import MONTHS
from sojourn.drafting.hedge_words import INSIDE
from sojourn.drafting.number_words import ALONE, ATTACHED, CARDINALS, HALVES, SCALES
from sojourn.drafting.tokens import Token, digits_value

ARTICLES = ("a", "an")
FRACTIONS = {
    ("and", "a", "half"): 0.5,
    ("с", "половиной"): 0.5,
    ("and", "a", "quarter"): 0.25,
    ("с", "четвертью"): 0.25,
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number in `tokens[first:after]`.

    `is_large` tells that a scale or a separator of thousands shows a count; `hedge` is a qualification
    between the number and its scale.
    """

    value: float
    first: int
    after: int
    is_large: bool
    hedge: str = ""


def words_at(tokens: Sequence[Token], place: int, words: Sequence[str]) -> bool:
    """Tell whether the tokens from a place on are these words."""
    return tuple(token.text for token in tokens[place : place + len(words)]) == tuple(words)


def number_at(tokens: Sequence[Token], place: int) -> Number | None:
    """Return the number that begins at a token, or None.

    Example:
        >>> from sojourn.drafting.tokens import split_tokens
        >>> words = ("half a million", "1 млн 666 тыс.", "a dozen")
        >>> [number_at(split_tokens(text), 0).value for text in words]
        [500000.0, 1666000.0, 12.0]
    """
    return _part_of_scale(tokens, place) or _sum(tokens, place)


def _part_of_scale(tokens: Sequence[Token], place: int) -> Number | None:
    """Return half a million, a quarter of a million, полмиллиона."""
    word = tokens[place].text
    if word in HALVES:
        return Number(HALVES[word], place, place + 1, True)
    share = {"half": 0.5, "quarter": 0.25, "четверть": 0.25}.get(word)
    if share is None:
        return None
    after = place + 1
    while after < len(tokens) and tokens[after].text in ("-", "of", *ARTICLES):
        after += 1
    if (
        after < len(tokens)
        and SCALES.get(tokens[after].text, 0) >= 1e3
        and tokens[after].text not in ATTACHED
    ):
        return Number(share * SCALES[tokens[after].text], place, after + 1, True)
    return None


def _sum(tokens: Sequence[Token], place: int) -> Number | None:
    """Return a number whose parts have smaller and smaller scales."""
    total, least, after, is_large, hedge = 0.0, float("inf"), place, False, ""
    while after < len(tokens) and (part := _scaled(tokens, after)):
        value, scale, end, said = part
        if value * scale >= least or (total and scale == 1 and _belongs_elsewhere(tokens, end)):
            break
        digits = tokens[after].text if tokens[after].kind == "number" else ""
        is_grouped = value >= 1e3 and (len(digits) > 4 or not digits.isdigit())
        is_large = is_large or scale > 1 or (digits != "" and is_grouped)
        total, least, after, hedge = total + value * scale, scale, end, hedge or said
        if scale == 1:
            break
        is_abbreviated = (
            after < len(tokens) and tokens[after].text == "." and tokens[after - 1].text[-1:] != "s"
        )
        if is_abbreviated and after + 1 < len(tokens) and tokens[after + 1].kind == "number":
            if not _scaled_or_plain(tokens, after + 1, least):
                break
            after += 1
    while after > place and tokens[after - 1].text == ".":
        after -= 1
    return Number(total, place, after, is_large, hedge) if after > place and total > 0 else None


def _scaled_or_plain(tokens: Sequence[Token], place: int, least: float) -> bool:
    """Tell whether the number after "тыс." continues it, as in "33 тыс. 102"."""
    part = _scaled(tokens, place)
    return part is not None and part[0] * part[1] < least and not _belongs_elsewhere(tokens, part[2])


def _belongs_elsewhere(tokens: Sequence[Token], after: int) -> bool:
    """Tell whether the word after a number makes it a date or a share."""
    following = tokens[after].text if after < len(tokens) else ""
    return following.startswith(MONTHS) or following in ("%", "процентов", "лет", "года", "году")


def _scaled(tokens: Sequence[Token], place: int) -> tuple[float, float, int, str] | None:
    """Return a number, its scale, the place after both, and the hedge between them."""
    base = _base(tokens, place)
    if base is None:
        return None
    value, after = base
    hedge = ""
    for words, said in INSIDE.items():
        if words_at(tokens, after, words):
            hedge, after = said, after + len(words)
    extra, later = _fraction(tokens, after)
    scale, end = _scale(tokens, later)
    if end == later:
        scale, end, extra = 1.0, after, 0.0
    elif not extra:
        extra, end = _fraction(tokens, end)
    number = digits_value(tokens[place].text, scale > 1) if tokens[place].kind == "number" else value
    return number + extra, scale, end, hedge


def _fraction(tokens: Sequence[Token], place: int) -> tuple[float, int]:
    """Return the part that "and a half" or "с четвертью" adds, and the place after these words."""
    for words, part in FRACTIONS.items():
        if words_at(tokens, place, words):
            return part, place + len(words)
    return 0.0, place


def _base(tokens: Sequence[Token], place: int) -> tuple[float, int] | None:
    """Return digits, cardinal words, or the 1 of "a million" and "миллион", with the place after them."""
    token = tokens[place]
    if token.kind == "number":
        return digits_value(token.text, False), place + 1
    following = tokens[place + 1].text if place + 1 < len(tokens) else ""
    if token.text in ARTICLES and following in ("hundred", "thousand", "million", "billion", "dozen"):
        return (100.0, place + 2) if following == "hundred" else (1.0, place + 1)
    if token.text in ALONE:
        return 1.0, place
    total, after = 0.0, place
    while after < len(tokens):
        word = tokens[after].text
        if word in CARDINALS and (not total or CARDINALS[word] < _lowest(total)):
            total += CARDINALS[word]
        elif word == "hundred" and 0 < total < 100:
            total *= 100
        elif not (total and _joins(tokens, after, total)):
            break
        after += 1
    return (total, after) if total else None


def _lowest(total: float) -> float:
    """Return what a further word must be less than: 10 after twenty, 100 after two hundred."""
    return 100.0 if total % 100 == 0 else 10.0 if total % 10 == 0 and total % 100 >= 20 else 0.0


def _joins(tokens: Sequence[Token], place: int, total: float) -> bool:
    """Tell whether "and" or a hyphen joins two words of one number: one hundred and fifty, forty-two."""
    if tokens[place].text not in ("and", "-") or place + 1 >= len(tokens):
        return False
    if tokens[place].text == "-" and tokens[place].start != tokens[place - 1].end:
        return False
    value = CARDINALS.get(tokens[place + 1].text, 0.0)
    return 0 < value < _lowest(total) and (tokens[place].text == "-" or total % 100 == 0)


def _scale(tokens: Sequence[Token], place: int) -> tuple[float, int]:
    """Return the product of the scales from a place on, and the place after them."""
    factor, after = 1.0, place
    while after < len(tokens) and tokens[after].text in SCALES:
        word = tokens[after]
        if word.text in ATTACHED and word.start != tokens[after - 1].end:
            break
        factor *= SCALES[word.text]
        after += 1
    if (
        after == place
        and after + 1 < len(tokens)
        and tokens[after].text == "-"
        and tokens[after + 1].text in ("million", "thousand")
    ):
        return SCALES[tokens[after + 1].text], after + 2
    return factor, after
