"""A case in one file, which an answer keeps so that it can be compared with later answers.

The file holds the ledger as the analyst wrote it, with long quotes and small contact groups. It is
for its owner alone and is not to be published.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from sojourn._core.errors import Problem
from sojourn.case.case import Case
from sojourn.case.errors import CaseError
from sojourn.case.read import parse_case
from sojourn.case.write import render_case

ARCHIVE = "case.private.zip"
"""Name of the file in the folder of an answer."""
FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The date of every entry: the earliest one that a ZIP file can hold."""
OWNER_ONLY = 0o600


def pack_case(case: Case) -> bytes:
    """The files of a case as a ZIP file; the same case gives the same bytes.

    Args:
        case: the case; rows that were changed in memory are written as they are now.

    Raises:
        CaseError: a value cannot be written in its column.

    Example:
        >>> from sojourn.case import read_case
        >>> case = read_case("poland-2022")
        >>> unpack_case(pack_case(case), case.name).claims == case.claims
        True
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as file:
        for name, data in sorted(render_case(case).items()):
            entry = zipfile.ZipInfo(name, FIRST_MOMENT)
            entry.external_attr = OWNER_ONLY << 16
            entry.create_system = 3  # Unix, wherever the file is written
            file.writestr(entry, data)
    return packed.getvalue()


def unpack_case(data: bytes, name: str, file: str = ARCHIVE) -> Case:
    """The case in a ZIP file; nothing is written to the disk.

    Args:
        data: what `pack_case` returned.
        name: name of the case.
        file: name of the ZIP file, for messages.

    Raises:
        CaseError: the data is not a ZIP file of a case, or the case is not valid.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            files = {entry: packed.read(entry) for entry in packed.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise CaseError([Problem(file, f"is not a ZIP file of a case: {error}")]) from None
    return parse_case(files, name)


def replace_archive(case: Case | None, draft: Path, target: Path) -> None:
    """Write a case into a scratch folder, as a file that only its owner can read.

    Args:
        case: the case; None: an earlier file in `target` is removed, since it belongs to another answer.
        draft: the scratch folder.
        target: the folder that the files of `draft` are moved to.

    Raises:
        CaseError: as in `pack_case`.
    """
    if case is None:
        (target / ARCHIVE).unlink(missing_ok=True)
        return
    data, path = pack_case(case), draft / ARCHIVE
    path.touch(OWNER_ONLY)
    path.write_bytes(data)


def read_archive(path: Path, name: str) -> Case | None:
    """The case in a ZIP file, or None if there is no such file.

    Raises:
        CaseError: the file cannot be read, or as in `unpack_case`.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CaseError([Problem(str(path), f"cannot be read: {error.strerror}")]) from None
    return unpack_case(data, name, str(path))
