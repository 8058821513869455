"""What the numbers of an answer rest on, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sojourn._core.headline_labels import headlines_of, state_basis, words_of_quantity
from sojourn._core.ledger_labels import LedgerLabels
from sojourn._core.rounding import format_people
from sojourn.cli.console import TextConsole, plain_table

Record = Mapping[str, Any]
MARK = " *"


def mark(record: Record, quantity: str) -> str:
    """The mark of a number that does not rest on figures, explained by `basis_lines`."""
    return MARK if words_of_quantity(record, quantity) else ""


def basis_lines(record: Record, labels: LedgerLabels) -> Iterator[str]:
    """A line for each headline that does not rest on figures, and for each event that rests on a prior."""
    for quantity, headline in headlines_of(record).items():
        if basis := state_basis(headline):
            yield f"{labels.quantity(quantity)}: {basis}"
    for event in record["ledger"]["events"]:
        if note := event.get("note"):
            yield f"{event['name']} ({event['date']}): {note}"


def print_prior_ledger(console: TextConsole, record: Record, labels: LedgerLabels) -> None:
    """Print each headline before and after the figures; nothing for an answer of an earlier version."""
    headlines = headlines_of(record)
    if not headlines:
        return
    ledger = record["prior_ledger"]
    console.heading("What the numbers rest on")
    table = plain_table(("", "before (90%)", "after (90%)", "assumed", "had others read"), (3,), (1, 2, 4))
    for quantity, headline in headlines.items():
        summaries = [_interval(quantity, headline[key]) for key in ("prior", "posterior")]
        others = headline.get("had_others_read")
        table.add_row(
            labels.quantity(quantity),
            *summaries,
            f"{headline['untouched_share']:.0%}" if "untouched_share" in headline else "",
            " to ".join(_number(quantity, end) for end in others) if others else "",
        )
    console.print(table)
    if ledger["untouched"]:
        console.print_line(
            "Before and after the figures. Assumed: share of the variance due to unknowns that no figure "
            f"touches ({ledger['untouched']} of {ledger['unknowns']}).",
            style="dim",
        )
    for remark in ledger["remarks"]:
        console.print_line(remark, style="dim")
    console.print_line()


def _interval(quantity: str, summary: Mapping[str, float]) -> str:
    median, low, high = (_number(quantity, summary[key]) for key in ("q50", "q05", "q95"))
    return f"{median} ({low} – {high})"


def _number(quantity: str, value: float) -> str:
    return f"{value:.0%}" if quantity.startswith("share ") else format_people(value)
