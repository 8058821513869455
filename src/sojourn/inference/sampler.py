"""NUTS on a case's density: a pilot that learns the metric, then the draws.

The engine is NumPyro's NUTS. Chains run in threads over one compiled function, so
that compiling happens once, every chain reports for itself, and an interrupt stops
between two short runs of steps. All chains draw with one step size, the geometric mean
of those to which they adapted: a hundred steps tell little about one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from numpyro.infer.hmc import hmc

from sojourn._core.arrays import Real
from sojourn._core.defaults import CHAINS, DRAWS
from sojourn.inference.jax_config import OPTIONS, enter_thread, jax_settings
from sojourn.inference.likelihood import ClaimIntervals
from sojourn.inference.preconditioner import (
    DIRECTIONS,
    Metric,
    curvature,
    find_mode,
    from_curvature,
    pull_back,
    to_z,
)

Potential = Callable[[Array, ClaimIntervals], Array]

ADAPT = 100
"""Steps in which the step size adapts, before the draws."""
PILOT = 25
"""Steps of the pilot, in which a chain finds where the posterior lies."""
MODE_OFFSETS = (0.5, 0.5, 1.0, 1.0)
"""Points around the mode for a first metric, in standard deviations of its normal approximation."""
CURVATURE_POINTS = 2
"""Points of each chain's pilot at which the curvature is taken."""
STEPS_PER_REPORT = 25
"""Steps between two reports."""
TARGET = 0.75
"""Acceptance to which the step size adapts."""
WARM_DEPTH, DEPTH = 6, 9
"""At most 2**depth leapfrogs a step: while adapting, and for draws."""


@dataclass(frozen=True)
class ChainProgress:
    """Where one chain is: `step` of `total`, divergences so far (pilot excluded)."""

    chain: int
    step: int
    total: int
    divergences: int


class Draws(NamedTuple):
    """Draws z (chains, draws, D) and what the sampler says of them (chains, draws)."""

    z: Real
    diverging: NDArray[np.bool_]
    leapfrogs: NDArray[np.intp]
    energy: Real
    acceptance: Real
    seconds_compile: float
    seconds_sample: float


class Interrupted(Exception):  # noqa: N818 - named like KeyboardInterrupt, since it is no error
    """The caller asked to stop."""


