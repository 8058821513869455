"""An answer on the terminal: verdict and finding, table, the figures that matter most, diagnostics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from sojourn._core.headline_labels import state_caveat
from sojourn._core.ledger_labels import LedgerLabels, labels_of_answer, measure_title, more_of_series
from sojourn._core.outcomes import FATES, LABELS
from sojourn._core.rounding import format_people
from sojourn._core.thresholds import EFFECTIVE, RHAT
from sojourn._core.verdict import is_draft, is_unreliable, state_verdict
from sojourn.cli.console import TextConsole, per_cent, plain_table, print_question
from sojourn.cli.prior_ledger_text import MARK, basis_lines, mark, print_prior_ledger

TOP = 5
Record = Mapping[str, Any]
Numbers = Mapping[str, float]


def render(record: Record) -> None:
    """Print an answer, from the content of `answer.json`."""
    console, labels = TextConsole(), labels_of_answer(record)
    style = "bold yellow" if is_unreliable(record) or is_draft(record) else "bold green"
    console.print_line(f"{verdict_line(record, labels)}\n", style=style)
    if is_unreliable(record):
        for advice in list_advice(record, labels):
            console.print_line(advice)
        console.print_line()
    console.print_line(f"{_finding(record)}\n", style=style)
    line = f"As of {record['asof']}, from claims published by {record['claims_until']}."
    print_question(console, record["question"], line)
    console.print(_table(record, labels))
    for line in basis_lines(record, labels):
        console.print_line(f"{MARK.strip()} {line}", style="yellow")
    console.print_line()
    print_prior_ledger(console, record, labels)
    console.heading("The figures whose reading matters most")
    for claim in claim_lines(record, labels):
        console.print_line(f"  {claim}")
    console.print_line()
    _diagnostics(console, record, labels)


def verdict_line(record: Record, labels: LedgerLabels) -> str:
    """Whether the answer can be relied on, and if not, which quantity falls short and by how much."""
    found = "; ".join(_shortfalls(record["diagnostics"], labels))
    if is_draft(record):
        return f"DRAFT: do not quote these numbers{f'; {found}' if found else ''}."
    return f"NOT RELIABLE YET: {found}." if found and is_unreliable(record) else state_verdict(record)


def _shortfalls(diagnostics: Mapping[str, Any], labels: LedgerLabels) -> Iterator[str]:
    """Each way in which the draws fall short of the thresholds, with the quantity that is worst."""
    d, low = diagnostics, min(diagnostics["ess_bulk_min"], diagnostics["ess_tail_min"])
    if d["rhat_max"] > RHAT:
        yield f"{_of(d, 'rhat_of', labels)} has R̂ {d['rhat_max']:.3f} (at most {RHAT})"
    if low < EFFECTIVE:
        yield f"{_of(d, 'ess_of', labels)} has {low:.0f} effective draws (at least {EFFECTIVE})"
    if d["divergences"]:
        yield f"{d['divergences']} trajector{'y' if d['divergences'] == 1 else 'ies'} diverged"


def _of(diagnostics: Mapping[str, Any], key: str, labels: LedgerLabels) -> str:
    return labels.quantity(diagnostics[key]) if diagnostics.get(key) else "one quantity"


def list_advice(record: Record, labels: LedgerLabels) -> Iterator[str]:
    """What would help an answer that has not converged, a sentence each."""
    diagnostics, stopped = record["diagnostics"], record["draws"].get("stopped_by", "draws")
    if claim := diagnostics.get("disputed"):
        yield (
            f"The chains cannot choose between the readings of {labels.claim(claim)}: weigh them anew "
            "(weight in readings.csv), or add a figure that decides between them."
        )
    if diagnostics["divergences"]:
        yield "Divergences come from priors or figures that are too narrow to explore: look at the warnings."
    if is_draft(record):
        yield "Run it without --quick."
    elif stopped == "draws":
        yield "Run it without --draws: the chains then go on until they have converged."
    elif stopped == "limit":
        seconds = diagnostics["seconds_sample"]
        yield f"Time was up after {seconds:.0f} s; give it more, for example --limit {_more(seconds)}."


def _more(seconds: float) -> int:
    """Three times as long, in whole minutes."""
    return max(60, round(3 * seconds / 60) * 60)


def _finding(record: Record) -> str:
    """The shares in one sentence, or the number of arrivals where there are none."""
    arrived = f"Of about {format_people(record['outcomes']['arrived']['q50'])} people who arrived"
    shares = [f"{record['shares'][name]['q50']:.0%} {LABELS[name]}" for name in FATES]
    return f"{arrived}, {shares[0]}, {shares[1]} and {shares[2]}{state_caveat(record)}."


def _table(record: Record, labels: LedgerLabels) -> Table:
    table = plain_table(("people", "median", "50%", "90%", "share of arrivals (90%)"), right=(1, 2, 3, 4))
    for name, label in LABELS.items():
        share = record["shares"].get(name)
        shown = per_cent(share) + mark(record, f"share {name}") if share else ""
        table.add_row(label + mark(record, name), *_numbers(record["outcomes"][name]), shown)
        if name == "stayed":
            for part, numbers in record["parts"].items():
                table.add_row(
                    Text(f"  in {labels.place(part)}{mark(record, f'in {part}')}", style="dim"),
                    *_numbers(numbers),
                    "",
                )
        if name == "moved_on":
            for place, numbers in top_places(record):
                words = labels.place(place)
                where = words if words == "elsewhere" else f"to {words}"
                where += mark(record, f"in {place}")
                table.add_row(Text(f"  {where}", style="dim"), *_numbers(numbers), "")
    return table


def top_places(record: Record) -> list[tuple[str, Numbers]]:
    """The third countries where most of those who arrived are, by code, the largest number first."""
    away = [(p, n) for p, n in record["by_place"].items() if p not in (record["host"], record["origin"])]
    return sorted(away, key=lambda item: -item[1]["q50"])[:TOP]


def _numbers(numbers: Numbers) -> tuple[str, str, str]:
    return (
        format_people(numbers["q50"]),
        f"{format_people(numbers['q25'])} – {format_people(numbers['q75'])}",
        f"{format_people(numbers['q05'])} – {format_people(numbers['q95'])}",
    )


def claim_lines(record: Record, labels: LedgerLabels, count: int = TOP) -> Iterator[str]:
    """The claims whose reading would move the answer most, one line for each series.

    Each line names the speaker and the figure, and gives the likeliest reading with its weight.
    """
    claims = {claim["claim"]: claim for claim in sorted(record["claims"], key=lambda item: -item["pull"])}
    series = labels.one_per_series(code for code, claim in claims.items() if claim["status"] == "use")
    for code, others in list(series.items())[:count]:
        best = max(claims[code]["readings"], key=lambda reading: reading["posterior"])
        what = measure_title(best["measure"], best["who"])
        why = best["why"] or best["reading"]
        yield f"{labels.claim(code)}{more_of_series(others)}: {best['posterior']:.0%} {what}: {why}"


def _origin(record: Record) -> str:
    """What the run started from, if it did not start from nothing."""
    started = record["draws"].get("started_from")
    return f"continued from the chains of answer {started['answer'][:8]} · " if started else ""


def _diagnostics(console: TextConsole, record: Record, labels: LedgerLabels) -> None:
    d = record["diagnostics"]
    console.print_line(
        f"R̂ {d['rhat_max']:.3f} · effective draws {min(d['ess_bulk_min'], d['ess_tail_min']):.0f} · "
        f"divergences {d['divergences']} · {_origin(record)}compiled in {d['seconds_compile']:.0f} s, "
        f"sampled in {d['seconds_sample']:.0f} s · seed {record['seed']} · sojourn {record['version']}",
        style="dim",
    )
    if record["warnings"]:
        console.print_line()
        console.heading("Warnings")
    for warning in record["warnings"]:
        console.print_line(f"  ! {labels.sentence(warning)}", style="yellow")
