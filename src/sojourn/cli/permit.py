"""`sojourn permit`: until when may one stay, and when may one come back?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sojourn._core.files import dump_json
from sojourn.cli.console import TextConsole
from sojourn.stay_rules import Assessment, assess


def permit(
    *,
    rules: str,
    nationality: str,
    stays: Path,
    on: str,
    plan: Annotated[list[str] | None, Parameter(negative="")] = None,
    want: int = 1,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Until when may one stay, and when may one come back?

    The file of stays has the columns entry and exit (exit is empty while the
    stay lasts) and, if needed, permit (a document that stops the count of days)
    and member (a country of the zone). Stays after the given day are treated as
    bookings. Exit status: 0 all days are lawful, 1 some day is unlawful, 2
    cannot be read.

      sojourn permit --rules KZ.visa_free.EAEU --nationality RU --stays stays.csv --on 2023-05-01
      sojourn permit --rules EU.short_stay --nationality US --stays stays.csv --on 2026-07-01 \\
          --plan 2026-08-01:2026-08-20 --json

    Parameters
    ----------
    rules
        A rule of the library (KZ.visa_free.EAEU), a zone (KZ), or a rule file of your own.
    nationality
        Two-letter country code.
    stays
        CSV file of stays.
    on
        The day for which to answer, YYYY-MM-DD.
    plan
        A planned stay, entry:exit; repeatable.
    want
        Number of days: also find the first day on which a stay of this length may begin.
    json
        Print one JSON object, for programs.
    """
    answer = assess(rules, stays, on=on, nationality=nationality, plan=plan, want=want, today=date.today())
    if json:
        print(dump_json(answer.as_json(), indent=2), end="")
    else:
        _print(answer)
    return 0 if answer.lawful else 1


def _print(answer: Assessment) -> None:
    """Print the answer under each reading of the rule, then warnings and sources."""
    console = TextConsole()
    for name, reading in (answer.readings or {"": answer}).items():
        if name:
            console.heading(f"Reading {name}")
        for line in (reading.explanation, "", *_figures(reading), "", *_strip(reading), ""):
            console.print_line(line)
    for warning in answer.warnings:
        console.print_line(f"! {warning}", style="yellow")
    console.print_line(f"Source: {_sources(answer)}")
    console.print_line(answer.notice)


def _figures(answer: Assessment) -> list[str]:
    further = "no limit on file" if answer.max_further_stay is None else f"{answer.max_further_stay} days"
    rows: list[tuple[str, object]] = [
        ("days used", answer.used),
        ("days left", "no limit on file" if answer.left_today is None else answer.left_today),
        ("longest further stay", further),
        ("latest lawful exit", answer.latest_lawful_exit or "–"),
        ("earliest re-entry", answer.earliest_reentry or "–"),
        ("unlawful days", answer.unlawful_days),
        ("days over the limit", answer.window_excess),
        ("binding limit", answer.binding_limit or "–"),
        ("days counted", _ranges(answer.counted)),
        ("days freed again", _ranges(answer.returns)),
    ]
    if answer.latest_return:
        rows.insert(3, ("back by", answer.latest_return))
    if answer.want > 1:
        rows.append((f"re-entry for {answer.want} days", answer.reentry_for_want or "–"))
    rows += [(f"duty {d.id}", f"{d.due or ''} {d.note}".strip()) for d in answer.duties]
    if answer.unlawful_days or not answer.lawful:
        rows += [("if a limit is broken", f"{c.effect} {c.note}".strip()) for c in answer.consequences]
    return [f"  {label:<22}{value}" for label, value in rows]


def _ranges(ranges: Sequence[tuple[object, object]]) -> str:
    return ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in ranges) or "–"


def _strip(answer: Assessment) -> list[str]:
    from sojourn.stay_rules.explanation import strip

    key = "█ counted  ▒ present, not counted  ! unlawful  + booked  · absent  ▲ the given day"
    return [*(f"  {line}" for line in strip(answer)), f"  {key}"]


def _sources(answer: Assessment) -> str:
    return "; ".join(f"{c.act} (checked {c.checked}, confidence {c.confidence})" for c in answer.citations)
