"""Words, numbers and marks of a text, with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass

SPACES = "\u0020\u00a0\u2009\u202f"
_GROUPED = rf"\d{{1,3}}(?:[{SPACES}]\d{{3}})+(?![\d])(?:[.,]\d+)?"
_SIGNED = r"\d{1,3}(?:['’]\d{3})+(?!\d)|\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d{1,3}(?:\.\d{3}){2,}(?!\d)"
_TOKEN = re.compile(
    rf"(?P<number>{_GROUPED}|{_SIGNED}|\d+(?:[.,]\d+)?)|(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)"
    rf"|(?P<mark>[^\w\s])"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a mark: its text in lower case, and `text[start:end]`."""

    text: str
    start: int
    end: int
    kind: str


def split_tokens(text: str) -> list[Token]:
    """Return the tokens of a text in their order; white space is left out.

    Example:
        >>> [token.text for token in split_tokens("About 1 660 000 came, 16,8 тыс. left")]
        ['about', '1 660 000', 'came', ',', '16,8', 'тыс', '.', 'left']
    """
    return [
        Token(match[0].lower(), match.start(), match.end(), match.lastgroup or "mark")
        for match in _TOKEN.finditer(text)
    ]


def digits_value(digits: str, has_scale: bool) -> float:
    """Return the value of digits with separators.

    A single group of three digits after a comma or a point is thousands, unless a scale such as
    "million" follows: 837,000 is a count, 2.593 million and 2,593 млн are fractions.

    Example:
        >>> digits_value("837,000", False), digits_value("2,593", True), digits_value("1 085 300", False)
        (837000.0, 2.593, 1085300.0)
    """
    plain = re.sub(rf"[{SPACES}'’]", "", digits)
    *groups, last = re.split(r"[.,]", plain)
    if not groups:
        return float(plain)
    if len(groups) > 1:
        is_fraction = "," in plain and "." in plain and len(last) != 3
        return float("".join(groups) + ("." if is_fraction else "") + last)
    is_thousands = len(last) == 3 and groups[0] != "0" and len(groups[0]) <= 3 and not has_scale
    return float(groups[0] + ("" if is_thousands else ".") + last)
