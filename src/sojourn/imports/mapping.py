"""Mappings: how the rows of a published table become claims and readings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import Field, ValidationError

from sojourn._core.errors import Problem, one_of
from sojourn._core.settings import StrictModel
from sojourn.case.errors import CaseError
from sojourn.case.schema import CLAIMS, INTERESTS, READINGS

Cell = str | float | int
CLAIM_KEYS = tuple(column.name for column in CLAIMS.columns if column.name not in ("claim", "source"))
READING_KEYS = tuple(column.name for column in READINGS.columns if column.name != "claim")
TODO = "TODO"
"""What a sketch of a mapping leaves to be completed."""
VALUE, PERIOD = "value", "period"
"""Columns of a wide table that stand for the cell and for the heading of its column."""


class MappedSource(StrictModel):
    """The source of all claims: a row of sources.csv, which is added if the case does not have it."""

    source: Annotated[str, Field(min_length=1)]
    name: str = ""
    role: str = ""
    interest: str = ""
    note: str = ""


class MappedClaim(StrictModel):
    """A claim for each row: columns of claims.csv as patterns, and its candidate readings."""

    id: Annotated[str, Field(min_length=1)]
    value: Annotated[str, Field(min_length=1)]
    columns: dict[str, Any] = Field(default_factory=dict[str, Any])
    readings: tuple[dict[str, Any], ...] = ()


class ObservationFlag(StrictModel):
    """What a flag of an observation means for the claim."""

    hedge: str = ""
    note: str = ""
    skip: bool = False


class Mapping(StrictModel):
    """A mapping file."""

    header: Annotated[int, Field(ge=1)] = 1
    """Row of the headings, as a spreadsheet counts."""
    wide: str = ""
    """Regular expression for headings that are periods; its first group is the period."""
    thousands: str = ""
    """Separator of thousands in figures."""
    decimal: str = "."
    """Decimal sign in figures."""
    missing: tuple[str, ...] = ("", "-", ":", "..", "NA", "n/a")
    """Cells that are no figure."""
    flag: str = ""
    """Column of the flags of observations."""
    flags: dict[str, ObservationFlag] = Field(default_factory=dict[str, ObservationFlag])
    rows: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    """Column → values of the rows that are wanted."""
    skip: dict[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    """Column → values of rows that are left out."""
    places: dict[str, str] = Field(default_factory=dict[str, str])
    """Code of a place in the table → id of the place in the case."""
    source: MappedSource
    claims: tuple[MappedClaim, ...] = Field(min_length=1)


def read_mapping(path: Path) -> tuple[Mapping, bytes]:
    """Read a mapping file.

    Returns:
        The mapping, and the bytes of its file, which are kept in the case.

    Raises:
        CaseError: the file cannot be read; every problem names its key, its value and what is allowed.
    """
    try:
        data = path.read_bytes()
        raw = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise CaseError([Problem(str(path), f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise CaseError([Problem(str(path), "is not UTF-8 text")]) from None
    except tomllib.TOMLDecodeError as error:
        raise CaseError([Problem(str(path), f"is not valid TOML: {error}")]) from None
    return parse_mapping(raw, str(path)), data


def parse_mapping(raw: dict[str, Any], file: str) -> Mapping:
    """Validate a mapping that was read from TOML.

    Raises:
        CaseError: as in `read_mapping`.
    """
    problems = [Problem(file, "is still to be completed", None, key, TODO) for key in _unfinished(raw)]
    raw = dict(raw)
    for name in ("rows", "skip"):
        if isinstance(raw.get(name), dict):
            raw[name] = {key: _as_list(value) for key, value in raw[name].items()}
    if isinstance(raw.get("claims"), list):
        raw["claims"] = [_claim(item, place, file, problems) for place, item in enumerate(raw["claims"], 1)]
    try:
        mapping = Mapping.model_validate(raw)
    except ValidationError as error:
        problems += [_problem(item, file) for item in error.errors()]
        raise CaseError(problems) from None
    if mapping.source.interest and mapping.source.interest not in INTERESTS:
        message = f"is not allowed; {one_of(INTERESTS, mapping.source.interest)}"
        problems.append(Problem(file, message, None, "source.interest", mapping.source.interest))
    if problems:
        raise CaseError(problems)
    return mapping


def _unfinished(value: Any, key: str = "") -> Iterator[str]:
    """Yield the keys of what a sketch leaves to be completed."""
    items: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        named = cast(dict[str, Any], value)
        items = [(f"{key}.{name}" if key else name, item) for name, item in named.items()]
    elif isinstance(value, list):
        items = [(f"{key}[{place}]", item) for place, item in enumerate(cast(list[Any], value), 1)]
    elif value == TODO:
        yield key
    for name, item in items:
        yield from _unfinished(item, name)


def _as_list(value: Any) -> Any:
    return [str(item) for item in cast(list[Any], value)] if isinstance(value, list) else [str(value)]


def _claim(item: Any, place: int, file: str, problems: list[Problem]) -> Any:
    """Sort the keys of a claim: its id, the column of its value, columns of claims.csv, readings."""
    if not isinstance(item, dict):
        return item
    fields = cast(dict[str, Any], item)
    claim: dict[str, Any] = {key: fields[key] for key in ("id", "value") if key in fields}
    readings: list[dict[str, Any]] = fields.get("readings", [])
    columns = {key: value for key, value in fields.items() if key not in ("id", "value", "readings")}
    problems += _unknown(columns, CLAIM_KEYS, f"claims[{place}]", file)
    if "published" not in columns:
        problems.append(
            Problem(
                file,
                "is missing; every claim needs its day of publication",
                None,
                f"claims[{place}].published",
            )
        )
    for number, reading in enumerate(readings, 1):
        where = f"claims[{place}].readings[{number}]"
        problems += _unknown(reading, READING_KEYS, where, file)
        missing = [key for key in ("reading", "weight", "measure") if key not in reading]
        problems += [Problem(file, "is missing", None, f"{where}.{key}") for key in missing]
    return {**claim, "columns": columns, "readings": readings}


def _unknown(given: dict[str, Any], known: tuple[str, ...], where: str, file: str) -> list[Problem]:
    return [
        Problem(file, f"is not a column; {one_of(known, key)}", None, f"{where}.{key}", key)
        for key in given
        if key not in known
    ]


def _problem(error: Any, file: str) -> Problem:
    key = ".".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = one_of(Mapping.model_fields, str(error["loc"][-1]))
        return Problem(file, f"is not a key of a mapping; {known}", None, key)
    value = error.get("input")
    shown = str(value) if isinstance(value, str | int | float) else None
    message = error["msg"][0].lower() + error["msg"][1:]
    return Problem(file, message if shown is None else f"is not allowed: {message}", None, key, shown)
