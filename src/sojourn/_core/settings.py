"""Settings read from TOML or YAML: one strict base, and validation errors in plain words.

`problems_of` turns what pydantic reports into one `Problem` for each wrong key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from sojourn._core.errors import Problem, did_you_mean

UNION_TAGS = {"LogNormal", "LogitNormal", "Normal"}
"""Names of models that pydantic puts into the location of an error; no key of a file has them."""
FIXED = {
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
    "union_tag_not_found": ("must be one of { median, factor }, { low, high } or { mean, sd }", False),
}
"""Message by pydantic's type of error, and whether to show the value."""


class StrictModel(BaseModel):
    """Base of settings: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def problems_of(file: str, error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    """Everything that pydantic found wrong with a file, in plain words and by dotted key."""
    for item in error.errors(include_url=False):
        message, show = explain(item, model)
        value = _shown(item["input"]) if show else None
        yield Problem(file, message, None, dotted(item["loc"]), value)


def dotted(loc: Iterable[str | int]) -> str:
    """`("events", 0, "date")` as `events[1].date`: lists are counted from one."""
    key = ""
    for part in loc:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        elif part not in UNION_TAGS:
            key += f".{part}" if key else part
    return key


def explain(item: Any, model: type[BaseModel]) -> tuple[str, bool]:
    """The message of one of pydantic's errors in plain words, and whether to show the value."""
    kind, context, loc = item["type"], item.get("ctx", {}), item["loc"]
    if kind == "extra_forbidden":
        known = known_keys(loc, model)
        hint = did_you_mean(str(loc[-1]), known)
        return f"is not a key of this version{hint}; known: {', '.join(known)}", False
    if kind in FIXED:
        return FIXED[kind]
    for bound, words in (("gt", "above"), ("ge", "at least"), ("lt", "below"), ("le", "at most")):
        if bound in context:
            return f"must be {words} {context[bound]:g}", True
    if kind == "string_pattern_mismatch":
        words = str(context["pattern"]).strip("^$()").replace("|", ", ")
        return f"is not allowed; one of: {words}", True
    if kind == "value_error":
        return str(context["error"]), False
    return str(item["msg"][:1].lower() + item["msg"][1:]), True


def known_keys(loc: Sequence[str | int], model: type[BaseModel]) -> list[str]:
    """The keys allowed in the table that holds `loc`."""
    at: list[type[BaseModel]] = [model]
    for part in loc[:-1]:
        tagged = [found for found in at if found.__name__ == part]
        named = [found.model_fields[str(part)] for found in at if str(part) in found.model_fields]
        if tagged:
            at = tagged
        elif named:
            at = list(_models(named[0].annotation))
    return [field.alias or key for found in at for key, field in found.model_fields.items()]


def _shown(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) or hasattr(value, "isoformat") else None


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
