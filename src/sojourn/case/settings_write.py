"""Writing of `case.toml`: only changed values are replaced; comments and layout are kept."""

from __future__ import annotations

from typing import Any, cast

from sojourn.case.csv_file import BOM
from sojourn.case.settings import CaseSettings
from sojourn.case.settings_read import read_settings

TomlTable = dict[str, Any]
TomlTables = list[TomlTable]


def render_settings(settings: CaseSettings, before: bytes | None) -> bytes:
    """Return the bytes of `case.toml`: those in `before`, with the changed settings replaced.

    Args:
        settings: the settings to write.
        before: the bytes that the case was read from; None for a new file.
    """
    import tomlkit

    if before is None:
        return tomlkit.dumps(plain(settings.model_dump(exclude_unset=True))).encode()
    old = read_settings(before)
    if old == settings:
        return before
    text = before.decode("utf-8")
    document = tomlkit.parse(text.removeprefix(BOM))
    _patch(
        document, plain(old.model_dump(exclude_unset=True)), plain(settings.model_dump(exclude_unset=True))
    )
    # tomlkit keeps the line ends that it parsed but writes Unix line ends for new lines.
    new = tomlkit.dumps(document).replace("\r\n", "\n")
    if "\r\n" in text:
        new = new.replace("\n", "\r\n")
    return ((BOM if text.startswith(BOM) else "") + new).encode()


def plain(value: Any) -> Any:
    """Convert values for TOML: None is dropped, tuples become lists, whole floats become integers."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in cast(TomlTable, value).items() if item is not None}
    if isinstance(value, list | tuple):
        return [plain(item) for item in cast("list[Any] | tuple[Any, ...]", value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _patch(node: Any, before: TomlTable, after: TomlTable) -> None:
    """Change a table from the values in `before` to those in `after`."""
    for key in before:
        if key not in after:
            node.pop(key, None)
    for key, value in after.items():
        old = before.get(key)
        if key in before and old == value:
            continue
        if isinstance(value, dict) and isinstance(old, dict):
            _patch(node[key], cast("TomlTable", old), cast("TomlTable", value))
        elif not (
            _tables(value)
            and _tables(old)
            and _patch_tables(node[key], cast("TomlTables", old), cast("TomlTables", value))
        ):
            node[key] = value


def _tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in cast("list[Any]", value))


def _patch_tables(node: Any, before: TomlTables, after: TomlTables) -> bool:
    """Patch a list of tables that are identified by id; return False if their order changed."""
    kept = [item for item in before if item.get("id") in {other.get("id") for other in after}]
    ids = [item.get("id") for item in kept]
    if None in ids or ids != [item.get("id") for item in after[: len(kept)]]:
        return len(before) == len(after) and _patch_in_place(node, before, after)
    for place in range(len(before) - 1, -1, -1):
        if before[place] not in kept:
            del node[place]
    _patch_in_place(node, kept, after)
    for item in after[len(kept) :]:
        node.append(item)
    return True


def _patch_in_place(node: Any, before: TomlTables, after: TomlTables) -> bool:
    for item, old, new in zip(node, before, after, strict=False):
        _patch(item, old, new)
    return True
