"""Draws that an audit has made, kept in a folder, so that a run that was stopped goes on from there."""

from __future__ import annotations

import io
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from sojourn._core.arrays import Real
from sojourn._core.files import write_atomically

FOLDER = "audit.partial"
"""Name of the folder beside an answer; it goes when the run is complete."""


@dataclass(frozen=True)
class Checkpoints:
    """Arrays kept by key; `folder` is None where nothing is kept.

    `setting` is part of every key: draws of another answer, seed or version are never found.
    """

    folder: Path | None = None
    setting: str = ""

    def load(self, key: str) -> dict[str, Real] | None:
        """Return the arrays of a key, or None where there are none or their file is damaged."""
        if self.folder is None or not (file := self._file(key)).is_file():
            return None
        try:
            with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except (OSError, ValueError, EOFError, BadZipFile):
            return None

    def save(self, key: str, arrays: Mapping[str, Real]) -> None:
        """Keep arrays under a key, all or none."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        content = io.BytesIO()
        np.savez(content, **arrays)  # pyright: ignore[reportArgumentType]
        write_atomically(self._file(key), content.getvalue())

    def clear(self) -> None:
        """Remove the folder."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _file(self, key: str) -> Path:
        assert self.folder is not None
        name = sha256("\n".join((self.setting, key)).encode()).hexdigest()[:24]
        return self.folder / f"{name}.npz"
