"""Calibration: what is counted, what is kept, and one real world from end to end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sojourn
from sojourn.case import CaseError, read_case
from sojourn.evaluation.calibrate import ITSELF, plan_trials, run_trials
from sojourn.evaluation.calibration_page import page_of
from sojourn.evaluation.calibration_summary import comparisons, coverages, summary
from sojourn.evaluation.scores import LEVELS, OUTCOMES, score_answer
from sojourn.evaluation.trials import Trial, card_record
from sojourn.simulation.scenarios import KINDS


def made_up(kind: str, seed: int, spread: float) -> dict[str, Any]:
    """A result whose draws and truth come from one distribution if `spread` is 1; narrower if below."""
    rng = np.random.default_rng([seed, len(kind)])
    mean = rng.normal(10.0, 1.0)
    draws = {name: np.exp(mean + 0.4 * spread * rng.standard_normal(200)) for name in OUTCOMES}
    truth = {name: float(np.exp(mean + 0.4 * rng.standard_normal())) for name in OUTCOMES}
    card = card_record(score_answer(draws, truth))
    stock = float(np.exp(mean + 2.0 * rng.standard_normal()))
    naive = {"name": "last official stock", "outcome": "stayed", "said": stock, "truth": truth["stayed"]}
    error = float(np.log1p(stock) - np.log1p(truth["stayed"]))
    card["naive"] = [naive | {"error": error, "log_score": -error * error}]
    return {
        "trial": {"kind": kind, "seed": seed, "chains": 2, "draws": 100},
        "version": "0",
        "truth": truth,
        **card,
        "diagnostics": {"rhat_max": 1.0 + 0.02 * (seed % 4)},
    }


@pytest.fixture(scope="module")
def many() -> list[dict[str, Any]]:
    return [made_up(kind, seed, 1.0) for seed in range(100) for kind in ("plain", ITSELF)]


def test_coverage_is_counted_by_kind_and_outcome(many: list[dict[str, Any]]) -> None:
    rows = {(row.group, row.outcome, row.level): row for row in coverages(many)}
    for level in LEVELS:
        hits = sum(
            score["low"] <= score["truth"] <= score["high"]
            for result in many
            if result["trial"]["kind"] == "plain"
            for score in result["scores"]
            if score["outcome"] == "stayed"
        )
        row = rows["plain", "stayed", level]
        assert row.trials == 100
        assert row.low < row.share < row.high
        assert row.share == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 100))
        if level == 0.9:
            # Ranks and interpolated quantiles may differ where the truth falls between two draws.
            assert abs(row.hits - hits) <= 2
    assert rows["all worlds", "all", 0.9].trials == 400
    assert rows[ITSELF, "all", 0.9].trials == 400


def test_intervals_that_are_too_narrow_show() -> None:
    narrow = [made_up("plain", seed, 0.4) for seed in range(60)]
    row = next(r for r in coverages(narrow) if (r.outcome, r.level) == ("all", 0.9))
    assert row.high < 0.8


def test_a_naive_answer_gets_its_best_error_in_hindsight(many: list[dict[str, Any]]) -> None:
    row = next(r for r in comparisons(many) if r.group == "plain")
    errors = np.array([r["naive"][0]["error"] for r in many if r["trial"]["kind"] == "plain"])
    sd = np.sqrt(np.mean(errors**2))
    assert row.fitted == pytest.approx(-np.log(sd * np.sqrt(2 * np.pi * np.e)), abs=1e-4)
    assert row.gain == pytest.approx(row.ours - row.naive)
    assert row.naive_error == pytest.approx(sd)
    assert row.fitted > row.naive


def test_the_page_stands_alone(many: list[dict[str, Any]]) -> None:
    page = page_of(many)
    assert page.count("<svg") == 3
    assert "<script" not in page
    assert 'src="' not in page
    assert "100 simulated worlds and 100 data sets" in page
    assert f"{summary(many)['unconverged']} of all answers did not converge" in page


def test_kinds_take_turns() -> None:
    trials = plan_trials(7, 2, KINDS, 2, 25)
    assert [trial.kind for trial in trials[:5]] == list(KINDS)
    assert [trial.seed for trial in trials] == [1, 1, 1, 1, 1, 2, 2, 1, 2]
    assert len({trial.name for trial in trials}) == 9


def keep(folder: Path, trial: Trial, **changed: object) -> Path:
    """Put the result of an earlier run in place."""
    result = made_up(trial.kind, trial.seed, 1.0)
    result |= {"trial": {**result["trial"], **vars_of(trial)}, "version": sojourn.__version__, **changed}
    file = folder / "results" / f"{trial.name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(result), encoding="utf-8")
    return file


def vars_of(trial: Trial) -> dict[str, object]:
    return {"kind": trial.kind, "seed": trial.seed, "chains": trial.chains, "draws": trial.draws}


def test_finished_worlds_are_not_run_again(tmp_path: Path) -> None:
    trials = [Trial("plain", seed, 2, 25) for seed in (1, 2)]
    files = [keep(tmp_path, trial) for trial in trials]
    before = [file.read_bytes() for file in files]
    found = run_trials(trials, tmp_path, jobs=1)
    assert [result["trial"]["seed"] for result in found] == [1, 2]
    assert [file.read_bytes() for file in files] == before


def test_results_of_another_run_are_refused(tmp_path: Path) -> None:
    trial = Trial("plain", 1, 2, 25)
    keep(tmp_path, trial, version="of long ago")
    with pytest.raises(CaseError, match="another version"):
        run_trials([trial], tmp_path, jobs=1)
    file = keep(tmp_path, trial)
    with pytest.raises(CaseError, match="other settings"):
        run_trials([Trial("plain", 1, 2, 50)], tmp_path, jobs=1)
    file.write_text("{", encoding="utf-8")
    with pytest.raises(CaseError, match="cannot be read"):
        run_trials([trial], tmp_path, jobs=1)


def test_a_folder_that_is_a_file_is_said_to_be_one(tmp_path: Path) -> None:
    file = tmp_path / "out"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(CaseError, match="out: cannot be written"):
        run_trials([Trial("plain", 1, 2, 25)], file, jobs=1)
    assert file.read_text(encoding="utf-8") == "mine"


def test_one_world_from_end_to_end(tmp_path: Path) -> None:
    """In a process of its own, as `sojourn calibrate` runs it; too few draws to judge by, enough to score."""
    trial = Trial("window", 1, 2, 25)
    told: list[tuple[int, int]] = []
    (result,) = run_trials([trial], tmp_path, 1, lambda _, done, total: told.append((done, total)))
    assert told == [(1, 1)]
    assert json.loads((tmp_path / "results" / "window-001.json").read_text(encoding="utf-8")) == result
    assert [score["outcome"] for score in result["scores"]] == list(OUTCOMES)
    assert {item["name"] for item in result["naive"]} == {"last official stock", "entries less exits"}
    assert result["meant"]["main"] is None
    for score in result["scores"]:
        # A posterior that is not about this world at all would miss by orders of magnitude.
        assert score["truth"] / 20 < score["median"] < score["truth"] * 20
    assert read_case(tmp_path / "cases" / "window-001").settings.host == "HO"


def test_a_run_that_is_killed_goes_on(tmp_path: Path) -> None:
    """Killed once its first result is there, with all its processes: what is there is whole and is kept."""
    out = tmp_path / "out"
    sizes = ("--worlds", "0", "--own", "2", "--chains", "2", "--draws", "25", "--jobs", "1")
    command = [sys.executable, "-m", "sojourn", "calibrate", "--out", str(out), *sizes]
    first = out / "results" / f"{ITSELF}-001.json"
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL) as process:
        while not first.exists():
            assert process.poll() is None
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGKILL)
    before = first.read_bytes()
    assert list((out / "results").glob("*.json")) == [first]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert first.read_bytes() == before
    assert f"2/2 {ITSELF}-002" in done.stderr
    assert f"1/2 {ITSELF}-001" not in done.stderr
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["trials"] == 2
