"""The settings of a run, from one TOML file; paths in it are relative to its folder."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sojourn.borders.errors import BordersError
from sojourn.borders.labels import LEAST_PEOPLE

Fraction = Annotated[float, Field(gt=0, lt=1)]


class Part(BaseModel):
    """A table of the file: unknown keys are errors, so that a misspelt one is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EngineSettings(Part):
    """Where the work is done."""

    url: str = "duckdb"
    memory: str = "4GB"
    threads: int | None = Field(default=None, ge=1)


class ReadSettings(Part):
    """How raw crossings are read: the column for each name, words for directions, labels that are kept."""

    columns: dict[str, str] = {}
    arrival: tuple[str, ...] = ("arrival", "arrive", "entry", "in", "a")
    departure: tuple[str, ...] = ("departure", "depart", "exit", "out", "d")
    key_file: Path | None = None
    pseudonymous: bool = False
    labels: dict[Literal["border", "nationality", "purpose"], tuple[str, ...]] = {}
    least_people: int = LEAST_PEOPLE


class RuleSettings(Part):
    """The outcome rule."""

    threshold: int = 365
    window: int = 487


class LinkSettings(Part):
    """Linkage of documents; `threshold` is the least probability of a match that links."""

    compare: tuple[str, ...] = ("name", "birth", "nationality")
    block: tuple[str, ...] = ("birth", "name")
    threshold: Fraction = 0.95
    exact: tuple[str, ...] = ()


class ErrorSettings(Part):
    """Broken links per link, for the band of a summary."""

    low: float = 0.0005
    high: float = 0.002
    draws: int = 5
    seed: int = 1


class ReleaseSettings(Part):
    """Least count that is shown and the base of rounding."""

    minimum: int = 10
    rounding: int = 5


class ClaimSettings(Part):
    """The case that gets the counts, and as whose."""

    case: Path
    source: str
    name: str
    place: str
    published: date
    who: Literal["displaced", "visitors", "residents", "all"] = "all"
    table: str = "months"
    category: str = "all"


class RunSettings(Part):
    """Everything of one run."""

    input: str
    out: Path
    since: date | None = Field(None, alias="from")
    until: date
    by: tuple[Literal["border", "nationality", "purpose"], ...] = ()
    engine: EngineSettings = EngineSettings()
    read: ReadSettings = ReadSettings()
    rule: RuleSettings = RuleSettings()
    link: LinkSettings | None = None
    link_errors: ErrorSettings | None = ErrorSettings()
    release: ReleaseSettings = ReleaseSettings()
    claims: ClaimSettings | None = None


def read_config(file: str | Path) -> RunSettings:
    """The settings of a run; raises BordersError that names file, key, value and what is allowed."""
    path = Path(file)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BordersError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BordersError(f"{path}: is not valid TOML: {error}") from None
    try:
        settings = RunSettings.model_validate(raw)
    except ValidationError as error:
        raise BordersError("\n".join(_line(path, item) for item in error.errors(include_url=False))) from None
    return _anchored(settings, path.parent)


def _line(path: Path, item: Any) -> str:
    key = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"{path}, key {key}: is not a key of this version"
    if item["type"] == "missing":
        return f"{path}, key {key}: is missing"
    return f"{path}, key {key}: {item['input']!r}: {item['msg'][:1].lower()}{item['msg'][1:]}"


def _anchored(settings: RunSettings, folder: Path) -> RunSettings:
    """The settings with paths that start in the folder of the file."""
    read, claims = settings.read, settings.claims
    if read.key_file is not None:
        read = read.model_copy(update={"key_file": folder / read.key_file})
    if claims is not None:
        claims = claims.model_copy(update={"case": folder / claims.case})
    place = {
        "input": str(folder / settings.input),
        "out": folder / settings.out,
        "read": read,
        "claims": claims,
    }
    return settings.model_copy(update=place)
