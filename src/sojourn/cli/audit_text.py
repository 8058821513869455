"""An audit on the terminal: verdicts, conflicts, what carries the answer, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sojourn._core.outcomes import FATES
from sojourn._core.thresholds import SENSITIVE
from sojourn.audit.results import Audit, Influence, Method
from sojourn.case.small_groups import FOLDED
from sojourn.cli.console import open_console, people, per_cent, plain_table

TOP = 8
DOUBT: dict[Method, str] = {"weights": "", "refit": "", "unreliable": "?"}
LABELS = {"moved_on": "moved on", "share moved_on": "share moved on"}


def render_audit(audit: Audit) -> None:
    """Print the sections of `sojourn audit`."""
    console = _open(audit)
    _verdicts(console, audit)
    _conflicts(console, audit)
    _influence(console, audit)
    _rests(console, audit)
    _close(console, audit)


def render_vintages(audit: Audit) -> None:
    """Print the answer at every date."""
    console = _open(audit)
    table = _table(
        ("known by", "new", "stayed", "moved on", "returned", "draws", "how"), right=(1, 2, 3, 4, 5)
    )
    for moment in audit.history or ():
        shares = [per_cent(moment.asked[f"share {name}"]) for name in FATES]
        table.add_row(moment.date, str(len(moment.new)), *shares, f"{moment.effective:.0f}", moment.method)
    console.print(f"Shares on {audit.header.asof} of those who arrived, by what was known: median (90 %)")
    console.print("draws: how many independent ones they are worth\n")
    console.print(table)
    _close(console, audit)


def render_worth(audit: Audit) -> None:
    """Print the ranking of statistics."""
    console = _open(audit)
    console.print("Share of the answer's variance that a statistic is expected to take away")
    console.print("answer: persons who stayed, moved on and returned, together; ± is its Monte-Carlo error\n")
    table = _table(("", "answer", "share stayed", "if exact", "what"), right=(1, 2, 3))
    for item in audit.worth or ():
        table.add_row(
            item.name,
            f"{max(item.answer, 0):.0%} ± {item.answer_error:.0%}",
            f"{max(item.heard['share stayed'], 0):.0%}",
            f"{max(item.known['share stayed'], 0):.0%}",
            Text(item.title, style="dim"),
        )
    console.print(table)
    _close(console, audit)


def render_whatif(audit: Audit) -> None:
    """Print what an edit changes."""
    console = _open(audit)
    for item in audit.whatif or ():
        console.print(Text(f"What if: {item.sentence}\n", style="bold"))
        table = _table(("", "as it is", "what if", "difference", "90 %", "more"), right=(1, 2, 3, 4, 5))
        for name, change in item.quantities.items():
            show = _share if name.startswith("share") else people
            d = change.difference
            table.add_row(
                LABELS.get(name, name),
                show(change.as_is["q50"]),
                show(change.edited["q50"]),
                _signed(d["q50"], show),
                f"{_signed(d['q05'], show)} – {_signed(d['q95'], show)}",
                f"{change.more:.0%}",
            )
        console.print(table)
    console.print("\nmore: share of draws in which it would be larger", style="dim")
    _close(console, audit)


def _open(audit: Audit) -> Console:
    asked = audit.header
    return open_console(asked.question, f"As of {asked.asof}, from claims published by {asked.claims_until}.")


def _table(columns: Sequence[str], right: Sequence[int]) -> Table:
    return plain_table(columns, right, no_wrap=right)


def _verdicts(console: Console, audit: Audit) -> None:
    claims = audit.claims or ()
    used = [c for c in claims if c.verdict != "not used"]
    counted = {v: sum(c.verdict == v for c in used) for v in ("fits", "strained", "conflicts", "not judged")}
    console.print(Text("What the figures count", style="bold"))
    console.print("  " + ", ".join(f"{n} {verdict}" for verdict, n in counted.items() if n))
    order = {i.name: i.rank for i in (audit.influence.claims if audit.influence else ())}
    for claim in sorted(used, key=lambda c: order.get(c.claim, len(order)))[:TOP]:
        console.print(f"  {claim.claim} ({claim.verdict}) {claim.sentence}")
    console.print()


def _conflicts(console: Console, audit: Audit) -> None:
    if audit.conflict is None:
        return
    console.print(Text("Who contradicts whom", style="bold"))
    for pair in audit.conflict.pairs[:TOP]:
        console.print(f"  {pair.sentence}")
    table = _table(("", "p", "Holm", "B–H", "said", "the rest expects", ""), right=(1, 2, 3))
    said = {c.claim: c.said for c in audit.claims or ()}
    for c in audit.conflict.claims[:TOP]:
        expected = f"{_number(c.expected['q05'])} – {_number(c.expected['q95'])}"
        table.add_row(
            f"  {c.claim}", _p(c.p), _p(c.holm), _p(c.bh), said.get(c.claim, ""), expected, DOUBT[c.method]
        )
    for s in audit.conflict.sources[:3]:
        figures = f"all figures of this source ({s.claims})"
        table.add_row(f"  {s.source}", _p(s.p), _p(s.holm), _p(s.bh), figures, "", DOUBT[s.method])
    console.print(table)
    console.print(f"  {audit.conflict.note}\n", style="dim")


def _influence(console: Console, audit: Audit) -> None:
    if audit.influence is None:
        return
    console.print(Text("What carries the answer", style="bold"))
    table = _table(("without", "moves", "± error", "most", "then (median)", "k̂", ""), right=(1, 2, 4, 5))
    for item in _top(audit.influence.claims, audit.influence.sources):
        name = item.quantity
        show = _share if name.startswith("share") else people
        table.add_row(
            f"  {item.name}" + (f" ({item.claims} {_parts(item)})" if item.claims > 1 else ""),
            f"{item.distance:.2f} sd",
            f"{item.distance_error:.2f}",
            LABELS.get(name, name),
            show(item.answer[name]["q50"]),
            f"{item.k_hat:.2f}",
            DOUBT[item.method],
        )
    console.print(table)
    console.print("  ?: importance weights or a short refit that cannot be trusted (--refits)\n", style="dim")


def _parts(item: Influence) -> str:
    """What goes together: claims of a source, or contact groups too small to be shown alone."""
    return "groups" if item.name == FOLDED else "claims"


def _top(claims: Iterable[Influence], sources: Iterable[Influence]) -> list[Influence]:
    several = [s for s in sources if s.claims > 1]
    return sorted([*list(claims)[:TOP], *several[:TOP]], key=lambda i: -i.distance)


def _rests(console: Console, audit: Audit) -> None:
    console.print(Text("What it rests on", style="bold"))
    for c in audit.contraction or ():
        if c.label and "[" not in c.quantity:
            console.print(f"  {LABELS.get(c.quantity, c.quantity)}: {c.label}", style="yellow")
    for item in [s for s in audit.sensitivity or () if s.diagnosis][:TOP]:
        named = ", ".join(LABELS.get(q, q) for q in item.diagnosis)
        console.print(f"  prior {item.name} ({item.what}): {max(item.values.values()):.2f} on {named}")
    for item in [s for s in audit.sensitivity or () if s.name == "likelihood"]:
        console.print(f"  {item.what}: {max(item.values.values()):.2f}")
    console.print(
        f"  distance per doubling of a prior's power; above {SENSITIVE} is worth a look\n", style="dim"
    )


def _close(console: Console, audit: Audit) -> None:
    for warning in audit.header.warnings:
        if warning.kind == "not_converged":
            console.print(f"! {warning}", style="yellow")


def _share(value: float) -> str:
    return f"{value:.1%}"


def _signed(value: float, show: Callable[[float], str]) -> str:
    text = show(abs(value))
    return f"{'−' if value < 0 else '+'}{text}"


def _number(value: float) -> str:
    return f"{float(f'{value:.3g}'):,.12g}"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
