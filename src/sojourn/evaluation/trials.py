"""Trials: simulate a world and the figures published about it, estimate, and compare with the truth."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sojourn._core.version import __version__
from sojourn.evaluation.baselines import naive_answers
from sojourn.evaluation.scores import ScoreCard, draws_of, score_answer
from sojourn.inference import estimate
from sojourn.simulation.officials import PublishedFigure, make_case
from sojourn.simulation.scenarios import REGISTER, draw_world
from sojourn.simulation.simulate import simulate
from sojourn.simulation.write import render_truth, truth_of


@dataclass(frozen=True)
class Trial:
    """A trial to run: kind of world, seed, and sampling settings."""

    kind: str
    seed: int
    chains: int
    draws: int

    @property
    def name(self) -> str:
        """Name of the world and of its result file."""
        return f"{self.kind}-{self.seed:03d}"


def run_trial(trial: Trial, folder: Path) -> dict[str, Any]:
    """Run one trial, keep its case in `folder`/cases/NAME, and return a record for JSON.

    The record has `trial`, `version`, `truth` (people), `scores` and `naive` as in `ScoreCard`,
    `meant` (for each figure, the prior and posterior weight of its true reading, null if that
    reading is not listed), `diagnostics`, `warnings` and `seconds`.
    """
    began = time.perf_counter()
    world = draw_world(trial.kind, trial.seed)
    records = simulate(world, trial.seed)
    case, told = make_case(world, records, trial.seed)
    truth = truth_of(world, records)
    where = folder / "cases" / trial.name
    if trial.kind == REGISTER:
        from sojourn.simulation.register_claims import with_register

        case = with_register(world, records, trial.seed, case, where)
    read = _kept(case, render_truth(truth), where)
    answer = estimate(read, seed=trial.seed, chains=trial.chains, draws=trial.draws)
    card = score_answer(draws_of(answer), truth.persons(), naive_answers(read))
    return {
        "trial": asdict(trial),
        "version": __version__,
        "truth": dict(truth.persons()),
        **card_record(card),
        "meant": meant(answer.to_dict()["claims"], told),
        "diagnostics": asdict(answer.diagnostics),
        "warnings": [warning.text for warning in answer.warnings],
        "seconds": round(time.perf_counter() - began, 1),
    }


def _kept(case: Any, truth: str, folder: Path) -> Any:
    """Write the case with its truth, and read the case back as a user would."""
    from sojourn.case import read_case, write_case

    write_case(case, folder)
    (folder / "truth.toml").write_text(truth, encoding="utf-8")
    return read_case(folder)


def card_record(card: ScoreCard) -> dict[str, Any]:
    """Convert scores to plain values for JSON; levels of coverage become text."""
    scores = [asdict(score) for score in card.scores]
    for score in scores:
        score["covered"] = {f"{level:g}": inside for level, inside in score["covered"].items()}
    return {"scores": scores, "naive": [asdict(item) for item in card.naive]}


def meant(claims: list[Mapping[str, Any]], told: tuple[PublishedFigure, ...]) -> dict[str, Any]:
    """Prior and posterior weight of the true reading of each figure, None if it is not listed."""
    found: dict[str, Any] = {}
    by_id = {claim["claim"]: claim for claim in claims}
    for item in told:
        weights = {r["reading"]: r for r in by_id[item.claim.claim]["readings"]}
        listed = any(
            (r.measure, r.start, r.end, r.who, r.scheme)
            == (item.meant.measure, item.meant.start, item.meant.end, item.meant.who, item.meant.scheme)
            for r in item.readings
        )
        reading = weights.get(item.meant.reading)
        if not listed or reading is None:
            found[item.claim.claim] = None
        elif len(weights) > 1:
            found[item.claim.claim] = {"prior": reading["prior"], "posterior": reading["posterior"]}
    return found
