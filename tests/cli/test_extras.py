"""Commands whose extra is not installed name it, in one line."""

import os
import re
import subprocess
import sys
import tomllib
from datetime import date
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from sojourn.cli.extras import EXTRAS, explain_missing_extra

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
OPTIONAL = sorted({module for modules in EXTRAS.values() for module in modules})
BLOCKER = """
import sys
from importlib.machinery import PathFinder

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            return None
        return PathFinder.find_spec(name, path, target)

sys.meta_path = [Without if finder is PathFinder else finder for finder in sys.meta_path]
"""
"""A `sitecustomize` for which the blocked packages are not installed."""


def run_without(blocked: list[str], folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    (folder / "sitecustomize.py").write_text(BLOCKER.format(blocked=set(blocked)))
    path = os.pathsep.join([str(folder), str(ROOT / "src")])
    return subprocess.run(
        [sys.executable, "-m", "sojourn", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )


def assert_names_extra(done: subprocess.CompletedProcess[str], extra: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert f"pip install 'sojourn[{extra}]'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["estimate", DATA / "small"], "infer"),
        (["vintages", DATA / "answer"], "infer"),
        (["simulate", ROOT / "tests" / "simulation" / "data" / "WORLD.toml", "--out", "world"], "infer"),
        (["calibrate", "--out", "calibration"], "infer"),
        (["backtest", "poland-2022"], "infer"),
        (["report", DATA / "answer"], "report"),
        (["borders", "classify", "in.csv", "out.parquet", "--until", "2022-01-01"], "borders"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_commands_name_their_extra_in_an_install_of_the_core(
    tmp_path: Path, arguments: list[str | Path], extra: str
) -> None:
    assert_names_extra(run_without(OPTIONAL, tmp_path, *arguments), extra)


@pytest.mark.parametrize("command", ["check", "new", "permit", "borders"])
def test_commands_of_the_core_need_no_extra(tmp_path: Path, command: str) -> None:
    (tmp_path / "stays.csv").write_text("entry,exit\n2023-03-01,2023-03-20\n")
    permit = "--rules KZ.visa_free.EAEU --nationality RU --stays stays.csv --on 2023-05-01"
    arguments = {
        "check": [DATA / "small"],
        "new": ["made"],
        "permit": permit.split(),
        "borders": ["--help"],
    }[command]
    done = run_without(OPTIONAL, tmp_path, command, *arguments)
    assert done.returncode in {0, 1}, done.stderr
    assert done.stdout
    assert done.stderr == ""


def test_infer_is_named_where_only_jax_is_missing(tmp_path: Path) -> None:
    assert_names_extra(run_without(["jax"], tmp_path, "estimate", DATA / "small"), "infer")


def crossings(folder: Path) -> Path:
    pa = pytest.importorskip("pyarrow", reason="the extra `borders` is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `borders` is not installed")
    pytest.importorskip("duckdb", reason="the extra `borders` is not installed")
    rows = {
        "person": [1, 1, 2, 2],
        "day": [date(2020, 1, day) for day in (1, 9, 3, 12)],
        "direction": ["arrival", "departure"] * 2,
        "initial_status": pa.array([0] * 4, pa.int64()),
        "name": ["a"] * 4,
        "birth": ["b"] * 4,
        "nationality": ["c"] * 4,
    }
    parquet.write_table(pa.table(rows), folder / "crossings.parquet")
    return folder / "crossings.parquet"


def test_link_is_named_where_splink_is_missing(tmp_path: Path) -> None:
    source = crossings(tmp_path)
    assert_names_extra(run_without(["splink"], tmp_path, "borders", "link", source, "out.parquet"), "link")


def test_spark_is_named_where_pyspark_is_missing(tmp_path: Path) -> None:
    command = ["borders", "link", crossings(tmp_path), "out.parquet", "--engine", "spark://local[1]"]
    done = run_without(["pyspark"], tmp_path, *command)
    assert_names_extra(done, "spark")
    assert "Java" in done.stderr


def test_the_cause_of_an_error_is_found_behind_the_error_that_hides_it() -> None:
    def hide() -> None:
        try:
            raise ModuleNotFoundError("No module named 'splink'", name="splink")
        except ImportError:
            raise ValueError("link: no") from None

    with pytest.raises(ValueError, match="link") as hidden:
        hide()
    assert "sojourn[link]" in (explain_missing_extra(hidden.value, "borders") or "")


def test_other_errors_are_left_alone() -> None:
    assert explain_missing_extra(ValueError("x"), "estimate") is None
    for name in ("sojourn.nowhere", "duckdb.probed", None):
        assert explain_missing_extra(ModuleNotFoundError("y", name=name), "estimate") is None


def test_every_dependency_of_an_extra_is_known() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    modules: dict[str, set[str]] = {}
    for module, names in packages_distributions().items():
        for name in names:
            modules.setdefault(name.casefold().replace("_", "-"), set()).add(module)
    for extra, known in EXTRAS.items():
        names = {re.split(r"[\[><=]", requirement)[0] for requirement in declared[extra]} - {"sojourn"}
        for name in names & modules.keys():
            assert modules[name] & set(known), f"{name} of the extra {extra} is not in EXTRAS"


def test_no_package_of_the_core_is_listed() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    core = {re.split(r"[\[><=]", requirement)[0].replace("-", "_") for requirement in declared}
    assert {"cyclopts", "pydantic"} <= core
    assert not core & set(OPTIONAL)
