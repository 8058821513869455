"""Files: written whole or not at all, JSON in one format, SHA-256 digests."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file as a whole, or leave it as it was; do not touch a file that holds these bytes."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def staged_folder(target: Path) -> Generator[Path]:
    """Yield a scratch folder; move its files into `target` at the end of the block.

    If the block raises, `target` stays as it was. Other files in `target` are left alone.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    parent = target if target.is_dir() else target.parent
    with tempfile.TemporaryDirectory(dir=parent, prefix=f".{target.name}-") as scratch:
        draft = Path(scratch)
        yield draft
        target.mkdir(exist_ok=True)
        for file in sorted(draft.iterdir()):
            file.replace(target / file.name)


def dump_json(record: Any, *, indent: int = 1, allow_nan: bool = False) -> str:
    """Format a record as JSON text that ends with a line break; non-ASCII letters stay as they are."""
    return json.dumps(record, indent=indent, ensure_ascii=False, allow_nan=allow_nan) + "\n"


def sha256(data: bytes) -> str:
    """The SHA-256 digest in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
