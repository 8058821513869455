"""JAX belongs to the caller: after an estimate, in a process of its own, its settings are as before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SMALL = Path(__file__).parents[1] / "data" / "small"
PROGRAM = """
import sys, jax, jax.numpy as jnp
jax.config.update("jax_compilation_cache_dir", sys.argv[2])
before = dict(jax.config.values)
import sojourn
from sojourn.audit.posterior import posterior_of_answer
case = sojourn.read_case(sys.argv[1])
answer = sojourn.estimate(case, chains=1, draws=25)
posterior = posterior_of_answer(case, answer)
assert posterior.points.scores.dtype == "float64", posterior.points.scores.dtype
after = dict(jax.config.values)
print({name: (before[name], after[name]) for name in before if before[name] != after[name]})
print(jax.config.jax_enable_x64, jnp.ones(2).dtype)
"""


def test_an_estimate_leaves_the_settings_of_jax_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(SMALL), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["{}", "False float32"]
