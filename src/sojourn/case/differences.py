"""The differences of two cases, row by row: what an analyst edited between two answers.

In: two cases. Out: the rows that were added, removed or changed, with the cells as text. The order of
rows, comments and the layout of files mean nothing and are no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from pydantic import ValidationError

from sojourn._core.settings import problems_of
from sojourn.case.case import Case
from sojourn.case.errors import CaseError
from sojourn.case.read import parse_case
from sojourn.case.schema import CLAIMS, CONTACTS, READINGS, SOURCES, TABLES, TableSchema
from sojourn.case.settings import CaseSettings
from sojourn.case.settings_read import FILE
from sojourn.case.settings_write import plain
from sojourn.case.write import cell_text, cell_value, render_case

EditKind = Literal["added", "removed", "changed"]
Key = tuple[str, ...]
PRIOR_KEYS = (frozenset({"median", "factor"}), frozenset({"low", "high"}), frozenset({"mean", "sd"}))
ROWS_OF = {
    SOURCES.file: "sources",
    CLAIMS.file: "claims",
    READINGS.file: "readings",
    CONTACTS.file: "contacts",
}
"""Table → the field of a case that holds its rows."""
LISTS = ("events", "regimes", "stay_rules", "schemes", "strata", "anchors")
"""Keys of `case.toml` that hold a list of tables."""
SERIES = "series/"


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell of a row and its text before and after; `column` is empty for a key of `case.toml`."""

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowEdit:
    """A row that was added, removed or changed.

    `table` is a file of the case and `key` identifies the row: the id of a claim, source or group; claim
    and reading; or the path of a key in `case.toml`. `old` and `new` are the row itself, or the value of
    the key; None where there is none.
    """

    table: str
    key: Key
    kind: EditKind
    cells: tuple[CellChange, ...] = ()
    old: Any = field(default=None, repr=False)
    new: Any = field(default=None, repr=False)

    @property
    def row(self) -> str:
        """The id of the row in one word: `KZ07`, `KZ07/displaced`, `events.mobilisation.date`."""
        return ("." if self.table == FILE else "/").join(self.key)


def find_edits(a: Case, b: Case) -> tuple[RowEdit, ...]:
    """The edits that lead from one case to another, in the order of the tables and then of the keys.

    Example:
        >>> from sojourn.case import read_case
        >>> case = read_case("poland-2022")
        >>> first = replace(case.claims[0], value=1000.0)
        >>> [edit] = find_edits(case, replace(case, claims=(first, *case.claims[1:])))
        >>> edit.table, edit.kind, edit.cells[0].column, edit.cells[0].new
        ('claims.csv', 'changed', 'value', '1000')
    """
    return (
        *(edit for table in TABLES for edit in _table_edits(table, a, b)),
        *sorted(_settings_edits(a.settings, b.settings), key=lambda edit: edit.key),
        *_series_edits(a, b),
    )


def compare_rows(
    table: str, old: Mapping[Key, Mapping[str, str]], new: Mapping[Key, Mapping[str, str]]
) -> Iterator[RowEdit]:
    """The edits between two versions of a table whose rows are given as text by column."""
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        names = dict.fromkeys((*(before or ()), *(after or ())))
        cells = tuple(
            CellChange(name, (before or {}).get(name, ""), (after or {}).get(name, ""))
            for name in names
            if (before or {}).get(name, "") != (after or {}).get(name, "")
        )
        if before is None or after is None:
            yield RowEdit(table, key, "added" if before is None else "removed", cells)
        elif cells:
            yield RowEdit(table, key, "changed", cells)


def _table_edits(table: TableSchema, a: Case, b: Case) -> Iterator[RowEdit]:
    rows = [{_key(table, row): row for row in getattr(case, ROWS_OF[table.file])} for case in (a, b)]
    texts = [{key: _cells(table, row) for key, row in found.items()} for found in rows]
    for edit in compare_rows(table.file, *texts):
        yield replace(edit, old=rows[0].get(edit.key), new=rows[1].get(edit.key))


def _key(table: TableSchema, row: Any) -> Key:
    return tuple(getattr(row, name) for name in table.key)


def _cells(table: TableSchema, row: Any) -> dict[str, str]:
    known = {column.name: cell_text(column, cell_value(column, row)) for column in table.columns}
    return known | {name: text for name, text in row.extra.items() if text}


def _settings_edits(a: CaseSettings, b: CaseSettings) -> Iterator[RowEdit]:
    """The keys of `case.toml` that differ: a prior, a list and a whole new table are one key each."""
    yield from _key_edits(_by_id(a.model_dump()), _by_id(b.model_dump()), ())


