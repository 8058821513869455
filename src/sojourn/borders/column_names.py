"""Names of columns in messages: a file without a header has people's data where the names should be."""

from __future__ import annotations

import re
from typing import Any

from sojourn.borders.normal_form import character_class

PLACE = ("source_file", "source_row")
"""Columns that say where a row stands, where the engine knows it."""


def list_columns(table: Any) -> str:
    """The columns of a table, for a message; only kinds of characters where they seem to be a row of data."""
    names = [name for name in table.columns if name not in PLACE]
    if any(re.search(r"\d{4}", name) for name in names):
        kinds = ", ".join(character_class(name) for name in names)
        return f"the header looks like a row of data ({kinds}); the first line must name the columns"
    return f"there are {', '.join(names)}"
