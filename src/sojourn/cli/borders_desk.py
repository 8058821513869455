"""What the commands of `sojourn borders` share: options, the engine at work, progress, what is printed."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

if TYPE_CHECKING:
    from sojourn.borders.engine import Progress
    from sojourn.borders.outcome.rule import OutcomeRule
    from sojourn.borders.stages import StageContext

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
    """Limit for all the work; what does not fit goes, encrypted, to .spill-… beside OUT."""


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
    from sojourn.borders.outcome.rule import OutcomeRule

    return OutcomeRule(observed.until, observed.since, how.threshold, how.window)


@contextmanager
def desk_at(work: Work, reads: Sequence[str | Path], writes: Sequence[Path]) -> Generator[StageContext]:
    """The engine for one command with its inputs and outputs; progress goes to a terminal."""
    import sys

    import sojourn
    from sojourn.borders.engine import connected
    from sojourn.borders.stages import StageContext, quiet

    spill = writes[0].parent
    with connected(work.engine, work.memory, spill=spill, reads=reads, writes=writes) as engine:
        yield StageContext(engine, sojourn.__version__, report if sys.stderr.isatty() else quiet)


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


def print_counts(out: Path, done: bool) -> int:
    """Print the counts of a step that is done, and what was rejected or is not verified; the exit status."""
    import json
    import sys

    from sojourn.borders import manifest

    if sys.stderr.isatty():
        sys.stderr.write(CLEARED)
    record, counts = manifest.read(out), manifest.read_counts(out)
    assert record is not None
    assert counts is not None
    print(f"{out}: {'written' if done else 'was already done with these settings and inputs'}")
    shown = {name: value for name, value in counts.items() if name not in ("verdicts", "rejected_as")}
    print(json.dumps(shown, ensure_ascii=False, indent=2), flush=True)
    warned = warn_of_rejects(out, counts)
    if record.verification:
        sys.stderr.write(f"{out}: {record.verification}\n")
    return int(warned or bool(record.verification))


def warn_of_rejects(out: Path, counts: dict[str, Any]) -> bool:
    """Say on the error stream how many rows were rejected and why; True if any were."""
    import sys

    from sojourn.borders.stages import explain_reason

    rejects: dict[str, int] = counts.get("rejects", {})
    if not rejects:
        return False
    sys.stderr.write(f"{out}: {sum(rejects.values()):,} of {counts['in']:,} rows were rejected:\n")
    for reason, rows in sorted(rejects.items(), key=lambda item: -item[1]):
        sys.stderr.write(f"  {rows:,}: {explain_reason(reason, counts['rejected_as'])}\n")
    return True
