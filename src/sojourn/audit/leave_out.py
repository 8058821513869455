"""The posterior without some claims, by importance weights, by moved draws where those fail, or by a refit.

A refit is another run of the compiled sampler in which the claims have weight 0. Its chains start
from draws of the full posterior and with the metric that the answer's chains learned.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np

from sojourn._core.arrays import Real
from sojourn._core.thresholds import K_HAT
from sojourn.audit.checkpoints import Checkpoints
from sojourn.audit.moment_matching import match_moments
from sojourn.audit.posterior import Posterior, quantities_of
from sojourn.audit.results import Method
from sojourn.case.small_groups import FOLDED, is_small
from sojourn.inference.convergence import find_worst_rhat
from sojourn.inference.estimation import make_sampler
from sojourn.inference.importance_weights import Weights, efficiency, equal, resample, smooth
from sojourn.inference.likelihood import ClaimIntervals
from sojourn.inference.pointwise import Points, log_heard, make_points
from sojourn.inference.preconditioner import Metric
from sojourn.inference.sampler import FULL, Adaptation, Sampler

LOOKS = 4
"""Number of draws at which the curvature of a changed posterior is computed, where nothing was learned."""
CHAINS, DRAWS = 4, 200
"""Chains of a refit, and draws per chain."""
RELEARN = replace(FULL, rounds=((100, 0.5),))
"""Where nothing was learned, the metric of a refit is corrected once by its own draws."""
NOTHING_KEPT = Checkpoints()
RHAT = 1.1
"""A refit is unreliable if the R̂ of a quantity exceeds this: its short chains did not converge."""


@dataclass(frozen=True)
class Target:
    """What to leave out: the indices of claims and contact groups, with a name."""

    name: str
    claims: tuple[int, ...]
    groups: tuple[int, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """Draws of the posterior without a target.

    `k_hat` is that of the weights, or of the weights of moved draws; after a refit, that of the weights that
    failed.
    """

    target: Target
    points: Points
    quantities: dict[str, Real]
    weights: Weights
    k_hat: float
    method: Method
    refitted: bool = False


def targets_of_claims(posterior: Posterior) -> list[Target]:
    """One target per claim in use."""
    used = np.flatnonzero(np.asarray(posterior.model.said.claim_weight))
    claims = posterior.model.wording.claims
    return [Target(claims[k].claim, (int(k),)) for k in used]


def targets_of_groups(posterior: Posterior) -> list[Target]:
    """One target per contact group in use; small groups form one target, to protect their members."""
    contacts, members = posterior.case.contacts, dict[str, list[int]]()
    for g in np.flatnonzero(np.asarray(posterior.model.said.group_weight)):
        name = FOLDED if is_small(contacts[g]) else contacts[g].group
        members.setdefault(name, []).append(int(g))
    return [Target(name, (), tuple(own)) for name, own in members.items()]


def targets_of_sources(posterior: Posterior) -> list[Target]:
    """One target per source, with all its claims and contact groups in use."""
    said, claims, contacts = posterior.model.said, posterior.model.wording.claims, posterior.case.contacts
    own: dict[str, tuple[list[int], list[int]]] = {}
    for k in np.flatnonzero(np.asarray(said.claim_weight)):
        own.setdefault(claims[k].source, ([], []))[0].append(int(k))
    for g in np.flatnonzero(np.asarray(said.group_weight)):
        own.setdefault(contacts[g].source, ([], []))[1].append(int(g))
    return [Target(source, tuple(c), tuple(g)) for source, (c, g) in own.items()]


@dataclass(frozen=True)
class OtherDraws:
    """Draws z (n, D) of the posterior of another set of claims, one chain after another.

    `rhat` is the largest R̂ of the quantities; `learned` is what later chains may start from.
    """

    z: Real
    points: Points
    quantities: dict[str, Real]
    efficiency: float
    rhat: float
    learned: Adaptation


class LeaveOut:
    """Leaves targets out of a posterior, and draws the posteriors of other sets of its claims."""

    def __init__(
        self,
        posterior: Posterior,
        chains: int = CHAINS,
        draws: int = DRAWS,
        checkpoints: Checkpoints = NOTHING_KEPT,
    ) -> None:
        """Take the posterior.

        Args:
            posterior: the posterior; refits use its seed and what its chains learned.
            chains: chains of a refit.
            draws: draws per chain.
            checkpoints: where draws are kept as they are made.
        """
        self.posterior, self.chains, self.draws, self.checkpoints = posterior, chains, draws, checkpoints
        self.seed = posterior.answer.seed

    def by_weights(self, target: Target) -> LeftOut:
        """Leave a target out by importance weights, proportional to 1 / P(target)."""
        p = self.posterior
        heard = self._heard - log_heard(p.model, p.points, zero_weights(p.model.said, target))
        weights = smooth(-heard, p.efficiency)
        method: Method = "weights" if weights.k_hat <= K_HAT else "unreliable"
        return LeftOut(target, p.points, dict(p.quantities), weights, weights.k_hat, method)

    def move(self, target: Target, start: LeftOut) -> LeftOut:
        """Leave a target out by moving the draws; return `start` where that fails."""
        p = self.posterior
        said = zero_weights(p.model.said, target)
        moved = match_moments(
            p.z, self._potential, start.weights, lambda z: p.density.record_draws(z, said), p.efficiency
        )
        if moved is None:
            return start
        points = Points(*(getattr(moved.record, name) for name in Points._fields))
        found = quantities_of(p.model, points)
        return LeftOut(target, points, found, moved.weights, moved.weights.k_hat, "moved")

    def refit(self, target: Target, start: LeftOut) -> LeftOut:
        """Leave a target out by sampling again, from draws resampled by `start`."""
        said = zero_weights(self.posterior.model.said, target)
        rng = np.random.default_rng(self.seed)
        at = rng.permutation(resample(start.weights.weight, max(LOOKS, self.chains), rng))
        key = f"without {target.claims} {target.groups}"
        draws = self.draw(key, said, self.posterior.adaptation, self.posterior.z[at])
        method: Method = "refit" if draws.rhat <= RHAT else "unreliable"
        weights = equal(len(draws.z), draws.efficiency)
        return LeftOut(target, draws.points, draws.quantities, weights, start.k_hat, method, True)

    def draw(
        self, key: str, said: ClaimIntervals, learned: Adaptation | None = None, near: Real | None = None
    ) -> OtherDraws:
        """Draw the posterior of a set of claims.

        The chains start from what a similar run learned, if anything. Where they do not agree then, the
        metric is learned anew.

        Args:
            key: names the set of claims among the checkpoints.
            said: the claims.
            learned: metric and step of the chains of a similar posterior.
            near: points (n, D) near the posterior, at least as many as there are chains; without
                them the chains start from the mode.
        """
        if (kept := self.checkpoints.load(key)) is not None:
            metric = Metric(kept["mean"], kept["directions"], kept["stretch"])
            return self._examine(kept["z"], said, Adaptation(metric, float(kept["step"]), kept["positions"]))
        if near is None:
            found = self._sample(said)
        elif learned is None:
            found = self._sample(said, metric=self.sampler.learn_metric(said, near), schedule=RELEARN)
        else:
            found = self._sample(said, start=replace(learned, positions=near[: self.chains]))
            if found.rhat > RHAT:
                points = found.z[:: max(1, len(found.z) // LOOKS)][:LOOKS]
                found = self._sample(said, metric=self.sampler.learn_metric(said, points), schedule=RELEARN)
        metric = found.learned.metric
        arrays = {"mean": metric.mean, "directions": metric.directions, "stretch": metric.stretch}
        chains = found.z.reshape(self.chains, -1, found.z.shape[1])
        rest = {"z": chains, "step": np.array(found.learned.step), "positions": found.learned.positions}
        self.checkpoints.save(key, arrays | rest)
        return found

    def seconds_of_refit(self) -> float:
        """About how long one refit takes here, by the speed of the gradient."""
        gradient = self.sampler.make_gradient(self.posterior.model.said)
        gradient(self.posterior.z[0])
        began = time.perf_counter()
        for z in self.posterior.z[:20]:
            gradient(z)
        each = (time.perf_counter() - began) / len(self.posterior.z[:20])
        steps = FULL.leapfrogs * (FULL.settle + FULL.discard + self.draws)
        return each * steps * self.chains / min(self.chains, os.cpu_count() or 1)

    def _sample(self, said: ClaimIntervals, **start: Any) -> OtherDraws:
        drawn, learned = self.sampler.draw(said, self.seed, self.chains, self.draws, **start)
        return self._examine(drawn.z, said, learned)

    def _examine(self, z: Real, said: ClaimIntervals, learned: Adaptation) -> OtherDraws:
        flat = z.reshape(-1, z.shape[2])
        points = self.points(flat, said)
        found = quantities_of(self.posterior.model, points)
        return OtherDraws(flat, points, found, efficiency(found, len(z)), worst_rhat(found, len(z)), learned)

    @cached_property
    def sampler(self) -> Sampler:
        """The sampler of the posterior, compiled with the claims as an argument."""
        return make_sampler(self.posterior.model, self.posterior.density)

    @cached_property
    def points(self) -> Callable[[Real, ClaimIntervals], Points]:
        """The function from draws to their pointwise quantities."""
        return make_points(self.posterior.model, self.posterior.density)

    @cached_property
    def _potential(self) -> Real:
        return self.posterior.density.record_draws(self.posterior.z, self.posterior.model.said).potential

    @cached_property
    def _heard(self) -> Real:
        return log_heard(self.posterior.model, self.posterior.points, self.posterior.model.said)

    def leave(
        self,
        targets: Iterable[Target],
        refits: int,
        report: Callable[[str], None] = lambda _: None,
        announce: Callable[[int, float], None] = lambda _count, _seconds: None,
    ) -> list[LeftOut]:
        """Leave out each target: by weights, else by moved draws, else by a refit.

        There are at most `refits` refits, in the order of the estimated influence of their targets.

        Args:
            targets: what to leave out, each alone.
            refits: the largest number of refits.
            report: called with the name of a target before it is refitted.
            announce: called before the first refit with their number and about how long they take.
        """
        found = [self.by_weights(target) for target in targets]
        doubtful = [i for i, w in enumerate(found) if w.method == "unreliable"]
        doubtful.sort(key=lambda i: -shift(self.posterior, found[i]))
        alike: dict[tuple[tuple[int, ...], tuple[int, ...]], list[int]] = {}
        for i in doubtful:
            alike.setdefault((found[i].target.claims, found[i].target.groups), []).append(i)
        for same in alike.values():
            moved = self.move(found[same[0]].target, found[same[0]])
            for i in same:
                found[i] = replace(moved, target=found[i].target)
        chosen = [same for same in alike.values() if found[same[0]].method == "unreliable"][:refits]
        if chosen:
            announce(len(chosen), len(chosen) * self.seconds_of_refit())
        for same in chosen:
            report(found[same[0]].target.name)
            again = self.refit(found[same[0]].target, found[same[0]])
            for i in same:
                found[i] = replace(again, target=found[i].target)
        return found


def zero_weights(said: ClaimIntervals, target: Target) -> ClaimIntervals:
    """Return the claims with the weights of a target's claims and groups set to 0."""
    claims, groups = np.array(said.claim_weight), np.array(said.group_weight)
    claims[list(target.claims)] = 0.0
    groups[list(target.groups)] = 0.0
    return said._replace(claim_weight=jnp.asarray(claims), group_weight=jnp.asarray(groups))


def shift(posterior: Posterior, without: LeftOut) -> float:
    """Largest shift of a quantity's mean, in posterior sd."""
    w = without.weights.weight
    return max(
        abs(float(w @ without.quantities[name]) - float(x.mean())) / float(x.std())
        for name, x in posterior.quantities.items()
    )


def worst_rhat(quantities: dict[str, Real], chains: int) -> float:
    """The largest R̂ of the quantities."""
    return find_worst_rhat(np.stack([x.reshape(chains, -1) for x in quantities.values()]))