class Sampler:
    """A density, compiled once, from which to draw many times with other data or seeds."""

    @jax_settings()
    def __init__(
        self, potential: Potential, size: int, scales: NDArray[np.bool_], said: ClaimIntervals
    ) -> None:
        """Compile the density.

        Args:
            potential: minus the log density of z (size,), given what was said.
            size: length of z.
            scales: (size,) which unknowns are scales of others.
            said: data of the shape that will be sampled.
        """
        self.size, self.free = size, ~scales
        began = time.perf_counter()
        self._gradient = jax.jit(jax.value_and_grad(potential), compiler_options=OPTIONS)
        self._init, step = hmc(potential_fn_gen=_generator(potential), algo="NUTS")

        def run(state: Any, said: ClaimIntervals, metric: Metric) -> tuple[Any, tuple[Array, ...]]:
            def body(state: Any, _: None) -> tuple[Any, tuple[Array, ...]]:
                state = step(state, model_args=(said, metric, False))
                kept = (
                    state.z,
                    state.z_grad,
                    state.diverging,
                    state.num_steps,
                    state.energy,
                    state.accept_prob,
                )
                return state, kept

            return jax.lax.scan(body, state, None, length=STEPS_PER_REPORT)

        start = self._start(jnp.zeros(size), said, _identity(size), jax.random.PRNGKey(0))
        self._run = jax.jit(run, compiler_options=OPTIONS).lower(start, said, _identity(size)).compile()
        self.seconds_compile = time.perf_counter() - began

    @jax_settings()
    def value_and_gradient(self, z: Real, said: ClaimIntervals) -> tuple[float, Real]:
        """Potential and its gradient at z."""
        value, slope = self._gradient(jnp.asarray(z), said)
        return float(value), np.asarray(slope)

    @jax_settings()
    def draw(
        self,
        said: ClaimIntervals,
        seed: int,
        chains: int = CHAINS,
        draws: int = DRAWS,
        report: Callable[[ChainProgress], None] | None = None,
        stop: threading.Event | None = None,
        metric: Metric | None = None,
    ) -> tuple[Draws, Metric]:
        """Draw from the posterior.

        Args:
            said: what was said.
            seed: every chain's random numbers follow from it and from the chain's number.
            chains: number of chains.
            draws: kept draws per chain, rounded up to whole runs.
            report: called after every run of a chain, from its thread.
            stop: set it to end early.
            metric: of an earlier draw from a similar posterior: saves the pilot.

        Raises:
            Interrupted: `stop` was set.
        """
        began = time.perf_counter()
        job = _Job(
            report or (lambda _: None),
            stop or threading.Event(),
            -(-draws // STEPS_PER_REPORT) * STEPS_PER_REPORT,
            metric is None,
        )
        keys = jax.random.split(jax.random.PRNGKey(seed), (2, chains))
        with ThreadPoolExecutor(chains, initializer=enter_thread) as pool:
            found = metric or self._learn(said, keys[0], job, pool)
            adapted = list(pool.map(lambda c: self._adapt(said, found, keys[1, c], c, job), range(chains)))
            step = jnp.exp(jnp.mean(jnp.log(jnp.stack([s.adapt_state.step_size for s in adapted]))))
            kept = list(pool.map(lambda c: self._kept(said, found, adapted[c], step, c, job), range(chains)))
        z, diverging, leapfrogs, energy, acceptance = (np.stack(column) for column in zip(*kept, strict=True))
        seconds = time.perf_counter() - began
        return Draws(z, diverging, leapfrogs, energy, acceptance, self.seconds_compile, seconds), found

    def _start(self, y: Array, said: ClaimIntervals, metric: Metric, key: Array) -> Any:
        """The state of a chain at y; its density is filled in afterwards, without compiling it again."""
        state = self._init(
            y,
            num_warmup=ADAPT,
            step_size=0.3,
            adapt_mass_matrix=False,
            dense_mass=False,
            target_accept_prob=TARGET,
            max_tree_depth=(WARM_DEPTH, DEPTH),  # pyright: ignore[reportArgumentType]
            model_args=(said, metric, True),
            rng_key=key,
        )
        value, slope = self._gradient(to_z(metric, y), said)
        return state._replace(potential_energy=value, z_grad=pull_back(metric, slope))

    def _steps(
        self, state: Any, said: ClaimIntervals, metric: Metric, chain: int, begin: int, count: int, job: _Job
    ) -> Any:
        """Run some steps and keep (y, gradient, diverging, leapfrogs, energy, acceptance) of each."""
        kept: list[Any] = []
        for k in range(count // STEPS_PER_REPORT):
            if job.stop.is_set():
                raise Interrupted
            state, out = self._run(state, said, metric)
            kept.append([np.asarray(a) for a in out])
            job.divergences[chain] = job.divergences.get(chain, 0) + int(kept[-1][2].sum()) * (
                begin >= job.warm
            )
            job.report(
                ChainProgress(chain, begin + (k + 1) * STEPS_PER_REPORT, job.total, job.divergences[chain])
            )
        return state, [np.concatenate(column) for column in zip(*kept, strict=True)]

    def _learn(self, said: ClaimIntervals, keys: Array, job: _Job, pool: ThreadPoolExecutor) -> Metric:
        """The metric: from curvatures around a mode, then also from those at points of short pilot chains."""

        def gradient(z: Real) -> tuple[float, Real]:
            if job.stop.is_set():
                raise Interrupted
            return self.value_and_gradient(z, said)

        mode = find_mode(gradient, self.size, self.free)
        first = curvature(gradient, mode)
        first[~self.free], first[:, ~self.free] = 0.0, 0.0
        first[~self.free, ~self.free] = 1.0
        normal = from_curvature(mode, [first])
        ways = jax.random.normal(keys[0], (len(MODE_OFFSETS), self.size)) * jnp.array(MODE_OFFSETS)[:, None]
        around = [np.asarray(to_z(normal, way)) for way in ways]
        start = from_curvature(mode, list(pool.map(lambda z: curvature(gradient, z), around)))
        pilots = list(pool.map(lambda c: self._pilot(said, start, keys[c], c, job), range(len(keys))))
        points = np.concatenate(pilots)
        curvatures = list(pool.map(lambda z: curvature(gradient, z), points))
        return from_curvature(points.mean(axis=0), curvatures)

    def _pilot(self, said: ClaimIntervals, metric: Metric, key: Array, chain: int, job: _Job) -> Real:
        """A few points of the posterior, (LOOKS, size)."""
        first, second = jax.random.split(key)
        state = self._start(0.5 * jax.random.normal(first, (self.size,)), said, metric, second)
        _, (y, *_) = self._steps(state, said, metric, chain, 0, PILOT, job)
        at = np.linspace(len(y) - 1, len(y) // 2, CURVATURE_POINTS).astype(int)
        return np.stack([np.asarray(to_z(metric, jnp.asarray(one))) for one in y[at]])

    def _adapt(self, said: ClaimIntervals, metric: Metric, key: Array, chain: int, job: _Job) -> Any:
        """The state of a chain that has found its step size."""
        first, second = jax.random.split(key)
        state = self._start(0.5 * jax.random.normal(first, (self.size,)), said, metric, second)
        state, _ = self._steps(state, said, metric, chain, job.warm - ADAPT, ADAPT, job)
        return state

    def _kept(
        self, said: ClaimIntervals, metric: Metric, state: Any, step: Array, chain: int, job: _Job
    ) -> tuple[Any, ...]:
        """The draws of a chain with the step size of all."""
        state = state._replace(adapt_state=state.adapt_state._replace(step_size=step))
        _, (y, _, diverging, leapfrogs, energy, acceptance) = self._steps(
            state, said, metric, chain, job.warm, job.draws, job
        )
        z = np.asarray(jax.vmap(to_z, in_axes=(None, 0))(metric, jnp.asarray(y)))
        return z, diverging, leapfrogs, energy, acceptance


class _Job:
    """What the chains of one `draw` share."""

    def __init__(
        self, report: Callable[[ChainProgress], None], stop: threading.Event, draws: int, pilot: bool
    ) -> None:
        self.report, self.stop, self.draws = report, stop, draws
        self.warm = ADAPT + (PILOT if pilot else 0)
        self.total = self.warm + draws
        self.divergences: dict[int, int] = {}


def _generator(potential: Potential) -> Callable[[ClaimIntervals, Metric, bool], Callable[[Array], Array]]:
    """The potential in white coordinates; a stand-in while a state is laid out."""

    def generate(said: ClaimIntervals, metric: Metric, layout_only: bool) -> Callable[[Array], Array]:
        if layout_only:
            return lambda y: 0.5 * jnp.sum(y * y)
        return lambda y: potential(to_z(metric, y), said)

    return generate


def _identity(size: int) -> Metric:
    return Metric(jnp.zeros(size), jnp.zeros((size, DIRECTIONS)), jnp.ones(DIRECTIONS))
