"""Sampling of a case's posterior: Hamiltonian Monte Carlo in a metric that is learned first.

The metric is learned from curvatures around the mode, then from those along short chains, and then
from draws of the chains, shrunk towards the curvature's. Chains run in threads, each with a gradient
function of its own. All of them draw with the same step, the geometric mean of the adapted ones,
because the few steps of an adaptation determine a single one poorly. Random numbers belong to a chain
and a stage, so that draws do not depend on the number of threads or on which of them is faster.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sojourn._core.arrays import Real
from sojourn._core.defaults import CHAINS, LIMIT
from sojourn.inference.convergence import Convergence, measure_convergence
from sojourn.inference.leapfrog import Chain, ChainDraws, Position, StepSize
from sojourn.inference.preconditioner import Metric, curvature, find_mode, from_curvature, from_draws
from sojourn.inference.sampling_progress import Interrupted, Meter, SamplingProgress

if TYPE_CHECKING:
    from sojourn.inference.compiled_density import MakeGradient, Outcomes
    from sojourn.inference.likelihood import ClaimIntervals

__all__ = ["Adaptation", "Draws", "Interrupted", "Sampler", "SamplingProgress", "Schedule"]

StoppedBy = Literal["converged", "limit", "draws"]
CURVATURE_POINTS = 2
"""Number of points per pilot chain at which the curvature is computed."""
FIRST_STEP = 0.3
"""Step with which adaptation begins, in sd of the metric."""
LEAST_DRAWS = 8
"""Draws of a chain from which convergence can be computed."""
USUAL_DRAWS = 1000
"""Draws a chain that a run usually needs: a guess for the progress bar until the first draws are in."""


@dataclass(frozen=True)
class Schedule:
    """How long the stages of a run are, in trajectories of each chain; a trajectory has `leapfrogs` steps.

    Attributes:
        around: offsets of the points around the mode whose curvatures give a first metric, in sd of the
            normal approximation at the mode.
        pilot: first trajectories, after which the curvature is computed again, along them; 0: the first
            metric stays.
        rounds: trajectories after each of which the metric is learned from their draws, with the number
            of independent draws that each of them counts for.
        settle: trajectories that adapt the step to the metric; the first of a stage are not drawn from.
        discard: draws that a warm start throws away.
        block: draws between two looks at the stopping rule.
        leapfrogs: leapfrog steps of a trajectory.
        target: acceptance probability that the step is adapted to.
        keep: draws of each chain above which every second one is dropped, unless their number is given.
        seconds: time after which the run ends with the next block, if it is shorter than the limit.
    """

    around: tuple[float, ...] = (0.5, 0.5, 1.0, 1.0)
    pilot: int = 100
    rounds: tuple[tuple[int, float], ...] = ((150, 0.5), (150, 1.0))
    settle: int = 50
    discard: int = 100
    block: int = 250
    leapfrogs: int = 14
    target: float = 0.8
    keep: int = 2000
    seconds: float = float("inf")

    def warm_up(self) -> int:
        """Trajectories of a chain before the draws, after the curvature is known."""
        return sum(count + self.settle for count, _ in self.rounds) + self.settle


FULL = Schedule()
QUICK = Schedule(around=(0.5, 1.0), pilot=0, rounds=((60, 0.5),), settle=20, block=50, seconds=4.0)
"""A draft: a metric from two curvatures and fewer draws, and a few seconds of drawing."""


@dataclass(frozen=True)
class Adaptation:
    """What a run learned and another may start from: metric, step, and positions (chains, D)."""

    metric: Metric
    step: float
    positions: Real


class Draws(NamedTuple):
    """Draws z (chains, draws, D), with their sampler statistics (chains, draws).

    `lp` is the log posterior density up to a constant, `energy` the Hamiltonian. `leapfrogs`, `gradients`
    and `divergences` are numbers: leapfrog steps of a draw, and gradients and divergent trajectories of
    the whole run, including those whose draws were thinned away. `stopped_by` says what ended the run.
    """

    z: Real
    lp: Real
    energy: Real
    acceptance: Real
    diverging: NDArray[np.bool_]
    leapfrogs: int
    divergences: int
    gradients: int
    step: float
    stopped_by: StoppedBy
    seconds_compile: float
    seconds_sample: float


class Sampler:
    """A density that can be sampled many times with different data or seeds."""

    def __init__(
        self,
        make_gradient: MakeGradient,
        scales: NDArray[np.bool_],
        outcomes: Outcomes | None = None,
        seconds_compile: float = 0.0,
    ) -> None:
        """Take the density.

        Args:
            make_gradient: from the claims to a new function that returns minus the log density of z (D,)
                and its gradient; every thread gets a function of its own.
            scales: (D,) whether each unknown is the scale of other unknowns.
            outcomes: further quantities (n, k) of draws (n, D) whose convergence the stopping rule asks for.
            seconds_compile: time that it took to compile the density, for the record.
        """
        self.make_gradient, self.outcomes = make_gradient, outcomes
        self.size, self.free = len(scales), ~scales
        self.seconds_compile = seconds_compile

    def draw(
        self,
        said: ClaimIntervals,
        seed: int,
        chains: int = CHAINS,
        draws: int | None = None,
        *,
        limit: float = LIMIT,
        schedule: Schedule = FULL,
        metric: Metric | None = None,
        start: Adaptation | None = None,
        threads: int | None = None,
        report: Callable[[SamplingProgress], None] | None = None,
        stop: threading.Event | None = None,
    ) -> tuple[Draws, Adaptation]:
        """Draw from the posterior.

        Without `draws`, the chains go on until R̂ and effective draws of all unknowns and outcomes meet the
        thresholds of an answer, or until `limit` seconds have passed. The draws depend on the seed only,
        and, where the limit ends the run, on the clock.

        Args:
            said: the claims.
            seed: determines, with the number of the chain and the stage, all random numbers.
            chains: number of chains.
            draws: draws kept per chain; None: as many as are needed.
            limit: seconds after which a run without `draws` ends, at the end of a block.
            schedule: how long the stages are.
            metric: metric learned on a similar posterior; with it, no curvature is computed.
            start: what a run on a similar posterior learned; with it, only the step is adapted again.
            threads: threads that the chains share; default: as many as there are processors.
            report: called with the progress, from one of the threads.
            stop: event that ends the sampling early when it is set.

        Returns:
            The draws, and what a later run may start from.

        Raises:
            Interrupted: `stop` was set.
            ValueError: no chain, or fewer draws than R̂ can be computed from.
        """
        if chains < 1 or (draws is not None and draws < LEAST_DRAWS):
            raise ValueError(
                f"{chains} chains of {draws} draws: there must be at least 1 chain and {LEAST_DRAWS} draws"
            )
        warm = schedule.discard + schedule.settle if start else schedule.warm_up()
        expected = chains * schedule.leapfrogs * (warm + (draws or USUAL_DRAWS))
        if not (metric or start):
            looks = len(schedule.around) + 1 + (CURVATURE_POINTS * chains if schedule.pilot else 0)
            expected += 200 + looks * (self.size + 1) + chains * schedule.pilot * schedule.leapfrogs
        seconds = min(limit, schedule.seconds) if draws is None else None
        meter = Meter(report, stop, expected, seconds)
        # BLAS would start threads of its own below those of the chains, and they would wait for one another.
        with (
            threadpool_limits(1, user_api="blas"),
            _pool(min(chains, threads or _processors()), meter) as pool,
        ):
            run = _Run(self, said, seed, chains, schedule, pool, meter)
            if start is not None:
                found = run.resume(start)
            else:
                found = run.learn(*((metric, None) if metric else run.explore()))
            return run.collect(found, draws)

    def learn_metric(self, said: ClaimIntervals, points: Real) -> Metric:
        """The metric of the average curvature at points (n, D) of the posterior."""
        with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(_processors()) as pool:
            looks = pool.map(lambda z: curvature(self.make_gradient(said), z), points)
            return from_curvature(points.mean(axis=0), list(looks))


class _Run:
    """One call of `Sampler.draw`: its stages, over the chains and threads that they share."""

    def __init__(
        self,
        sampler: Sampler,
        said: ClaimIntervals,
        seed: int,
        chains: int,
        schedule: Schedule,
        pool: ThreadPoolExecutor,
        meter: Meter,
    ) -> None:
        self.sampler, self.said, self.seed, self.schedule = sampler, said, seed, schedule
        self.chains, self.pool, self.meter = range(chains), pool, meter
        self.gradients = [self.gradient() for _ in self.chains]
        self.stage = 0

    def gradient(self) -> Any:
        """A new gradient function, counted and interruptible."""
        return self.meter.watch(self.sampler.make_gradient(self.said))

    def each(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """Apply a function in the threads; results in the order of the items.

        The first error ends all tasks and is raised: the others then end with `Interrupted`.
        """
        tasks = [self.pool.submit(function, item) for item in items]
        done, _ = wait(tasks, return_when=FIRST_EXCEPTION)
        if any(task.exception() for task in done):
            self.meter.failed = True
            errors = [error for task in tasks if (error := task.exception())]
            raise min(errors, key=lambda error: isinstance(error, Interrupted))
        return [task.result() for task in tasks]

    def generators(self, count: int) -> list[np.random.Generator]:
        """Random number generators of a new stage, one for each chain or point."""
        self.stage += 1
        keys = ((self.stage, k) for k in range(count))
        return [np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key)) for key in keys]

    def members(self, metric: Metric) -> list[Chain]:
        """The chains of a new stage."""
        rngs = self.generators(len(self.chains))
        return [Chain(self.gradients[c], metric, self.schedule.leapfrogs, rngs[c]) for c in self.chains]

    def look(self, points: Iterable[Real]) -> list[Real]:
        """Curvatures at points."""
        return self.each(lambda z: curvature(self.gradient(), z), points)

    def explore(self) -> tuple[Metric, list[Position] | None]:
        """A metric from curvatures around the mode, then along short chains; and the chains' positions.

        Without pilot trajectories there are no positions yet.
        """
        size, free = self.sampler.size, self.sampler.free
        mode = find_mode(self.gradients[0], size, free)
        self.meter.phase = "learning the metric"
        first = curvature(self.gradients[0], mode)
        first[~free], first[:, ~free] = 0.0, 0.0
        first[~free, ~free] = 1.0
        normal = from_curvature(mode, [first])
        offsets = self.schedule.around
        ways = zip(offsets, self.generators(len(offsets)), strict=True)
        around = [normal.place(offset * rng.standard_normal(size)) for offset, rng in ways]
        metric = from_curvature(mode, self.look(around))
        if not self.schedule.pilot:
            return metric, None
        _, positions, pilots = self.adapt(metric, self.begin(metric), FIRST_STEP, self.schedule.pilot)
        at = np.linspace(self.schedule.pilot - 1, self.schedule.pilot // 2, CURVATURE_POINTS).astype(int)
        points = np.concatenate([pilot.z[at] for pilot in pilots])
        return from_curvature(points.mean(axis=0), self.look(points)), positions

    def begin(self, metric: Metric) -> list[Position]:
        """Positions of the chains around the mean of a metric."""
        size = self.sampler.size
        at = [metric.place(0.5 * rng.standard_normal(size)) for rng in self.generators(len(self.chains))]
        return self.put(metric, at)

    def put(self, metric: Metric, positions: Iterable[Real]) -> list[Position]:
        """Positions of the chains at given positions."""
        pairs = zip(self.members(metric), positions, strict=True)
        return self.each(lambda pair: pair[0].position(pair[1]), pairs)

    def adapt(
        self, metric: Metric, positions: list[Position], step: float, count: int
    ) -> tuple[float, list[Position], list[ChainDraws]]:
        """Trajectories that adapt the step: the chains' common step, their positions, and the draws."""
        sizes = [StepSize(step, self.schedule.target) for _ in self.chains]
        members = self.members(metric)
        found = self.each(lambda c: members[c].adapt(positions[c], sizes[c], count), self.chains)
        common = float(np.exp(np.mean([np.log(size.settled) for size in sizes])))
        return common, [position for position, _ in found], [draws for _, draws in found]

    def learn(self, curved: Metric, positions: list[Position] | None) -> tuple[Metric, float, list[Position]]:
        """The metric from draws, shrunk towards the curvature's, with its step and the chains' positions."""
        self.meter.phase = "learning the metric"
        metric, step = curved, FIRST_STEP
        positions = positions or self.begin(curved)
        for count, worth in self.schedule.rounds:
            step, positions, drawn = self.adapt(metric, positions, step, self.schedule.settle + count)
            kept = np.concatenate([one.z[self.schedule.settle :] for one in drawn])
            metric = from_draws(kept, curved, worth)
        step, positions, _ = self.adapt(metric, positions, step, self.schedule.settle)
        return metric, step, positions

    def resume(self, start: Adaptation) -> tuple[Metric, float, list[Position]]:
        """Positions of the chains after a warm start, whose first draws are thrown away."""
        self.meter.phase = "drawing"
        at = [start.positions[c % len(start.positions)] for c in self.chains]
        positions = self.put(start.metric, at)
        step, positions, _ = self.adapt(start.metric, positions, start.step, self.schedule.settle)
        positions, _ = self.block(start.metric, positions, step, self.schedule.discard)
        return start.metric, step, positions

    def block(
        self, metric: Metric, positions: list[Position], step: float, count: int
    ) -> tuple[list[Position], ChainDraws]:
        """Draw `count` times from every chain: the positions after it, and the draws stacked by chain."""
        members = self.members(metric)
        found = self.each(lambda c: members[c].draw(positions[c], step, count), self.chains)
        columns = zip(*(drawn for _, drawn in found), strict=True)
        stacked = ChainDraws._make(np.stack(column) for column in columns)
        return [position for position, _ in found], stacked

    def collect(
        self, found: tuple[Metric, float, list[Position]], draws: int | None
    ) -> tuple[Draws, Adaptation]:
        """Draw in blocks until there are as many draws as asked for, or convergence, or time is up."""
        metric, step, positions = found
        self.meter.phase = "drawing"
        kept = KeptDraws(self.schedule.keep if draws is None else None)
        stopped: StoppedBy | None = None
        while stopped is None:
            count = self.schedule.block if draws is None else min(self.schedule.block, draws - kept.seen)
            positions, block = self.block(metric, positions, step, count)
            kept.add(block, self._outcomes_of(block.z) if draws is None else None)
            self.meter.draws, self.meter.divergences = kept.seen, kept.divergences
            stopped = self._stopped_by(kept, draws)
        result = Draws(
            *kept.draws,
            leapfrogs=self.schedule.leapfrogs,
            divergences=kept.divergences,
            gradients=self.meter.gradients,
            step=step,
            stopped_by=stopped,
            seconds_compile=self.sampler.seconds_compile,
            seconds_sample=self.meter.seconds,
        )
        return result, Adaptation(metric, step, np.stack([position.z for position in positions]))

    def _stopped_by(self, kept: KeptDraws, draws: int | None) -> StoppedBy | None:
        """What ends the run after this block, if anything does."""
        if draws is not None:
            return "draws" if kept.seen >= draws else None
        found = self._convergence(kept)
        if found.is_reached:
            return "converged"
        rest = kept.seen * max(found.remaining - 1, 0.0) + self.schedule.block / 2
        self.meter.expected = self.meter.gradients + len(self.chains) * self.schedule.leapfrogs * rest
        return "limit" if self.meter.limit is not None and self.meter.seconds >= self.meter.limit else None

    def _outcomes_of(self, z: Real) -> Real:
        """Outcomes (chains, n, k) of the draws of a block."""
        outcomes = self.sampler.outcomes
        return np.empty((*z.shape[:2], 0)) if outcomes is None else np.stack(self.each(outcomes, z))

    def _convergence(self, kept: KeptDraws) -> Convergence:
        """Convergence of all unknowns and outcomes."""
        series, outcomes = np.moveaxis(kept.draws.z, 2, 0), np.moveaxis(kept.outcomes, 2, 0)
        return measure_convergence(series, outcomes, self.each)


