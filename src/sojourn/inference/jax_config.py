"""How JAX is set up: double precision, one thread a chain, compiled code kept on disk."""

from __future__ import annotations

import os
from pathlib import Path

import jax

OPTIONS: dict[str, str | bool | int] = {
    "xla_backend_optimization_level": 1,
    "xla_cpu_multi_thread_eigen": False,
    "xla_cpu_experimental_ynn_fusion_type": "",
}
"""Compiler options: half the compile time at the same speed, and no threads below those of the
chains, which would wait for one another."""


def cache_folder() -> Path:
    """Where compiled code is kept: `SOJOURN_CACHE`, else the user's cache folder."""
    chosen = os.environ.get("SOJOURN_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sojourn"


def configure() -> None:
    """Set JAX up; harmless when called again."""
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    jax.config.update("jax_compilation_cache_dir", str(cache_folder() / "jax"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
