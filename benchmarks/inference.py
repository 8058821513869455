"""Draws per second: sojourn's sampler against nutpie on the same density, in one run.

    python benchmarks/inference.py [--case kazakhstan-2022] [--draws 400] [--skip-nutpie]

Both sample the same JAX density of the case with four chains; nutpie adapts a diagonal
metric by its default settings. Printed: seconds, the share spent compiling, leapfrogs,
the smallest bulk ESS and the largest R̂ over all unknowns, ESS per second, and the ratio.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from sojourn.case import read_case
from sojourn.inference.density import Model
from sojourn.inference.draw_summary import convergence
from sojourn.inference.estimation import compile_case, scales
from sojourn.inference.jax_config import OPTIONS, configure
from sojourn.inference.sampler import Sampler

CHAINS = 4


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", default="kazakhstan-2022")
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip-nutpie", action="store_true")
    chosen = parser.parse_args()
    # Compile afresh: a warm cache would hide it.
    os.environ["SOJOURN_CACHE"] = tempfile.mkdtemp(prefix="sojourn-bench-")
    configure()
    model = compile_case(read_case(chosen.case))
    print(
        f"{chosen.case}: {model.unknowns.size} unknowns, {model.plan.calendar.steps} steps, {CHAINS} chains"
    )
    ours = report("sojourn", model, lambda: product(model, chosen.draws, chosen.seed))
    if not chosen.skip_nutpie:
        theirs = report("nutpie", model, lambda: rival(model, chosen.draws, chosen.seed))
        print(f"ratio of ESS per second, compile included: {ours / theirs:.2f}")


def report(name: str, model: Model, run: Callable[[], tuple[np.ndarray, float]]) -> float:
    """Time a run, print its row, and return the smallest ESS per second."""
    began = time.perf_counter()
    z, compiling = run()
    seconds = time.perf_counter() - began
    found = convergence(z, {"first": z[:, :, 0]})
    rate = found["ess_bulk_min"] / seconds
    print(
        f"{name:>8}: {seconds:6.1f} s, compiling {compiling / seconds:4.0%}, "
        f"min ESS {found['ess_bulk_min']:6.0f}, max R̂ {found['rhat_max']:.3f}, {rate:6.2f} ESS/s"
    )
    return rate


def product(model: Model, draws: int, seed: int) -> tuple[np.ndarray, float]:
    """Draws of sojourn's sampler, and seconds of compiling."""
    sampler = Sampler(model.potential, model.unknowns.size, scales(model), model.said)
    found, _ = sampler.draw(model.said, seed, CHAINS, draws)
    return found.z, sampler.seconds_compile


def rival(model: Model, draws: int, seed: int) -> tuple[np.ndarray, float]:
    """Draws of nutpie on the same density, and seconds of compiling."""
    import nutpie
    from nutpie.compiled_pyfunc import from_pyfunc

    size = model.unknowns.size
    began = time.perf_counter()
    gradient = jax.jit(
        jax.value_and_grad(lambda z, said: -model.potential(z, said)), compiler_options=OPTIONS
    )
    jax.block_until_ready(gradient(np.zeros(size), model.said))
    compiling = time.perf_counter() - began

    def make_logp() -> Callable[..., Any]:
        def logp(z: np.ndarray) -> tuple[float, np.ndarray]:
            value, slope = gradient(z, model.said)
            return float(value), np.asarray(slope)

        return logp

    def make_expand(*_: Any) -> Callable[..., Any]:
        return lambda z: {"z": z}

    density = from_pyfunc(size, make_logp, make_expand, [np.dtype("float64")], [(size,)], ["z"])
    trace = nutpie.sample(density, draws=draws, tune=400, chains=CHAINS, seed=seed, progress_bar=False)
    return np.asarray(trace["posterior"]["z"]), compiling


if __name__ == "__main__":
    main()
