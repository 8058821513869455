"""The public face: every name is listed, loads when it is used, and is documented by an example that runs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import sojourn
from sojourn import stay_rules
from tests.docs.examples import SAVED, count_failures, find_examples, modules_with

STAY_RULES = ("Assessment", "assess", "assess_register", "library", "load", "rates")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the case and the answer that the examples speak of."""
    folder = tmp_path_factory.mktemp("examples")
    case = sojourn.read_case(sojourn.new_case(folder / "my-case"))
    sojourn.estimate(case, seed=1, chains=2, draws=50).save(folder / "my-answer")
    return folder


def test_dir_is_the_list_of_public_names() -> None:
    assert sorted(sojourn.__all__) == [name for name in dir(sojourn) if not name.startswith("_")]


def test_every_public_name_is_found() -> None:
    assert all(getattr(sojourn, name) is not None for name in sojourn.__all__)
    assert set(STAY_RULES) <= set(stay_rules.__all__)
    with pytest.raises(AttributeError, match="no attribute 'wealth'"):
        sojourn.wealth  # noqa: B018


def test_no_public_name_is_that_of_a_package() -> None:
    packages = {path.name for path in Path(sojourn.__file__).parent.iterdir() if path.is_dir()}
    assert not packages & set(sojourn.__all__)


def test_every_public_name_has_an_example() -> None:
    names = set(sojourn.__all__)
    without = {name for name in names if "\nExample:\n" not in (inspect.getdoc(getattr(sojourn, name)) or "")}
    assert without == set()


@pytest.mark.parametrize("name", modules_with(*SAVED))
def test_examples_about_an_answer_run(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_examples(name, saved=True)
    assert found
    monkeypatch.chdir(folder)
    assert count_failures(found) == 0


def test_importing_does_not_load_jax() -> None:
    lines = (
        "import sys, sojourn",
        "from sojourn import read_answer, read_case, write_report, Audit",
        "print('jax' in sys.modules)",
    )
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
