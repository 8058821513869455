"""`case.toml` to settings, with what is wrong in it told by dotted key and in plain words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from sojourn.case.csv_file import decode
from sojourn.case.problems import CaseError, Problem, did_you_mean
from sojourn.case.settings import CaseSettings

FILE = "case.toml"
UNION_TAGS = {"LogNormal", "LogitNormal", "Normal"}


def read_settings(data: bytes, file: str = FILE) -> CaseSettings:
    """Parse and validate `case.toml`; raises `CaseError` with every problem in it."""
    text, _ = decode(file, data)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseError([Problem(file, f"is not valid TOML: {error}")]) from None
    try:
        return CaseSettings.model_validate(raw)
    except ValidationError as error:
        raise CaseError(_problem(file, item) for item in error.errors(include_url=False)) from None


def dotted(loc: Iterable[str | int]) -> str:
    """`("events", 0, "date")` as `events[1].date`: lists are counted from one, as people do."""
    key = ""
    for part in loc:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        elif part not in UNION_TAGS:
            key += f".{part}" if key else part
    return key


def _problem(file: str, error: Any) -> Problem:
    loc, kind = error["loc"], error["type"]
    message, show = _plain(kind, error, loc)
    value = _shown(error["input"]) if show else None
    return Problem(file, message, None, dotted(loc), value)


def _shown(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) or hasattr(value, "isoformat") else None


def _plain(kind: str, error: Any, loc: Sequence[str | int]) -> tuple[str, bool]:
    """The message in plain words, and whether to show the value."""
    context = error.get("ctx", {})
    fixed = {
        "missing": ("is missing", False),
        "model_type": ("must be a table, such as { median = 1000, factor = 2 }", False),
        "model_attributes_type": ("must be a table", False),
        "dict_type": ("must be a table, such as [places.KZ]", False),
        "tuple_type": ("must be a list, in [ ] or as [[ ]] tables", False),
        "list_type": ("must be a list, in [ ]", False),
        "string_type": ("must be text, in quotes", True),
        "bool_type": ("must be true or false", True),
        "float_type": ("must be a number, without quotes", True),
        "int_type": ("must be a whole number, without quotes", True),
        "date_type": ("must be a date without quotes, such as 2022-09-21", True),
        "finite_number": ("must be a finite number", True),
        "union_tag_not_found": (
            "must be one of { median, factor }, { low, high } or { mean, sd }",
            False,
        ),
    }
    if kind == "extra_forbidden":
        known = _known_keys(loc)
        return (
            f"is not a key of this version{did_you_mean(str(loc[-1]), known)}; known: {', '.join(known)}",
            False,
        )
    if kind in fixed:
        return fixed[kind]
    for bound, words in (("gt", "above"), ("ge", "at least"), ("lt", "below"), ("le", "at most")):
        if bound in context:
            return f"must be {words} {context[bound]:g}", True
    if kind == "string_pattern_mismatch":
        words = str(context["pattern"]).strip("^$()").replace("|", ", ")
        return f"is not allowed; one of: {words}", True
    if kind == "value_error":
        return str(context["error"]), False
    return str(error["msg"][:1].lower() + error["msg"][1:]), True


def _known_keys(loc: Sequence[str | int]) -> list[str]:
    """The keys allowed in the table that holds `loc`."""
    at: list[type[BaseModel]] = [CaseSettings]
    for part in loc[:-1]:
        tagged = [model for model in at if model.__name__ == part]
        named = [model.model_fields[str(part)] for model in at if str(part) in model.model_fields]
        if tagged:
            at = tagged
        elif named:
            at = list(_models(named[0].annotation))
    return [key for model in at for key in model.model_fields]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
