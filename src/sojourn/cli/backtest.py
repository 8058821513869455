"""`sojourn backtest`: an answer as it could be given then, against what became known later."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sojourn._core.files import dump_json
from sojourn.case import read_case
from sojourn.cli.options import DEFAULT_SAMPLING, Flag, Sampling, check_answering

if TYPE_CHECKING:
    from sojourn.evaluation.backtest import Backtest


def backtest(
    case: str,
    /,
    *,
    sampling: Sampling = DEFAULT_SAMPLING,
    out: Path | None = None,
    json: Flag = False,
) -> int:
    """Where the truth fell in the answer, and how the naive answers did.

    The case needs a truth.toml, which the model never sees. Exit status: 0 done, 1 done
    with warnings of convergence, 2 the case or its truth cannot be read, 130 interrupted.

      sojourn backtest poland-2022
      sojourn backtest poland-2022 --json | jq .scores

    Parameters
    ----------
    case
        A folder, or the name of a shipped case.
    out
        Folder for the answer, as `sojourn estimate --out` writes it.
    json
        Print JSON instead of the tables.
    """
    check_answering(sampling, out)
    read = read_case(case)
    from sojourn.cli.run_estimate import answer_now, status_of
    from sojourn.evaluation.backtest import backtest as score
    from sojourn.evaluation.backtest import truth_of

    truth = truth_of(read)  # first, so that a case without a truth fails before the long run
    answer = answer_now(read, sampling, out, quiet=json)
    result = score(read, answer, truth)
    if json:
        sys.stdout.write(dump_json(result.as_json()))
    else:
        render(result)
    return status_of(answer.warnings)


def render(result: Backtest) -> None:
    """Print a back-test."""
    from sojourn.cli.console import open_console, people, plain_table

    line = f"As of {result.truth.asof}, against what became known later."
    console = open_console(result.answer.question, line)
    columns = ("", "truth", "median", "90 %", "below the truth", "log score")
    table = plain_table(columns, right=range(1, len(columns)))
    for score in result.card.scores:
        table.add_row(
            score.outcome.replace("_", " "),
            people(score.truth),
            people(score.median),
            f"{people(score.low)} – {people(score.high)}",
            f"{score.rank:.0%} of draws",
            f"{score.log_score:.2f}",
        )
    for item in result.card.naive:
        table.add_row(
            f"  {item.name}: {item.outcome}", "", people(item.said), "", "", f"{item.log_score:.2f}"
        )
    console.print(table)
    console.print()
    for line in _verdicts(result):
        console.print(line)
    for warning in result.answer.warnings:
        console.print(f"  ! {warning}", style="yellow")


def _verdicts(result: Backtest) -> list[str]:
    """In words: inside which interval the truth lies, and whether the answer says more than officials."""
    from sojourn.cli.console import people

    lines: list[str] = []
    for score in result.card.scores:
        inside = [level for level, holds in sorted(score.covered.items()) if holds]
        where = f"inside the {inside[0]:.0%} interval" if inside else "outside the 95% interval"
        lines.append(f"{score.outcome.replace('_', ' ')}: the truth lies {where}.")
    if result.official is not None and result.sharper is not None:
        low, high = people(result.official.low), people(result.official.high)
        word = "narrower" if result.sharper else "not narrower"
        lines.append(
            f"Official figures of those in the host ran from {low} to {high}; the 90% interval is {word}."
        )
    return lines
