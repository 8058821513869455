"""What the audit claims of itself, on demand: planted falsehoods, uniform p-values, weights, history.

    python benchmarks/audit.py planted [TIMES [COUNT]]    20 simulated ledgers, one claim false by ten times
    python benchmarks/audit.py uniform [FIRST COUNT]    300 simulated ledgers, none false, one claim of each
    python benchmarks/audit.py influence FOLDER [CASE]    weights against refits of a saved answer
    python benchmarks/audit.py history FOLDER [CASE]      five dates against full refits

The first two take the small case of the tests.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.stats import kstest
from tests.inference.simulated import say

from sojourn._core.thresholds import K_HAT
from sojourn.audit.conflict import claim_conflicts
from sojourn.audit.influence import influences
from sojourn.audit.leave_out import CHAINS, DRAWS, LeaveOut, targets_of_claims
from sojourn.audit.posterior import Posterior, posterior_of, quantities_of, read_posterior
from sojourn.audit.results import ClaimConflict
from sojourn.audit.vintages import find_vintages, publication_dates, said_by
from sojourn.case import read_case
from sojourn.inference.density import Model
from sojourn.inference.estimation import compile_case, make_sampler
from sojourn.inference.jax_config import configure
from sojourn.inference.likelihood import ClaimIntervals
from sojourn.inference.pit import readings_of
from sojourn.inference.pointwise import make_points
from sojourn.inference.sampler import Sampler

SMALL = Path(__file__).parents[1] / "tests" / "data" / "small"
LEDGERS, TRUE_LEDGERS, REFITS = 20, 300, 8


def conflicts_of(
    model: Model, sampler: Sampler, said: ClaimIntervals, seed: int, only: str = ""
) -> dict[str, ClaimConflict]:
    """Every claim of a simulated ledger, or only one, against the rest; refitted where weights fail."""
    draws, learned = sampler.draw(said, seed, 4, 200)
    answer: Any = SimpleNamespace(seed=seed, folder=None, case=model.case.name, posterior=None)
    posterior = replace(posterior_of(replace(model, said=said), answer, draws.z), adaptation=learned)
    leaver = LeaveOut(posterior)
    leaver.__dict__["sampler"] = sampler
    targets = [target for target in targets_of_claims(posterior) if only in ("", target.name)]
    return {c.claim: c for c in claim_conflicts(posterior, leaver.leave(targets, REFITS))}


def plant(model: Model, said: ClaimIntervals, claim: int, step: float) -> ClaimIntervals:
    """A ledger whose claim is moved by a step on the log scale."""
    spans = np.concatenate([model.wording.of_reading[i] for i in readings_of(model, claim)])
    spans = spans[spans < len(said.low)]
    return said._replace(low=said.low.at[spans].add(step), high=said.high.at[spans].add(step))


def planted(times: float = 10.0, ledgers: int = LEDGERS) -> None:
    """In each simulated ledger a claim is `times` what would be said, or that part of it."""
    configure()
    model = compile_case(read_case(SMALL))
    sampler = make_sampler(model)
    rng = np.random.default_rng(1)
    scale = np.array(model.compiled.scale)
    counts = [
        k
        for k in range(len(model.wording.claims))
        if model.said.claim_weight[k] and (scale[readings_of(model, k)] == "log").all()
    ]
    smallest = 0
    for ledger in range(ledgers):
        said = say(model, rng.standard_normal(model.unknowns.size), rng)
        false = int(rng.choice(counts))
        said = plant(model, said, false, np.log(times) * rng.choice([-1, 1]))
        found = conflicts_of(model, sampler, said, ledger)
        known = {claim: c.p for claim, c in found.items() if c.p is not None}
        first, name = min(known, key=lambda c: known[c]), model.wording.claims[false].claim
        smallest += first == name
        print(ledger, name, first, {c: round(x, 3) for c, x in known.items()}, flush=True)
    print(f"the false claim has the smallest p in {smallest} of {ledgers}")


def uniform(first: int = 0, ledgers: int = TRUE_LEDGERS) -> None:
    """p of one claim from each of many true ledgers, so that the p-values are independent.

    Ledger n is the same whichever run it belongs to, so that several runs can share the work.
    """
    configure()
    model = compile_case(read_case(SMALL))
    sampler = make_sampler(model)
    used = np.flatnonzero(np.asarray(model.said.claim_weight))
    found: list[ClaimConflict] = []
    for ledger in range(first, first + ledgers):
        rng = np.random.default_rng([2, ledger])
        said = say(model, rng.standard_normal(model.unknowns.size), rng)
        name = model.wording.claims[int(rng.choice(used))].claim
        found.append(conflicts_of(model, sampler, said, ledger, name)[name])
        c = found[-1]
        print(ledger, name, c.pit, c.p, round(c.k_hat, 2), c.method, flush=True)
    p = np.array([c.p for c in found if c.p is not None])
    error = 1 / np.sqrt(12 * len(p))
    methods = {m: sum(c.method == m for c in found) for m in ("weights", "moved", "refit", "unreliable")}
    print(f"{len(p)} p-values of {ledgers} ledgers, {methods}")
    print(f"mean {p.mean():.3f} (standard error {error:.3f}), below 0.05 {np.mean(p < 0.05):.3f}", end=", ")
    print(f"KS {kstest(p, 'uniform').pvalue:.3f}")


def saved(folder: str, case: str | None) -> Posterior:
    import json

    name = case or json.loads((Path(folder) / "answer.json").read_text(encoding="utf-8"))["case"]
    return read_posterior(Path(folder), read_case(name))


def influence(folder: str, case: str | None = None) -> None:
    """Three claims whose weights can be trusted and whose answers move most, drawn again."""
    posterior = saved(folder, case)
    leaver = LeaveOut(posterior)
    found = [leaver.by_weights(target) for target in targets_of_claims(posterior)]
    trusted = [w for w in found if w.k_hat <= K_HAT]
    ranked = {i.name: i for i in influences(posterior, trusted)}
    print(f"k̂ at most {K_HAT} for {len(trusted)} of {len(found)} claims")
    for name in list(ranked)[:3]:
        weights = next(w for w in trusted if w.target.name == name)
        again = influences(posterior, [leaver.refit(weights.target, weights)])[0]
        for quantity, shift in ranked[name].shifts.items():
            error = np.hypot(ranked[name].distance_error, again.distance_error)
            print(f"{name} k̂ {weights.k_hat:.2f} {quantity}: {shift:+.3f} by weights, ", end="")
            print(f"{again.shifts[quantity]:+.3f} drawn again, standard error {error:.3f} sd")


def against_refits(folder: str, case: str | None = None) -> None:
    """The answer at five dates, sequentially and by full refits with a pilot of their own."""
    posterior = saved(folder, case)
    dates = publication_dates(posterior)
    chosen = [dates[i] for i in np.linspace(0, len(dates) - 2, 5).round().astype(int)]
    sampler = LeaveOut(posterior).sampler
    began = time.perf_counter()
    moments = {m.date: m for m in find_vintages(posterior, chosen)}
    sequential = time.perf_counter() - began
    points_of, full = make_points(posterior.model), 0.0
    for day in chosen:
        said = said_by(posterior, day)
        began = time.perf_counter()
        z = sampler.draw(said, 2, CHAINS, max(DRAWS, 4 * DRAWS))[0].z
        full += time.perf_counter() - began
        found = quantities_of(posterior.model, points_of(z.reshape(-1, z.shape[2]), said))
        for name in ("share stayed", "share moved_on", "share returned"):
            moment = moments[str(day)]
            one = moment.asked[name]
            print(f"{day} {name}: {one['mean']:.3f} ({one['sd']:.3f}) {moment.method}, ", end="")
            print(f"{found[name].mean():.3f} ({found[name].std():.3f}) refitted", flush=True)
    print(f"{sequential:.0f} s sequentially (compiling included), {full:.0f} s refitted (not included)")


if __name__ == "__main__":
    command, *rest = sys.argv[1:] or ["help"]
    if command == "planted":
        planted(*map(float, rest[:1]), *map(int, rest[1:]))
    elif command == "uniform":
        uniform(*map(int, rest))
    elif command == "influence":
        influence(*rest)
    elif command == "history":
        against_refits(*rest)
    else:
        print(__doc__)
