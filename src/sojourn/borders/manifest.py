"""What is written beside every output, and tells how it was made.

A public record (`OUT.json`) has settings, version and hashes of what went in and came out, and may be
published with a released table. A private one (`OUT.private.json`) has exact counts, checks and link errors,
from which withheld cells could be worked out; it is for the owner alone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sojourn.borders.engine import discard
from sojourn.borders.private_files import make_private, open_to_all
from sojourn.borders.sources import chunks_of, files_of


@dataclass(frozen=True)
class Record:
    """How an output was made; `verification` says what a release was checked for, and is empty elsewhere."""

    step: str
    settings: dict[str, Any]
    inputs: dict[str, str]
    outputs: dict[str, str]
    engine: str
    version: str
    verification: str = ""


def path_of(output: str | Path) -> Path:
    """`stays.parquet` → `stays.parquet.json`."""
    return Path(f"{output}.json")


def private_path_of(output: str | Path) -> Path:
    """`stays.parquet` → `stays.parquet.private.json`."""
    return Path(f"{output}.private.json")


def write(record: Record, counts: dict[str, Any], output: str | Path, released: bool = False) -> None:
    """Write both records beside an output, last of all: where the public one is, the output is complete."""
    _write(counts, private_path_of(output), released=False)
    _write(asdict(record), path_of(output), released)


def _write(content: dict[str, Any], target: Path, released: bool) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        part.touch(0o600)
        part.write_text(json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n")
        (open_to_all if released else make_private)(part)
        part.replace(target)
    finally:
        discard(part)


def remove(output: str | Path) -> None:
    """Remove both records of an output that is about to be made anew."""
    path_of(output).unlink(missing_ok=True)
    private_path_of(output).unlink(missing_ok=True)


def read(output: str | Path) -> Record | None:
    """The public record beside an output, or None where there is none that can be read."""
    try:
        return Record(**json.loads(path_of(output).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def read_counts(output: str | Path) -> dict[str, Any] | None:
    """The counts of the private record, or None where there is none that can be read."""
    try:
        counts = json.loads(private_path_of(output).read_text())
    except (OSError, ValueError):
        return None
    return counts if isinstance(counts, dict) else None


def digest(path: str | Path) -> str:
    """SHA-256 of a file, or of the files of a folder with their names."""
    is_folder = Path(path).is_dir()
    found = hashlib.sha256()
    for file in files_of(path):
        if is_folder:
            found.update(file.name.encode())
        for chunk in chunks_of(file):
            found.update(chunk)
    return found.hexdigest()
