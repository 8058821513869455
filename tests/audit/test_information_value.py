"""Candidates: what can be listed, and a ranking that follows from what they say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sojourn.audit.candidates import generated, listed, proposals
from sojourn.audit.information_value import worth
from sojourn.audit.posterior import Posterior
from sojourn.case import Case, CaseError

HEADER = "candidate,source,size,measure,place,who,wave,start,end,of_measure,of_start,scheme,why\n"


def test_a_large_survey_says_what_it_asks(posterior: Posterior) -> None:
    chosen = [p for p in generated(posterior.case) if p.name in ("survey", "register_PERMIT")]
    found = {c.name: c for c in worth(posterior, chosen)}
    survey = found["survey"]
    assert survey.known["share returned"] > 0.95
    # A thousand people: the sampling variance is a few per cent of the posterior's.
    assert 0.8 < survey.heard["share returned"] <= survey.known["share returned"] + 0.01
    assert survey.heard["share returned"] > found["register_PERMIT"].heard["share returned"]
    assert survey.sd_then["returned"] <= survey.sd_now["returned"]


def test_a_case_may_list_its_own(case: Case, tmp_path: Path) -> None:
    rows = (
        "census,office,,present,AA,displaced,,,2021-12-31,,,,a count by name\n"
        "poll,,200,stayed,AA,displaced,second,,2021-12-31,arrivals,2021-07-01,,\n"
        "poll,,200,returned,AA,displaced,second,,2021-12-31,arrivals,2021-07-01,,\n"
    )
    (tmp_path / "candidates.csv").write_text(HEADER + rows, encoding="utf-8")
    found = proposals(replace(case, path=tmp_path))
    assert [(p.name, len(p.readings), p.size) for p in found] == [("census", 1, None), ("poll", 2, 200)]
    assert found[0].note == "a count by name"


def test_what_can_be_made_up_is_modelled(case: Case) -> None:
    names = {p.name for p in generated(case)}
    assert {"exits_by_border", "register_PERMIT", "purged_TAX", "survey"} <= names


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("x,office,,presnt,AA,displaced,,,2021-12-31,,,,", r"row 2, column measure"),
        (
            "x,offce,,present,AA,displaced,,,2021-12-31,,,,",
            r'row 2, column source: "offce".*did you mean "office"',
        ),
        ("x,,,present,AA,displaced,,,2021-12-31,,,,", r"row 2, column source: must name the publisher"),
        ("x,,50,present,AA,displaced,,,2021-12-31,,,,", r"row 2, column size: .*a survey estimates shares"),
        ("x,office,,present,ZZ,displaced,,,2021-12-31,,,,", r'row 2, column place: "ZZ" is not in the case'),
    ],
)
def test_rows_that_cannot_be_read(case: Case, row: str, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        listed(case, (HEADER + row + "\n").encode())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("x,border,,entries,BB,visitors,,2021-07-01,2021-12-31,,,,", r"candidates.csv row 2.*visitors of BB"),
        ("x,border,,present,AA,displaced,,,2031-12-31,,,,", r"candidates.csv row 2.*outside the calendar"),
        ("x,border,,entries,AA,all,,,2021-12-31,,,,", r"candidates.csv row 2.*needs a window"),
    ],
)
def test_candidates_that_are_not_modelled(posterior: Posterior, row: str, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        worth(posterior, listed(posterior.case, (HEADER + row + "\n").encode()))
