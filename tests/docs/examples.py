"""The examples in the docstrings of the package, each of which runs in one of two tests."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src"
SAVED = ('"my-case"', '"my-answer"', '"my-backtest"')
"""Names in examples about an answer, which run in `tests/test_public.py`."""
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def is_about_saved(text: str) -> bool:
    """Whether an example is about an answer, or about a case that has one."""
    return any(name in text for name in SAVED)


def find_examples(module: str, *, saved: bool) -> list[doctest.DocTest]:
    """The examples in a module that are, or are not, about an answer."""
    found = doctest.DocTestFinder(exclude_empty=True).find(import_module(module), module)
    return [test for test in found if test.examples and is_about_saved(test.docstring or "") == saved]


def count_failures(tests: list[doctest.DocTest]) -> int:
    """Run examples, print what differs, and return the number that failed."""
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    return sum(runner.run(test).failed for test in tests)


def modules_with(*texts: str) -> list[str]:
    """Modules whose source has one of the texts."""
    return [
        ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(SOURCE.rglob("*.py"))
        if any(text in path.read_text(encoding="utf-8") for text in texts)
    ]
