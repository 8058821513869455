"""The list of files with unknown types allows those errors, no others, and can only shrink."""

from tools.check_types import LIST, ROOT, find_faults, read_list


def error(rule: str) -> dict[str, str]:
    return {"rule": rule, "text": rule}


def test_unknown_types_are_allowed_in_listed_files_only() -> None:
    errors = {"a.py": [error("reportUnknownMemberType")], "b.py": [error("reportUnknownMemberType")]}
    assert find_faults(errors, ["a.py"]) == ["reportUnknownMemberType"]


def test_other_errors_are_faults_in_listed_files_too() -> None:
    errors = {"a.py": [error("reportUnknownMemberType"), error("reportCallIssue")]}
    assert find_faults(errors, ["a.py"]) == ["reportCallIssue"]


def test_a_clean_file_has_to_leave_the_list() -> None:
    assert "a.py" in find_faults({}, ["a.py"])[0]


def test_the_list_names_files_that_exist_once_each_and_in_order() -> None:
    listed = read_list(LIST.read_text(encoding="utf-8"))
    assert listed == sorted(set(listed))
    assert [file for file in listed if not (ROOT / file).is_file()] == []
