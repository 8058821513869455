"""A small valid case as bytes, and what is wrong with it once something is changed."""

from collections.abc import Callable

import pytest

from sojourn.case import Case, CaseError, parse_case
from sojourn.case.template import TEMPLATE

Files = dict[str, bytes]


@pytest.fixture
def files() -> Files:
    return {name: text.encode() for name, text in TEMPLATE.items() if name != "README.md"}


@pytest.fixture
def case(files: Files) -> Case:
    return parse_case(files, "small")


@pytest.fixture
def wrong(files: Files) -> Callable[..., list[str]]:
    """`wrong(file, old, new)`: the problems, a line each, after replacing text in a file."""

    def change(file: str, old: str, new: str) -> list[str]:
        text = files[file].decode()
        assert old in text, f"{old!r} is not in the template's {file}"
        return problems({**files, file: text.replace(old, new, 1).encode()})

    return change


def problems(files: Files) -> list[str]:
    try:
        parse_case(files, "small")
    except CaseError as error:
        return [str(problem) for problem in error.problems]
    return []
