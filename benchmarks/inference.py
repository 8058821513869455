"""What an answer costs: whole commands, the gradient beside its definition, and nutpie on the same density.

    python benchmarks/inference.py [--case kazakhstan-2022] [--asof DATE] [--seeds 1 2 3]
        [--cold] [--gradient] [--nutpie]

Commands run in processes of their own: clock and processor seconds from start to files, gradients, worst
R̂ and effective draws. `--cold` gives the first command an empty cache of compiled code. `--gradient`
compares the kernel with JAX in one process. `--nutpie` samples the kernel's density with nutpie. Run it
on a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

CHAINS = 4
COMMAND = "import sys; from sojourn.cli import main; sys.exit(main())"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", default="kazakhstan-2022")
    parser.add_argument("--asof")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--gradient", action="store_true")
    parser.add_argument("--nutpie", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sojourn-bench-") as folder:
        for number, seed in enumerate(chosen.seeds):
            fresh = Path(folder) / "cache" if chosen.cold and number == 0 else None
            run_command(chosen.case, chosen.asof, seed, Path(folder) / str(seed), fresh)
    if chosen.gradient:
        compare_gradients(chosen.case)
    if chosen.nutpie:
        for seed in chosen.seeds:
            sample_with_nutpie(chosen.case, seed)


def run_command(case: str, asof: str | None, seed: int, out: Path, cache: Path | None) -> None:
    """Run `sojourn estimate` in a new process and print what it took."""
    environment = dict(os.environ)
    if cache is not None:
        environment |= {"SOJOURN_CACHE": str(cache / "sojourn"), "NUMBA_CACHE_DIR": str(cache / "numba")}
    arguments = [
        "estimate",
        case,
        "--seed",
        str(seed),
        "--out",
        str(out),
        *(["--asof", asof] if asof else []),
    ]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments], env=environment, stdout=subprocess.DEVNULL, check=False
    )
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    processors = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = json.loads((out / "answer.json").read_text(encoding="utf-8"))
    measured, draws = found["diagnostics"], found["draws"]
    effective = measured["ess_bulk_min"]
    print(
        f"{case} seed {seed}{' cold' if cache else ''}: {clock:.0f} s clock, {processors:.0f} s processors, "
        f"{measured['gradients']:,} gradients, {draws['draws']} draws a chain, R̂ {measured['rhat_max']:.4f}, "
        f"{effective:.0f} effective, {effective / clock:.1f} a second, {draws['stopped_by']}",
        flush=True,
    )


def compare_gradients(case: str, times: int = 200) -> None:
    """Processor time of one gradient by JAX and by the kernel, in turn."""
    import jax
    import jax.numpy as jnp

    from sojourn.case import read_case
    from sojourn.inference.compiled_density import compile_density
    from sojourn.inference.estimation import compile_case
    from sojourn.inference.jax_config import OPTIONS, configure

    configure()
    model = compile_case(read_case(case))
    began = time.process_time()
    kernel = compile_density(model).make_gradient(model.said)
    compiled = time.process_time()
    definition = jax.jit(jax.value_and_grad(model.potential), compiler_options=OPTIONS)
    z = 0.3 * np.random.default_rng(1).standard_normal(model.unknowns.size)
    jax.block_until_ready(definition(jnp.asarray(z), model.said))
    print(f"ready: kernel {compiled - began:.1f} s, JAX {time.process_time() - compiled:.1f} s of processors")

    def seconds(function: Callable[[], Any]) -> float:
        start = time.process_time()
        for _ in range(times):
            function()
        return (time.process_time() - start) / times

    for _ in range(5):
        by_jax = seconds(lambda: jax.block_until_ready(definition(z, model.said)))
        by_kernel = seconds(lambda: kernel(z))
        print(f"JAX {by_jax * 1e6:.0f} µs, kernel {by_kernel * 1e6:.0f} µs, ratio {by_jax / by_kernel:.1f}")


def sample_with_nutpie(case: str, seed: int, draws: int = 1000, tune: int = 500) -> None:
    """Sample the kernel's density with nutpie and its low-rank metric."""
    import nutpie
    from nutpie.compiled_pyfunc import from_pyfunc

    from sojourn.case import read_case
    from sojourn.inference.compiled_density import compile_density
    from sojourn.inference.convergence import measure_convergence
    from sojourn.inference.estimation import compile_case

    model = compile_case(read_case(case))
    density, size, count = compile_density(model), model.unknowns.size, [0]

    def make_logp() -> Callable[..., Any]:
        gradient = density.make_gradient(model.said)

        def logp(z: np.ndarray) -> tuple[float, np.ndarray]:
            count[0] += 1
            value, slope = gradient(z)
            return -value, -slope

        return logp

    compiled = from_pyfunc(
        size, make_logp, lambda *_: lambda z: {"z": z.copy()}, [np.dtype("float64")], [(size,)], ["z"]
    )
    began, start = time.perf_counter(), time.process_time()
    trace = nutpie.sample(
        compiled,
        draws=draws,
        tune=tune,
        chains=CHAINS,
        cores=2,
        seed=seed,
        progress_bar=False,
        low_rank_modified_mass_matrix=True,
    )
    clock, processors = time.perf_counter() - began, time.process_time() - start
    z = np.asarray(trace["posterior"]["z"])
    found = measure_convergence(np.moveaxis(z, 2, 0), np.empty((0, *z.shape[:2])))
    print(
        f"nutpie seed {seed}: {clock:.0f} s clock, {processors:.0f} s processors, {count[0]:,} gradients, "
        f"R̂ {found.rhat.max():.4f}, {found.bulk.min():.0f} effective"
    )


if __name__ == "__main__":
    main()
