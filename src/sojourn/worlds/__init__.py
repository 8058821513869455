"""Worlds: known truth, so that the intervals can be trusted.

In: the settings of an agent-based world, or a case with a `truth.toml`. Out: registers,
published figures and the truth; how the answers compare with it. Knows every room above.
"""

from sojourn.worlds.naive import Naive, naive_answers
from sojourn.worlds.score import NaiveScore, Score, ScoreCard, draws_of, score_answer
from sojourn.worlds.truth import Truth, read_truth

__all__ = [
    "Naive",
    "NaiveScore",
    "Score",
    "ScoreCard",
    "Truth",
    "draws_of",
    "naive_answers",
    "read_truth",
    "score_answer",
]
