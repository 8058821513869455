"""A comparison on the terminal: verdict, both answers side by side, edits with their effects."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from sojourn._core.ledger_labels import LedgerLabels, labels_of_answer
from sojourn._core.outcomes import LABELS
from sojourn._core.rounding import format_people
from sojourn.case.edit_groups import group_edits
from sojourn.cli.console import TextConsole, plain_table, print_question
from sojourn.inference.answer import Answer
from sojourn.inference.answer_parts import DrawSummary
from sojourn.inference.comparison import AnswerComparison, EditEffect, QuantityChange, outcome_of

TOP_PLACES = 5


def render(found: AnswerComparison) -> None:
    """Print a comparison."""
    console, labels = TextConsole(), labels_of_answer(found.b.to_dict())
    reliable = found.a.has_converged and found.b.has_converged
    console.print_line(f"{found.verdict}\n", style="bold green" if reliable else "bold yellow")
    for name, answer in (("A", found.a), ("B", found.b)):
        if not answer.has_converged:
            console.print_line(f"{name} has not converged: do not quote its numbers.", style="yellow")
    line = f"As of {found.a.asof}. A: {_origin(found.a)}; B: {_origin(found.b)}."
    print_question(console, found.a.question, line)
    console.print(_side_by_side(found, labels))
    console.print_line()
    console.heading("What each edit does by itself" if found.effects else "What differs in the ledger")
    if found.effects:
        console.print(_effects(found))
        _explain(console, found)
    else:
        for group in group_edits(found.rows):
            console.print_line(f"  {group.title}")
        if not found.rows:
            console.print_line("  nothing")
    if found.note:
        console.print_line(f"\n{found.note[0].upper()}{found.note[1:]}.", style="yellow")


def _origin(answer: Answer) -> str:
    return str(answer.folder or "not saved")


def _side_by_side(found: AnswerComparison, labels: LedgerLabels) -> Table:
    columns = ("people", "A", "90%", "B", "90%", "B − A", "error", "in sd of A")
    table = plain_table(columns, right=range(1, len(columns)))
    for change in found.outcomes:
        table.add_row(LABELS[outcome_of(change.quantity)], *_people(change))
    places = [c for c in found.by_place if c.quantity[3:] not in (found.a.host, found.a.origin)]
    for change in sorted(places, key=lambda c: -max(c.a.q50, c.b.q50))[:TOP_PLACES]:
        table.add_row(Text(f"  in {labels.place(change.quantity[3:])}", style="dim"), *_people(change))
    table.add_row()
    for change in found.shares:
        table.add_row(labels.quantity(change.quantity), *_shares(change))
    return table


def _people(change: QuantityChange) -> tuple[str, ...]:
    def span(numbers: DrawSummary) -> str:
        return f"{format_people(numbers.q05)} – {format_people(numbers.q95)}"

    a, b = change.a, change.b
    moved = _signed(change.difference)
    error, in_sd = format_people(change.error), f"{change.in_sd:+.2f}"
    return format_people(a.mean), span(a), format_people(b.mean), span(b), moved, error, in_sd


def _shares(change: QuantityChange) -> tuple[str, ...]:
    def span(numbers: DrawSummary) -> str:
        return f"{numbers.q05:.0%} – {numbers.q95:.0%}"

    a, b = change.a, change.b
    moved, error, in_sd = f"{change.difference:+.1%}", f"{change.error:.1%}", f"{change.in_sd:+.2f}"
    return f"{a.mean:.1%}", span(a), f"{b.mean:.1%}", span(b), moved, error, in_sd


def _effects(found: AnswerComparison) -> Table:
    """Shifts in posterior sd of A, with the edits in rows and the shares in columns."""
    names = ["arrived", *(change.quantity for change in found.shares)]
    sd = {change.quantity: change.a.sd for change in (*found.outcomes, *found.shares)}
    titles = ["arrived", *(f"share {LABELS[outcome_of(name)]}" for name in names[1:])]
    table = plain_table(("shift in sd of A", *titles, "by", "k̂", "effective"), right=(1, 2, 3, 4, 6, 7))
    together = [found.together] if found.together else []
    for effect in (*found.effects, *together):
        numbers = [_in_sd(effect, name, sd[name]) for name in names]
        k_hat = "" if effect.k_hat is None else f"{effect.k_hat:.2f}"
        effective = "" if effect.effective is None else f"{effect.effective:.0f}"
        table.add_row(effect.edit.title, *numbers, effect.method, k_hat, effective)
    return table


def _in_sd(effect: EditEffect, name: str, sd: float) -> str:
    """A shift with its Monte Carlo standard error, in units of `sd`."""
    if not effect.shifts or not sd:
        return ""
    return f"{effect.shifts[name] / sd:+.2f} ± {effect.errors[name] / sd:.2f}"


def _explain(console: TextConsole, found: AnswerComparison) -> None:
    """How much of the difference the edits explain, and why some were not weighed."""
    change, name = found.farthest, found.farthest.quantity
    parts = (change.difference, found.explained[name], found.remainder[name], change.error)
    label = LABELS[outcome_of(name)]
    if change.quantity.startswith("share "):
        what, numbers = f"the share that {label}", [f"{part:+.1%}" for part in parts]
    else:
        what, numbers = f"the number of people that {label}", [_signed(part) for part in parts]
    difference, explained, rest, error = numbers
    console.print_line(
        f"\nOf the difference in {what} ({difference}), the edits explain {explained} one by one; {rest} "
        f"remains: their interaction, chance (standard error {error.lstrip('+')}), and edits that were not "
        "weighed."
    )
    for effect in found.effects:
        if not effect.shifts:
            console.print_line(f"  ! {effect.edit.title}: {effect.reason or effect.method}", style="yellow")


def _signed(people: float) -> str:
    return f"{'+' if people > 0 else ''}{format_people(people)}"
