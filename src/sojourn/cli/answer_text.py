"""An answer on the terminal: the question, the table, the readings that matter, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sojourn._core.outcomes import LABELS
from sojourn.cli.console import open_console, people, per_cent, plain_table

TOP = 5
Record = Mapping[str, Any]
Numbers = Mapping[str, float]


def render(record: Record) -> None:
    """Print an answer."""
    line = f"As of {record['asof']}, from claims published by {record['claims_until']}."
    console = open_console(record["question"], line)
    console.print(_table(record))
    console.print()
    console.print(Text("The figures whose reading matters most", style="bold"))
    for claim in figures(record):
        console.print(f"  {claim}")
    console.print()
    _diagnostics(console, record)


def _table(record: Record) -> Table:
    table = plain_table(("", "median", "50 %", "90 %", "of those who arrived"), right=(1, 2, 3, 4))
    for name, label in LABELS.items():
        share = record["shares"].get(name)
        table.add_row(label, *_numbers(record["outcomes"][name]), per_cent(share) if share else "")
        if name == "stayed":
            for part, numbers in record["parts"].items():
                table.add_row(Text(f"  in {part}", style="dim"), *_numbers(numbers), "")
        if name == "moved_on":
            for place, numbers in top_places(record):
                table.add_row(Text(f"  to {place}", style="dim"), *_numbers(numbers), "")
    return table


def top_places(record: Record) -> list[tuple[str, Numbers]]:
    """The third places where most of the cohort are."""
    away = [(p, n) for p, n in record["by_place"].items() if p not in (record["host"], record["origin"])]
    return sorted(away, key=lambda item: -item[1]["q50"])[:TOP]


def _numbers(numbers: Numbers) -> tuple[str, str, str]:
    return (
        people(numbers["q50"]),
        f"{people(numbers['q25'])} – {people(numbers['q75'])}",
        f"{people(numbers['q05'])} – {people(numbers['q95'])}",
    )


def figures(record: Record, count: int = TOP) -> list[str]:
    """The claims whose reading would move the answer most: figure, likeliest reading, its weight."""
    chosen = sorted(record["claims"], key=lambda claim: -claim["pull"])[:count]
    lines: list[str] = []
    for claim in chosen:
        best = max(claim["readings"], key=lambda reading: reading["posterior"])
        what = f"{best['measure'].replace('_', ' ')} ({best['who']}): {best['why'] or best['reading']}"
        lines.append(
            f"“{claim['said']}” ({claim['claim']}, {claim['source']}): {best['posterior']:.0%} {what}"
        )
    return lines


def _diagnostics(console: Console, record: Record) -> None:
    d = record["diagnostics"]
    console.print(
        f"R̂ {d['rhat_max']:.3f} · effective draws {min(d['ess_bulk_min'], d['ess_tail_min']):.0f} · "
        f"{d['divergences']} divergences · compiled in {d['seconds_compile']:.0f} s, "
        f"sampled in {d['seconds_sample']:.0f} s · seed {record['seed']} · sojourn {record['version']}",
        style="dim",
    )
    if record["warnings"]:
        console.print(Text("\nWarnings", style="bold"))
    for warning in record["warnings"]:
        console.print(f"  ! {warning}", style="yellow")