class KeptDraws:
    """The draws kept so far; every second one is dropped when there are more than `most` of a chain."""

    def __init__(self, most: int | None) -> None:
        self.most, self.every, self.seen, self.divergences = most, 1, 0, 0
        self.blocks: list[tuple[ChainDraws, Real | None]] = []

    def add(self, block: ChainDraws, outcomes: Real | None) -> None:
        """Add a block, with the outcomes (chains, n, k) of its draws."""
        count = block.z.shape[1]
        self.divergences += int(block.diverging.sum())
        first = -(self.seen + 1) % self.every
        self.seen += count
        self.blocks.append(_every(block, outcomes, first, self.every))
        while self.most is not None and self.seen // self.every > self.most:
            self.every *= 2
            self.blocks = [_every(self.draws, self.outcomes, 1, 2)]

    @property
    def draws(self) -> ChainDraws:
        """All draws kept, (chains, draws)."""
        columns = zip(*(block for block, _ in self.blocks), strict=True)
        return ChainDraws._make(np.concatenate(column, axis=1) for column in columns)

    @property
    def outcomes(self) -> Real:
        """Their outcomes, (chains, draws, k)."""
        return np.concatenate([found for _, found in self.blocks if found is not None], axis=1)


def _every(block: ChainDraws, outcomes: Real | None, first: int, step: int) -> tuple[ChainDraws, Real | None]:
    """Every `step`-th draw of a block."""
    thinned = ChainDraws._make(column[:, first::step] for column in block)
    return thinned, None if outcomes is None else outcomes[:, first::step]


@contextmanager
def _pool(threads: int, meter: Meter) -> Generator[ThreadPoolExecutor]:
    """Threads that end with their next gradient if an error, or Ctrl-C, ends the run."""
    with ThreadPoolExecutor(threads) as pool:
        try:
            yield pool
        except BaseException:
            meter.failed = True
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
