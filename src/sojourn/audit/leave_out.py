"""The posterior without some claims, by importance weights or, where those fail, by a refit.

A refit is another run of the compiled sampler in which the claims have weight 0. Its metric
is learned from the curvature at draws of the full posterior, so it needs no pilot phase.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import jax.numpy as jnp
import numpy as np

from sojourn._core.arrays import Real
from sojourn._core.thresholds import K_HAT
from sojourn.audit.importance_weights import Weights, equal, resample, smooth
from sojourn.audit.posterior import Posterior, efficiency, quantities_of
from sojourn.audit.results import Method
from sojourn.case.small_groups import FOLDED, is_small
from sojourn.inference.estimation import make_sampler
from sojourn.inference.likelihood import ClaimIntervals
from sojourn.inference.pointwise import Points, log_heard, make_points
from sojourn.inference.sampler import FULL, Sampler

LOOKS = 4
"""Number of draws at which the curvature of a changed posterior is computed."""
CHAINS, DRAWS = 4, 200
"""Chains of a refit, and draws per chain."""
SCHEDULE = replace(FULL, rounds=((100, 0.5),))
"""The metric of a refit is corrected once by its own draws."""
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
    """Draws of the posterior without a target; `k_hat` is that of the weights, even after a refit."""

    target: Target
    points: Points
    quantities: dict[str, Real]
    weights: Weights
    k_hat: float
    method: Method


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


class LeaveOut:
    """Leaves targets out of a posterior; compiles a sampler when the first refit needs it."""

    def __init__(self, posterior: Posterior, chains: int = CHAINS, draws: int = DRAWS) -> None:
        """Take the posterior; `chains` and `draws` (per chain) configure refits, which reuse its seed."""
        self.posterior, self.chains, self.draws = posterior, chains, draws
        self.seed = posterior.answer.seed

    def by_weights(self, target: Target) -> LeftOut:
        """Leave a target out by importance weights, proportional to 1 / P(target)."""
        p = self.posterior
        heard = self._heard - log_heard(p.model, p.points, zero_weights(p.model.said, target))
        weights = smooth(-heard, p.efficiency)
        method: Method = "weights" if weights.k_hat <= K_HAT else "unreliable"
        return LeftOut(target, p.points, dict(p.quantities), weights, weights.k_hat, method)

    def refit(self, target: Target, start: LeftOut) -> LeftOut:
        """Leave a target out by sampling again, with a metric learned at draws resampled by `start`."""
        said = zero_weights(self.posterior.model.said, target)
        z = self.draw(said, start.weights.weight)
        flat = z.reshape(-1, z.shape[2])
        points = self._points(flat, said)
        quantities = quantities_of(self.posterior.model, points)
        method: Method = "refit" if worst_rhat(quantities, z.shape[0]) <= RHAT else "unreliable"
        weights = equal(len(flat), efficiency(quantities, z.shape[0]))
        return LeftOut(target, points, quantities, weights, start.k_hat, method)

    def draw(self, said: ClaimIntervals, weight: Real) -> Real:
        """Draw (chains, draws, D) given `said`, with a metric learned at weighted draws of the posterior."""
        rng = np.random.default_rng(self.seed)
        points = self.posterior.z[rng.permutation(resample(weight, LOOKS, rng))]
        return self.draw_from(points, said)

    def draw_from(self, points: Real, said: ClaimIntervals) -> Real:
        """Draw (chains, draws, D) with a metric learned from the curvature at `points`."""
        metric = self.sampler.learn_metric(said, points)
        found, _ = self.sampler.draw(
            said, self.seed, self.chains, self.draws, metric=metric, schedule=SCHEDULE
        )
        return found.z

    def draw_fresh(self, said: ClaimIntervals) -> Real:
        """Draw (chains, draws, D) with a metric learned by pilot chains."""
        return self.sampler.draw(said, self.seed, self.chains, self.draws)[0].z

    @cached_property
    def sampler(self) -> Sampler:
        """The sampler of the posterior, compiled with the claims as an argument."""
        return make_sampler(self.posterior.model)

    @cached_property
    def _heard(self) -> Real:
        return log_heard(self.posterior.model, self.posterior.points, self.posterior.model.said)

    @cached_property
    def _points(self) -> Callable[[Real, ClaimIntervals], Points]:
        return make_points(self.posterior.model)

    def leave(
        self, targets: Iterable[Target], refits: int, report: Callable[[str], None] = lambda _: None
    ) -> list[LeftOut]:
        """Leave out each target, with at most `refits` refits, in the order of their estimated influence."""
        found = [self.by_weights(target) for target in targets]
        doubtful = [i for i, w in enumerate(found) if w.method == "unreliable"]
        doubtful.sort(key=lambda i: -shift(self.posterior, found[i]))
        again: dict[tuple[tuple[int, ...], tuple[int, ...]], LeftOut] = {}
        for i in doubtful:
            target = found[i].target
            key = (target.claims, target.groups)
            if key not in again:
                if len(again) == refits:
                    continue
                report(target.name)
                again[key] = self.refit(target, found[i])
            found[i] = replace(again[key], target=target)
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
    from arviz_stats.base.array import array_stats

    series = np.stack([x.reshape(chains, -1) for x in quantities.values()])
    return float(np.max(array_stats.rhat(series, chain_axis=1, draw_axis=2)))  # pyright: ignore[reportCallIssue]
