"""The case that an answer keeps: the same bytes each time, for its owner alone, and read back as it was."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from sojourn.case import CaseError, read_case, render_case, shipped_cases
from sojourn.case.archive import ARCHIVE, pack_case, read_archive, replace_archive, unpack_case
from tests.conftest import SMALL


@pytest.mark.parametrize("case", [SMALL, *shipped_cases()], ids=str)
def test_a_case_comes_back_as_it_was(case: str | Path) -> None:
    read = read_case(case)
    packed = pack_case(read)
    assert packed == pack_case(read_case(case))
    back = unpack_case(packed, read.name)
    assert back == replace(read, path=None)
    assert back.files == read.files


def test_entries_have_no_dates_and_are_in_order() -> None:
    with zipfile.ZipFile(io.BytesIO(pack_case(read_case(SMALL)))) as packed:
        entries = packed.infolist()
    assert [entry.filename for entry in entries] == sorted(read_case(SMALL).files)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o600}


def test_rows_that_were_changed_in_memory_are_kept() -> None:
    case = read_case(SMALL)
    changed = replace(case, claims=(replace(case.claims[0], value=1.0), *case.claims[1:]))
    assert unpack_case(pack_case(changed), case.name).claims[0].value == 1.0
    assert render_case(changed)["claims.csv"] != case.files["claims.csv"]


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    replace_archive(read_case(SMALL), tmp_path, tmp_path)
    assert (tmp_path / ARCHIVE).stat().st_mode & 0o777 == 0o600
    assert read_archive(tmp_path / ARCHIVE, "small") == replace(read_case(SMALL), path=None)
    replace_archive(None, tmp_path, tmp_path)
    assert read_archive(tmp_path / ARCHIVE, "small") is None


def test_a_file_that_is_no_case_is_named(tmp_path: Path) -> None:
    (tmp_path / ARCHIVE).write_bytes(b"PK no zip file")
    with pytest.raises(CaseError, match=r"case\.private\.zip: is not a ZIP file of a case"):
        read_archive(tmp_path / ARCHIVE, "small")
    (tmp_path / ARCHIVE).unlink()
    (tmp_path / ARCHIVE).mkdir()
    with pytest.raises(CaseError, match="cannot be read"):
        read_archive(tmp_path / ARCHIVE, "small")
