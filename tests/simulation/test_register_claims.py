"""World → register → `sojourn borders` → own counts in the case: the counts are those of the world."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.case import check_case, read_case, write_case
from sojourn.evaluation.calibration_summary import shrinkage
from sojourn.evaluation.trials import Trial, run_trial
from sojourn.simulation.officials import make_case
from sojourn.simulation.records import Records
from sojourn.simulation.register_claims import SOURCE, with_register
from sojourn.simulation.settings import WorldSettings
from sojourn.simulation.true_counts import Counts

pytestmark = [
    # Ibis 12 on DuckDB 2, which leaves sockets to the collector.
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_own_counts_are_what_crossed(
    world: WorldSettings, records: Records, counts: Counts, tmp_path: Path
) -> None:
    before, _ = make_case(world, records, 1)
    case = with_register(world, records, 1, before, tmp_path / "case")
    own = [claim for claim in case.claims if claim.source == SOURCE]
    readings = case.readings_by_claim
    measures = {readings[claim.claim][0].measure for claim in own}
    assert measures == {"entries", "exits", "people"}
    assert len(own) == 3 * 13
    for claim in own:
        (reading,) = readings[claim.claim]
        assert claim.value is not None
        assert claim.high is not None
        assert claim.value <= counts.figure(reading) <= claim.high
    write_case(case, tmp_path / "again")
    assert [f for f in check_case(read_case(tmp_path / "again")) if f.topic != "arithmetic"] == []


def test_shrinkage_pairs_worlds_of_one_seed() -> None:
    def result(kind: str, seed: int, width: float) -> dict[str, object]:
        score = {"outcome": "stayed", "width": width, "covered": {"0.9": True}}
        return {"trial": {"kind": kind, "seed": seed}, "scores": [score]}

    found = shrinkage([result("plain", 1, 1.0), result("register", 1, 0.5), result("register", 2, 0.4)])
    assert [(row["seed"], row["width_without"], row["width_with"]) for row in found] == [(1, 1.0, 0.5)]


def test_the_interval_shrinks_around_the_truth(tmp_path: Path) -> None:
    """From agents to an answer, without the register and with it: narrower, and the truth still inside.

    All four outcomes together, since with so few draws each width has an error of some 5 per cent.
    """
    trials = [Trial(kind, 1, 2, 100) for kind in ("plain", "register")]
    without, having = (run_trial(trial, tmp_path)["scores"] for trial in trials)
    assert sum(score["width"] for score in having) < sum(score["width"] for score in without)
    assert all(score["covered"]["0.95"] for score in having)
    assert (tmp_path / "cases" / "register-001" / "claims.csv").is_file()
