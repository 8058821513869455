"""`sojourn calibrate`: coverage of the intervals in simulated worlds whose truth is known."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sojourn._core.defaults import CHAINS
from sojourn._core.errors import InputError, Problem
from sojourn.cli.options import LEAST, too_small

if TYPE_CHECKING:
    from sojourn.evaluation.trials import Trial

JOBS = max(os.cpu_count() or 1, 1)


def calibrate(
    *,
    out: Path,
    worlds: int = 40,
    own: int = 20,
    kinds: str = "",
    jobs: int = JOBS,
    chains: int = CHAINS,
    draws: int = 200,
) -> int:
    """Simulate worlds, estimate them from published figures, compare with the truth.

    Each world is simulated with its officials and their figures; the model
    estimates the answer, which is compared with the truth. The model is also
    tested on ledgers simulated from its own prior. The same command continues a
    run that was stopped: each result is a file. Writes summary.json and
    index.html. Exit status: 0 done, 2 the folder cannot be used, 130
    interrupted.

      sojourn calibrate --out out/calibration
      sojourn calibrate --out out/quick --worlds 5 --own 2 --draws 100 --chains 2
      sojourn calibrate --out out/register --worlds 8 --own 0 --kinds plain,register

    Parameters
    ----------
    out
        Folder for results, cases and the page.
    worlds
        Number of simulated worlds, spread over the kinds.
    own
        Number of ledgers simulated from the prior of the model.
    kinds
        Kinds of world, separated by commas: plain, circular, shared, window, stale (default: all
        five) and register (plain, with a register of crossings).
    jobs
        Number of parallel processes.
    chains
        Number of Markov chains of each answer.
    draws
        Draws to keep from each chain.
    """
    from sojourn.evaluation.calibrate import plan_trials, run_trials

    limits = {name: (value, LEAST[name]) for name, value in (("chains", chains), ("draws", draws))}
    chosen = _kinds(kinds, too_small(worlds=(worlds, 0), own=(own, 0), jobs=(jobs, 1), **limits))
    trials = plan_trials(worlds, own, chosen, chains, draws)
    if not trials:
        none = "nothing to run; ask for at least one world, or for ledgers with --own"
        raise InputError([Problem("--worlds", none)])
    _write(run_trials(trials, out, jobs, _report), out)
    return 0


def _kinds(text: str, problems: list[Problem]) -> tuple[str, ...]:
    """The kinds of world in an option; an unknown kind is an error beside the problems found before."""
    from sojourn._core.errors import one_of
    from sojourn.simulation.scenarios import KINDS, REGISTER

    chosen = tuple(kind.strip() for kind in text.split(",") if kind.strip()) or KINDS
    known = (*KINDS, REGISTER)
    unknown = [
        Problem("--kinds", f"is an unknown kind of world; expected {one_of(known, kind)}", value=kind)
        for kind in chosen
        if kind not in known
    ]
    if unknown or problems:
        raise InputError([*unknown, *problems])
    return chosen


def _report(trial: Trial, done: int, total: int) -> None:
    """Write a line of progress to stderr."""
    sys.stderr.write(f"{done}/{total} {trial.name}\n")
    sys.stderr.flush()


def _write(results: list[dict[str, Any]], out: Path) -> None:
    """Write summary.json and, if its libraries are installed, the page; print the main results."""
    from sojourn._core.files import dump_json, write_atomically
    from sojourn.evaluation.calibration_page import missing, page_of
    from sojourn.evaluation.calibration_summary import summary

    found = summary(results)
    write_atomically(out / "summary.json", dump_json(found, allow_nan=True).encode())
    for row in found["coverage"]:
        if row["outcome"] == "all" and row["level"] == 0.9:
            sys.stdout.write(
                f"{row['group']:<12} 90% intervals contained the truth in {row['hits']} of {row['trials']} = "
                f"{row['hits'] / row['trials']:.0%} ({row['low']:.0%} to {row['high']:.0%})\n"
            )
    for row in found["comparisons"]:
        if row["group"] == "all worlds":
            sys.stdout.write(
                f"compared with {row['naive_name']}, {row['outcome']}: log score {row['ours']:.2f}, naive "
                f"{row['naive']:.2f}, fitted in hindsight {row['fitted']:.2f}\n"
            )
    if absent := missing():
        sys.stdout.write(
            f"No page, since {', '.join(absent)} is not installed: pip install 'sojourn[report]'\n"
        )
    else:
        write_atomically(out / "index.html", page_of(results).encode())
        sys.stdout.write(f"Page: {out / 'index.html'}\n")
