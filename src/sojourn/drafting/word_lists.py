"""Word lists as text: one string with spaces is easier to read and to extend than a list of strings."""

from __future__ import annotations


def word_list(text: str) -> tuple[str, ...]:
    """Return the words of a text in their order.

    Example:
        >>> word_list("came left  stayed")
        ('came', 'left', 'stayed')
    """
    return tuple(text.split())


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())
