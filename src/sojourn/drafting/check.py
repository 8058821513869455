"""Checks of drafts against the text: the quotation is verbatim, and the figure is in it."""

from __future__ import annotations

from sojourn.drafting.draft import Draft
from sojourn.drafting.figures import find_figures


def is_verbatim(draft: Draft, text: str) -> bool:
    """Tell whether a quotation is the stretch of the text that the draft names."""
    return bool(draft.quote) and draft.quote == text[draft.start : draft.end]


def is_said(draft: Draft) -> bool:
    """Tell whether the value and the upper end of a draft are numbers of its quotation, signs aside.

    Example:
        >>> [is_said(Draft(words, 0, 9, value=5000.0)) for words in ("about 5,000 came", "many came")]
        [True, False]
    """
    figures = find_figures(draft.quote)
    numbers = {abs(value) for item in figures for value in (item.value, item.high) if value is not None}
    return all(abs(value) in numbers for value in (draft.value, draft.high) if value is not None)
