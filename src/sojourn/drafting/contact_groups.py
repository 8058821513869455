"""Drafts of contact groups: what interviewees say of the people whom they know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sojourn.drafting.draft import Group
from sojourn.drafting.figures import FoundFigure, find_figures
from sojourn.drafting.sentences import Sentence

LARGEST = 500
"""A larger group is no circle of one person."""
FURTHEST = 2
"""Sentences after the first one that may tell of the same group."""
_KINDS = (
    "friend|colleague|classmate|course|hostel|chat|team|class|dorm|flatmate|neighbour|neighbor|relative|group|company|office|house|building"
    "|друзья|друзей|друг|коллег|знаком|поток|курс|хостел|чат|отдел|команд|групп|ребят|одноклассник|однокурсник|сосед|общежити|офис"
)
_KIND = re.compile(rf"\b(?:{_KINDS})\w*", re.I)
_CIRCLE = re.compile(
    r"\b(?:of us|my|our|we were|we had|came with (?:me|him|her|us)|i know|i knew|with me|in the hostel"
    r"|in our|lived with)\b"
    r"|\b(?:нас|наш\w*|у нас|мо[ийях]\w*|у меня|со мной|с нами|я знаю)\b",
    re.I,
)
_SIZE = re.compile(
    r"\b(?:of|there were|we were|out of|we had|lived|came|из|было|был[аио]?|жил[ои]|приехал[ои])\b", re.I
)
_FATES = {
    "returned": r"return\w*|went back|gone back|went home|gone home|are home|back in|back home|verн"
    r"|вернул\w+|вернувш\w+|домой|дома\b|обратно|в росси[июя]\w*",
    "moved_on": r"left for|moved on|moved to|flew on|flew to|went on|gone on|gone to|other countries"
    r"|third countr\w+|abroad|elsewhere"
    r"|улетел\w+|уехал\w+ (?:дальше|в (?!росси))|дальше|перебрал\w+|перебра\w+|в других странах"
    r"|за границ\w+|в (?:белград\w*|европ\w*|серби\w*|грузи\w*|турци\w*)",
    "stayed": r"still (?:here|in|there)|stayed|staying|remain\w*|are left|is left|are here|ended up staying"
    r"|left here"
    r"|остал\w+|осталось|здесь|ещё тут|теперь|до сих пор|живут",
    "unknown": r"lost touch|lost contact|no idea|потерял\w+|не знаю",
}
_FATE = {fate: re.compile(words, re.I) for fate, words in _FATES.items()}
_CLAUSE = re.compile(r"[^,;.—–!?]+")


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A contact group at `text[start:end]`; `figure` is its size, or None."""

    start: int
    end: int
    sentence: Sentence
    figure: FoundFigure | None
    group: Group


def find_contact_groups(text: str, sentences: Sequence[Sentence]) -> list[FoundGroup]:
    """Return the contact groups of a text, each once.

    Example:
        >>> from sojourn.drafting.sentences import split_sentences
        >>> text = "There were 28 of us. Six are still in Tbilisi, fifteen flew on, seven went home."
        >>> group = find_contact_groups(text, split_sentences(text))[0].group
        >>> group.size, group.stayed, group.moved_on, group.returned
        ('28', '6', '15', '7')
    """
    found: list[FoundGroup] = []
    for place, sentence in enumerate(sentences):
        if found and sentence.start < found[-1].end:
            continue
        if group := _group_at(text, sentences[place : place + 1 + FURTHEST]):
            found.append(group)
    return found


def _group_at(text: str, sentences: Sequence[Sentence]) -> FoundGroup | None:
    first = sentences[0]
    words = text[first.start : first.end]
    kind = _KIND.search(words)
    circle = _CIRCLE.search(words)
    if circle is None or not (kind or circle[0].lower() in ("of us", "нас", "we were")):
        return None
    sizes = [item for item in _figures(text, first) if _is_size(text, first, item)]
    size = sizes[0] if sizes else None
    if size is None and not (kind and re.search(r"\bmost\b|\bhalf\b|больш|половин", words, re.I)):
        return None
    fates: dict[str, str] = {}
    end = first.end
    for sentence in [item for item in sentences if item.paragraph == first.paragraph]:
        told = dict(_told(text, sentence, size))
        new = {fate: part for fate, part in told.items() if fate not in fates}
        if sentence is not first and not new:
            break
        fates |= new
        end = sentence.end if new else end
    if not fates:
        return None
    group = Group(kind[0].lower() if kind else "")
    if size is not None and size.value is not None:
        hedge = "" if size.hedge == "reported" else size.hedge
        group = replace(group, size=f"{size.value:g}", size_hedge=hedge)
    return FoundGroup(first.start, end, first, size, replace(group, **fates))


def _figures(text: str, sentence: Sentence) -> list[FoundFigure]:
    found = find_figures(text[sentence.start : sentence.end])
    return [replace(item, start=item.start + sentence.start, end=item.end + sentence.start) for item in found]


def _is_size(text: str, sentence: Sentence, figure: FoundFigure) -> bool:
    """Tell whether a figure is the size of a group: "of the twelve colleagues", "нас было шестьдесят"."""
    if figure.kind != "count" or figure.value is None or figure.high is not None:
        return False
    if not 2 <= figure.value <= LARGEST or figure.value != int(figure.value):
        return False
    before = text[sentence.start : figure.start]
    return _SIZE.search(before[-24:]) is not None


def _told(text: str, sentence: Sentence, size: FoundFigure | None) -> Iterator[tuple[str, str]]:
    """Yield the outcomes that a sentence tells, each with a count or a word."""
    last = ""
    figures = [
        item
        for item in _figures(text, sentence)
        if size is None or item.start >= size.end or item.end <= size.start
    ]
    for clause in _CLAUSE.finditer(text, sentence.start, sentence.end):
        inside = [item for item in figures if clause.start() <= item.start < clause.end()]
        part = next((part for item in inside if (part := _count_of(item, size))), "")
        match = min(
            (
                (found.start(), fate)
                for fate, pattern in _FATE.items()
                if (found := pattern.search(clause[0]))
            ),
            default=None,
        )
        if part and match:
            yield match[1], part
        elif part:
            last = part
        elif match and last:
            yield match[1], last
            last = ""


def _count_of(figure: FoundFigure, size: FoundFigure | None) -> str:
    """Return a count or a word for contacts.csv; an empty string for what cannot be a part of the group."""
    if figure.kind == "percent":
        is_half = figure.value == 50 and figure.hedge not in ("more_than", "at_least")
        return "half" if is_half else "most" if figure.value is None or figure.value >= 50 else ""
    if figure.value is None or figure.high is not None or figure.value != int(figure.value):
        return ""
    largest = LARGEST if size is None or size.value is None else size.value
    return f"{figure.value:.0f}" if figure.value <= largest else ""
