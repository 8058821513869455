"""Differences of two cases: none of a case with itself, and those of A and B lead from A to B."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.case import Case, CaseError, read_case, shipped_cases
from sojourn.case.case import Series
from sojourn.case.differences import apply_edits, find_edits
from sojourn.case.settings import LogNormal, Normal
from tests.conftest import SMALL

BASE = read_case(SMALL)


def with_claim(case: Case, id: str, **changes: Any) -> Case:
    return replace(case, claims=tuple(replace(c, **changes) if c.claim == id else c for c in case.claims))


def with_reading(case: Case, at: int, **changes: Any) -> Case:
    readings = list(case.readings)
    readings[at] = replace(readings[at], **changes)
    return replace(case, readings=tuple(readings))


def without_claim(case: Case, gone: str) -> Case:
    kept = tuple(claim for claim in case.claims if gone not in (claim.claim, claim.copy_of))
    known = {claim.claim for claim in kept}
    return replace(case, claims=kept, readings=tuple(r for r in case.readings if r.claim in known))


def with_settings(case: Case, **changes: Any) -> Case:
    return replace(case, settings=case.settings.model_copy(update=changes))


def with_arrivals(case: Case, median: float) -> Case:
    first, second = case.settings.events
    arrivals = second.arrivals | {"AA": LogNormal(median=median, factor=2)}
    return with_settings(case, events=(first, second.model_copy(update={"arrivals": arrivals})))


COUNTS = st.sampled_from(["c01", "c02", "c05", "c07"])
FIGURE = st.integers(1, 10**6).map(float)
EDITS = st.one_of(
    st.tuples(st.just(with_claim), COUNTS, st.fixed_dictionaries({"value": FIGURE})),
    st.tuples(
        st.just(with_claim),
        COUNTS,
        st.fixed_dictionaries({"status": st.sampled_from(["use", "withdrawn"]), "note": st.just("edited")}),
    ),
    st.tuples(
        st.just(with_claim),
        COUNTS,
        st.just({"published": date(2021, 12, 1), "published_until": date(2021, 12, 31)}),
    ),
    st.tuples(
        st.just(with_reading), st.integers(0, 12), st.fixed_dictionaries({"weight": st.floats(0.1, 9)})
    ),
    st.tuples(st.just(without_claim), COUNTS),
    st.tuples(st.just(lambda case: replace(case, contacts=case.contacts[1:]))),
    st.tuples(st.just(with_arrivals), st.integers(1000, 90000).map(float)),
    st.tuples(st.just(lambda case: with_settings(case, regimes=case.settings.regimes[:1]))),
    st.tuples(st.just(lambda case: with_settings(case, priors={"pull": Normal(mean=0, sd=2)}, anchors=()))),
    st.tuples(st.just(lambda case: replace(case, series=(Series("rents", ("day", "rent"), (("1", "2"),)),)))),
)


def edited(case: Case, edits: list[tuple[Any, ...]]) -> Case:
    for change, *arguments in edits:
        places = [a for a in arguments if not isinstance(a, dict)]
        named = next((a for a in arguments if isinstance(a, dict)), {})
        case = change(case, *places, **named)
    return case


@settings(max_examples=20)
@given(st.lists(EDITS, max_size=4), st.lists(EDITS, max_size=4))
def test_the_edits_of_a_and_b_lead_from_a_to_b(first: list[Any], second: list[Any]) -> None:
    a, b = edited(BASE, first), edited(BASE, second)
    edits = find_edits(a, b)
    reached = apply_edits(a, edits)
    assert find_edits(reached, b) == ()
    for name in ("sources", "claims", "readings", "contacts"):
        rows = [{replace(row, row=0, extra=()) for row in getattr(case, name)} for case in (reached, b)]  # type: ignore[arg-type]
        assert rows[0] == rows[1]
    assert reached.settings == b.settings
    assert reached.series == b.series
    back = find_edits(b, a)
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(e.table, e.key, opposite[e.kind]) for e in edits} == {(e.table, e.key, e.kind) for e in back}


@pytest.mark.parametrize("name", shipped_cases())
def test_a_case_does_not_differ_from_itself(name: str) -> None:
    case = read_case(name)
    assert find_edits(case, case) == ()
    shuffled = replace(case, claims=case.claims[::-1], readings=case.readings[::-1])
    assert find_edits(case, shuffled) == ()


def test_an_edit_names_its_row_and_cells() -> None:
    b = with_claim(with_reading(BASE, 0, weight=3.5), "c05", value=48000.0, hedge="almost")
    claim, reading = find_edits(BASE, b)
    assert (claim.table, claim.row, claim.kind) == ("claims.csv", "c05", "changed")
    assert [(c.column, c.old, c.new) for c in claim.cells] == [
        ("value", "40000", "48000"),
        ("hedge", "about", "almost"),
    ]
    assert (reading.table, reading.row) == ("readings.csv", "c01/crossings")
    assert [(c.column, c.old, c.new) for c in reading.cells] == [("weight", "8", "3.5")]


def test_a_prior_is_one_key_of_case_toml() -> None:
    [edit] = find_edits(BASE, with_arrivals(BASE, 60000.0))
    assert (edit.table, edit.row) == ("case.toml", "events.second.arrivals.AA")
    assert edit.cells[0].new == "{ median = 60000, factor = 2 }"
    assert find_edits(BASE, with_settings(BASE, anchors=()))[0].row == "anchors.border:crossings"


def test_an_edit_that_is_not_valid_alone_is_refused() -> None:
    fewer = without_claim(BASE, "c01")
    added = [edit for edit in find_edits(fewer, BASE) if edit.table == "readings.csv"]
    with pytest.raises(CaseError, match="c01"):
        apply_edits(fewer, added[:1])


def test_edited_files_hold_the_edits() -> None:
    b = apply_edits(BASE, find_edits(BASE, with_claim(BASE, "c05", value=48000.0)))
    assert b"c05,office,2021-12-15,48000,,about" in b.files["claims.csv"]
    assert b.files["readings.csv"] == BASE.files["readings.csv"]
