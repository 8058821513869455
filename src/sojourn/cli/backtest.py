"""`sojourn backtest`: an answer as it could have been given at the time, compared with later knowledge."""

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
    """Compare an answer, and naive answers, with what became known later.

    The case needs a truth.toml, which the model never sees. Exit status: 0
    done, 1 the answer has not converged, 2 the case or its truth cannot be
    read, 130 interrupted.

      sojourn backtest poland-2022
      sojourn backtest poland-2022 --json | jq .scores

    Parameters
    ----------
    case
        A folder, or the name of a shipped case.
    out
        Folder for the answer, as `sojourn estimate --out` writes it.
    json
        Print JSON instead of tables.
    """
    check_answering(sampling, out)
    read = read_case(case)
    from sojourn.cli.run_estimate import answer_now, status_of
    from sojourn.evaluation.backtest import backtest as score
    from sojourn.evaluation.backtest import truth_of

    truth = truth_of(read)  # before sampling, so that a case without a truth fails at once
    answer = answer_now(read, sampling, out)
    result = score(read, answer, truth)
    if json:
        sys.stdout.write(dump_json(result.as_json()))
    else:
        render(result)
    return status_of(answer.warnings)


def render(result: Backtest) -> None:
    """Print a back-test."""
    from sojourn._core.ledger_labels import labels_of_answer
    from sojourn._core.rounding import format_people
    from sojourn.cli.console import TextConsole, plain_table, print_question

    console, labels = TextConsole(), labels_of_answer(result.answer.to_dict())
    line = f"As of {result.truth.asof}, compared with what became known later."
    print_question(console, result.answer.question, line)
    columns = ("people", "truth", "median", "90%", "below the truth", "log score")
    table = plain_table(columns, right=range(1, len(columns)))
    for score in result.card.scores:
        table.add_row(
            score.outcome.replace("_", " "),
            format_people(score.truth),
            format_people(score.median),
            f"{format_people(score.low)} – {format_people(score.high)}",
            f"{score.rank:.0%} of draws",
            f"{score.log_score:.2f}",
        )
    for item in result.card.naive:
        table.add_row(
            f"  {item.name}: {item.outcome}", "", format_people(item.said), "", "", f"{item.log_score:.2f}"
        )
    console.print(table)
    console.print_line()
    for line in _verdicts(result):
        console.print_line(line)
    for warning in result.answer.warnings:
        console.print_line(f"  ! {labels.sentence(warning.text)}", style="yellow")


def _verdicts(result: Backtest) -> list[str]:
    """The interval that contains each true number, and whether the answer is sharper than the officials."""
    from sojourn._core.rounding import format_people

    lines: list[str] = []
    for score in result.card.scores:
        inside = [level for level, holds in sorted(score.covered.items()) if holds]
        where = f"inside the {inside[0]:.0%} interval" if inside else "outside the 95% interval"
        lines.append(f"{score.outcome.replace('_', ' ')}: the truth lies {where}.")
    if result.official is not None and result.sharper is not None:
        low, high = format_people(result.official.low), format_people(result.official.high)
        word = "narrower" if result.sharper else "not narrower"
        lines.append(
            f"Official figures for the host country ranged from {low} to {high}; the 90% interval is {word}."
        )
    return lines
