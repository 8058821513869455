"""The pages that are made from the code are current, and hold all of it."""

from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from sojourn.case.tables import Measure
from sojourn.cli import api_page
from sojourn.measures import measures_page
from sojourn.measures.kinds import Kind

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize(("name", "generator"), [("api", api_page), ("measures", measures_page)])
def test_page_is_current(name: str, generator) -> None:
    current = (REFERENCE / f"{name}.md").read_text(encoding="utf-8") == generator.page()
    assert current, "run: make pages"


@pytest.mark.parametrize("module", api_page.MODULES)
def test_api_page_has_every_public_name(module: str) -> None:
    text = (REFERENCE / "api.md").read_text(encoding="utf-8")
    names = import_module(module).__all__
    assert names
    assert [name for name in names if f"\n### {module}.{name}\n" not in text] == []


@pytest.mark.parametrize("module", api_page.MODULES)
def test_every_public_name_has_a_docstring(module: str) -> None:
    public = import_module(module)
    values = {name: getattr(public, name) for name in public.__all__}
    assert [name for name, value in values.items() if not (isinstance(value, str) or value.__doc__)] == []


def test_every_measure_has_a_row_and_every_kind_a_measure() -> None:
    rows = [line for line in measures_page.page().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(get_args(Measure))
    assert {row.split(" | ")[1] for row in rows} | {"shares"} == set(get_args(Kind))
