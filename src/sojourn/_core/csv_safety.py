"""Text that a spreadsheet will not run as a formula. Loads nothing but the standard library."""

from __future__ import annotations

import re
from unicodedata import category, normalize

REMOVED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters, and code points that UTF-8 or a workbook cannot hold. Tabs and line breaks stay."""
SIGNS = frozenset("=+-@")
LINE_STARTS = ("\t", "\r", "\n")
NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?")
UNSEEN = ("Z", "C")
"""Unicode categories that some programs drop from the start of a cell: spaces, and invisible characters."""


def tame_formula(text: str) -> str:
    """Return the text of a cell so that no spreadsheet reads it as a formula.

    A text that begins with `=`, `+`, `-` or `@`, also full-width or after spaces and invisible
    characters, gets an apostrophe before it, and so does one that begins with a tab or a line
    break. A plain negative number stays as it is. Control characters are removed.

    Args:
        text: the text of one cell. Numbers need no call.

    Returns:
        The text to write. Calling the function again changes nothing.

    Example:
        >>> tame_formula("=1+1"), tame_formula(" ＠SUM(A1)"), tame_formula("-5.2"), tame_formula("a = b")
        ("'=1+1", "' ＠SUM(A1)", '-5.2', 'a = b')
    """
    text = REMOVED.sub("", text)
    if NEGATIVE.fullmatch(text):
        return text
    return "'" + text if text.startswith(LINE_STARTS) or _first_seen(text) in SIGNS else text


def _first_seen(text: str) -> str:
    """The first visible character, in its plain form; full-width and small signs become ordinary ones."""
    for character in text:
        if category(character)[0] not in UNSEEN:
            return normalize("NFKC", character)
    return ""
