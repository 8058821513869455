"""Reading of `case.toml`, with every problem reported by its dotted key."""

from __future__ import annotations

import tomllib

from pydantic import ValidationError

from sojourn._core.errors import Problem
from sojourn._core.settings import problems_of
from sojourn.case.csv_file import decode
from sojourn.case.errors import CaseError
from sojourn.case.settings import CaseSettings

FILE = "case.toml"


def read_settings(data: bytes, file: str = FILE) -> CaseSettings:
    """Parse and validate `case.toml`.

    Raises:
        CaseError: the file is invalid; `problems` has every problem in it.
    """
    text, _ = decode(file, data)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseError([Problem(file, f"is not valid TOML: {error}")]) from None
    try:
        return CaseSettings.model_validate(raw)
    except ValidationError as error:
        raise CaseError(problems_of(file, error, CaseSettings)) from None
