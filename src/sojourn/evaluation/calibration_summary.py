"""Summaries of calibration trials: coverage with its error, sharpness, and scores against naive answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest

from sojourn._core.outcomes import OUTCOMES
from sojourn._core.thresholds import CONVERGED_RHAT
from sojourn.evaluation.scores import LEVELS, normal_log_density

Result = Mapping[str, Any]


@dataclass(frozen=True)
class Coverage:
    """Number of intervals of a level that contain the truth; `low` to `high` is Wilson's 95 % interval.

    Outcomes of one world are dependent, so in rows that combine outcomes that interval is too short.
    """

    group: str
    outcome: str
    level: float
    hits: int
    trials: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Share of intervals that contain the truth."""
        return self.hits / self.trials


@dataclass(frozen=True)
class Comparison:
    """Mean scores of the model's answers and of one naive answer, on the same worlds and one outcome.

    `ours` and `naive` are mean log scores, `naive` with an error of sd `NAIVE_SD`; `fitted` is that of
    the naive answer with the sd that suits it best in hindsight on these worlds. `gain` is ours minus
    naive, `gain_se` its standard error over worlds, and `won` the number of worlds with a gain. `width`
    is the mean length of the model's 90 % interval, `our_error` and `naive_error` are root mean
    square errors; all three are on the scale log(1 + people).
    """

    group: str
    outcome: str
    naive_name: str
    trials: int
    ours: float
    naive: float
    fitted: float
    gain: float
    gain_se: float
    won: int
    width: float
    our_error: float
    naive_error: float


def coverages(results: Iterable[Result]) -> list[Coverage]:
    """Coverage at every level, by kind of world and overall, by outcome and overall."""
    rows: list[Coverage] = []
    for group, members in _groups(results).items():
        for outcome in (*OUTCOMES, "all"):
            scores = [s for r in members for s in r["scores"] if outcome in ("all", s["outcome"])]
            for level in LEVELS:
                hits = sum(bool(score["covered"][f"{level:g}"]) for score in scores)
                if scores:
                    interval = binomtest(hits, len(scores)).proportion_ci(method="wilson")
                    rows.append(
                        Coverage(group, outcome, level, hits, len(scores), interval.low, interval.high)
                    )
    return rows


def ranks(results: Iterable[Result]) -> dict[str, list[float]]:
    """Ranks of the truth among the draws, by outcome; uniform if the intervals are calibrated."""
    found: dict[str, list[float]] = {}
    for result in results:
        for score in result["scores"]:
            found.setdefault(score["outcome"], []).append(score["rank"])
    return found


def comparisons(results: Iterable[Result]) -> list[Comparison]:
    """Compare the model with each naive answer, for the outcomes that it gives."""
    rows: list[Comparison] = []
    for group, members in _groups(results).items():
        pairs: dict[tuple[str, str], list[tuple[Result, Result]]] = {}
        for result in members:
            ours = {score["outcome"]: score for score in result["scores"]}
            for item in result["naive"]:
                pairs.setdefault((item["name"], item["outcome"]), []).append((ours[item["outcome"]], item))
        rows += [_compare(group, *key, found) for key, found in pairs.items()]
    return rows


def _compare(group: str, name: str, outcome: str, pairs: list[tuple[Result, Result]]) -> Comparison:
    ours = np.array([score["log_score"] for score, _ in pairs])
    naive = np.array([item["log_score"] for _, item in pairs])
    errors = np.array([item["error"] for _, item in pairs])
    own = np.array([np.log1p(score["median"]) - np.log1p(score["truth"]) for score, _ in pairs])
    gain = ours - naive
    return Comparison(
        group=group,
        outcome=outcome,
        naive_name=name,
        trials=len(pairs),
        ours=float(ours.mean()),
        naive=float(naive.mean()),
        fitted=_fitted(errors),
        gain=float(gain.mean()),
        gain_se=float(gain.std(ddof=1) / np.sqrt(len(gain))) if len(gain) > 1 else float("nan"),
        won=int((gain > 0).sum()),
        width=float(np.mean([score["width"] for score, _ in pairs])),
        our_error=float(np.sqrt(np.mean(own**2))),
        naive_error=float(np.sqrt(np.mean(errors**2))),
    )


def _fitted(errors: np.ndarray) -> float:
    """Largest mean log score of normal errors with mean 0, over their sd."""

    def loss(log_sd: float) -> float:
        sd = float(np.exp(log_sd))
        return -float(np.mean([normal_log_density(error, sd) for error in errors]))

    return -float(minimize_scalar(loss, bounds=(-5.0, 3.0), method="bounded").fun)


def _groups(results: Iterable[Result]) -> dict[str, list[Result]]:
    """Group results by kind, after all worlds together; simulations from the model itself are separate."""
    found: dict[str, list[Result]] = {}
    for result in results:
        kind = result["trial"]["kind"]
        if kind != "itself":
            found.setdefault("all worlds", []).append(result)
        found.setdefault(kind, []).append(result)
    return found


def unconverged(results: Iterable[Result]) -> int:
    """Number of answers with an R̂ above `CONVERGED_RHAT`."""
    return sum(result["diagnostics"]["rhat_max"] > CONVERGED_RHAT for result in results)


def shrinkage(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Compare, world by world, the 90 % interval of people who stayed without and with the register."""
    stayed: dict[tuple[str, int], Result] = {}
    for result in results:
        for score in result["scores"]:
            if score["outcome"] == "stayed":
                stayed[result["trial"]["kind"], result["trial"]["seed"]] = score
    return [
        {
            "seed": seed,
            "width_without": stayed["plain", seed]["width"],
            "width_with": score["width"],
            "held_without": stayed["plain", seed]["covered"]["0.9"],
            "held_with": score["covered"]["0.9"],
        }
        for (kind, seed), score in stayed.items()
        if kind == "register" and ("plain", seed) in stayed
    ]


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Summarise results as plain values for JSON."""
    return {
        "trials": len(results),
        "unconverged": unconverged(results),
        "coverage": [asdict(row) for row in coverages(results)],
        "comparisons": [asdict(row) for row in comparisons(results)],
        "register": shrinkage(results),
    }
