"""JAX settings: double precision, one thread per chain, compiled code cached on disk.

The settings hold only while sojourn computes; afterwards JAX is as the caller had set it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jax
from jax.experimental.compilation_cache import compilation_cache

OPTIONS: dict[str, str | bool | int] = {
    "xla_backend_optimization_level": 1,
    "xla_cpu_multi_thread_eigen": False,
    "xla_cpu_experimental_ynn_fusion_type": "",
}
"""Compiler options: half the compile time at the same speed, and no threads below those of the
chains, which would wait for one another."""
CACHE_DIR = "jax_compilation_cache_dir"


def cache_folder() -> Path:
    """Where compiled code is kept: `SOJOURN_CACHE`, else the user's cache folder."""
    chosen = os.environ.get("SOJOURN_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sojourn"


def configure() -> None:
    """Set JAX up for the rest of the process: for tests and benchmarks that call our functions one by one."""
    jax.config.update("jax_enable_x64", True)
    _apply(_process_settings())


@contextmanager
def jax_settings() -> Generator[None]:
    """Compute with our JAX settings; give the caller's settings back at the end of the block.

    Also a decorator. Blocks may be nested, and may run in several threads at once. Double
    precision is set for the current thread only: threads that the block starts call
    `enter_thread` first. The cache folder belongs to the process, so JAX code that the caller
    runs in another thread during the block uses our folder as well.

    JAX reads `jax_cpu_enable_async_dispatch` once, when a process first computes on the CPU.
    If that happens in this block, the CPU stays synchronous for the rest of the process:
    results are the same, but a call returns only when its result is ready.
    """
    _acquire()
    try:
        with jax.enable_x64(True):
            yield
    finally:
        _release()


def enter_thread() -> None:
    """Use double precision in the current thread until it ends: the initializer of our thread pools."""
    jax.enable_x64(True).__enter__()


def _process_settings() -> dict[str, Any]:
    return {
        "jax_cpu_enable_async_dispatch": False,
        CACHE_DIR: str(cache_folder() / "jax"),
        "jax_persistent_cache_min_compile_time_secs": 0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
    }


_lock = threading.Lock()
_depth = 0
_callers: dict[str, Any] = {}
"""The caller's values of the settings of the process, while any block is open."""


def _acquire() -> None:
    global _depth, _callers
    with _lock:
        if _depth == 0:
            ours = _process_settings()
            current = jax.config.values
            _callers = {name: current[name] for name in ours}
            _apply(ours)
        _depth += 1


def _release() -> None:
    global _depth
    with _lock:
        _depth -= 1
        if _depth == 0:
            _apply(_callers)


def _apply(settings: Mapping[str, Any]) -> None:
    """Change settings of the process; a change of the cache folder makes JAX open the cache again."""
    moved = jax.config.values[CACHE_DIR] != settings[CACHE_DIR]
    for name, value in settings.items():
        jax.config.update(name, value)
    if moved:
        compilation_cache.reset_cache()
