"""Belief: priors, the likelihood of what was said, draws, and the answer.

In: a `Case`. Out: an `Answer` with its posterior. Knows `measures`, `history` and `case`.
"""

from sojourn.belief.answer import Answer, read_answer
from sojourn.belief.estimate import estimate
from sojourn.belief.sampler import Interrupted, Progress

__all__ = ["Answer", "Interrupted", "Progress", "estimate", "read_answer"]
