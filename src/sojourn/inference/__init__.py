"""Inference: priors, the likelihood of what was said, draws, and the answer.

In: a `Case`. Out: an `Answer` with its posterior. Knows `measures`, `history` and `case`.
Reading an answer does not load JAX; estimating one does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sojourn._core.lazy_names import load_on_use

if TYPE_CHECKING:
    from sojourn.inference.answer import Answer, read_answer
    from sojourn.inference.comparison import AnswerComparison, compare
    from sojourn.inference.estimation import estimate
    from sojourn.inference.sampling_progress import Interrupted, SamplingProgress

__all__ = [
    "Answer",
    "AnswerComparison",
    "Interrupted",
    "SamplingProgress",
    "compare",
    "estimate",
    "read_answer",
]

_MODULES = {
    "Answer": "answer",
    "AnswerComparison": "comparison",
    "Interrupted": "sampling_progress",
    "SamplingProgress": "sampling_progress",
    "compare": "comparison",
    "estimate": "estimation",
    "read_answer": "answer",
}

# Reading an answer must not load JAX.
__getattr__, __dir__ = load_on_use(__name__, _MODULES, __all__)
