"""Inference: priors, the likelihood of what was said, draws, and the answer.

In: a `Case`. Out: an `Answer` with its posterior. Knows `measures`, `history` and `case`.
"""

from sojourn.inference.answer import Answer, read_answer
from sojourn.inference.estimate import estimate
from sojourn.inference.sampler import ChainProgress, Interrupted

__all__ = ["Answer", "ChainProgress", "Interrupted", "estimate", "read_answer"]
