"""What is written beside every output: settings, version, hashes of what went in and came out, counts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sojourn.borders.engine import discard

CHUNK = 2**22


@dataclass(frozen=True)
class Record:
    """How an output was made."""

    step: str
    settings: dict[str, Any]
    inputs: dict[str, str]
    outputs: dict[str, str]
    counts: dict[str, Any]
    engine: str
    version: str
    notes: list[str] = field(default_factory=list[str])


def path_of(output: str | Path) -> Path:
    """`stays.parquet` → `stays.parquet.json`."""
    return Path(f"{output}.json")


def write(record: Record, output: str | Path) -> None:
    """Write a record beside an output, last of all: where it is, the output is complete."""
    target = path_of(output)
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(json.dumps(asdict(record), ensure_ascii=False, indent=2, default=str) + "\n")
        part.replace(target)
    finally:
        discard(part)


def read(output: str | Path) -> Record | None:
    """The record beside an output, or None where there is none that can be read."""
    try:
        return Record(**json.loads(path_of(output).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def digest(path: str | Path) -> str:
    """SHA-256 of a file, or of the files of a folder with their names."""
    place = Path(str(path).partition("::")[0])
    found = hashlib.sha256()
    for file in sorted(place.rglob("*.parquet")) if place.is_dir() else [place]:
        if place.is_dir():
            found.update(file.name.encode())
        with file.open("rb") as handle:
            while chunk := handle.read(CHUNK):
                found.update(chunk)
    return found.hexdigest()
