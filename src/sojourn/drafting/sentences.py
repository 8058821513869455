"""Paragraphs and sentences of a text, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ABBREVIATED = re.compile(
    r"(?:\b(?:тыс|млн|млрд|г|гг|ул|им|т|д|п|ст|стр|тел|св|ок|др|руб|Mr|Mrs|Ms|Dr|No|St|Jan|Feb|Mar|Apr"
    r"|Jun|Jul|Aug|Sept?|Oct"
    r"|Nov|Dec|approx|ca|vs|U\.S|U\.N|[A-ZА-ЯЁ])|\b[ТтИи]\. ?\w)$"
)
_END = re.compile(r"[.!?…]+[\"”»’)]*\s+(?=[\"“«(—–-]?\s*[A-ZА-ЯЁ0-9«“\"‘])")
LONGEST = 1_200
"""Most characters of a sentence; a longer one is cut."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence at `text[start:end]`, and the number of its paragraph."""

    start: int
    end: int
    paragraph: int


def split_sentences(text: str) -> list[Sentence]:
    """Return the sentences of a text. Every line is a paragraph; blank lines are left out.

    Example:
        >>> text = "Въехало 98 тыс. россиян. Dr. Hall said so."
        >>> [text[item.start : item.end] for item in split_sentences(text)]
        ['Въехало 98 тыс. россиян.', 'Dr. Hall said so.']
    """
    found: list[Sentence] = []
    for number, line in enumerate(re.finditer(r"[^\n]+", text)):
        if not line[0].strip():
            continue
        begin = line.start() + len(line[0]) - len(line[0].lstrip())
        for end in _ends(line[0], line.start()):
            while end - begin > LONGEST:  # no sentence of an article, but perhaps a table without line breaks
                cut = text.rfind(" ", begin, begin + LONGEST) + 1 or begin + LONGEST
                found.append(Sentence(begin, cut, number))
                begin = cut
            if end > begin:
                found.append(Sentence(begin, end, number))
            begin = end + len(text[end : line.end()]) - len(text[end : line.end()].lstrip())
    return found


def _ends(line: str, offset: int) -> Iterator[int]:
    for match in _END.finditer(line):
        before = line[: match.start()]
        is_number_next = line[match.end() : match.end() + 1].isdigit()
        is_short = _ABBREVIATED.search(before) is not None and line[match.start()] == "."
        if is_short and not _is_end_anyway(before, line[match.end() :], is_number_next):
            continue
        yield offset + match.start() + len(match[0].rstrip())
    yield offset + len(line.rstrip())


def _is_end_anyway(before: str, after: str, is_number_next: bool) -> bool:
    """Tell whether a sentence ends after "тыс." or "г.": a word with a capital follows."""
    word = re.search(r"(\w+)$", before)
    return (
        bool(word)
        and not is_number_next
        and word[1] in ("тыс", "млн", "млрд", "г", "гг")
        and after[:1].isupper()
    )
