"""Contact groups for readers: none with fewer than ten people is told by itself."""

from __future__ import annotations

import doctest
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.case import read_case, small_groups
from sojourn.case.group_counts import allowed_counts
from sojourn.case.schema import HEDGES
from sojourn.case.small_groups import (
    FOLDED,
    LEAST_PEOPLE,
    WITHHELD,
    fold_groups,
    is_small,
    shown_ids,
    small_ids,
)
from sojourn.case.tables import ContactGroup

COUNTS = ("stayed", "moved_on", "returned")
CELL = st.one_of(st.sampled_from(["", "half", "most", "some"]), st.integers(0, 15).map(str))
SIZE_HEDGES = ["", *(hedge for hedge in HEDGES if hedge not in ("half", "most", "some", "range"))]


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.one_of(st.none(), st.integers(1, 40).map(float)))
    cells = {name: draw(CELL) for name in COUNTS}
    words = {name: draw(st.sampled_from(["secret-a", "secret-b"])) for name in ("respondent", "kind", "note")}
    place = {"place": "secret-place", "asof": "2022-12-01", "source": "secret-source"}
    return {
        "size": size,
        "size_hedge": draw(st.sampled_from(SIZE_HEDGES)) if size else "",
        **cells,
        **words,
        **place,
    }


GROUPS = st.dictionaries(st.from_regex(r"g[0-9]{1,3}", fullmatch=True), records(), max_size=8)


def total(groups: list[dict[str, Any]]) -> int:
    return sum(sum(int(g[name]) for name in COUNTS if g[name].isdecimal()) for g in groups)


@given(GROUPS)
def test_no_small_group_is_left_and_no_large_one_changes(groups: dict[str, Any]) -> None:
    shown = fold_groups(groups)
    small = small_ids(groups)
    assert set(shown) == (set(groups) - small) | ({FOLDED} if small else set())
    assert all(shown[id] == groups[id] for id in set(groups) - small)
    for id in set(groups) - small:
        assert (groups[id]["size"] or 0) >= LEAST_PEOPLE or total([groups[id]]) >= LEAST_PEOPLE


@given(GROUPS)
def test_the_folded_row_has_numbers_of_ten_people_or_none(groups: dict[str, Any]) -> None:
    small = [groups[id] for id in small_ids(groups)]
    row = fold_groups(groups).get(FOLDED)
    if row is None:
        assert not small
        return
    assert row["groups"] == len(small)
    assert not [value for value in row.values() if "secret" in str(value)]
    if sum(max(g["size"] or 0, total([g])) for g in small) < LEAST_PEOPLE:
        assert all(row[name] == WITHHELD for name in ("size", *COUNTS))
    if row["size"] != WITHHELD:
        assert row["size"] in (None, sum(g["size"] or 0 for g in small))
        for name in COUNTS:
            told = [g[name] for g in small]
            assert row[name] == (str(sum(map(int, told))) if all(map(str.isdecimal, told)) else "")


@given(GROUPS)
def test_folding_twice_changes_nothing(groups: dict[str, Any]) -> None:
    once = fold_groups(groups)
    assert fold_groups(once) == once
    assert not small_ids(once)


@given(st.integers(1, 60), st.sampled_from(SIZE_HEDGES))
def test_a_large_group_has_ten_people_in_every_reading_of_its_words(size: int, hedge: Any) -> None:
    group = ContactGroup(
        "g", "G1", "", "friends", "HO", date(2022, 12, 1), float(size), hedge, "", "some", "", "", "s"
    )
    if not is_small(group):
        assert all(sum(way.values()) >= LEAST_PEOPLE for way, _ in allowed_counts(group))


@pytest.mark.parametrize(
    ("size", "hedge", "stayed", "small"),
    [
        (None, "", "", True),
        (None, "", "9", True),
        (None, "", "10", False),
        (9.0, "exact", "", True),
        (10.0, "", "", False),
        (10.0, "about", "", True),
        (12.0, "about", "", False),
        (12.0, "up_to", "", True),
        (12.0, "less_than", "", True),
        (10.0, "at_least", "", False),
        (60.0, "about", "5", False),
    ],
)
def test_what_is_small(size: float | None, hedge: Any, stayed: str, small: bool) -> None:
    said = ("friends", "HO", date(2022, 12, 1), size, hedge, stayed, "", "", "", "s")
    assert is_small(ContactGroup("g", "G1", "", *said)) is small


def test_ids_are_told_once() -> None:
    small = frozenset({"b", "c"})
    assert shown_ids(["a", "b", "d", "c"], small) == ("a", FOLDED, "d")
    assert shown_ids(["a"], small) == ("a",)


def test_the_shipped_case_tells_the_hostel_only() -> None:
    groups = read_case("kazakhstan-2022").contacts
    assert [group.group for group in groups if not is_small(group)] == ["hostel_60"]


def test_the_examples_run() -> None:
    assert doctest.testmod(small_groups).failed == 0
