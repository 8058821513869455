"""Numbers of people as readers see them."""

from __future__ import annotations


def format_people(value: float) -> str:
    """A number of people, to three significant digits.

    Example:
        >>> format_people(123_456)
        '123,000'
    """
    return f"{float(f'{value:.3g}'):,.0f}"
