"""What is said of a world: readable cases, honest hedges, weights that do not know the truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sojourn.case import Case, check_case, claim_intervals, read_case, write_case
from sojourn.evaluation import read_truth
from sojourn.evaluation.baselines import naive_answers
from sojourn.simulation.hedging import STYLES, say
from sojourn.simulation.officials import PublishedFigure, make_case
from sojourn.simulation.records import Records
from sojourn.simulation.scenarios import KINDS, draw_world
from sojourn.simulation.settings import Officials, WorldSettings
from sojourn.simulation.simulate import simulate
from sojourn.simulation.true_counts import Counts
from sojourn.simulation.write import truth_toml

EXACT = {"crossing_sd": 0.0, "bias_sd": 0.0, "error_sd": 0.0, "interest": 0.0}


def told(
    world: WorldSettings, records: Records, seed: int = 1, **talk: object
) -> tuple[Case, dict[str, PublishedFigure]]:
    officials = Officials.model_validate({**EXACT, **talk})
    case, found = make_case(world.model_copy(update={"officials": officials}), records, seed)
    return case, {item.claim.claim: item for item in found}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_makes_a_case_that_check_passes(kind: str, tmp_path: Path) -> None:
    world = draw_world(kind, 3)
    small = world.waves[0].model_copy(update={"arrivals": {"HO": 4_000, "TH": 500}})
    world = world.model_copy(update={"waves": (small,)})
    records = simulate(world, 3)
    case, _ = make_case(world, records, 3)
    write_case(case, tmp_path / "case")
    (tmp_path / "case" / "truth.toml").write_text(truth_toml(world, records), encoding="utf-8")
    read = read_case(tmp_path / "case")
    assert 15 <= len(read.claims) <= 25
    assert [f for f in check_case(read) if f.topic != "arithmetic"] == []
    assert len(naive_answers(read)) == 2
    assert read_truth(tmp_path / "case").persons() == Counts(world, records).outcomes(world.until)


@pytest.mark.parametrize("style", STYLES)
def test_a_hedge_holds_the_figure_that_the_speaker_has(style: str) -> None:
    """Rounding aside the figure lies within the widest interval that the ledger gives the words."""
    rng = np.random.default_rng(4)
    case_like = make_claim()
    for figure in np.exp(rng.uniform(np.log(20), np.log(2e6), 400)):
        value, high, hedge = say(float(figure), style, rng)
        spans = claim_intervals(replace(case_like, value=value, high=high, hedge=hedge))
        assert min(s.low for s in spans) - 0.5 <= figure <= max(s.high for s in spans) + 0.5, (figure, hedge)


def make_claim() -> object:
    from datetime import date

    from sojourn.case import Claim

    day = date(2022, 1, 1)
    return Claim("c", "s", day, day, 1.0, None, "reported", "persons")


def test_without_error_figures_are_what_was_counted(world: WorldSettings, records: Records) -> None:
    _, said = told(world, records)
    for item in said.values():
        spans = claim_intervals(item.claim)
        true = 100 * item.true if item.claim.unit == "percent" else item.true
        # Five per cent is the coarsest rounding of a share.
        slack = 2.6 if item.claim.unit == "percent" else 0.5
        assert min(s.low for s in spans) - slack <= true <= max(s.high for s in spans) + slack, item


def test_weights_do_not_know_what_was_meant(world: WorldSettings, records: Records) -> None:
    """Over many speakers the analyst's weights are right on average, and off in each case."""
    hits, sums, spread = 0, 0.0, []
    for seed in range(150):
        _, said = told(world, records, seed)
        item = said["main"]
        total = sum(r.weight for r in item.readings)
        crossings = next(r.weight for r in item.readings if r.reading == "crossings") / total
        hits += item.meant.reading == "crossings"
        sums += crossings
        spread.append(crossings)
    assert hits == pytest.approx(sums, abs=4 * np.sqrt(150 * 0.25))
    assert np.std(spread) > 0.05


def test_officials_of_one_host_are_off_together(world: WorldSettings, records: Records) -> None:
    _, plain = told(world, records)
    _, shared = told(world, records, shared_bias=0.5)
    for claim in ("main", "stock_early", "stock_late", "transit"):
        assert _middle(shared[claim]) == pytest.approx(_middle(plain[claim]) * np.exp(0.5), rel=0.1)
    for claim in ("usual", "winter_in", "estimate", "survey"):
        assert shared[claim].claim.value == plain[claim].claim.value


def _middle(item: PublishedFigure) -> float:
    assert item.claim.value is not None
    return (item.claim.value + (item.claim.high or item.claim.value)) / 2


def test_a_wrong_window_is_among_no_readings(world: WorldSettings, records: Records) -> None:
    _, said = told(world, records, window_days=40)
    main = said["main"]
    assert main.meant.start not in {reading.start for reading in main.readings}
    counted = Counts(world, records).figure(replace(main.meant, start=main.readings[0].start))
    assert main.true > counted


def test_stale_stocks_are_read_off_the_register(world: WorldSettings, records: Records) -> None:
    _, said = told(world, records, stale=True)
    assert {said[c].meant.measure for c in ("stock_early", "stock_late")} == {"register"}
    assert said["stock_late"].true > Counts(world, records).outcomes(world.until)["stayed"]


def test_the_consul_overstates_returns_and_the_copy_adds_nothing(
    world: WorldSettings, records: Records
) -> None:
    _, plain = told(world, records)
    case, keen = told(world, records, interest=1.0)
    assert _middle(keen["back"]) > _middle(plain["back"])
    assert keen["survey"].claim.value == plain["survey"].claim.value
    copy = next(claim for claim in case.claims if claim.copy_of)
    assert (copy.status, copy.copy_of, copy.value) == ("copy", "main", keen["main"].claim.value)


def test_circles_lean_to_those_who_are_still_there(world: WorldSettings, records: Records) -> None:
    def known(reach: float) -> float:
        shares = []
        for seed in range(60):
            case, _ = told(world, records, seed, reach=reach, taste=0.0)
            friends = next(group for group in case.contacts if group.kind == "friends")
            assert friends.size is not None
            shares.append(int(friends.stayed) / friends.size)
        return float(np.mean(shares))

    assert known(2.0) > known(0.0) + 0.1


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="one of: plain"):
        draw_world("odd", 1)
