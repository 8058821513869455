"""Back-tests: compare the answer to a case, given what was known then, with what became known later.

Input: a case with a `truth.toml` beside it, and its answer. Output: the position of the truth in the
posterior, the scores of naive answers, and the range of official figures for the same people.
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
    """The lowest and the highest official figure for the number of people in the host."""

    low: float
    high: float
    claims: tuple[str, ...]
    """Ids of the claims on which the range is based, those of the crossings balance included."""


@dataclass(frozen=True)
class Backtest:
    """An answer, the truth, and the scores that compare them."""

    answer: Answer
    truth: Truth
    card: ScoreCard
    official: Official | None

    @property
    def sharper(self) -> bool | None:
        """Whether the 90 % interval of people who stayed is shorter than the range of official figures.

        None if the true number is unknown, or if officials gave fewer than two figures.
        """
        known = [score for score in self.card.scores if score.outcome == "stayed"]
        if not known or self.official is None:
            return None
        return known[0].high - known[0].low < self.official.high - self.official.low

    def as_json(self) -> dict[str, Any]:
        """Return the back-test as plain values for JSON."""
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
    """Read the truth.toml in the folder of a case.

    Raises:
        CaseError: the file does not exist, is invalid, or is for a day other than the case's `asof`.
    """
    if case.path is None:
        raise CaseError(
            [Problem(FILE, f"is missing: {case.name} was not read from a folder that could contain it")]
        )
    truth = read_truth(case.path)
    if truth.asof != case.settings.asof:
        message = f"must equal asof in case.toml, {case.settings.asof}"
        raise CaseError([Problem(FILE, message, None, "asof", str(truth.asof))])
    return truth


def backtest(case: Case, answer: Answer, truth: Truth) -> Backtest:
    """Score the answer to a case, and the naive answers, against the truth.

    Raises:
        ValueError: the answer has no draws, or its day differs from that of the truth.
    """
    if answer.asof != truth.asof:
        raise ValueError(f"the answer is for {answer.asof}, the truth for {truth.asof}")
    card = score_answer(draws_of(answer), truth.persons(), naive_answers(case))
    return Backtest(answer, truth, card, official_range(case))


def official_range(case: Case) -> Official | None:
    """Range of official figures for the number of people in the host; None with fewer than two figures.

    It covers every official or international figure in use with a reading that counts people in
    the host on any day, and the latest balance of crossings.
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
        if claim.value is None or not case.is_counted(claim) or interest not in OFFICIAL | {"international"}:
            continue
        if any(
            reading.measure in STOCKS
            and not reading.of_measure
            and (reading.place or case.settings.host) == case.settings.host
            for reading in case.readings_by_claim.get(claim.claim, ())
        ):
            yield claim.value, claim.high or claim.value, (claim.claim,)
