"""An audit on the terminal: verdicts, conflicts, influence, and how much rests on priors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.table import Table

from sojourn._core.ledger_labels import LedgerLabels, more_of_series
from sojourn._core.outcomes import FATES
from sojourn._core.rounding import format_people
from sojourn._core.thresholds import SENSITIVE
from sojourn.audit.results import Audit, FitVerdict, Influence, Method, SourceConflict
from sojourn.case.small_groups import FOLDED
from sojourn.cli.console import TextConsole, per_cent, plain_table, print_question

TOP = 8
DOUBT: dict[Method, str] = {"weights": "", "moved": "", "refit": "", "unreliable": "?"}
PLURAL: dict[FitVerdict, str] = {
    "fits": "fit",
    "strained": "strained",
    "conflicts": "conflict",
    "not judged": "not judged",
}


def render_audit(audit: Audit, labels: LedgerLabels) -> None:
    """Print the sections of `sojourn audit`."""
    console = _open(audit)
    _verdicts(console, audit, labels)
    _conflicts(console, audit, labels)
    _surprises(console, audit, labels)
    _influence(console, audit, labels)
    _priors(console, audit, labels)
    _close(console, audit)


def render_vintages(audit: Audit, _: LedgerLabels) -> None:
    """Print the answer at every date on which claims were published."""
    console = _open(audit)
    table = _table(
        ("known by", "new", "stayed", "moved on", "returned", "draws", "method"), right=(1, 2, 3, 4, 5)
    )
    for moment in audit.history or ():
        shares = [per_cent(moment.asked[f"share {name}"]) for name in FATES]
        table.add_row(moment.date, str(len(moment.new)), *shares, f"{moment.effective:.0f}", moment.method)
    console.print_line(
        f"Shares on {audit.header.asof} of those who arrived, given the claims published by each date: "
        "median (90% interval)"
    )
    console.print_line("new: claims published on that date; draws: effective number of independent draws\n")
    console.print(table)
    _close(console, audit)


def render_worth(audit: Audit, _: LedgerLabels) -> None:
    """Print the ranking of statistics."""
    console = _open(audit)
    console.print_line("Expected share of the answer's variance that each statistic would remove")
    console.print_line(
        "answer: numbers who stayed, moved on and returned, taken together (± Monte-Carlo error); "
        "if exact: without the bias and error of its source\n"
    )
    table = _table(("statistic", "answer", "share that stayed", "if exact"), right=(1, 2, 3))
    for item in audit.worth or ():
        table.add_row(
            item.title or item.name,
            f"{max(item.answer, 0):.0%} ± {item.answer_error:.0%}",
            f"{max(item.heard['share stayed'], 0):.0%}",
            f"{max(item.known['share stayed'], 0):.0%}",
        )
    console.print(table)
    _close(console, audit)


def render_whatif(audit: Audit, labels: LedgerLabels) -> None:
    """Print what an edit changes."""
    console = _open(audit)
    for item in audit.whatif or ():
        console.heading(f"What if: {item.sentence}\n")
        columns = ("", "unchanged", "edited", "difference", "90%", "P(increase)")
        table = _table(columns, right=(1, 2, 3, 4, 5))
        for name, change in item.quantities.items():
            show = _share if name.startswith("share") else format_people
            d = change.difference
            table.add_row(
                labels.quantity(name),
                show(change.as_is["q50"]),
                show(change.edited["q50"]),
                _signed(d["q50"], show),
                f"{_signed(d['q05'], show)} – {_signed(d['q95'], show)}",
                f"{change.more:.0%}",
            )
        console.print(table)
    console.print_line(
        "\nP(increase): share of draws in which the quantity is larger after the edit", style="dim"
    )
    _close(console, audit)


def _open(audit: Audit) -> TextConsole:
    console, header = TextConsole(), audit.header
    line = f"As of {header.asof}, from claims published by {header.claims_until}."
    print_question(console, header.question, line)
    return console


def _table(columns: Sequence[str], right: Sequence[int]) -> Table:
    return plain_table(columns, right, no_wrap=right)


def _verdicts(console: TextConsole, audit: Audit, labels: LedgerLabels) -> None:
    claims = {c.claim: c for c in audit.claims or () if c.verdict != "not used"}
    verdicts = [claim.verdict for claim in claims.values()]
    console.heading("What each figure most likely counts")
    counted = [(verdicts.count(verdict), word) for verdict, word in PLURAL.items()]
    console.print_line("  " + ", ".join(f"{n} {word}" for n, word in counted if n))
    rank = {i.name: i.rank for i in (audit.influence.claims if audit.influence else ())}
    ordered = sorted(claims, key=lambda code: rank.get(code, len(rank)))
    for code, others in list(labels.one_per_series(ordered).items())[:TOP]:
        claim = claims[code]
        console.print_line(f"  {claim.sentence} [{claim.verdict}; {code}]{more_of_series(others)}")
    console.print_line()


def _conflicts(console: TextConsole, audit: Audit, labels: LedgerLabels) -> None:
    if audit.conflict is None:
        return
    console.heading("Who contradicts whom")
    for pair in audit.conflict.pairs[:TOP]:
        console.print_line(f"  {labels.sentence(pair.sentence, (pair.first, pair.second))}")
    table = _table(("figure", "p", "Holm", "B–H", "others imply (90%)"), right=(1, 2, 3, 4))
    tested = {c.claim: c for c in audit.conflict.claims}
    for code, others in list(labels.one_per_series(tested).items())[:TOP]:
        c = tested[code]
        if c.p is None:
            continue
        expected = f"{_number(c.expected['q05'])} – {_number(c.expected['q95'])}"
        name = f"  {labels.claim(code)}{more_of_series(others)}"
        table.add_row(name, _p(c.p), _p(c.holm), _p(c.bh), expected)
    console.print(table)
    console.print_line(f"  {audit.conflict.note}\n", style="dim")


def _surprises(console: TextConsole, audit: Audit, labels: LedgerLabels) -> None:
    """Print every source left out whole, the most surprising first."""
    if audit.conflict is None or not audit.conflict.sources:
        return
    console.heading("Who was surprised by whom")
    columns = ("source, left out whole", "claims", "mean |z|", "p", "verdict", "moved most by")
    table = _table(columns, right=(1, 2, 3))
    known = [s for s in audit.conflict.sources if s.p is not None]
    for s in known[:TOP]:
        mover = f"{labels.source(s.moved_by)} ({_signed(s.moved, '{:.2f}'.format)})" if s.moved else ""
        table.add_row(
            f"  {labels.source(s.source)}", str(s.claims), f"{s.mean_z:.2f}", _p(s.p), s.verdict, mover
        )
    console.print(table)
    for verdict, meaning in {s.verdict: s.meaning for s in known[:TOP]}.items():
        console.print_line(f"  {verdict}: {meaning}", style="dim")
    for missing, sources in _by_reason(audit.conflict.sources, labels).items():
        console.print_line(f"  {', '.join(sources)}: {missing}", style="dim")
    console.print_line(
        "  z: where a figure lies in what the others imply, in normal sd; moved most by: the source without "
        "which the mean of z moves most\n",
        style="dim",
    )


def _by_reason(sources: Iterable[SourceConflict], labels: LedgerLabels) -> dict[str, list[str]]:
    """Sources without a p-value, by the reason for that."""
    found: dict[str, list[str]] = {}
    for s in sources:
        if s.p is None:
            found.setdefault(s.missing, []).append(labels.source(s.source))
    return found


def _influence(console: TextConsole, audit: Audit, labels: LedgerLabels) -> None:
    if audit.influence is None:
        return
    console.heading("Which figures matter most")
    columns = ("without", "shift", "± error", "of", "then (median)", "k̂", "")
    table = _table(columns, right=(1, 2, 4, 5))
    for item, name in _top(audit.influence.claims, audit.influence.sources, labels):
        quantity = item.quantity
        show = _share if quantity.startswith("share") else format_people
        table.add_row(
            f"  {name}",
            f"{item.distance:.2f} sd",
            f"{item.distance_error:.2f}",
            labels.quantity(quantity),
            show(item.answer[quantity]["q50"]),
            f"{item.k_hat:.2f}",
            DOUBT[item.method],
        )
    console.print(table)
    console.print_line(
        "  ?: the importance weights or a short refit are unreliable; allow more refits (--refits)\n",
        style="dim",
    )


def _top(
    claims: Iterable[Influence], sources: Iterable[Influence], labels: LedgerLabels
) -> list[tuple[Influence, str]]:
    """The most influential claims, one for each series, and sources with several; each with its name."""
    by_name = {item.name: item for item in claims}
    found = [
        (by_name[code], _name(by_name[code], labels) + more_of_series(others))
        for code, others in list(labels.one_per_series(by_name).items())[:TOP]
    ]
    several = [item for item in sources if item.claims > 1][:TOP]
    found += [(item, f"{labels.source(item.name)}, all its claims ({item.claims})") for item in several]
    return sorted(found, key=lambda pair: -pair[0].distance)


def _name(item: Influence, labels: LedgerLabels) -> str:
    """A claim, a contact group, or the contact groups that are too small to be shown one by one."""
    return f"{FOLDED} ({item.claims} groups)" if item.name == FOLDED else labels.claim(item.name)


def _priors(console: TextConsole, audit: Audit, labels: LedgerLabels) -> None:
    console.heading("What rests on priors")
    for c in audit.contraction or ():
        if c.label and "[" not in c.quantity:
            console.print_line(f"  {labels.quantity(c.quantity)}: {c.label}", style="yellow")
    for item in [s for s in audit.sensitivity or () if s.diagnosis][:TOP]:
        named = ", ".join(labels.quantity(q) for q in item.diagnosis)
        strongest = max(item.values.values())
        console.print_line(
            f"  prior on {labels.quantity(item.name)} ({item.name}): {strongest:.2f} on {named}"
        )
    for item in [s for s in audit.sensitivity or () if s.name == "likelihood"]:
        console.print_line(f"  {labels.quantity(item.name)}: {max(item.values.values()):.2f}")
    console.print_line(
        f"  distance of the answer per doubling of a prior's power; above {SENSITIVE} it deserves a check\n",
        style="dim",
    )


def _close(console: TextConsole, audit: Audit) -> None:
    for warning in audit.header.warnings:
        if warning.kind == "not_converged":
            console.print_line(f"! {warning}", style="yellow")


def _share(value: float) -> str:
    return f"{value:.1%}"


def _signed(value: float, show: Callable[[float], str]) -> str:
    text = show(abs(value))
    return f"{'−' if value < 0 else '+'}{text}"


def _number(value: float) -> str:
    return f"{float(f'{value:.3g}'):,.12g}"


def _p(p: float | None) -> str:
    if p is None:
        return "cannot be had"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
