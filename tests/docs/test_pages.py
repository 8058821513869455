"""The commands and the Python of the pages run, and print what the pages show.

Each page has a folder of its own, in which its blocks run one after the other. An estimate runs on
the small case with few draws, whatever case the page names: of its output only the names of the rows
are compared. All other output must hold the lines shown, in their order.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from sojourn.case import read_case
from sojourn.cli import COMMANDS, build_app
from tests.docs.blocks import PAGES, ROOT, Block, Step, blocks_of

SMALL = ROOT / "tests" / "data" / "small"
FEW = ("--draws", "25", "--chains", "2")
RUN = ("console", "python")
WITH_BLOCKS = [page for page in PAGES if any(block.language in RUN for block in blocks_of(page))]
STEPS = [
    pytest.param(block, step, id=f"{block}-{'-'.join(step.words[:3])}")
    for page in PAGES
    for block in blocks_of(page)
    if block.language == "console"
    for step in block.steps()
]
PYTHON = """
import functools, sojourn
from sojourn.inference import estimate

sojourn.read_case = functools.partial(lambda read, case: read({small!r}), sojourn.read_case)
sojourn.estimate = functools.partial(lambda case, **settings: estimate(case, **settings, draws=25, chains=2))
"""
"""Before the Python of a page: the small case and few draws."""
CROSSINGS = """\
person,day,direction,nationality
1,2022-01-10,arrival,US
1,2022-06-01,departure,US
2,2022-02-01,arrival,US
2,2022-02-20,departure,US
3,2022-03-01,arrival,US
3,2022-09-01,arrival,US
3,2022-09-10,departure,US
4,2022-01-01,arrival,FR
5,2022-12-01,arrival,US
"""
"""The nine crossings of five people that `docs/howto/borders.md` speaks of."""

SHOWN = {
    "draft.md": {"text": "article.txt"},
    "import.md": {"csv": "unhcr.csv", "toml": "unhcr.toml"},
}
"""Page → language of the block that shows a file, and the name of the file."""

Runner = Callable[..., subprocess.CompletedProcess[str]]


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, *map(str, command)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        check=False,
    )


@pytest.fixture(scope="session")
def estimates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[str, ...]], tuple[Path, str]]:
    """A function that estimates the small case once for each set of options: the folder, and the output."""
    base = tmp_path_factory.mktemp("estimates")
    known: dict[tuple[str, ...], tuple[Path, str]] = {}

    def estimate(options: tuple[str, ...]) -> tuple[Path, str]:
        if options not in known:
            out = base / str(len(known))
            done = run(base, "-m", "sojourn", "estimate", SMALL, *options, *FEW, "--out", out)
            assert done.returncode in {0, 1}, done.stderr
            known[options] = out, done.stdout
        return known[options]

    return estimate


@pytest.mark.parametrize(("block", "step"), STEPS)
def test_every_command_of_a_page_exists_with_its_options(block: Block, step: Step) -> None:
    program, *words = step.words
    if program == "pip":
        declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        extras = words[-1].partition("[")[2].rstrip("]").split(",")
        assert words[0] == "install"
        assert set(extras) <= {"", *declared}
    elif program == "make":
        targets = (ROOT / "Makefile").read_text()
        assert all(f"\n{target}:" in targets for target in words)
    elif program != "sojourn":
        assert block.is_skipped(), f"{program} is not run: say why in a comment"
    elif "--help" in words or "--version" in words or "--install-completion" in words:
        assert words[0] in {*(name for name, _, _ in COMMANDS), "--help", "--version", "--install-completion"}
    else:
        build_app(words[0]).parse_args(words, exit_on_error=False, print_error=False)


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_runs(
    page: Path, tmp_path: Path, estimates: Callable[[tuple[str, ...]], tuple[Path, str]]
) -> None:
    prepare(page, tmp_path)
    for block in blocks_of(page):
        if block.language == "python" and not block.is_skipped():
            code = PYTHON.format(small=str(SMALL)) + block.text
            done = run(tmp_path, "-c", code)
            assert done.returncode == 0, f"{block}\n{done.stderr}"
        elif block.language == "console" and not block.is_skipped():
            for step in block.steps():
                run_step(block, step, tmp_path, estimates)


def run_step(
    block: Block,
    step: Step,
    folder: Path,
    estimates: Callable[[tuple[str, ...]], tuple[Path, str]],
) -> None:
    program, *words = (word.replace("/secure/place", str(folder)) for word in step.words)
    if program != "sojourn" or block.is_skipped(words[0]):
        return
    if words[0] == "estimate":
        assert_labels_printed(block, step, run_estimate(words[1:], folder, estimates))
        return
    done = run(folder, "-m", "sojourn", *words)
    assert done.returncode in {0, 1}, f"{block}: {' '.join(step.words)}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    lines = iter(line.rstrip() for line in (done.stdout + done.stderr).splitlines())
    for shown in step.shown:
        assert not shown.strip() or shown.rstrip() in lines, (
            f"{block}: {' '.join(step.words)} does not print, in this place:\n{shown}\n\n{done.stdout}"
        )


def run_estimate(
    words: list[str], folder: Path, estimates: Callable[[tuple[str, ...]], tuple[Path, str]]
) -> str:
    case, *options = words
    read_case(folder / case if (folder / case).exists() else case)
    out = None
    if "--out" in options:
        place = options.index("--out")
        _, out = options[place : place + 2]
        del options[place : place + 2]
    made, printed = estimates(tuple(options))
    if out is not None:
        shutil.copytree(made, folder / out, dirs_exist_ok=True)
    return printed


def assert_labels_printed(block: Block, step: Step, printed: str) -> None:
    for shown in step.shown:
        label = shown.strip().split("  ")[0]
        if label and not label.startswith(("in ", "to ")):
            assert label in printed, f"{block}: no row {label!r} in\n{printed}"


def prepare(page: Path, folder: Path) -> None:
    """The files that a page takes for granted, or shows."""
    for language, file in SHOWN.get(page.name, {}).items():
        shown = next(block.text for block in blocks_of(page) if block.language == language)
        (folder / file).write_text(shown, encoding="utf-8")
    if page.name != "borders.md":
        return
    (folder / "crossings.csv").write_text(CROSSINGS)
    pa = pytest.importorskip("pyarrow", reason="the extra `borders` is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `borders` is not installed")
    people = range(60)
    arrivals = [date(2022, 1, 1) + timedelta(days=person % 20) for person in people]
    rows = {
        "passport": [f"P{person:07d}" for person in people] * 2,
        "crossed_at": [*arrivals, *(day + timedelta(days=30) for day in arrivals)],
        "dir": ["arrival"] * len(people) + ["departure"] * len(people),
        "border": ["north"] * 2 * len(people),
        "nationality": ["US"] * 2 * len(people),
        "purpose": ["work"] * 2 * len(people),
    }
    parquet.write_table(pa.table(rows), folder / "crossings.parquet")
    register = next(block.text for block in blocks_of(page) if block.text.startswith("# register.toml"))
    (folder / "register.toml").write_text(register.replace("/secure/place", str(folder)))
    assert run(folder, "-m", "sojourn", "new", folder / "cases" / "my-case").returncode == 0


def test_a_block_that_is_not_run_says_why() -> None:
    """A remark that is misspelt or has no reason must not pass for a comment."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        skipped = sum(bool(block.skipped) for block in blocks_of(page))
        assert text.count("<!-- not run") == skipped, page
