"""The edits of a case as an analyst thinks of them: rows that only make sense together are one edit.

A claim comes and goes with its readings, a new source comes with its claims, the claims of a series share
their readings, and small contact groups are not told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sojourn.case.differences import Key, RowEdit
from sojourn.case.schema import CLAIMS, CONTACTS, READINGS, SOURCES
from sojourn.case.settings_read import FILE
from sojourn.case.small_groups import FOLDED, is_small

INERT = frozenset({"quote", "url", "via", "note", "why", "name", "role", "respondent"})
"""Columns that the model does not read."""
MOST_CELLS = 3


@dataclass(frozen=True, slots=True)
class EditGroup:
    """One edit: its rows, and what was edited in a few words."""

    title: str
    rows: tuple[RowEdit, ...]

    @property
    def is_private(self) -> bool:
        """Whether the edit concerns small contact groups, of which no cell is shown."""
        return any(_is_small(edit) for edit in self.rows)

    @property
    def is_inert(self) -> bool:
        """Whether only words were edited that the model does not read."""
        return all(
            edit.kind == "changed" and edit.table != FILE and {cell.column for cell in edit.cells} <= INERT
            for edit in self.rows
        )


def group_edits(edits: Iterable[RowEdit], series: Mapping[str, str] | None = None) -> tuple[EditGroup, ...]:
    """Group the edits of `find_edits`, in their order.

    A source that was added or removed is no edit of its own, since it changes nothing without claims.

    Args:
        edits: the rows that differ.
        series: the series of every claim that belongs to one.

    Example:
        >>> from sojourn.case.differences import CellChange
        >>> change = CellChange("value", "100000", "120000")
        >>> group_edits([RowEdit("claims.csv", ("KZ07",), "changed", (change,))])[0].title
        'claim KZ07: value 100000 → 120000'
    """
    found = tuple(edits)
    whole = {edit.key[0] for edit in found if edit.table == CLAIMS.file and edit.kind != "changed"}
    sources = {edit.key[0]: edit for edit in found if edit.table == SOURCES.file and edit.kind == "added"}
    groups: dict[Key, list[RowEdit]] = {}
    for edit in found:
        if edit.table != SOURCES.file or edit.kind == "changed":
            groups.setdefault(_group_of(edit, whole, series or {}), []).append(edit)
    return tuple(EditGroup(_title(key, rows), _with_sources(rows, sources)) for key, rows in groups.items())


def shown_rows(edits: Iterable[RowEdit]) -> tuple[RowEdit, ...]:
    """The edits for readers: those of small contact groups are one row at the end, without cells."""
    found = tuple(edits)
    large = tuple(edit for edit in found if not _is_small(edit))
    folded = RowEdit(CONTACTS.file, (FOLDED,), "changed")
    return large if len(large) == len(found) else (*large, folded)


def _group_of(edit: RowEdit, whole: set[str], series: Mapping[str, str]) -> Key:
    claim = edit.key[0] if edit.key else ""
    if edit.table == READINGS.file and claim in whole:
        return (CLAIMS.file, claim)
    if edit.table == READINGS.file and claim in series:
        return (READINGS.file, "series", series[claim], edit.key[1])
    return (CONTACTS.file, FOLDED) if _is_small(edit) else (edit.table, *edit.key)


def _is_small(edit: RowEdit) -> bool:
    """Whether a contact group is small before or after the edit."""
    groups = [group for group in (edit.old, edit.new) if group is not None]
    return edit.table == CONTACTS.file and any(is_small(group) for group in groups)


def _with_sources(rows: list[RowEdit], sources: Mapping[str, RowEdit]) -> tuple[RowEdit, ...]:
    """The rows, after the new sources that they need."""
    needed = dict.fromkeys(getattr(edit.new, "source", "") for edit in rows if edit.table != SOURCES.file)
    return (*(sources[source] for source in needed if source in sources), *rows)


def _title(key: Key, rows: list[RowEdit]) -> str:
    if key[-1] == FOLDED:
        return f"contacts of {FOLDED}"
    first = rows[0]
    what = _name(first)
    if key[:2] == (READINGS.file, "series"):
        what = f"reading {key[3]} of the series {key[2]}"
    if first.kind != "changed":
        readings = len(rows) - 1
        with_them = (
            f" with {readings} reading{'s' if readings > 1 else ''}"
            if key[0] == CLAIMS.file and readings
            else ""
        )
        value = f": {(first.cells[0].new or first.cells[0].old)}" if first.table == FILE else ""
        return f"{what} {first.kind}{with_them}{value}"
    cells = [
        f"{cell.column} {cell.old or '(empty)'} → {cell.new or '(empty)'}".strip() for cell in first.cells
    ]
    more = f" and {len(cells) - MOST_CELLS} more" if len(cells) > MOST_CELLS else ""
    return f"{what}: {', '.join(cells[:MOST_CELLS])}{more}"


def _name(edit: RowEdit) -> str:
    """What a row is called in a sentence."""
    if edit.table == READINGS.file:
        return f"reading {edit.key[1]} of claim {edit.key[0]}"
    noun = {CLAIMS.file: "claim", SOURCES.file: "source", CONTACTS.file: "contact group"}.get(edit.table)
    return f"{noun} {edit.row}" if noun else f"{edit.table} {edit.row}".strip()
