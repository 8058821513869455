"""Ledgers simulated from the model itself: parameters from the prior, then what would be said."""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from sojourn.inference.density import Model
from sojourn.inference.estimation import make_sampler
from sojourn.inference.likelihood import ClaimIntervals, error_location_scale
from sojourn.inference.quantities import OUTCOMES, make_quantities, position_of

GRAIN = 0.02
"""Width of a spoken figure's interval on the scale of its reading."""
QUANTITIES = ("log arrived", "share stayed", "share moved_on", "share returned")


@dataclass(frozen=True)
class Recovery:
    """For every ledger and quantity: the truth's rank among the draws (0 to 1), worst R̂ apart."""

    ranks: np.ndarray
    rhat: np.ndarray

    def coverage(self, level: float) -> float:
        """Share of ledgers and quantities whose central interval of this level covers the truth."""
        return float(np.mean(np.abs(self.ranks - 0.5) <= level / 2))


def say(model: Model, z: np.ndarray, rng: np.random.Generator) -> ClaimIntervals:
    """What would be said under z: a reading drawn for each claim, an error, and the interval it falls in.

    Contact groups are silent, since their words are no data of the compiled density.
    """
    account = jax.jit(model.account)(jnp.asarray(z), model.said)
    w = model.wording
    at, spread = (np.asarray(x) for x in error_location_scale(w, account.expected, account.values))
    unit = np.asarray(account.expected.unit)
    low, high = np.array(model.said.low), np.array(model.said.high)
    log_weight = np.full(len(low), -np.inf)
    for meanings in w.of_series:
        own = meanings[meanings < len(w.of_meaning)]
        prior = np.exp(w.log_prior[w.of_meaning[own, 0]])
        meant = w.of_meaning[rng.choice(own, p=prior)]
        for chosen in meant[meant < len(w.log_prior)]:
            figure = at[chosen] + spread[chosen] * rng.logistic()
            width = GRAIN * unit[chosen]
            floor = np.floor(figure / width) * width
            for reading in np.flatnonzero(w.claim == w.claim[chosen]):
                intervals = w.of_reading[reading]
                low[intervals[intervals < len(low)]] = floor
                high[intervals[intervals < len(low)]] = floor + width
                log_weight[intervals[0]] = 0.0
    silent = jnp.zeros_like(model.said.group_weight)
    return ClaimIntervals(
        jnp.asarray(low), jnp.asarray(high), jnp.asarray(log_weight), model.said.claim_weight, silent
    )


def recover(model: Model, ledgers: int, chains: int, draws: int, seed: int) -> Recovery:
    """Simulate ledgers, draw from the posterior of each, and rank the truth among the draws."""
    sampler = make_sampler(model)
    many = make_quantities(model)
    rng = np.random.default_rng(seed)
    ranks: list[list[float]] = []
    worst: list[float] = []
    for ledger in range(ledgers):
        truth = rng.standard_normal(model.unknowns.size)
        said = say(model, truth, rng)
        found, _ = sampler.draw(said, seed + ledger, chains, draws)
        drawn = _quantities(model, many(found.z.reshape(-1, model.unknowns.size), said).timeline)
        true = _quantities(model, many(truth[None], said).timeline)[0]
        ranks.append([float(np.mean(drawn[:, q] < true[q])) for q in range(len(QUANTITIES))])
        worst.append(_rhat(drawn.reshape(chains, draws, -1)))
    return Recovery(np.array(ranks), np.array(worst))


def _quantities(model: Model, timeline: np.ndarray) -> np.ndarray:
    at = timeline[:, position_of(model, model.case.settings.asof)]
    arrived = at[:, OUTCOMES.index("arrived")]
    return np.column_stack([np.log(arrived), *(at[:, k] / arrived for k in range(1, len(OUTCOMES)))])


def _rhat(drawn: np.ndarray) -> float:
    from arviz_stats.base.array import array_stats

    return float(np.max(array_stats.rhat(drawn, chain_axis=0, draw_axis=1)))
