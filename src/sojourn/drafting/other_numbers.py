"""Places of numbers that are no figures: dates, telephone numbers, ages, addresses, money, references."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from sojourn.drafting.dates import date_places

_PATTERNS = (
    r"\b\d{1,2}[:.]\d\d(?:[-–—]\d{1,2}[:.]\d\d)?(?=\s|[,;.)]|$)(?!\s?(?:млн|тыс|million|%|per))",  # 11:40
    r"\+\d[\d() \u00a0-]{6,}\d",
    r"\(\+?\d[\d ]*\)\s*[\d -]{4,}\d|\b\d\s?\(\d{3,5}\)[ \d-]{5,}\d",
    r"(?<!\d)\d{1,4}(?:[- ]\d\d){2,}(?!\d)|(?<!\d)\d{2,3} \d{3} \d\d \d\d(?!\d)",
    r"(?i)\b(?:tel|phone|call(?=:? \+?\d)|hotline|ext|телефон\w*|тел|контакт-центр\w*|звон\w+"
    r"|номер\w*)\b[^.\n\d]{0,25}\d[\d() -]*",
    r"[$€£₽¥]\s?\d[\d.,\u00a0 ]*\d*(?:\s?(?:million|billion|thousand|bn|mn|m|k|млн|млрд|тыс))?",
    r"\d[\d.,\u00a0 ]*(?:\s?(?:million|billion|thousand|bn|mn|m|k|млн|млрд|тыс\.?|тысяч\w*))?\s?[$€£₽¥]",
    r"\d[\d.,\u00a0 ]*\s?(?:(?:million|billion|thousand|bn|mn|m|k|млн|млрд|тыс\.?|тысяч\w*|миллион\w*)\s)?"
    r"(?:US )?(?i:dollar|euro|usd|eur|crown|tenge|zlot|lari\b|rouble|ruble|pound|peso|dram|тенге|доллар"
    r"|евро\b|рубл|лари\b"
    r"|злот|драм|сомов|крон|грив|мрп|index unit|monthly)\w*",
    r"(?i)(?:№|\bno\.|\bnumber|\barticle|\bparagraph|\bpara|\bpage|\bpoint|\bchapter|\broute|\broom"
    r"|\btent|\bblock|\bupdate no\.?"
    r"|\bстать\w+|\bпункт\w*|\bп\.|\bст\.|\bстр\.|\bотдел\w*|\bдом|\bкв\.|\bглав\w+|\bшкол\w+ №"
    r"|\bвыпуск)\s?[-\d/]+\w*",
    r"\b[A-ZА-ЯЁ]+-?\d+\b|\b\d+[A-Za-zА-Яа-яЁё]\b(?<![kKmM])",  # E87, Q114, 13A
    r"(?<=[A-ZА-ЯЁa-zа-яё]), \d{1,3}(?=,(?!\d)|\)|\s[А-ЯЁA-Z]|\s(?:год|жив|works|lives))",  # age, house
    r"(?i)\b(?:aged|age|ему|ей|возраст\w*)\s(?:—\s|\w+ ){0,2}\d{1,3}(?:[.,]\d+)?",
    r"(?i)\b(?:an?|the)\s(?:[\w-]+\s){1,2}of \d\d(?=[,.;)](?!\d))",  # a sound engineer of 34
    r"\d+(?:[.,]\d+)?[- ](?:летн\w+|year-old\w*|years old|years of age|-летн\w+|-й\b|-го\b|-м\b|-х\b|st\b"
    r"|nd\b|rd\b|th\b)",
    r"\d+-(?:летн\w+|year|е\b|й\b|го\b|м\b|х\b|ти\b|ми\b|процентн\w+|мест\w+)\w*",
    r"\b\d{1,2}(?:st|nd|rd|th)\b",
    r"(?i)(?<![\d.,])(?<!\d[ \u00a0])\d{1,3}(?:[.,]\d+)?\s?(?:times\b|-?fold\b|раза?\b|крат\w+)"
    r"|(?<=[A-Za-z] )times \d[\d.,]*",
    r"(?i)\bнас уже \d[\d\u00a0 ]*|\b\d+\+\s",
    r"https?://\S+|www\.\S+|\S+@\S+",
)
_COMPILED = tuple(re.compile(pattern) for pattern in _PATTERNS)


def other_number_places(text: str) -> list[tuple[int, int]]:
    """Return the places of numbers that are no figures, in the order of the text.

    Example:
        >>> text = "Tel. +7 7172 55 02 02: on 5 October 500 people paid $4.1 million at 22:00"
        >>> [text[start:end] for start, end in other_number_places(text)]
        ['+7 7172 55 02 02', '5 October', '$4.1 million', '22:00']
    """
    found = date_places(text)
    for pattern in _COMPILED:
        found += [match.span() for match in pattern.finditer(text)]
    return join_places(found)


def join_places(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return places in the order of the text, those that overlap as one.

    Example:
        >>> join_places([(5, 9), (0, 2), (8, 12)])
        [(0, 2), (5, 12)]
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def is_covered(start: int, end: int, places: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a stretch of a text overlaps one of the places, which are in order and do not overlap."""
    before = bisect_left(places, (end,))
    return before > 0 and places[before - 1][1] > start
