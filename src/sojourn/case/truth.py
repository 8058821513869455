"""`truth.toml`: the true answer of a case, if it became known later. No estimate ever reads it.

asof = 2022-12-31
[outcomes.stayed]
persons = 960_000
what = "people with active status"        # what was counted
url = "https://example.org/brief"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from os import PathLike
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from sojourn._core.errors import Problem
from sojourn._core.outcomes import Outcome
from sojourn._core.settings import problems_of
from sojourn.case import CaseError
from sojourn.case.settings import Settings

FILE = "truth.toml"


class Known(Settings):
    """One outcome that became known."""

    persons: Annotated[float, Field(ge=0)] = Field(description="the number that became known")
    what: str = Field(default="", description="what was counted")
    url: str = Field(default="", description="where it was published")
    published: date | None = Field(default=None, description="when it became known")


class Truth(Settings):
    """The whole of `truth.toml`."""

    asof: date = Field(description="the day for which the numbers hold")
    outcomes: dict[Outcome, Known] = Field(min_length=1)
    why: str = Field(default="", description="in what sense these numbers are true")

    def persons(self) -> Mapping[str, float]:
        """Persons by outcome."""
        return {outcome: known.persons for outcome, known in self.outcomes.items()}


def read_truth(folder: str | PathLike[str]) -> Truth:
    """Read the truth of a case.

    Args:
        folder: the folder of the case.

    Raises:
        CaseError: the file is missing or invalid; `problems` has every problem.

    Example:
        >>> from tempfile import mkdtemp
        >>> folder = Path(mkdtemp())
        >>> lines = "asof = 2022-12-31", "[outcomes.stayed]", "persons = 960_000"
        >>> _ = (folder / FILE).write_text("\\n".join(lines))
        >>> read_truth(folder).persons()
        {'stayed': 960000.0}
    """
    path = Path(folder) / FILE
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CaseError([Problem(FILE, f"this file is missing in {folder}; no truth is known")]) from None
    except OSError as error:
        raise CaseError([Problem(FILE, f"cannot be read: {error.strerror}")]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError([Problem(FILE, f"is not valid TOML: {error}")]) from None
    try:
        return Truth.model_validate(raw)
    except ValidationError as error:
        raise CaseError(problems_of(FILE, error, Truth)) from None
