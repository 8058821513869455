"""A back-test: the answer to a case as it could be given then, against what became known later.

In: a case with a `truth.toml` beside it and the answer to it. Out: where the truth fell in the
posterior, how the naive answers did, and the range of what officials said of the same people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sojourn._core.errors import Problem
from sojourn.case import Case, CaseError
from sojourn.case.truth import FILE, Truth, read_truth
from sojourn.evaluation.baselines import OFFICIAL, STOCKS, naive_answers
from sojourn.evaluation.scores import ScoreCard, draws_of, score_answer
from sojourn.inference import Answer


@dataclass(frozen=True)
class Official:
    """The lowest and the highest official figure of the people in the host, persons."""

    low: float
    high: float
    claims: tuple[str, ...]
    """The claims and the balance of crossings that it rests on."""


@dataclass(frozen=True)
class Backtest:
    """An answer beside the truth."""

    answer: Answer
    truth: Truth
    card: ScoreCard
    official: Official | None

    @property
    def sharper(self) -> bool | None:
        """Whether the 90 % interval of those who stayed is shorter than the range of official figures.

        In persons. None where the truth of them is not known or officials gave fewer than two figures.
        """
        known = [score for score in self.card.scores if score.outcome == "stayed"]
        if not known or self.official is None:
            return None
        return known[0].high - known[0].low < self.official.high - self.official.low

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON."""
        answer = self.answer
        scores = [
            {**asdict(score), "covered": {f"{level:g}": inside for level, inside in score.covered.items()}}
            for score in self.card.scores
        ]
        return {
            "question": answer.question,
            "asof": str(answer.asof),
            "seed": answer.seed,
            "version": answer.version,
            "truth": self.truth.model_dump(mode="json"),
            "scores": scores,
            "naive": [asdict(item) for item in self.card.naive],
            "official": None if self.official is None else asdict(self.official),
            "sharper_than_official": self.sharper,
            "warnings": [warning.text for warning in answer.warnings],
        }


def truth_of(case: Case) -> Truth:
    """The truth that lies beside a case.

    Raises:
        CaseError: there is none, it is not in order, or it holds for another day than the case asks.
    """
    if case.path is None:
        raise CaseError(
            [Problem(FILE, f"{case.name} was not read from a folder, so no truth lies beside it")]
        )
    truth = read_truth(case.path)
    if truth.asof != case.settings.asof:
        message = f"must be the day that case.toml asks about, {case.settings.asof}"
        raise CaseError([Problem(FILE, message, None, "asof", str(truth.asof))])
    return truth


def backtest(case: Case, answer: Answer, truth: Truth) -> Backtest:
    """Score an answer to a case, and the naive answers, against the truth.

    Raises:
        ValueError: the answer has no draws, or is for another day than the truth.
    """
    if answer.asof != truth.asof:
        raise ValueError(f"the answer is for {answer.asof}, the truth for {truth.asof}")
    card = score_answer(draws_of(answer), truth.persons(), naive_answers(case))
    return Backtest(answer, truth, card, official_range(case))


def official_range(case: Case) -> Official | None:
    """The range of the people in the host that a reader of official figures was left with.

    It holds every official or international figure in use that some reading takes for people in the
    host (on any day), and the latest balance of crossings.
    """
    found = list(_stocks(case))
    for naive in naive_answers(case):
        if naive.name == "entries less exits":
            found.append((naive.persons["stayed"], naive.persons["stayed"], naive.claims))
    if len(found) < 2:
        return None
    names = dict.fromkeys(claim for *_, claims in found for claim in claims)
    return Official(min(low for low, *_ in found), max(high for _, high, _ in found), tuple(names))


def _stocks(case: Case) -> Iterator[tuple[float, float, tuple[str, ...]]]:
    for claim in case.claims:
        interest = case.sources_by_id[claim.source].interest
        if claim.value is None or not case.counts(claim) or interest not in OFFICIAL | {"international"}:
            continue
        if any(
            reading.measure in STOCKS
            and not reading.of_measure
            and (reading.place or case.settings.host) == case.settings.host
            for reading in case.readings_by_claim.get(claim.claim, ())
        ):
            yield claim.value, claim.high or claim.value, (claim.claim,)
