"""Look-alike letters: recognition of words that mix Latin letters with similar ones of other alphabets.

A word is compared by its skeleton: without case, accents, apostrophes and invisible
characters, and with each look-alike replaced by the Latin letter that it resembles. Listed
words are reduced in the same way, so a Cyrillic word of a list is found whether it is
written in Cyrillic or partly in Latin letters.
"""

from __future__ import annotations

import re
from unicodedata import category, normalize

CYRILLIC = (
    "АВЕКМНОРСТУХІЈЅЁЇЎҚҢӨҮҰӘҺавекмнорстухіјѕёїўқңөүұәһԁԛԝӏѵґ",
    "abekmhopctyxijseiykhoyyahabekmhopctyxijseiykhoyyahdqwlvг",
)
GREEK = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαβγεηικμνορςστυχϲϳ", "abezhikmnoptyxabyenikmvopcstuxcj")
LATIN = ("ıłøđɑɡʀɪʜʟɴ", "ilodagrihln")
LOOK_ALIKES = str.maketrans(
    {seen: meant for pair in (CYRILLIC, GREEK, LATIN) for seen, meant in zip(*pair, strict=True)}
)
APOSTROPHES = re.compile("['’‘`´ʼʻʹ′\u0640]")
"""Characters that some writers omit within a word; the last one (tatweel) stretches Arabic words."""


def skeleton(text: str) -> str:
    """Return a text with all letters that resemble Latin ones in lower-case Latin; others are kept.

    Args:
        text: any text, in any alphabet.

    Returns:
        The text without case, accents and invisible characters, look-alikes replaced.

    Example:
        >>> skeleton("Ｐаssроrt"), skeleton("prénom"), skeleton("Адрес") == skeleton("aдpec")
        ('passport', 'prenom', True)
    """
    plain = APOSTROPHES.sub("", normalize("NFKC", text)).translate(LOOK_ALIKES).casefold()
    seen = "".join(c for c in normalize("NFKD", plain) if category(c) not in ("Mn", "Me", "Cf"))
    return seen.translate(LOOK_ALIKES)


def words_of(header: str) -> tuple[str, ...]:
    """Return the words of a column name as skeletons, split at non-letters and at `camelCase` boundaries.

    Args:
        header: the name of a column.

    Returns:
        Its words, without digits and punctuation.

    Example:
        >>> words_of("Date-of_birth 2"), words_of("fullName")
        (('date', 'of', 'birth'), ('full', 'name'))
    """
    visible = "".join(c for c in normalize("NFKC", header) if category(c) != "Cf")
    return tuple(re.findall(r"[^\W\d_]+", skeleton(_parted(visible))))


def _parted(text: str) -> str:
    """Insert spaces between the words of names such as `fullName` or `DOBYear`."""
    if text.isupper() or text.islower():
        return text
    around = zip(" " + text, text, text[1:] + " ", strict=False)
    return "".join(
        " " + c if c.isupper() and (before.islower() or (before.isupper() and after.islower())) else c
        for before, c, after in around
    )
