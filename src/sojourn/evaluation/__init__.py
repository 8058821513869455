"""Evaluation: how good the answers are where the truth is known.

Input: a case with a `truth.toml`, a simulated world, or data simulated from the model itself. Output:
scores, coverage and calibration. Depends on `simulation`, `inference` and the packages below them.
"""

from sojourn.case.truth import Truth, read_truth
from sojourn.evaluation.baselines import Naive, naive_answers
from sojourn.evaluation.scores import NaiveScore, Score, ScoreCard, draws_of, score_answer

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
