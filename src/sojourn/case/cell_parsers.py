"""Parsers of cells, one per kind of column, with errors that say what to write instead.

A parser takes the stripped text of a cell and returns its value. It raises `ValueError`
with a message that completes a sentence whose subject is the cell: "is not a number".
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sojourn._core.errors import did_you_mean, one_of

Parser = Callable[[str], Any]

ID = re.compile(r"[\w.:\-]+")
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
GROUPED = re.compile(r"[+-]?\d{1,3}([,  .'’_]\d{3})+([.,]\d+)?")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
LONGEST = 30
"""Maximum length of a number in characters; a longer one is a typing error and may overflow."""
SHARE_WORDS = ("half", "most", "some")
SYNONYMS = {
    "around": "about",
    "approximately": "about",
    "circa": "about",
    "roughly": "about",
    "estimated": "about",
    "nearly": "almost",
    "close to": "towards",
    "over": "more_than",
    "above": "more_than",
    "greater than": "more_than",
    "not less than": "at_least",
    "minimum": "at_least",
    "at most": "up_to",
    "maximum": "up_to",
    "fewer than": "less_than",
    "under": "less_than",
    "below": "less_than",
    "between": "range",
    "plain": "reported",
    "majority": "most",
    "several": "some",
    "crossings": "entries",
    "entry": "entries",
    "exit": "exits",
    "stock": "present",
    "left": "departures",
    "tourists": "visitors",
    "everybody": "all",
}
"""Words that people often try → the word that the ledger uses."""


def text(cell: str) -> str:
    """Return any text unchanged."""
    return cell


def identifier(cell: str) -> str:
    """Parse an id: letters of any alphabet, digits, and _ . : -"""
    if not ID.fullmatch(cell):
        raise ValueError("is not an id; use letters, digits and _ . : - without spaces")
    return cell


def number(cell: str) -> float:
    """Parse a plain decimal number."""
    if NUMBER.fullmatch(cell):
        if len(cell) > LONGEST:
            raise ValueError(f"is too long for a number; write at most {LONGEST} digits")
        return float(cell)
    if GROUPED.fullmatch(cell):
        plain = re.sub(r"[^\d.+-]", "", cell)
        hint = f", such as {plain}" if plain.count(".") == 0 else ""
        raise ValueError(f"is not a plain number; write digits without thousands separators{hint}")
    if re.fullmatch(r"[+-]?\d+,\d+", cell):
        raise ValueError(f"has a decimal comma; write {cell.replace(',', '.')}")
    if re.fullmatch(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+", cell):
        raise ValueError("is in scientific notation, which loses digits; write the number in full")
    raise ValueError("is not a number; write digits only, with a point for decimals")


def positive(cell: str) -> float:
    """Parse a number above zero."""
    value = number(cell)
    if value <= 0:
        raise ValueError("must be above 0")
    return value


def day(cell: str) -> date:
    """Parse a full ISO date."""
    if DAY.fullmatch(cell):
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise ValueError("is not a date in the calendar") from None
    if re.fullmatch(r"\d{4}(-\d\d)?", cell):
        raise ValueError("is not a full date; write year-month-day, such as 2022-09-21")
    raise ValueError("is not a date; write year-month-day, such as 2022-09-21")


def span(cell: str) -> tuple[date, date]:
    """Parse a date, a month (`2022-09`) or a year (`2022`) as its first and last day."""
    try:
        if re.fullmatch(r"\d{4}", cell):
            return date(int(cell), 1, 1), date(int(cell), 12, 31)
        if re.fullmatch(r"\d{4}-\d\d", cell):
            year, month = int(cell[:4]), int(cell[5:])
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    except ValueError:
        raise ValueError("is not a month or a year in the calendar") from None
    try:
        only = day(cell)
    except ValueError as error:
        raise ValueError(str(error) + ", or year-month, or year") from None
    return only, only


def count(cell: str) -> str:
    """Parse a whole number of people, or `half`, `most`, `some`; the text is kept as written."""
    if cell in SHARE_WORDS or re.fullmatch(r"\d+", cell):
        return cell
    raise ValueError("is neither a whole number of people nor one of half, most, some")


def word(words: Iterable[str]) -> Parser:
    """Return a parser that accepts one of a fixed list of words."""
    allowed = tuple(words)

    def parse(cell: str) -> str:
        if cell not in allowed:
            raise ValueError(f"is not allowed; {one_of(allowed)}{_meant(cell, allowed)}")
        return cell

    return parse


def _meant(cell: str, allowed: tuple[str, ...]) -> str:
    """Suggest a word by meaning, then by spelling, then by a spelling close to a known synonym."""
    words = {said: meant for said, meant in SYNONYMS.items() if meant in allowed}
    said = cell.casefold().replace("_", " ")
    if said not in words and (hint := did_you_mean(cell, allowed)):
        return hint
    from difflib import get_close_matches

    near = get_close_matches(said, words, n=1, cutoff=0.7)
    return f' (did you mean "{words[near[0]]}"?)' if near else ""


def number_text(value: float) -> str:
    """Format a number for a cell, without an exponent or a trailing `.0`."""
    if float(value).is_integer():
        return str(int(value))
    from decimal import Decimal

    return format(Decimal(repr(value)), "f")


def span_text(first: date, last: date) -> str:
    """Format a first and a last day as a date, a month or a year: the inverse of `span`.

    Raises:
        ValueError: the days are not exactly one date, month or year.
    """
    for cell in (first.isoformat(), f"{first:%Y-%m}", f"{first.year:04d}"):
        if span(cell) == (first, last):
            return cell
    raise ValueError(f"{first} to {last} is not one day, one month or one year")
