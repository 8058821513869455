"""A run that is killed in the middle of every step, or has no room, loses nothing and can go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from sojourn.borders import BordersError, OutcomeRule, manifest
from sojourn.borders.cleaning import Cleaning
from sojourn.borders.engine import connected
from sojourn.borders.release.disclosure import Release
from sojourn.borders.stages import StageContext, classify_step, clean_step, stays_step, summarise_step
from sojourn.case import new_case, read_case
from tests.borders.test_pipeline import CONFIG, KEY, put_key, raw_rows, write_rows

RULE = OutcomeRule(date(2023, 1, 1), date(2019, 1, 1))
SCRIPT = """
import os, sys
from pathlib import Path
import sojourn.borders.engine as engine, sojourn.borders.stages as steps, sojourn.borders.pipeline as whole
from sojourn.borders.settings import read_config
left = int(sys.argv[2])
def dying(part, target, done=engine.replace):
    global left
    left -= 1
    if left == 0:
        # As in the middle of writing: half of the file is there.
        part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])
        os.kill(os.getpid(), 9)
    done(part, target)
engine.replace = steps.replace = dying
def dying_claim(case, place, done=whole.write_case):
    if left == 1:
        os.kill(os.getpid(), 9)
    done(case, place)
whole.write_case = dying_claim
whole.run_pipeline(read_config(Path(sys.argv[1]) / "register.toml"), "1")
"""


def put(folder: Path) -> Path:
    rows = raw_rows(150, lost=0.1)
    folder.mkdir()
    write_rows([*rows, *rows[:9]], folder / "raw.parquet")
    put_key(folder / "key")
    (folder / "register.toml").write_text(CONFIG)
    new_case(folder / "case")
    return folder


def run(folder: Path, dies_at: int) -> int:
    command = [sys.executable, "-c", SCRIPT, str(folder), str(dies_at)]
    return subprocess.run(command, check=False, env={**os.environ}).returncode


def test_killed_in_the_middle_of_every_step_a_rerun_continues_to_the_same_results(tmp_path: Path) -> None:
    straight, broken = put(tmp_path / "straight"), put(tmp_path / "broken")
    assert run(straight, 0) == 0
    out = broken / "out"
    # Every run goes on where the one before was killed: at its 1st, 2nd … file, and in the claims.
    for dies_at, whole in (
        (1, []),
        (2, []),
        (3, ["crossings"]),
        (2, ["crossings", "stays"]),
        (2, ["crossings", "stays", "classified"]),
    ):
        assert run(broken, dies_at) == -signal.SIGKILL
        done = [name for name in ("crossings", "stays", "classified", "summary") if finished(out, name)]
        assert done == whole
    assert run(broken, 1) == -signal.SIGKILL
    assert not finished(out, "summary")
    assert run(broken, 0) == 0
    for name in ("crossings", "rejects", "stays", "classified", "summary"):
        tables = [parquet.read_table(folder / f"out/{name}.parquet") for folder in (straight, broken)]
        found = [sorted(map(str, table.to_pylist())) for table in tables]
        assert found[0] == found[1], name
    assert (straight / "out/summary.parquet").read_bytes() == (out / "summary.parquet").read_bytes()
    assert read_case(straight / "case").claims == read_case(broken / "case").claims


def finished(out: Path, name: str) -> bool:
    return manifest.read(out / f"{name}.parquet") is not None


Step = Callable[[StageContext, Path, Path], bool]


def clean(desk: StageContext, folder: Path, source: Path) -> bool:
    return clean_step(desk, source, folder / "crossings.parquet", folder / "rejects.parquet", Cleaning(), KEY)


def stays(desk: StageContext, folder: Path, source: Path) -> bool:
    return stays_step(desk, source, folder / "stays.parquet", RULE)


def classify(desk: StageContext, folder: Path, source: Path) -> bool:
    return classify_step(desk, source, folder / "classified.parquet", RULE)


def summarise(desk: StageContext, folder: Path, source: Path) -> bool:
    out = folder / "summary.parquet"
    return summarise_step(desk, source, folder / "stays.parquet", out, RULE, (), Release(), None)


STEPS: tuple[tuple[Step, str, str], ...] = (
    (clean, "raw", "crossings"),
    (stays, "crossings", "stays"),
    (classify, "crossings", "classified"),
    (summarise, "classified", "summary"),
)


def test_a_truncated_file_and_a_wrong_column_stop_every_step_with_one_line(tmp_path: Path) -> None:
    write_rows(raw_rows(60), tmp_path / "raw.parquet")
    with connected("duckdb", "1GB", 1, tmp_path / "spill", writes=[tmp_path / "any"]) as engine:
        desk = StageContext(engine, "1")
        for work, source, made in STEPS:
            good, out = tmp_path / f"{source}.parquet", tmp_path / f"{made}.parquet"
            assert work(desk, tmp_path, good)
            before = out.read_bytes()
            cut = tmp_path / "cut.parquet"
            cut.write_bytes(good.read_bytes()[:-50])
            with pytest.raises(BordersError, match=r"cut\.parquet: ") as told:
                work(desk, tmp_path, cut)
            assert len(str(told.value).splitlines()) == 1
            table, wrong = parquet.read_table(good), tmp_path / "wrong.parquet"
            place = table.schema.get_field_index("day")
            parquet.write_table(table.set_column(place, "day", pa.array([1] * len(table))), wrong)
            with pytest.raises(BordersError, match="column day: is of type int64"):
                work(desk, tmp_path, wrong)
            assert out.read_bytes() == before
            assert work(desk, tmp_path, good), "a step that failed is done again"
    assert not list(tmp_path.glob(".*.part"))


FULL = """
import resource, sys
from pathlib import Path
from tests.borders import test_faults as faults
folder = Path(sys.argv[1])
told = 0
with faults.connected("duckdb", "1GB", 1, folder / "spill", writes=[folder / "any"]) as engine:
    desk = faults.StageContext(engine, "2")
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
    for work, source, made in faults.STEPS:
        out = folder / f"{made}.parquet"
        before = out.read_bytes()
        try:
            work(desk, folder, folder / f"{source}.parquet")
        except faults.BordersError as error:
            told += "too large" in str(error).lower() and len(str(error).splitlines()) == 1
        assert out.read_bytes() == before, made
        assert faults.manifest.read(out) is None, made
sys.exit(0 if told == len(faults.STEPS) else 3)
"""


def test_a_full_disk_stops_every_step_with_one_line_and_harms_nothing(tmp_path: Path) -> None:
    write_rows(raw_rows(60), tmp_path / "raw.parquet")
    with connected("duckdb", "1GB", 1, tmp_path / "spill", writes=[tmp_path / "any"]) as engine:
        for work, source, _ in STEPS:
            assert work(StageContext(engine, "1"), tmp_path, tmp_path / f"{source}.parquet")
    command = [sys.executable, "-c", FULL, str(tmp_path)]
    full = subprocess.run(command, check=False, capture_output=True, text=True)
    assert full.returncode == 0, full.stderr
    assert not list(tmp_path.glob(".*.part"))
