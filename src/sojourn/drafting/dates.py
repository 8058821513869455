"""Days in articles: the day of publication, days relative to it, and the places of dates in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

_NAMES = (
    ("jan", "янв"),
    ("feb", "фев"),
    ("mar", "март", "мар"),
    ("apr", "апр"),
    ("may", "мая", "май"),
    ("jun", "июн"),
    ("jul", "июл"),
    ("aug", "авг"),
    ("sep", "сен"),
    ("oct", "окт"),
    ("nov", "ноя"),
    ("dec", "дек"),
)
MONTHS = tuple(name for names in _NAMES for name in names)
"""Beginnings of the names of months in lower case."""
_ENGLISH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?"
)
_RUSSIAN = (
    r"(?:январ[яьею]|феврал[яьею]|марта?е?|апрел[яьею]|ма[йяею]|июн[яьею]|июл[яьею]|августа?е?|сентябр[яьею]"
    r"|октябр[яьею]|ноябр[яьею]|декабр[яьею]|янв|фев|мар|апр|июн|июл|авг|сен|сент|окт|ноя|дек)\b\.?"
)
_MONTH = rf"(?:{_ENGLISH}|{_RUSSIAN})"
_YEAR = r"(?:19|20)\d\d"
_DAYS = r"\d{1,2}(?:st|nd|rd|th)?(?:\s*(?:[-–—]|and|to|и|по|до)\s*\d{1,2}(?:st|nd|rd|th)?)?"
_DATES = re.compile(
    rf"(?<![\d.,])(?:{_YEAR}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}[./](?:{_YEAR}|\d\d)(?!\d)"
    rf"|{_DAYS}\s+{_MONTH}(?:,?\s+{_YEAR})?|{_MONTH}\s+{_DAYS}(?!\d|[.,]\d|\s?(?:million|thousand|percent"
    rf"|per cent|%))"
    rf"(?:,?\s+{_YEAR})?|{_YEAR}(?!\d|[.,]\d|[ \u00a0]\d{{3}}))",
)
_FULL = re.compile(
    rf"(?P<iso>{_YEAR}-\d\d-\d\d)|(?P<d1>\d{{1,2}})[./](?P<m1>\d{{1,2}})[./](?P<y1>{_YEAR})"
    rf"|(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{_MONTH})(?:,?\s+(?P<y2>{_YEAR}))?"
    rf"|(?P<m3>{_ENGLISH})\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*\d{{3}})(?:,?\s+(?P<y3>{_YEAR}))?"
)
HEAD = 600
"""The day of publication is looked for in this many characters from the beginning."""
DATELINE = 150
"""A day without a year in this many characters is that of the publication, if the text has later years."""


def date_places(text: str) -> list[tuple[int, int]]:
    """Return the places of dates, days of a month and years.

    Example:
        >>> text = "С 21 по 26 сентября 2022 года въехали 98 тыс."
        >>> [text[start:end] for start, end in date_places(text)]
        ['21 по 26 сентября 2022']
    """
    return [match.span() for match in _DATES.finditer(text)]


def find_publication_day(text: str) -> date | None:
    """Return the first full date near the beginning of an article, or None.

    Example:
        >>> find_publication_day("ALMATY, Nov. 29, 2022 (Caspian Press)")
        datetime.date(2022, 11, 29)
    """
    head = list(_days(text[:HEAD], None))
    full = list(_days(text, None))
    dateline = next(iter(_FULL.finditer(text[:DATELINE])), None)
    if dateline is not None and full and not any(place < DATELINE for place, _ in head):
        latest = max(day for _, day in full)
        for year in (latest.year, latest.year + 1):
            guess = next((day for _, day in _days(dateline[0], year)), None)
            if guess is not None and guess >= latest:
                return guess
    if head:
        return head[0][1]
    year = re.search(rf"(?<!\d){_YEAR}(?!\d)", text)
    return next((day for _, day in _days(text[:HEAD], int(year[0]))), None) if year else None


def _days(text: str, year: int | None) -> Iterator[tuple[int, date]]:
    """Yield the days in a text with their places; those without a year get the one given, or are left out."""
    for match in _FULL.finditer(text):
        if match["iso"]:
            parts = [int(part) for part in match["iso"].split("-")]
        else:
            kind = "123"[[bool(match["d1"]), bool(match["d2"]), bool(match["d3"])].index(True)]
            month, said = match[f"m{kind}"], match[f"y{kind}"]
            if said is None and year is None:
                continue
            number = int(month) if month.isdigit() else _month_number(month)
            parts = [int(said) if said else year or 0, number, int(match[f"d{kind}"])]
        try:
            yield match.start(), date(*parts)
        except ValueError:
            continue


def _month_number(name: str) -> int:
    low = name.lower()
    return next((place for place, names in enumerate(_NAMES, 1) if low.startswith(names)), 0)


_WEEKDAYS = (
    ("monday", "понедельник"),
    ("tuesday", "вторник"),
    ("wednesday", "сред"),
    ("thursday", "четверг"),
    ("friday", "пятниц"),
    ("saturday", "суббот"),
    ("sunday", "воскресень"),
)
_SAID_ON = re.compile(
    r"(?:said|told|announced|reported|wrote|repeated|сообщил\w*|заявил\w*|сказал\w*"
    r"|рассказал\w*)\b[^.;]{0,40}?"
    r"\b(?:on|last|в|во|в минувш\w+|в прошл\w+)\s+(\w+)",
    re.IGNORECASE,
)


def day_said(sentence: str, published: date | None) -> date | None:
    """Return the weekday on which a sentence says that something was said, on or before the publication.

    Example:
        >>> day_said("The minister told reporters on Tuesday that 300 came", date(2022, 10, 6))
        datetime.date(2022, 10, 4)
    """
    match = _SAID_ON.search(sentence)
    if published is None or match is None:
        return published
    for place, names in enumerate(_WEEKDAYS):
        if match[1].lower().startswith(names):
            return published - timedelta(days=(published.weekday() - place) % 7)
    return published
