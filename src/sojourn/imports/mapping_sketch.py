"""A first mapping for a table, made from its headings, to be completed by hand."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sojourn._core.errors import Problem
from sojourn.case.csv_file import decode
from sojourn.case.errors import CaseError
from sojourn.imports.mapping import PERIOD, VALUE
from sojourn.imports.published_table import PublishedTable, read_table

MOST_CODES = 12
"""Most codes of a column that a sketch lists."""
HEADS = 15
"""The header is looked for in this many rows."""
_YEAR = r"((?:19|20)\d\d)(?: \[YR\d{4}\])?"


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a kind of table calls its columns."""

    about: str
    place: str
    period: str
    values: tuple[str, ...]
    filters: tuple[str, ...] = ()
    wide: str = ""
    flag: str = ""
    published: str = "2023-01-31"


def sketch_mapping(path: Path) -> str:
    """Return the text of a mapping for a table, with the columns and codes that it has.

    Recognised are UNHCR refugee data, SDMX-CSV, HXL hashtags and World Bank tables; any other table gets
    its headings as a comment.

    Raises:
        CaseError: the table cannot be read.
    """
    header = _header_row(path)
    table = _table(path, header)
    layout = _layout_of(table)
    lines = [
        f"# How the rows of {path.name} become claims: {layout.about}.",
        f"# Columns: {', '.join(table.names)}",
        "# Complete what is marked TODO. Filters: {column:start}, :end and :day of a period, :place of a "
        "code, :id of a text.",
        "",
    ]
    lines += [f"header = {header}"] if header > 1 else []
    lines += [f"wide = {_text(layout.wide)}"] if layout.wide else []
    lines += [f"flag = {_text(layout.flag)}"] if layout.flag else []
    lines += ["", "[source]", 'source = "TODO"', 'name = "TODO"', 'interest = "international"', ""]
    if layout.flag:
        lines += [
            "[flags]",
            'p = { note = "provisional" }',
            'e = { hedge = "about", note = "estimated" }',
            "",
        ]
    lines += _filters(table, layout) + _places(table, layout)
    for value in layout.values:
        lines += _claim(layout, value)
    return "\n".join(lines) + "\n"


def _table(path: Path, header: int) -> PublishedTable:
    from sojourn.imports.mapping import MappedClaim, MappedSource, Mapping

    claim = MappedClaim(id="-", value="-")
    return read_table(path, Mapping(header=header, source=MappedSource(source="-"), claims=(claim,)))


def _header_row(path: Path) -> int:
    """Return the first row with as many cells as most rows have."""
    try:
        text, _ = decode(path.name, path.read_bytes())
    except OSError as error:
        raise CaseError([Problem(str(path), f"cannot be read: {error.strerror}")]) from None
    lines = list(io.StringIO(text))[:HEADS]
    counts = [max(line.count(sign) for sign in ",;\t") for line in lines]
    return next((row for row, count in enumerate(counts, 1) if count >= max(counts) - 1 and count > 0), 1)


def _layout_of(table: PublishedTable) -> _Layout:
    names = {name.casefold(): name for name in table.header}
    if table.hashtags:
        return _hxl(table)
    if "obs_value" in names:
        period = names.get("time_period", "TIME_PERIOD")
        place = next((names[name] for name in ("geo", "ref_area", "reporter") if name in names), "TODO")
        known = {
            "obs_value",
            "time_period",
            place.casefold(),
            "dataflow",
            "last update",
            "obs_flag",
            "conf_status",
            "structure",
            "structure_id",
            "action",
        }
        filters = tuple(name for name in table.header if name.casefold() not in known)
        flag = names.get("obs_flag", names.get("obs_status", ""))
        published = "{LAST UPDATE:day}" if "last update" in names else "TODO"
        return _Layout("SDMX-CSV", place, period, (names["obs_value"],), filters, "", flag, published)
    if asylum := names.get("country of asylum (iso)"):
        counted = tuple(
            name
            for name in table.header
            if re.match(r"refugees under|asylum-seekers|idps|returned|other people", name, re.I)
        )
        origin = names.get("country of origin (iso)", "TODO")
        return _Layout("UNHCR refugee data", asylum, names.get("year", "TODO"), counted, (origin,))
    if any(re.fullmatch(_YEAR, name) for name in table.header):
        place = next(
            (names[name] for name in ("country code", "country name") if name in names), table.header[0]
        )
        filters = tuple(names[name] for name in ("indicator code", "series code") if name in names)
        return _Layout("one column for each year", place, PERIOD, (VALUE,), filters, _YEAR)
    return _Layout("a table of a kind that is not known", "TODO", "TODO", ("TODO",))


def _hxl(table: PublishedTable) -> _Layout:
    tags = [tag for tag in table.hashtags if tag]
    place = next(
        (tag for tag in tags if re.match(r"#(?:country|adm\d)\+.*code", tag)),
        next((tag for tag in tags if tag.startswith(("#country", "#adm"))), "TODO"),
    )
    period = next((tag for tag in tags if tag.startswith("#date")), "TODO")
    values = tuple(
        tag
        for tag in tags
        if tag.startswith(("#affected", "#population", "#reached", "#inneed")) and "date" not in tag
    )
    return _Layout("HXL hashtags", place, period, values or ("TODO",))


def _codes(table: PublishedTable, name: str) -> list[str]:
    if name not in table.names or name in (PERIOD, VALUE):
        return []
    return list(dict.fromkeys(row.cells[name] for row in table if row.cells[name]))


def _filters(table: PublishedTable, layout: _Layout) -> list[str]:
    if not layout.filters:
        return []
    return [
        "# Rows that are wanted; delete a line to take all values.",
        "[rows]",
        *(_filter(table, name) for name in layout.filters),
        "",
    ]


def _filter(table: PublishedTable, name: str) -> str:
    codes = _codes(table, name)
    shown = ", ".join(_text(code) for code in codes[:MOST_CODES])
    more = f"  # TODO: choose; {len(codes):,} values" if len(codes) > 1 else ""
    return f"{_text(name)} = [{shown}]{more}"


def _places(table: PublishedTable, layout: _Layout) -> list[str]:
    codes = _codes(table, layout.place)
    lines = ["# Code in the table = id of the place in the case. TODO", "[places]"]
    return [*lines, *(f"{_text(code)} = {_text(code)}" for code in codes[:MOST_CODES]), ""]


def _claim(layout: _Layout, value: str) -> Iterable[str]:
    number = "" if len(layout.values) == 1 else re.sub(r"\W+", "-", value).strip("-") + "-"
    place, period = f"{{{layout.place}:place}}", f"{{{layout.period}"
    return [
        "[[claims]]",
        f"id = {_text(f'{number}{place}-{period}:id}}')}",
        f"value = {_text(value)}",
        f"published = {_text(layout.published)}  # TODO: when the table was published",
        'unit = "persons"',
        'hedge = "exact"',
        f"quote = {_text(f'{value}: {{{value}}}; {layout.place} {{{layout.place}}}, {period}}}')}",
        'url = "TODO"',
        "",
        "[[claims.readings]]",
        'reading = "TODO"',
        "weight = 1",
        'measure = "present"',
        f"place = {_text(place)}",
        'who = "displaced"',
        f"end = {_text(f'{period}:end}}')}",
        'why = "TODO"',
        "",
    ]


def _text(value: str) -> str:
    """Return a string of TOML; a literal one if it has a backslash."""
    return f"'{value}'" if "\\" in value and "'" not in value else json.dumps(value, ensure_ascii=False)
