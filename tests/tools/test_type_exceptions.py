"""The list of files with unknown types can only shrink."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tools.type_exceptions import LIST, ROOT, compare, count_unknown, main

from tools import type_exceptions

NO_RULE = "reportUnknownMemberType"


def error(file: str, rule: str = NO_RULE, line: int = 0) -> dict[str, Any]:
    return {
        "file": str(ROOT / file),
        "severity": "error",
        "rule": rule,
        "message": "Type is unknown\n  in detail",
        "range": {"start": {"line": line}},
    }


def test_as_many_as_listed_is_right() -> None:
    assert compare([error("a.py"), error("a.py")], {"a.py": 2}) == ([], [])


def test_more_than_listed_names_the_file_and_each_place() -> None:
    wrong, fewer = compare(
        [error("a.py", line=6), error("a.py", line=8), error("b.py")], {"a.py": 1, "b.py": 1}
    )
    assert wrong == [
        f"a.py:7: Type is unknown ({NO_RULE})",
        f"a.py:9: Type is unknown ({NO_RULE})",
        "a.py: 2 unknown types, allowed are 1",
    ]
    assert fewer == []


def test_a_file_that_is_not_listed_is_wrong() -> None:
    assert compare([error("new.py")], {})[0][-1] == "new.py: 1 unknown types, allowed are 0"


def test_other_errors_are_wrong_in_a_listed_file_too() -> None:
    wrong, _ = compare([error("a.py", "reportCallIssue"), error("a.py")], {"a.py": 5})
    assert wrong == ["a.py:1: Type is unknown (reportCallIssue)"]


def test_fewer_than_listed_must_be_updated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps({"a.py": 2, "clean.py": 1}))
    monkeypatch.setattr(type_exceptions, "LIST", listed)
    monkeypatch.setattr(type_exceptions, "run_pyright", lambda: [error("a.py")])
    assert main([]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "a.py: 1 unknown types, the list has 2",
        "clean.py: 0 unknown types, the list has 1",
        "The list can be shorter: run `python -m tools.type_exceptions --update`.",
    ]
    assert main(["--update"]) == 0
    assert json.loads(listed.read_text()) == {"a.py": 1}
    assert main([]) == 0


def test_an_update_does_not_lengthen_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = tmp_path / "list.json"
    listed.write_text("{}")
    monkeypatch.setattr(type_exceptions, "LIST", listed)
    monkeypatch.setattr(type_exceptions, "run_pyright", lambda: [error("a.py")])
    assert main(["--update"]) == 1
    assert listed.read_text() == "{}"


def test_the_list_names_files_that_exist() -> None:
    listed = json.loads(LIST.read_text(encoding="utf-8"))
    assert listed
    assert [file for file in listed if not (ROOT / file).is_file()] == []
    assert min(listed.values()) > 0
    assert count_unknown([error(file) for file in listed]).keys() == listed.keys()
