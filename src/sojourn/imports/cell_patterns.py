"""Patterns for cells: text with columns of the table in braces, such as `{geo:place}-{TIME_PERIOD}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sojourn._core.errors import one_of
from sojourn.imports.periods import period_days
from sojourn.imports.published_table import column_name

_COLUMN = re.compile(r"\{([^{}]+?)(?::([a-z]+))?\}")


def _first_day(cell: str) -> str:
    return period_days(cell)[0].isoformat()


def _last_day(cell: str) -> str:
    return period_days(cell)[1].isoformat()


def _as_id(cell: str) -> str:
    return re.sub(r"[^\w.:-]+", "-", cell).strip("-")


FILTERS: dict[str, Callable[[str], str]] = {
    "start": _first_day,
    "end": _last_day,
    "day": _first_day,
    "id": _as_id,
}
"""Name → function of a cell: first and last day of a period, a day, a text as an id."""
PLACE = "place"
"""The filter that looks a code up in the places of the mapping."""


def columns_of(pattern: Any) -> list[str]:
    """Return the columns that a pattern names.

    Example:
        >>> columns_of("{geo:place}-{TIME_PERIOD}")
        ['geo', 'TIME_PERIOD']
    """
    return [match[1] for match in _COLUMN.finditer(pattern)] if isinstance(pattern, str) else []


def unknown_filters(pattern: Any) -> list[str]:
    """Return the filters of a pattern that do not exist."""
    found = [match[2] for match in _COLUMN.finditer(pattern)] if isinstance(pattern, str) else []
    return [name for name in found if name and name not in (*FILTERS, PLACE)]


class PatternError(ValueError):
    """A cell of the table does not fit the pattern; names its column and value."""

    def __init__(self, message: str, column: str, value: str) -> None:
        """Keep the column and the value for the message."""
        super().__init__(message)
        self.column, self.value = column, value


def fill_pattern(pattern: Any, cells: Mapping[str, str], places: Mapping[str, str]) -> str:
    """Return the text of a pattern for one row.

    Args:
        pattern: text with columns in braces; a number or a date of TOML is taken as it is.
        cells: the cells of the row by column.
        places: code in the table → place of the case.

    Raises:
        PatternError: a cell is no period, or no code of a place.

    Example:
        >>> fill_pattern("{geo:place} on {t:end}", {"geo": "KAZ", "t": "2022"}, {"KAZ": "KZ"})
        'KZ on 2022-12-31'
    """
    if not isinstance(pattern, str):
        return pattern.isoformat() if hasattr(pattern, "isoformat") else f"{pattern}"

    def cell_of(match: re.Match[str]) -> str:
        name = match[1]
        cell = cells[column_name(name)]
        if match[2] == PLACE:
            if cell not in places:
                raise PatternError(
                    f"is no code in [places] of the mapping; {one_of(places, cell)}", name, cell
                )
            return places[cell]
        try:
            return FILTERS[match[2]](cell) if match[2] else cell
        except ValueError as error:
            raise PatternError(str(error), name, cell) from None

    return _COLUMN.sub(cell_of, pattern)
