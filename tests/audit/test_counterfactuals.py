"""Edited histories against the same draws in a case that was written that way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sojourn.audit.counterfactuals import Edits, edited_outcomes, whatif
from sojourn.audit.posterior import Posterior
from sojourn.case import Case, CaseError
from sojourn.inference.density import Model, build_model
from sojourn.inference.pointwise import make_points
from sojourn.inference.quantities import position_of


def of_case(case: Case, model: Model, z: np.ndarray) -> np.ndarray:
    """Outcomes in a case built anew, its unknowns taken by name from those of a model."""
    other = build_model(case)
    names = {label: i for i, label in enumerate(model.unknowns.labels())}
    taken = z[:, [names[label] for label in other.unknowns.labels()]]
    points = make_points(other)(taken, other.said)
    return points.timeline[:, position_of(other, case.settings.asof)]


def test_a_rule_that_never_came(case: Case, model: Model) -> None:
    z = np.random.default_rng(1).standard_normal((4, model.unknowns.size))
    entry, rolling = case.settings.regimes
    assert rolling.id == "AA-rolling"
    written = case.settings.model_copy(update={"regimes": (entry.model_copy(update={"end": None}),)})
    edited = edited_outcomes(model, Edits(without=("AA-rolling",)))(z)
    # The calendar built anew has no steps around the day on which the days would have run out.
    assert edited == pytest.approx(of_case(replace(case, settings=written), model, z), rel=5e-3)


def test_a_rule_that_came_later(case: Case, model: Model) -> None:
    z = np.random.default_rng(2).standard_normal((4, model.unknowns.size))
    entry, rolling = case.settings.regimes
    dates = {"end": date(2021, 11, 1), "start": date(2021, 11, 2)}
    written = case.settings.model_copy(
        update={
            "regimes": (
                entry.model_copy(update={"end": dates["end"]}),
                rolling.model_copy(update={"start": dates["start"], "counts_from": dates["start"]}),
            )
        }
    )
    edits = Edits(begin={"AA-rolling": dates["start"]}, end={"AA-entry": dates["end"]})
    # The calendar built anew may have other steps, so that days within a step differ a little.
    assert edited_outcomes(model, edits)(z) == pytest.approx(
        of_case(replace(case, settings=written), model, z), rel=5e-3
    )


def test_half_a_wave_is_half_of_everything_it_became(posterior: Posterior) -> None:
    found = whatif(posterior, Edits(scale={"second": 0.5})).quantities
    for name in ("arrived", "stayed", "moved_on", "returned"):
        assert found[name].edited["q50"] == pytest.approx(found[name].as_is["q50"] / 2, rel=1e-5)
        assert found[name].more == 0
    assert found["share stayed"].difference["mean"] == pytest.approx(0, abs=1e-9)


def test_another_wave_does_not_matter_to_this_one(posterior: Posterior) -> None:
    found = whatif(posterior, Edits(without=("first",))).quantities
    assert found["stayed"].difference["q95"] == pytest.approx(0, abs=1e-6)


def test_without_the_wave_there_are_no_shares(posterior: Posterior) -> None:
    found = whatif(posterior, Edits(without=("second",))).quantities
    assert set(found) == {"arrived", "stayed", "moved_on", "returned"}
    assert found["stayed"].edited["mean"] == 0


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        (Edits(), "nothing would change"),
        (Edits(without=("AA-roling",)), 'did you mean "AA-rolling"'),
        (Edits(scale={"first": -1.0}), "between 0 and 100"),
        (Edits(end={"AA-entry": date(2020, 1, 1)}), "before it begins on 2021-01-01"),
        (Edits(without=("first",), scale={"first": 2.0}), "both removed and edited"),
    ],
)
def test_edits_that_make_no_sense(posterior: Posterior, edits: Edits, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        whatif(posterior, edits)
