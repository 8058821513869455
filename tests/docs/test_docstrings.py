"""Every example in a docstring of the package runs."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
WITH_EXAMPLES = [
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(SOURCE.rglob("*.py"))
    if ">>> " in (text := path.read_text(encoding="utf-8")) and '"my-answer"' not in text
]
"""Modules with examples; those about a saved answer run in `tests/test_public.py`, which makes one."""


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    done = doctest.testmod(import_module(name), optionflags=flags)
    assert done.attempted, f"{name} has >>> outside a docstring that doctest finds"
    assert done.failed == 0
