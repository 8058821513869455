"""Stay rules of the library as regimes: the law's days and dates, and what cannot be taken."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sojourn.case import Case, CaseError, read_case
from sojourn.case.settings import StayRule
from sojourn.history import with_stay_rules
from sojourn.inference.density import build_model
from sojourn.stay_rules import library, rates


def asking(small: Case, origin: str, *rules: StayRule) -> Case:
    settings = small.settings.model_copy(update={"regimes": (), "stay_rules": rules, "origin": origin})
    return replace(small, settings=settings)


def test_the_hinge_of_the_shipped_case() -> None:
    """Until 26 January 2023 a stay could be begun anew every 90 days; from the 27th it could not."""
    regimes = {r.id: r for r in with_stay_rules(read_case("kazakhstan-2022")).settings.regimes}
    entry, rolling = regimes["KZ-entry"], regimes["KZ-rolling"]
    assert (entry.kind, entry.cap, entry.end) == ("entry", 90, date(2023, 1, 26))
    assert (rolling.kind, rolling.cap, rolling.days) == ("rolling", 90, 180)
    assert (rolling.start, rolling.end) == (date(2023, 1, 27), None)
    assert (rolling.counts_from, rolling.runs_out) == (date(2023, 1, 27), date(2023, 4, 27))
    assert (entry.counts_from, entry.runs_out) == (None, None)
    first, second = rates(library()["KZ.visa_free.EAEU"], nationality="RU")
    assert first.excursions == pytest.approx(7 / 90)
    assert second.excursions == 0


def test_excursions_follow_from_the_rule(small: Case) -> None:
    """The prior median is the usual trips and 7/30 a week more; none more where days add up."""
    model = build_model(read_case("kazakhstan-2022"))
    block = next(b for b in model.unknowns.blocks if b.name == "excursions.regime")
    prior = dict(zip(block.labels, block.loc.tolist(), strict=True))
    usual = next(b for b in model.unknowns.blocks if b.name == "excursions").loc[0]
    assert np.exp(prior["KZ-entry"]) == pytest.approx(np.exp(usual) + 7 / 90)
    assert prior["KZ-rolling"] == pytest.approx(usual)


@pytest.mark.parametrize(
    ("rule", "origin", "day", "said"),
    [
        ("KZ.visa_fre", "RU", date(2022, 9, 21), "is not a rule of the library; one of: AE.visa_free.RU"),
        ("KZ.visa_free.other", "RU", date(2022, 9, 21), "KZ.visa_free.other applies to any but KZ, RU"),
        ("GE.visa_free", "RU", date(2010, 1, 1), "has no version in force on 2010-01-01"),
        ("GB.settlement", "RU", date(2022, 9, 21), "limits days outside"),
    ],
)
def test_what_cannot_be_taken(small: Case, rule: str, origin: str, day: date, said: str) -> None:
    chosen = StayRule(id="one", place="AA", rule=rule, in_force=day)
    with pytest.raises(CaseError, match=r"stay_rules\[1\]\.rule") as caught:
        with_stay_rules(asking(small, origin, chosen))
    assert said in str(caught.value)
