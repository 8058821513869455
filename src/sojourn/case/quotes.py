"""Quotations in outputs: shortened so that no source is reproduced at length."""

from __future__ import annotations

QUOTE_WORDS = 25
"""Maximum number of words of a quotation in outputs; the ledger keeps the whole quotation."""
CUT = " …"


def cut_quote(text: str) -> str:
    """Return a quotation of at most 25 words, with an ellipsis if words were left out.

    Args:
        text: the quotation in the ledger; words are separated by white space.

    Returns:
        The text itself if it is short enough, else its first 25 words and " …". Cutting again
        changes nothing.

    Example:
        >>> cut_quote("more than 100,000 came")
        'more than 100,000 came'
        >>> cut_quote("word " * 26).split()[-2:]
        ['word', '…']
    """
    words = text.split()
    return text if len(words) <= QUOTE_WORDS else " ".join(words[:QUOTE_WORDS]) + CUT
