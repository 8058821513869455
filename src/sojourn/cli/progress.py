"""Progress of sampling on stderr: one bar on a terminal, and a line every 15 seconds elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sojourn.inference import SamplingProgress

Report = Callable[["SamplingProgress"], None]
EVERY = 15.0
"""Seconds between two lines."""
KNOWN = 0.5
"""Seconds of sampling after which the speed of this machine is known."""


@contextmanager
def show_progress(quiet: bool) -> Generator[Report]:
    """Yield the function that shows progress: about how long sampling takes here, the phases, the time left.

    Args:
        quiet: show nothing.
    """
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _Lines()


def total_line(progress: SamplingProgress) -> str:
    """How long all the sampling takes on this machine, as far as it can be known.

    Example:
        >>> from sojourn.inference import SamplingProgress
        >>> total_line(SamplingProgress("drawing", 100, 1000, 5.2, 46.8, 0, 0))
        'about 52 s here'
    """
    return f"about {ceil(progress.seconds + progress.seconds_left)} s here"


def status_line(progress: SamplingProgress) -> str:
    """The phase, the draws so far, and the time left.

    Example:
        >>> from sojourn.inference import SamplingProgress
        >>> status_line(SamplingProgress("drawing", 500, 1000, 26, 25.5, 250, 1))
        'drawing: 250 draws from each chain, 1 divergence; about 26 s left'
    """
    text = progress.phase
    if progress.draws:
        text += f": {progress.draws} draws from each chain"
    if progress.divergences:
        text += f", {progress.divergences} divergence{'s' if progress.divergences > 1 else ''}"
    return f"{text}; about {ceil(progress.seconds_left)} s left"


class _Lines:
    """Writes the first estimate of the duration, and a line every 15 seconds."""

    def __init__(self) -> None:
        self.next: float | None = None

    def __call__(self, progress: SamplingProgress) -> None:
        if self.next is None:
            if progress.seconds < KNOWN:
                return
            self.next = EVERY
            sys.stderr.write(f"{total_line(progress)}\n")
        elif progress.seconds >= self.next:
            self.next = progress.seconds + EVERY
            sys.stderr.write(f"{status_line(progress)}\n")
        sys.stderr.flush()


@contextmanager
def _bar() -> Generator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    console, told = Console(stderr=True), False
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("compiling the model", total=None)

        def report(progress: SamplingProgress) -> None:
            nonlocal told
            if not told and progress.seconds >= KNOWN:
                told = True
                bars.console.print(total_line(progress), highlight=False)
            whole = progress.seconds + progress.seconds_left
            bars.update(task, description=status_line(progress), completed=progress.seconds, total=whole)

        yield report
