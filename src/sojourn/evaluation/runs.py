"""Runs that judge the model: on simulated worlds, and on a case whose truth became known later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from sojourn._core.defaults import CHAINS, TRIAL_DRAWS
from sojourn._core.files import dump_json, write_atomically
from sojourn.case import Case
from sojourn.evaluation.backtest import Backtest, backtest, truth_of
from sojourn.evaluation.calibrate import plan_trials, run_trials
from sojourn.evaluation.calibration_summary import summary
from sojourn.evaluation.trials import Trial
from sojourn.inference.estimation import estimate
from sojourn.simulation.scenarios import KINDS


def calibrate_model(
    folder: str | PathLike[str],
    *,
    worlds: int,
    own: int = 0,
    kinds: Sequence[str] = KINDS,
    chains: int = CHAINS,
    draws: int = TRIAL_DRAWS,
    jobs: int = 1,
    report: Callable[[Trial, int, int], None] | None = None,
) -> dict[str, Any]:
    """Estimate simulated worlds whose truth is known, and summarise how often the intervals cover it.

    Each trial runs in a process of its own and leaves a file in the folder; a run that was
    interrupted goes on from these files.

    Args:
        folder: gets the cases, the result of every trial, and `summary.json`.
        worlds: number of simulated worlds, over the kinds in turn.
        own: number of ledgers that the model simulates itself.
        kinds: kinds of worlds; see `sojourn.simulation.scenarios.KINDS`.
        chains: Markov chains per estimate.
        draws: kept draws per chain.
        jobs: processes at a time.
        report: called after each trial with the trial, the number done and the number of all.

    Returns:
        The content of `summary.json`: `coverage`, `comparisons` and the number of trials.

    Raises:
        CaseError: the folder holds results of other settings or another version, or cannot be written.

    Example:
        >>> import sojourn
        >>> sojourn.calibrate_model("my-calibration", worlds=0)["coverage"]
        []
    """
    trials = plan_trials(worlds, own, tuple(kinds), chains, draws)
    found = summary(run_trials(trials, Path(folder), jobs, report))
    write_atomically(Path(folder) / "summary.json", dump_json(found, allow_nan=True).encode())
    return found


def backtest_case(case: Case, *, seed: int = 1, chains: int = CHAINS, draws: int | None = None) -> Backtest:
    """Estimate a case whose truth became known later, and score the answer against that truth.

    The truth is in `truth.toml` in the folder of the case; the model never sees it.

    Args:
        case: a case that was read from a folder.
        seed: seed of the draws.
        chains: number of Markov chains.
        draws: kept draws per chain; None: as many as the chains need to converge.

    Raises:
        CaseError: there is no valid `truth.toml` for the day that the case asks about.

    Example:
        >>> import sojourn
        >>> folder = sojourn.new_case("my-backtest")
        >>> truth = "asof = 2022-12-31\\n[outcomes.stayed]\\npersons = 20000\\n"
        >>> _ = (folder / "truth.toml").write_text(truth)
        >>> result = sojourn.backtest_case(sojourn.read_case(folder), chains=2, draws=50)
        >>> 0 <= result.card.of("stayed").rank <= 1
        True
    """
    truth = truth_of(case)  # first, so that a case without a truth fails before the long run
    answer = estimate(case, seed=seed, chains=chains, draws=draws)
    return backtest(case, answer, truth)
