"""A draft of a claim: words of an article, and what they seem to say."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sojourn.case.quotes import QUOTE_WORDS

RULES = "rules"
"""`drafted_by` of a draft that the rules made."""
STAY_RULE = "stay_rule"
"""`measure` of a draft of a limit on the length of stay."""


@dataclass(frozen=True, slots=True)
class Group:
    """What an interviewee says of people whom they know: texts as in contacts.csv."""

    kind: str
    size: str = ""
    size_hedge: str = ""
    stayed: str = ""
    moved_on: str = ""
    returned: str = ""
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of a claim. It is no claim until a person has accepted it.

    `quote` is `text[start:end]`, in characters of the article's text. `value`, `high`, `hedge` and
    `unit` are as in claims.csv, `measure` and `place` as in readings.csv; `measure` is `stay_rule` for a
    limit on the length of stay. `place` is a country's code, or a town as it is written. `group` is given
    for a contact group only. What the article does not say is empty. `note` is a remark for the person
    who reads the draft, and is not part of its record.
    """

    quote: str
    start: int
    end: int
    speaker: str = ""
    value: float | None = None
    high: float | None = None
    hedge: str = "reported"
    unit: str = "persons"
    published: str = ""
    measure: str = ""
    place: str = ""
    group: Group | None = None
    drafted_by: str = RULES
    note: str = ""

    def record(self) -> dict[str, Any]:
        """Return the draft as a JSON object."""
        record = asdict(self)
        del record["note"]
        return record


def quote_around(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Return the place of a quotation of at most 25 words around a figure.

    The figure is `text[first:last]`; the quotation lies within `text[start:end]`.

    The whole stretch is taken if it is short enough; otherwise words are added on both sides, those
    before the figure first.

    Example:
        >>> text = "According to the ministry, 5,300 people came on Monday"
        >>> start, end = quote_around(text, 0, len(text), 27, 32)
        >>> text[start:end] == text
        True
    """
    words = _word_places(text, start, end)
    inside = [place for place, (low, high) in enumerate(words) if low < last and high > first]
    if len(words) <= QUOTE_WORDS or not inside:
        return words[0][0] if words else start, words[-1][1] if words else end
    low, high = inside[0], inside[-1]
    room = QUOTE_WORDS - (high - low + 1)
    before = min(low, room // 2)
    after = min(len(words) - 1 - high, room - before)
    before = min(low, room - after)
    return words[low - before][0], words[high + after][1]


def _word_places(text: str, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    place = start
    for word in text[start:end].split():
        place = text.index(word, place)
        found.append((place, place + len(word)))
        place += len(word)
    return found
