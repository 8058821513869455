"""A progress bar for each chain during sampling: step, divergences so far, time left."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sojourn.inference import ChainProgress

Report = Callable[["ChainProgress"], None]


@contextmanager
def watching(chains: int, quiet: bool) -> Generator[tuple[Report, threading.Event]]:
    """Yield a report function and a stop event; Ctrl-C sets the event, and sampling ends at the next step.

    Args:
        chains: number of chains.
        quiet: show no bars.

    Raises:
        KeyboardInterrupt: sampling was stopped.
    """
    from sojourn.inference.sampler import Interrupted

    stop = threading.Event()
    previous = signal.signal(signal.SIGINT, lambda _signal, _frame: stop.set()) if _in_main() else None
    try:
        if quiet:
            yield (lambda _: None), stop
        else:
            with _bars(chains) as report:
                yield report, stop
    except Interrupted:
        raise KeyboardInterrupt from None
    finally:
        if previous is not None:
            signal.signal(signal.SIGINT, previous)


def _in_main() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextmanager
def _bars(chains: int) -> Generator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[divergences]} divergences"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        wait = progress.add_task("compiling", total=None, divergences=0)
        tasks = [
            progress.add_task(f"chain {c + 1}", total=None, divergences=0, visible=False)
            for c in range(chains)
        ]

        def report(step: ChainProgress) -> None:
            progress.update(wait, visible=False)
            progress.update(
                tasks[step.chain],
                completed=step.step,
                total=step.total,
                divergences=step.divergences,
                visible=True,
            )

        yield report
