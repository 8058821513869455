"""How much of somebody's words a reader gets to see: a short quotation, never the text."""

from __future__ import annotations

QUOTE_WORDS = 25
"""Words of a quotation in everything that is written for readers. The ledger keeps what the analyst wrote."""
CUT = " …"


def cut_quote(text: str) -> str:
    """Return a quotation of at most 25 words, with an ellipsis where words were left out.

    Args:
        text: the quotation as the ledger has it. Words are what white space separates.

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
