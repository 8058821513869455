"""How far a run of the sampler is: phases by name, gradients done, time left; and how it is stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sojourn._core.arrays import Real
from sojourn.inference.preconditioner import Gradient

Phase = Literal["finding the mode", "learning the metric", "drawing"]
EVERY = 0.2
"""Seconds between two reports."""


@dataclass(frozen=True)
class SamplingProgress:
    """Progress of a run.

    Attributes:
        phase: what the chains are doing.
        gradients: gradients computed so far, over all chains.
        expected: gradients that the whole run will probably need; revised after every block of draws.
        seconds: time since the run began.
        seconds_left: time that the rest will probably take.
        draws: draws kept so far from each chain.
        divergences: divergent trajectories among the draws.
    """

    phase: Phase
    gradients: int
    expected: int
    seconds: float
    seconds_left: float
    draws: int
    divergences: int


class Interrupted(Exception):  # noqa: N818 - named like KeyboardInterrupt, since it is no error
    """Sampling stopped early because the caller asked for it."""


class Meter:
    """Counts the gradients of all threads, reports progress, and ends the run when it is to stop."""

    def __init__(
        self,
        report: Callable[[SamplingProgress], None] | None,
        stop: threading.Event | None,
        expected: float,
        limit: float | None,
    ) -> None:
        """Begin to measure.

        Args:
            report: called every fifth of a second, from one thread at a time.
            stop: event that ends the run when it is set.
            expected: number of gradients that the run will probably take.
            limit: seconds that the run may take; None: as long as it needs.
        """
        self.report, self.stop = report, stop or threading.Event()
        self.expected, self.limit = expected, limit
        self.phase: Phase = "finding the mode"
        self.draws = self.divergences = 0
        self.failed = False
        self._counts: list[list[int]] = []
        self._lock = threading.Lock()
        self._began = time.perf_counter()
        self._next = self._began + EVERY

    @property
    def seconds(self) -> float:
        """Time since the run began."""
        return time.perf_counter() - self._began

    @property
    def gradients(self) -> int:
        """Gradients so far."""
        return sum(count for (count,) in self._counts)

    def watch(self, gradient: Gradient) -> Gradient:
        """The same gradient, counted; `Interrupted` is raised instead once the run is to end."""
        count = [0]  # of its own, since only one thread calls the function
        self._counts.append(count)

        def watched(z: Real) -> tuple[float, Real]:
            if self.stop.is_set() or self.failed:
                raise Interrupted
            count[0] += 1
            if self.report is not None and time.perf_counter() > self._next:
                self._tell(self.report)
            try:
                return gradient(z)
            except BaseException:
                self.failed = True  # the other threads end with their next gradient
                raise

        return watched

    def _tell(self, report: Callable[[SamplingProgress], None]) -> None:
        if not self._lock.acquire(blocking=False):
            return
        try:
            done, seconds = self.gradients, self.seconds
            expected = max(self.expected, done)
            left = seconds * (expected / done - 1)
            if self.limit is not None:
                left = max(min(left, self.limit - seconds), 0.0)
            report(
                SamplingProgress(self.phase, done, int(expected), seconds, left, self.draws, self.divergences)
            )
            self._next = time.perf_counter() + EVERY
        finally:
            self._lock.release()
