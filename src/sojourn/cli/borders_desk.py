"""What the commands of `sojourn borders` share: options, the engine at work, progress, what is printed."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from sojourn.borders.engine import Progress
    from sojourn.borders.rule import OutcomeRule
    from sojourn.borders.steps import Desk

Many = Parameter(negative="", consume_multiple=True)
"""An option with several words after it, and none to empty it."""
Out = Annotated[Path, Parameter(help="Parquet file to be written; with its record, OUT.json, beside it.")]
Crossings = Annotated[Path, Parameter(help="Crossings by person: what clean or link wrote, or your own.")]
Since = Annotated[date | None, Parameter(name="--from", help="First day of observation.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Work:
    """Where the work is done."""

    engine: str = "duckdb"
    """duckdb; or spark://HOST:PORT, spark://local[2] for this machine."""
    memory: str = "4GB"
    """Limit for all the work; what does not fit goes to .spill beside OUT."""


@Parameter(name="*")
@dataclass(frozen=True)
class Observed:
    """The days that were observed."""

    until: date
    """First day that is no longer observed."""
    since: Since = None
    """First day of observation."""


@Parameter(name="*")
@dataclass(frozen=True)
class Threshold:
    """The outcome rule: V of W days."""

    threshold: int = 365
    """V: days to be spent in the new state."""
    window: int = 487
    """W: days from the crossing on in which they count."""


HERE, USUAL = Work(), Threshold()
CLEARED = "\r\x1b[K"
"""Takes the line of progress off a terminal."""


def rule_of(observed: Observed, how: Threshold = USUAL) -> OutcomeRule:
    """The outcome rule of the options."""
    from sojourn.borders.rule import OutcomeRule

    return OutcomeRule(observed.until, observed.since, how.threshold, how.window)


@contextmanager
def desk_at(work: Work, out: Path) -> Generator[Desk]:
    """The engine for one command whose output is `out`; progress goes to a terminal, if there is one."""
    import sys

    import sojourn
    from sojourn.borders.engine import connected
    from sojourn.borders.steps import Desk, quiet

    with connected(work.engine, work.memory, spill=out.parent / ".spill") as engine:
        yield Desk(engine, sojourn.__version__, report if sys.stderr.isatty() else quiet)


def report(step: str, rows: int) -> Progress:
    """A line on the terminal: seconds; and of the query under way share, rows per second and time left."""
    import sys

    began, last = 0.0, 0.0

    def tell(share: float, seconds: float) -> None:
        nonlocal began, last
        if share < last:
            began = seconds  # another query
        last, spent = share, seconds - began
        line = f"{step}: {rows:,} rows, {seconds:.0f} s"
        if share > 0 and spent > 0:
            left = spent * (1 - share) / share
            line += f"; this query {100 * share:.0f} %, {rows * share / spent:,.0f} rows/s, {left:.0f} s left"
        sys.stderr.write(f"{CLEARED}{line}")
        sys.stderr.flush()

    return tell


def said(out: Path, done: bool) -> int:
    """Print what the record says; the record is there because the step is done."""
    import json
    import sys

    from sojourn.borders import beside

    if sys.stderr.isatty():
        sys.stderr.write(CLEARED)
    record = beside.read(out)
    assert record is not None
    print(f"{out}: {'written' if done else 'was already done with these settings and inputs'}")
    shown = {name: value for name, value in record.counts.items() if name != "verdicts"}
    print(json.dumps(shown, ensure_ascii=False, indent=2))
    return 0
