"""Numbers in quotations, in several languages, compared with the figures of their claims.

A number may have several values: "1.234" is 1,234 or 1.234, and in "350-360 thousand" the first number shares
the unit of the second. A claim is reported only if its quotation has numbers of the same kind (counts,
percentages or durations) and no value of any of them fits the figure. Dates, years, ordinals and factors are
left out. A unit without digits ("three million") may be the figure in words: such a quotation is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sojourn.case.case import Case
from sojourn.case.findings import Finding
from sojourn.case.hedges import claim_intervals, grain
from sojourn.case.quotes import cut_quote
from sojourn.case.schema import SHARE_UNITS
from sojourn.case.tables import Claim

SMALL = 20
"""Counts up to this are often written in words, and are not compared."""
PLAIN = 1_000
"""Numbers below this without a unit are not compared with figures that are at least ten times this."""

_UNITS: tuple[tuple[str, tuple[float, ...]], ...] = (
    (
        r"thousand|k\b|tsd|tausend|тыс|тис|хиляд|мың|миң|минг|ming\b|ezer|tis[ií]c|tys|tisuć|hiljad|tisoč",
        (1e3,),
    ),
    (r"bin\b|mii\b|mila\b|mille\b|tūkst|tuhat|հազար|ათას|ألف|آلاف|هزار|אלף|千", (1e3,)),
    (r"mil\b", (1e3, 1e6)),
    (
        r"million|millió|mln|mn\b|mio\b|m\b|млн|миллион|мільйон|милион|miljo"
        r"|milion|milijun|milijon|milyon",  # codespell:ignore
        (1e6,),
    ),
    (r"millon|milhõ|мілён|միլիոն|მილიონ|مليون|میلیون|מיליון|百万", (1e6,)),  # codespell:ignore
    (r"billion|bn\b|mlrd|млрд|миллиард|мільярд|milliard|milyar|miliard", (1e9,)),
    (r"万|萬", (1e4,)),
    (r"億|亿", (1e8,)),
)
"""Beginnings of words for powers of ten, with the values that they may have."""
_PERCENT = (
    r"%|٪|per ?cent|pct|процент|процен|відсот|пайыз|foiz|фоиз|százalék|procent|prozent|por ?ciento|por ?cento"
    r"|pour ?cent|postot|posto|տոկոս|პროცენტ|protsent|наста"
)
_MONTHS = (
    r"jan|feb|mar[ct]?|apr|ma[ijy]|june?|july?|aug|sept?|o[ck]t|nov|de[cz]|янв|фев|март|апр|ма[йя]|июн|июл|авг|сен|окт|ноя"
    r"|дек|січ|лют|берез|квіт|трав|черв|лип|серп|вер|жовт|лист|груд|қаң|ақп|нау|сәу|мам|мау|шіл|там|қыр|қаз|қар|жел"
    r"|styc|lut|kwie|czerw|lip|sierp|wrze|paźd|list|grud|ocak|şub|nis|haz|tem|eyl|eki|kas|ara"
)
_YEARS = r"год|г\.|рок|рік|жыл|йил|yil\b|year\b|-?го\b|th\b|st\b|nd\b|rd\b|-[йяе]\b"  # codespell:ignore
_TIMES = r"раза?\b|times\b|kat\b|fold"
_DURATION = (
    r"(?:calendar |consecutive |календарн\w+ |-)?(?:days?\b|weeks?\b|months?\b|years\b|hours?\b"
    r"|дн[еяі]|день|суток|недел|месяц|лет\b|час[ао]в|күн|кун\b|gün|hafta|nap\b|dni\b|dn[ií]\b|lat\b"
    r"|tage?n?\b|jahr|jours)"  # codespell:ignore
)
_SEPARATED = r"\d{1,3}(?:[\s\u00a0\u2009\u202f]\d{3})+(?!\d)|\d{1,3}(?:['’٬]\d{3})+(?!\d)"
_NUMBER = re.compile(rf"(?<![.,])(?<![^\W\u3000-\u9fff])(?P<digits>(?:{_SEPARATED}|\d+)(?:[.,٫]\d+)*)")
_HALF = re.compile(
    r"\bhalf\b(?! an?\b| (?:year|hour|million|thousand|as))|полов[иі]н|жартыс|ярм|\bfel[eé]t?\b"
    r"|połow|\bhälfte|\bmoitié|\bmitad|\bmetade|\byarısı|կես|ნახევ",
    re.IGNORECASE,
)
_UNIT = re.compile(
    "|".join(f"(?P<u{place}>{words})" for place, (words, _) in enumerate(_UNITS)), re.IGNORECASE
)
_SPACES = " \t\n\u00a0\u2009\u202f"
_RANGE = re.compile(r"\s*(?:[-–—]|to|до|по|and|и|bis|do|és)\s*[-–]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuotedNumber:
    """A number in a quotation with the values that it may have; the first is the likeliest.

    `has_unit` tells that a word such as "thousand" or a separator of thousands shows a count; `slack` is how
    far the number may be off, in its unit.
    """

    values: tuple[float, ...]
    kind: Literal["count", "percent", "duration"] = "count"
    has_unit: bool = False
    slack: float = 0.0


def find_quoted_numbers(quote: str) -> list[QuotedNumber]:
    """Return the numbers of a quotation, without dates, years, ordinals and factors ("three times").

    Args:
        quote: the quotation, in any language whose words for powers of ten are known.

    Returns:
        The numbers in their order, then each "half" as 50 per cent.

    Example:
        >>> [number.values[0] for number in find_quoted_numbers("29 сентября – 22,5 тысячи, 1 660 000")]
        [22500.0, 1660000.0]
        >>> [number.kind for number in find_quoted_numbers("almost half, 48 % of 2022's arrivals, in 9 days")]
        ['percent', 'duration', 'percent']
    """
    matches = list(_NUMBER.finditer(quote))
    found: list[QuotedNumber] = []
    following: QuotedNumber | None = None
    for place in reversed(range(len(matches))):
        match = matches[place]
        later = matches[place + 1] if place + 1 < len(matches) else None
        between = quote[match.end() : later.start()] if later else ""
        number = _number_of(quote, match)
        if later and _RANGE.fullmatch(between):
            number = _as_range(match, number, following, later)
        elif number and following and number.has_unit and _is_compound(between, number, following):
            found.pop()
            number = QuotedNumber((number.values[0] + following.values[0],), has_unit=True)
        following = number
        if number is not None:
            found.append(number)
    half = QuotedNumber((50.0,), "percent", slack=10.0)
    return [*reversed(found), *(half for _ in _HALF.finditer(quote))]


def _number_of(quote: str, match: re.Match[str]) -> QuotedNumber | None:
    """Return a number with its unit; None for a date, a year, an ordinal or a factor."""
    digits, plain = match["digits"], _plain_values(match["digits"])
    rest = quote[match.end() :].lstrip(_SPACES + "(-")
    if unit := _UNIT.match(rest):
        factors = _UNITS[int((unit.lastgroup or "u0")[1:])][1]
        values = tuple(value * factor for factor in factors for value in plain)
        return QuotedNumber(values + plain[:1] * (len(digits) > 4), has_unit=True)
    if re.match(_PERCENT, rest, re.IGNORECASE):
        return QuotedNumber(plain, "percent")
    if _is_date(quote, match, rest):
        return None
    if plain[0] < PLAIN and re.match(_DURATION, rest, re.IGNORECASE):
        return QuotedNumber(plain, "duration")
    return QuotedNumber(plain, has_unit=len(digits) > 4 or not digits.isdecimal())


def _is_date(quote: str, match: re.Match[str], rest: str) -> bool:
    """Tell whether a number is part of a date, a year, an ordinal or a factor."""
    digits = match["digits"]
    if re.fullmatch(r"(?:19|20)\d\d|\d\d?\.\d\d?\.\d{2,4}", digits):
        return True
    if len(digits) <= 2:
        before = quote[: match.start()]
        if re.match(_MONTHS, rest, re.IGNORECASE) or re.search(
            rf"\b(?:{_MONTHS})\w*\.?,?\s*$", before, re.IGNORECASE
        ):
            return True
    is_short = len(digits) <= 4
    return is_short and (
        re.match(f"{_YEARS}|{_TIMES}", rest, re.IGNORECASE) is not None
        or quote[: match.start()].rstrip()[-1:] == "№"
    )


def _as_range(
    match: re.Match[str], number: QuotedNumber | None, following: QuotedNumber | None, later: re.Match[str]
) -> QuotedNumber | None:
    """Return the first number of "350-360 thousand", which may share the unit of the second, or its date."""
    if number is None or number.has_unit or number.kind != "count":
        return number
    if following is None:
        return None if len(match["digits"]) <= 2 and len(later["digits"]) <= 2 else number
    scale = following.values[0] / (_plain_values(later["digits"])[0] or 1.0)
    values = dict.fromkeys([value * scale for value in number.values] + list(number.values))
    return QuotedNumber(tuple(values), following.kind, following.has_unit)


def _is_compound(between: str, number: QuotedNumber, following: QuotedNumber) -> bool:
    """Tell whether two numbers are one, as in "1 million 666 thousand"."""
    is_smaller = 0 < following.values[0] < number.values[0] and following.kind == "count"
    return is_smaller and re.fullmatch(r"\s*[^\W\d]+\.?\s*", between) is not None


def _plain_values(digits: str) -> tuple[float, ...]:
    """Return the values of digits with separators, the likeliest first: "342.988" → 342,988 or 342.988."""
    text = re.sub(rf"[{_SPACES}'’٬]", "", digits)
    *groups, last = re.split(r"[.,٫]", text)
    if not groups:
        return (float(text),)
    joined, fraction = float("".join(groups) + last), float(f"{''.join(groups)}.{last}")
    inner = {len(group) for group in groups[1:]}
    if len(last) != 3 or not 1 <= len(groups[0]) <= 3 or groups[0] == "0" or (inner - {3} and inner - {2}):
        return (fraction,)
    return (joined,) if len(groups) > 1 else (joined, fraction)


def quote_findings(case: Case) -> Iterator[Finding]:
    """Yield claims whose quotation has numbers of the same kind as the figure, none of which fits it."""
    for claim in case.claims:
        if claim.status == "withdrawn" or not claim.value or not claim.quote:
            continue
        numbers = _comparable(claim, find_quoted_numbers(claim.quote))
        if numbers and not any(_fits(claim, number) for number in numbers):
            said = " and ".join(dict.fromkeys(_said(number) for number in numbers[:3]))
            quote = cut_quote(claim.quote)
            message = f"the quote says {said} (“{quote}”), the value is {_figure(claim)}"
            yield Finding("quote", message, (claim.claim,))


def _said(number: QuotedNumber) -> str:
    return f"{number.values[0]:,.12g}{' %' if number.kind == 'percent' else ''}"


def _figure(claim: Claim) -> str:
    value = f"{claim.value:,.12g}"
    high = f" to {claim.high:,.12g}" if claim.high is not None else ""
    return value + high + (" %" if claim.unit == "percent" else "")


def _comparable(claim: Claim, numbers: Iterable[QuotedNumber]) -> list[QuotedNumber]:
    """Return the numbers of the kind of the claim's figure; none if the figure may be given in words."""
    value = abs(claim.value or 0.0)
    if claim.unit in SHARE_UNITS:
        return [number for number in numbers if number.kind == "percent"]
    if claim.unit == "days":
        return [number for number in numbers if number.kind == "duration"]
    counts = [number for number in numbers if number.kind == "count"]
    if value <= SMALL or _has_spelled_number(claim.quote):
        return []
    if value < 10 * PLAIN:
        return counts
    return [number for number in counts if number.has_unit or number.values[0] >= PLAIN]


def _has_spelled_number(quote: str) -> bool:
    """Tell whether a unit such as "million" follows no digits, as in "three million" or "half a million"."""
    words = [
        unit for unit in re.finditer(rf"(?<!\w)(?:{_UNIT.pattern})", quote, re.IGNORECASE) if len(unit[0]) > 2
    ]
    return any(not quote[: unit.start()].rstrip(_SPACES + "(-")[-1:].isdigit() for unit in words)


def _fits(claim: Claim, number: QuotedNumber) -> bool:
    """Tell whether a number lies within the figure, or the figure within the rounding of the number."""
    scale = 100.0 if claim.unit == "share" else 1.0
    ends = [claim.value or 0.0, claim.value or 0.0 if claim.high is None else claim.high]
    low, high = sorted(abs(end) * scale for end in ends)
    spans = [sorted((abs(span.low) * scale, abs(span.high) * scale)) for span in claim_intervals(claim)]
    for value in number.values:
        slack = number.slack or (grain(value) / 2 if value else 0.0)
        if low - slack <= value <= high + slack or any(least <= value <= most for least, most in spans):
            return True
    return False
