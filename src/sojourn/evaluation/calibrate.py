"""Calibration runs: many trials in separate processes, with one result file each.

Results are written atomically. A run that was interrupted therefore resumes where it stopped:
existing results are kept, and missing ones are computed.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sojourn._core.errors import Problem
from sojourn._core.files import dump_json, write_atomically
from sojourn._core.version import __version__
from sojourn.case import CaseError
from sojourn.evaluation.trials import Trial, run_trial
from sojourn.simulation.scenarios import KINDS

ITSELF = "itself"
"""The kind of trial in which claims are simulated from the model itself."""
PER_PROCESS = 8
"""Number of trials after which a process is replaced, because compiled code is never freed."""

Report = Callable[[Trial, int, int], None]


def plan_trials(worlds: int, own: int, kinds: tuple[str, ...], chains: int, draws: int) -> list[Trial]:
    """Plan `worlds` trials, alternating between kinds, and `own` trials simulated from the model itself.

    Example:
        >>> [trial.name for trial in plan_trials(2, 1, ("plain", "stale"), chains=2, draws=100)]
        ['plain-001', 'stale-001', 'itself-001']
    """
    by_kind = [
        Trial(kinds[number % len(kinds)], number // len(kinds) + 1, chains, draws) for number in range(worlds)
    ]
    return by_kind + [Trial(ITSELF, number + 1, chains, draws) for number in range(own)]


def run_trials(
    trials: list[Trial], folder: Path, jobs: int, report: Report | None = None
) -> list[dict[str, Any]]:
    """Run trials in parallel and return their results in order; results found in `folder` are reused.

    Args:
        trials: the trials.
        folder: folder for cases and results.
        jobs: number of processes.
        report: called after every trial with it, the number of trials done and their total.

    Raises:
        CaseError: `folder` contains results with other settings or of another version, or is not writable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CaseError([Problem(str(folder), f"cannot be written: {error.strerror}")]) from None
    results = {trial: _found(trial, folder) for trial in trials}
    missing = [trial for trial in trials if results[trial] is None]
    done = len(trials) - len(missing)
    for trial, result in _in_processes(missing, folder, jobs):
        results[trial] = result
        done += 1
        if report:
            report(trial, done, len(trials))
    return [result for result in (results[trial] for trial in trials) if result is not None]


def _in_processes(trials: list[Trial], folder: Path, jobs: int) -> Any:
    """Yield trials and their results as they finish, from spawned processes that share no state."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=PER_PROCESS)
    try:
        waiting: dict[Future[dict[str, Any]], Trial] = {}
        queue = list(reversed(trials))
        while queue or waiting:
            while queue and len(waiting) < jobs:
                trial = queue.pop()
                waiting[pool.submit(run_and_keep, trial, folder)] = trial
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def run_and_keep(trial: Trial, folder: Path) -> dict[str, Any]:
    """Run one trial in this process and write its result atomically."""
    if trial.kind == ITSELF:
        from sojourn.evaluation.sbc import run_own_trial

        result = run_own_trial(trial)
    else:
        result = run_trial(trial, folder)
    write_atomically(_file(trial, folder), dump_json(result, allow_nan=True).encode())
    return result


def _file(trial: Trial, folder: Path) -> Path:
    return folder / "results" / f"{trial.name}.json"


def _found(trial: Trial, folder: Path) -> dict[str, Any] | None:
    """Read the result of an earlier run; None if there is none.

    Raises:
        CaseError: the file is unreadable, or was made with other settings or another version.
    """
    path = _file(trial, folder)
    try:
        result: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CaseError([Problem(str(path), f"cannot be read: {error}; remove it to run it again")]) from None
    made = (result.get("trial"), result.get("version"))
    if made != (asdict(trial), __version__):
        message = "was made with other settings or another version; choose another folder, or remove it"
        raise CaseError([Problem(str(path), message)])
    return dict(result)


__all__ = ["ITSELF", "KINDS", "plan_trials", "run_and_keep", "run_trials"]