def _key_edits(old: Any, new: Any, path: Key) -> Iterator[RowEdit]:
    if old == new:
        return
    if _is_table(old) and _is_table(new):
        for key in {**old, **new}:
            yield from _key_edits(old.get(key), new.get(key), (*path, key))
        return
    kind: EditKind = "added" if old is None else "removed" if new is None else "changed"
    yield RowEdit(FILE, path, kind, (CellChange("", toml_text(old), toml_text(new)),), old, new)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and not any(keys <= value.keys() for keys in PRIOR_KEYS)


def _by_id(dumped: dict[str, Any]) -> dict[str, Any]:
    """Settings in which every list of tables is a table of tables by id."""
    lists = {name: {_id(item): item for item in dumped[name]} for name in LISTS if name in dumped}
    return dumped | lists


def _id(item: Mapping[str, Any]) -> str:
    """The id of a table in a list; an anchor is identified by its source and kind."""
    return item["id"] if "id" in item else f"{item['source']}:{item['kind']}"


def toml_text(value: Any) -> str:
    """A value as it stands in `case.toml`, in one line; empty for a key that is not there.

    Example:
        >>> toml_text({"median": 20000.0, "factor": 2.0, "why": ""})
        '{ median = 20000, factor = 2 }'
    """
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, dict):
        pairs = cast("dict[str, Any]", value).items()
        return f"{{ {', '.join(f'{key} = {toml_text(item)}' for key, item in pairs if item != '')} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_text, cast('list[Any]', value)))}]"
    return str(value).lower() if isinstance(value, bool) else f"{value}"


def _series_edits(a: Case, b: Case) -> Iterator[RowEdit]:
    old, new = ({series.name: series for series in case.series} for case in (a, b))
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before != after:
            kind: EditKind = "added" if before is None else "removed" if after is None else "changed"
            rows = ("" if series is None else f"{len(series.rows)} rows" for series in (before, after))
            yield RowEdit(f"{SERIES}{name}.csv", (), kind, (CellChange("", *rows),), before, after)


def apply_edits(case: Case, edits: Iterable[RowEdit]) -> Case:
    """The case after some edits, from `find_edits` of this case and another.

    Args:
        case: the case.
        edits: all of the edits, or some; each must fit the case.

    Returns:
        The valid case with the edited rows; added rows come last in their tables.

    Raises:
        CaseError: the case is not valid with these edits alone, because a claim needs its source, say.
    """
    chosen = tuple(edits)
    changed: dict[str, Any] = {}
    for table in TABLES:
        own = [edit for edit in chosen if edit.table == table.file]
        if own:
            changed[ROWS_OF[table.file]] = _edited_rows(table, getattr(case, ROWS_OF[table.file]), own)
    series = {s.name: s for s in case.series}
    for edit in chosen:
        if edit.table.startswith(SERIES):
            series.pop((edit.old or edit.new).name, None)
            if edit.new is not None:
                series[edit.new.name] = edit.new
    own = [edit for edit in chosen if edit.table == FILE]
    settings = _edited_settings(case.settings, own) if own else case.settings
    edited = replace(
        case, settings=settings, series=tuple(series[name] for name in sorted(series)), **changed
    )
    return parse_case(render_case(edited), case.name, case.path)


def _edited_rows(table: TableSchema, rows: tuple[Any, ...], edits: Iterable[RowEdit]) -> tuple[Any, ...]:
    by_key = {_key(table, row): row for row in rows}
    for edit in edits:
        before = by_key.pop(edit.key, None) if edit.new is None else by_key.get(edit.key)
        if edit.new is not None:
            by_key[edit.key] = replace(edit.new, row=before.row if before else 0)
    return tuple(by_key.values())


def _edited_settings(settings: CaseSettings, edits: Iterable[RowEdit]) -> CaseSettings:
    dumped = _by_id(settings.model_dump(exclude_unset=True))
    for edit in edits:
        node = dumped
        for key in edit.key[:-1]:
            node = node.setdefault(key, {})
        node.pop(edit.key[-1], None)
        if edit.new is not None:
            node[edit.key[-1]] = edit.new
    lists = {name: list(dumped[name].values()) for name in LISTS if name in dumped}
    try:
        return CaseSettings.model_validate(dumped | lists)
    except ValidationError as error:
        raise CaseError(problems_of(FILE, error, CaseSettings)) from None
