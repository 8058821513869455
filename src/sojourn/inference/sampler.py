"""NUTS sampling of a case's posterior: a pilot phase that learns the metric, then the draws.

The sampler is NumPyro's NUTS. Chains run in threads over one compiled function, so that
the density is compiled once, every chain reports its progress, and an interrupt takes
effect after a short run of steps. All chains draw with the same step size, the geometric
mean of the adapted ones, because a hundred adaptation steps determine a single one poorly.
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
"""Steps of step-size adaptation before the draws."""
PILOT = 25
"""Steps of the pilot phase, in which a chain reaches the bulk of the posterior."""
MODE_OFFSETS = (0.5, 0.5, 1.0, 1.0)
"""Offsets of the points around the mode that give a first metric, in sd of its normal approximation."""
CURVATURE_POINTS = 2
"""Number of points per pilot chain at which the curvature is computed."""
STEPS_PER_REPORT = 25
"""Steps between two progress reports."""
TARGET = 0.75
"""Target acceptance probability of the step-size adaptation."""
WARM_DEPTH, DEPTH = 6, 9
"""Maximum tree depth (at most 2**depth leapfrog steps), during adaptation and for draws."""


@dataclass(frozen=True)
class ChainProgress:
    """Progress of one chain: `step` of `total`, and divergences so far (pilot excluded)."""

    chain: int
    step: int
    total: int
    divergences: int


class Draws(NamedTuple):
    """Draws z (chains, draws, D) with their sampler statistics (chains, draws)."""

    z: Real
    diverging: NDArray[np.bool_]
    leapfrogs: NDArray[np.intp]
    energy: Real
    acceptance: Real
    seconds_compile: float
    seconds_sample: float


class Interrupted(Exception):  # noqa: N818 - named like KeyboardInterrupt, since it is no error
    """Sampling stopped early because the caller asked for it."""


class Sampler:
    """A density, compiled once, that can be sampled many times with different data or seeds."""

    @jax_settings()
    def __init__(
        self, potential: Potential, size: int, scales: NDArray[np.bool_], said: ClaimIntervals
    ) -> None:
        """Compile the density.

        Args:
            potential: minus the log density of z (size,), given the claims.
            size: length of z.
            scales: (size,) whether each unknown is the scale of other unknowns.
            said: claims with the array shapes that will be sampled.
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
        """Potential and its gradient (size,) at z (size,)."""
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
            said: the claims.
            seed: determines, with the number of the chain, the random numbers of every chain.
            chains: number of chains.
            draws: draws kept per chain, rounded up to a multiple of `STEPS_PER_REPORT`.
            report: called after every `STEPS_PER_REPORT` steps of a chain, from its thread.
            stop: event that ends the sampling early when it is set.
            metric: metric learned on a similar posterior; with it, the pilot phase is skipped.

        Returns:
            The draws, and the metric they were made with.

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
        """Initial state of a chain at y; the density is filled in afterwards, to avoid recompiling it."""
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
        """Run `count` steps and keep (y, gradient, diverging, leapfrogs, energy, acceptance) of each."""
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
        """Learn the metric from curvatures around the mode, then from those along short pilot chains."""

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
        """A few points of the posterior, (CURVATURE_POINTS, size)."""
        first, second = jax.random.split(key)
        state = self._start(0.5 * jax.random.normal(first, (self.size,)), said, metric, second)
        _, (y, *_) = self._steps(state, said, metric, chain, 0, PILOT, job)
        at = np.linspace(len(y) - 1, len(y) // 2, CURVATURE_POINTS).astype(int)
        return np.stack([np.asarray(to_z(metric, jnp.asarray(one))) for one in y[at]])

    def _adapt(self, said: ClaimIntervals, metric: Metric, key: Array, chain: int, job: _Job) -> Any:
        """State of a chain after step-size adaptation."""
        first, second = jax.random.split(key)
        state = self._start(0.5 * jax.random.normal(first, (self.size,)), said, metric, second)
        state, _ = self._steps(state, said, metric, chain, job.warm - ADAPT, ADAPT, job)
        return state

    def _kept(
        self, said: ClaimIntervals, metric: Metric, state: Any, step: Array, chain: int, job: _Job
    ) -> tuple[Any, ...]:
        """The draws of a chain, with the common step size."""
        state = state._replace(adapt_state=state.adapt_state._replace(step_size=step))
        _, (y, _, diverging, leapfrogs, energy, acceptance) = self._steps(
            state, said, metric, chain, job.warm, job.draws, job
        )
        z = np.asarray(jax.vmap(to_z, in_axes=(None, 0))(metric, jnp.asarray(y)))
        return z, diverging, leapfrogs, energy, acceptance


class _Job:
    """State shared by the chains of one call of `draw`."""

    def __init__(
        self, report: Callable[[ChainProgress], None], stop: threading.Event, draws: int, pilot: bool
    ) -> None:
        self.report, self.stop, self.draws = report, stop, draws
        self.warm = ADAPT + (PILOT if pilot else 0)
        self.total = self.warm + draws
        self.divergences: dict[int, int] = {}


def _generator(potential: Potential) -> Callable[[ClaimIntervals, Metric, bool], Callable[[Array], Array]]:
    """The potential in whitened coordinates; a cheap substitute while a state is being laid out."""

    def generate(said: ClaimIntervals, metric: Metric, layout_only: bool) -> Callable[[Array], Array]:
        if layout_only:
            return lambda y: 0.5 * jnp.sum(y * y)
        return lambda y: potential(to_z(metric, y), said)

    return generate


def _identity(size: int) -> Metric:
    return Metric(jnp.zeros(size), jnp.zeros((size, DIRECTIONS)), jnp.ones(DIRECTIONS))
