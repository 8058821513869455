"""Mappings and a log of imports, kept in the folder of the case so that an import can be repeated."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sojourn._core.csv_safety import tame_formula
from sojourn._core.files import sha256, write_atomically
from sojourn.case.csv_file import Sheet, open_sheet

FOLDER, LOG = "imports", "log.csv"
COLUMNS = ("imported", "file", "sha256", "mapping", "added", "revised", "unchanged")


def keep_mapping(
    folder: Path, mapping: Path, mapping_bytes: bytes, table: Path, counts: tuple[int, int, int], today: date
) -> Path:
    """Keep a mapping in `imports/` of a case, and add a line to the log of imports.

    Args:
        folder: folder of the case.
        mapping: path of the mapping file; its name is kept.
        mapping_bytes: its bytes.
        table: path of the table; its name and SHA-256 digest go into the log.
        counts: claims added, revised and unchanged.
        today: the day of the import.

    Returns:
        The path of the kept mapping.
    """
    kept = folder / FOLDER / mapping.name
    write_atomically(kept, mapping_bytes)
    log = folder / FOLDER / LOG
    line = [
        today.isoformat(),
        tame_formula(table.name),
        sha256(table.read_bytes()),
        tame_formula(mapping.name),
        *map(str, counts),
    ]
    if log.is_file():
        sheet = open_sheet(LOG, log.read_bytes())
        text = sheet.text if sheet.text.endswith("\n") else sheet.text + sheet.newline
    else:
        sheet = Sheet(LOG)
        text = sheet.encode(COLUMNS)
    write_atomically(log, (text + sheet.encode(line)).encode())
    return kept
