"""Back-tests: the truth beside the draws, what officials said, and a truth that no estimate sees."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sojourn.case import Case, CaseError, read_case
from sojourn.evaluation import Truth
from sojourn.evaluation.backtest import backtest, official_range, truth_of
from sojourn.inference import Answer, estimate
from sojourn.inference.answer import FILES

SMALL = Path(__file__).parents[1] / "data" / "small"
OUTCOMES = ["arrived", "stayed", "moved_on", "returned"]
TRUTH = Truth.model_validate({"asof": date(2022, 12, 31), "outcomes": {"stayed": {"persons": 960_000}}})


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case("poland-2022")


def answer_of(stayed: np.ndarray, asof: str = "2022-12-31") -> Answer:
    """An answer with these draws of those who stayed, (chains, draws), on one day."""
    values = np.repeat(stayed[:, :, None, None], 4, axis=3)
    outcomes = xr.DataArray(
        values,
        dims=("chain", "draw", "date", "outcome"),
        coords={"date": [asof], "outcome": OUTCOMES},
    )
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"outcomes": outcomes})})
    record = {"question": "?", "asof": asof, "seed": 1, "version": "0", "warnings": [], "warning_kinds": []}
    return Answer(record, tree)


def test_rank_and_interval_are_those_of_the_draws(case: Case) -> None:
    draws = np.linspace(500_000, 1_499_000, 1000).reshape(2, 500)
    result = backtest(case, answer_of(draws), TRUTH)
    score = result.card.of("stayed")
    # 460 draws lie below 960,000, and one is 960,000 itself.
    assert score.rank == pytest.approx(0.4605)
    assert (score.low, score.high) == pytest.approx((549_950, 1_449_050), abs=1)
    assert score.covered[0.5]
    record = json.loads(json.dumps(result.as_json(), allow_nan=False))
    assert record["scores"][0]["rank"] == score.rank
    assert record["truth"]["outcomes"]["stayed"]["persons"] == 960_000


def test_sharper_means_shorter_than_the_range_of_official_figures(case: Case) -> None:
    official = official_range(case)
    assert official is not None
    # The government's lower end; the last balance of crossings in the year, 8,349,746 − 6,236,435.
    assert (official.low, official.high) == (1_200_000, 2_113_311)
    width = official.high - official.low
    for share, sharper in ((0.98, True), (1.02, False)):
        # 90 % of a uniform spread
        draws = np.linspace(0, share * width / 0.9, 4000).reshape(4, 1000)
        assert backtest(case, answer_of(draws), TRUTH).sharper is sharper


def test_interviewees_are_not_officials(case: Case) -> None:
    sources = tuple(replace(s, interest="interviewee") for s in case.sources)
    unofficial = replace(case, sources=sources)
    # What is left is the balance of crossings alone, and one figure is no range.
    assert official_range(unofficial) is None


def test_the_truth_must_hold_for_the_day_asked(case: Case, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the answer is for 2022-11-30"):
        backtest(case, answer_of(np.ones((2, 5)), "2022-11-30"), TRUTH)
    assert case.path is not None
    folder = shutil.copytree(case.path, tmp_path / "copy")
    text = (folder / "truth.toml").read_text(encoding="utf-8")
    (folder / "truth.toml").write_text(
        text.replace("asof = 2022-12-31", "asof = 2022-12-30"), encoding="utf-8"
    )
    with pytest.raises(CaseError, match="2022-12-31"):
        truth_of(read_case(folder))
    (folder / "truth.toml").unlink()
    with pytest.raises(CaseError, match="missing"):
        truth_of(read_case(folder))


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Every file that is opened while the test runs."""
    names: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open":
            names.append(str(arguments[0]))

    sys.addaudithook(hook)  # hooks cannot be taken away again, so it is switched off
    yield names
    watching = False


def test_an_estimate_is_the_same_whatever_the_truth(tmp_path: Path, opened: list[str]) -> None:
    """Byte for byte: without a truth, and with a file that would stop anything that reads it."""
    bytes_of: list[list[bytes]] = []
    for name in ("without", "with"):
        folder = shutil.copytree(SMALL, tmp_path / name / "small")
        if name == "with":
            (folder / "truth.toml").write_bytes(b"\xff not TOML")
        opened.clear()
        out = estimate(read_case(folder), draws=25, chains=2).save(tmp_path / name / "out")
        assert any(name.endswith("claims.csv") for name in opened)
        assert not [name for name in opened if name.endswith("truth.toml")]
        bytes_of.append([(out / file).read_bytes() for file in FILES if file != "answer.json"])
    assert bytes_of[0] == bytes_of[1]
    with pytest.raises(CaseError, match="not valid TOML"):
        truth_of(read_case(tmp_path / "with" / "small"))
