"""Inference: priors, the likelihood of what was said, draws, and the answer.

In: a `Case`. Out: an `Answer` with its posterior. Knows `measures`, `history` and `case`.
Reading an answer does not load JAX; estimating one does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sojourn.inference.answer import Answer, read_answer
    from sojourn.inference.estimation import estimate
    from sojourn.inference.sampler import ChainProgress, Interrupted

__all__ = ["Answer", "ChainProgress", "Interrupted", "estimate", "read_answer"]

_MODULES = {
    "Answer": "answer",
    "ChainProgress": "sampler",
    "Interrupted": "sampler",
    "estimate": "estimation",
    "read_answer": "answer",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)
