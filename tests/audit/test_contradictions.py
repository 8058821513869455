"""Pairs that cannot both be true: planted ones are found, and none in what a history makes true."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sojourn.audit import run as audit_run
from sojourn.case import Case, Claim, Reading, checks, source_contradictions
from sojourn.case.containment import contained, exclusive
from sojourn.case.contradictions import bounds, find_contradictions
from sojourn.inference import answer_record
from sojourn.inference.density import Model
from sojourn.inference.pointwise import make_expectations

DAY = date(2021, 12, 30)
JULY = {"start": date(2021, 7, 1), "end": date(2021, 7, 31)}
YEAR = {"start": date(2021, 1, 1), "end": date(2021, 12, 30)}


def said(case: Case, *figures: tuple[float, str, list[Reading]]) -> Case:
    """The case with nothing said but some figures of the border service: value, hedge, readings."""
    claims = tuple(
        Claim(f"p{i}", "border", DAY, DAY, value, None, hedge, "persons")
        for i, (value, hedge, _) in enumerate(figures)
    )
    readings = tuple(
        replace(r, claim=f"p{i}", reading=str(j))
        for i, (_, _, group) in enumerate(figures)
        for j, r in enumerate(group)
    )
    return replace(case, claims=claims, readings=readings, contacts=())


def reading(measure: str, **cells: object) -> Reading:
    return Reading("", "", 1.0, measure, **{"place": "AA", "who": "displaced", **cells})


INSIDE = {
    "a longer window": (reading("entries", **JULY), reading("entries", **YEAR)),
    "all people": (reading("entries", **YEAR), reading("entries", who="all", **YEAR)),
    "all borders": (reading("exits", counterpart="OO", **YEAR), reading("exits", **YEAR)),
    "the whole country": (reading("present", place="AA-1", end=DAY), reading("present", end=DAY)),
    "all waves": (reading("arrivals", wave="second", **YEAR), reading("arrivals", **YEAR)),
    "arrivals are people": (reading("arrivals", **JULY), reading("people", who="all", **YEAR)),
    "people cross": (reading("people", **JULY), reading("entries", **JULY)),
    "departures are exits": (reading("departures", **JULY), reading("exits", who="all", **JULY)),
    "permits are held by the present": (reading("settled", end=DAY), reading("present", end=DAY)),
    "arrivals come from the origin": (
        reading("arrivals", **JULY),
        reading("entries", counterpart="OO", **JULY),
    ),
    "the other side of the border": (
        reading("exits", place="OO", counterpart="AA", **JULY),
        reading("entries", counterpart="OO", **YEAR),
    ),
    "a mean per day": (reading("exits", per="day", **JULY), reading("exits", **YEAR)),
}


@pytest.mark.parametrize("name", INSIDE)
def test_a_part_larger_than_its_whole(case: Case, name: str) -> None:
    part, whole = INSIDE[name]
    days = 31 if part.per == "day" else 1
    wrong = said(case, (30_000 / days, "reported", [part]), (20_000, "reported", [whole]))
    found = find_contradictions(wrong)
    assert [(p.first, p.second) for p in found] == [("p0", "p1")]
    assert found[0].ratio is not None
    assert 1 < found[0].ratio < 1.5
    assert (
        find_contradictions(said(case, (10_000 / days, "reported", [part]), (20_000, "reported", [whole])))
        == []
    )


APART = {
    "windows that overlap": (
        reading("entries", start=date(2021, 6, 1), end=date(2021, 7, 15)),
        reading("entries", **JULY),
    ),
    "other people": (reading("entries", who="visitors", **JULY), reading("entries", who="residents", **JULY)),
    "stocks on two days": (reading("present", end=date(2021, 12, 1)), reading("present", end=DAY)),
    "two borders": (reading("exits", counterpart="OO", **JULY), reading("exits", counterpart="BB", **JULY)),
    "a destination is no border": (
        reading("departures", counterpart="BB", **JULY),
        reading("exits", counterpart="BB", **JULY),
    ),
}


@pytest.mark.parametrize("name", APART)
def test_counts_that_do_not_bound_each_other(case: Case, name: str) -> None:
    one, other = APART[name]
    assert contained(case, one, other) is None
    assert find_contradictions(said(case, (90_000, "reported", [one]), (20_000, "reported", [other]))) == []


def test_one_reading_that_fits_is_enough(case: Case) -> None:
    part, whole = INSIDE["all people"]
    both = [whole, reading("entries", start=date(2021, 6, 1), end=date(2021, 7, 15))]
    assert find_contradictions(said(case, (30_000, "reported", [part]), (20_000, "reported", both))) == []


@pytest.mark.parametrize(("hedge", "clash"), [("reported", True), ("more_than", False), ("up_to", True)])
def test_open_ends_stay_open(case: Case, hedge: str, clash: bool) -> None:
    part, whole = INSIDE["a longer window"]
    found = find_contradictions(said(case, (30_000, "reported", [part]), (20_000, hedge, [whole])))
    assert bool(found) == clash


def test_shares_of_one_whole(case: Case) -> None:
    of = {"of_measure": "arrivals", "wave": "second", "end": DAY, "of_start": date(2021, 7, 1)}
    stayed, returned = (reading(m, **of) for m in ("stayed", "returned"))
    assert exclusive(stayed, returned)
    wrong = said(case, (60, "reported", [stayed]), (55, "reported", [returned]))
    wrong = replace(wrong, claims=tuple(replace(c, unit="percent") for c in wrong.claims))
    assert len(find_contradictions(wrong)) == 1
    right = replace(wrong, claims=tuple(replace(c, value=40.0) for c in wrong.claims))
    assert find_contradictions(right) == []


def test_what_a_history_makes_true_never_contradicts_itself(case: Case, model: Model) -> None:
    """Every claim of the case, said exactly under one of its readings in a history drawn from the prior."""
    rng = np.random.default_rng(7)
    counted = [r for r in model.compiled.readings if not r.of_measure and r.measure not in ("rate", "rent")]
    values = make_expectations(model, counted)(rng.standard_normal((6, model.unknowns.size)))
    for row in values:
        chosen = {r.claim: (r, value) for r, value in rng.permutation(list(zip(counted, row, strict=True)))}
        claims = tuple(
            replace(c, value=round(float(chosen[c.claim][1])), hedge="exact", high=None, unit="persons")
            for c in case.claims
            if c.claim in chosen and round(float(chosen[c.claim][1])) != 0
        )
        true = replace(
            case,
            claims=claims,
            readings=tuple(r for r, _ in chosen.values() if r.claim in {c.claim for c in claims}),
        )
        assert find_contradictions(true) == []


def test_rates_become_totals(case: Case) -> None:
    claim = next(c for c in case.claims if c.claim == "c17")
    found = bounds(case, claim, case.readings_by_claim["c17"][0])
    assert (found.low, found.high) == pytest.approx((30 * 280, 30 * 320))


def test_check_answer_audit_and_remarks_use_the_same_engine(case: Case) -> None:
    users = (checks, answer_record, audit_run, source_contradictions)
    assert all(user.find_contradictions is find_contradictions for user in users)
    part, whole = INSIDE["all people"]
    wrong = said(case, (30_000, "reported", [part]), (20_000, "reported", [whole]))
    wrong = replace(wrong, claims=(replace(wrong.claims[0], source="office"), wrong.claims[1]))
    assert [f.claims for f in checks.check_case(wrong) if "cannot both be true" in f.message] == [
        ("p0", "p1")
    ]
