"""Every example in a docstring of the package runs, and every public function has one."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import pytest

from tests.docs.examples import count_failures, find_examples, modules_with

PACKAGES = (
    "sojourn",
    "sojourn.case",
    "sojourn.evaluation",
    "sojourn.history",
    "sojourn.inference",
    "sojourn.measures",
    "sojourn.report",
    "sojourn.stay_rules",
)
"""Packages whose `__all__` is the public interface; that of `sojourn.borders` has its own pages."""

WITHOUT_EXAMPLE: set[str] = set()
"""Public functions without an example; this list may only shrink."""


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12 on DuckDB 2
@pytest.mark.parametrize("name", modules_with(">>> "))
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_examples(name, saved=False)
    assert found or find_examples(name, saved=True), f"{name} has >>> outside a docstring that doctest finds"
    monkeypatch.chdir(tmp_path)
    assert count_failures(found) == 0


def test_every_public_function_has_an_example() -> None:
    functions = {
        f"{package}.{name}": inspect.getdoc(value) or ""
        for package in PACKAGES
        for name in import_module(package).__all__
        if inspect.isfunction(value := getattr(import_module(package), name))
    }
    assert len(functions) > 40
    without = {name for name, text in functions.items() if "\nExample:\n    >>> " not in text}
    assert without - WITHOUT_EXAMPLE == set(), "give each of these an example that runs"
    assert WITHOUT_EXAMPLE - without == set(), "delete these from WITHOUT_EXAMPLE"
