"""Hamiltonian Monte Carlo of one chain: trajectories of a fixed number of leapfrog steps.

The length of a step is drawn anew for every trajectory, so that no trajectory returns to where it
began. The metric enters through the momentum, which costs one multiplication by it for each leapfrog.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isfinite, log
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sojourn._core.arrays import Real
from sojourn.inference.preconditioner import Gradient, Metric

JITTER = 0.2
"""A trajectory's step differs from the chain's by up to this proportion."""
DIVERGENT = 1000.0
"""A trajectory diverges if its energy changes by more than this, as in Stan."""


class Position(NamedTuple):
    """Where a chain is: z (D,), the potential there, and its gradient (D,)."""

    z: Real
    value: float
    slope: Real


class ChainDraws(NamedTuple):
    """Draws z (n, D) of one chain, with (n,) the log density, energy, acceptance and divergence of each."""

    z: Real
    lp: Real
    energy: Real
    acceptance: Real
    diverging: NDArray[np.bool_]


class StepSize:
    """The step of a chain, moved until trajectories are accepted with probability `target` on average.

    Stochastic approximation (Robbins and Monro) of the logarithm of the step, which is then averaged over
    the second half. Dual averaging, the usual choice, settles on a step that is too small: over a hundred
    trajectories its first large moves weigh too much (docs/decisions/2026-11-27-sampler.md).
    """

    def __init__(self, step: float, target: float) -> None:
        """Begin with a step."""
        self.step, self.target = step, target
        self.logs = [log(step)]

    def update(self, acceptance: float) -> None:
        """Take one trajectory into account."""
        gain = 2 * (len(self.logs) + 5) ** -0.6
        self.logs.append(self.logs[-1] + gain * (acceptance - self.target))
        self.step = exp(self.logs[-1])

    @property
    def settled(self) -> float:
        """The averaged step, which is the one to draw with."""
        return exp(fmean(self.logs[len(self.logs) // 2 :]))


@dataclass(frozen=True)
class Chain:
    """What the trajectories of one chain share."""

    gradient: Gradient
    metric: Metric
    leapfrogs: int
    rng: np.random.Generator

    def position(self, z: Real) -> Position:
        """The position at z (D,)."""
        value, slope = self.gradient(z)
        return Position(z, value, slope.copy())

    def adapt(self, position: Position, step: StepSize, count: int) -> tuple[Position, ChainDraws]:
        """Run `count` trajectories while the step adapts."""
        return self._run(position, step.step, count, step)

    def draw(self, position: Position, step: float, count: int) -> tuple[Position, ChainDraws]:
        """Run `count` trajectories with a step."""
        return self._run(position, step, count, None)

    def _run(
        self, position: Position, step: float, count: int, adapting: StepSize | None
    ) -> tuple[Position, ChainDraws]:
        z, diverging = np.empty((count, len(position.z))), np.zeros(count, bool)
        lp, energy, acceptance = np.empty((3, count))
        # A trajectory that diverges may overflow on its way.
        with np.errstate(over="ignore", invalid="ignore"):
            for k in range(count):
                position, energy[k], acceptance[k], diverging[k] = self._step(position, step)
                z[k], lp[k] = position.z, -position.value
                if adapting is not None:
                    adapting.update(float(acceptance[k]))
                    step = adapting.step
        return position, ChainDraws(z, lp, energy, acceptance, diverging)

    def _step(self, position: Position, step: float) -> tuple[Position, float, float, bool]:
        """One trajectory: where the chain is after it, the energy there, its acceptance and divergence."""
        p = self.metric.momentum(self.rng.standard_normal(len(position.z)))
        jittered = step * (1 + JITTER * self.rng.uniform(-1, 1))
        threshold = self.rng.uniform()
        before = position.value + self.metric.kinetic_energy(p)
        there, p = self._integrate(position, p, jittered)
        after = there.value + self.metric.kinetic_energy(p)
        change = after - before if isfinite(after) else inf
        acceptance = exp(min(0.0, -change))
        if threshold < acceptance:
            return Position(there.z, there.value, there.slope.copy()), after, acceptance, False
        return position, before, acceptance, change > DIVERGENT

    def _integrate(self, position: Position, p: Real, step: float) -> tuple[Position, Real]:
        """Leapfrog steps from a position with momentum p (D,); they end where the density is not defined."""
        z, value, slope = position.z.copy(), position.value, position.slope
        p = p - 0.5 * step * slope
        for k in range(self.leapfrogs):
            z += step * self.metric.velocity(p)
            value, slope = self.gradient(z)
            if not isfinite(value):
                break
            p -= (step if k + 1 < self.leapfrogs else 0.5 * step) * slope
        return Position(z, value, slope), p
