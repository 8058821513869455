"""Comparison of two answers: which edit moved which quantity, in which unit, and in which words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sojourn import SojournError
from sojourn.case import Case, ContactGroup
from sojourn.case.differences import find_edits
from sojourn.case.edit_groups import group_edits, shown_rows
from sojourn.case.small_groups import FOLDED
from sojourn.inference import Answer, compare, read_answer
from sojourn.inference.comparison import AnswerComparison
from sojourn.inference.estimation import compile_case
from sojourn.inference.reweighting import resample_answer, start_from, weigh_draws


def with_rows(case: Case, table: str, changes: Mapping[tuple[str, ...], Mapping[str, Any]]) -> Case:
    keys = {"claims": ("claim",), "readings": ("claim", "reading"), "contacts": ("group",)}[table]
    rows = (
        replace(row, **changes.get(tuple(getattr(row, key) for key in keys), {}))
        for row in getattr(case, table)
    )
    return replace(case, **{table: tuple(rows)})


@pytest.fixture(scope="module")
def edited(small: Case) -> Case:
    """Four edits: a figure, a weight, a note, and a new claim with its reading and its source."""
    case = with_rows(small, "claims", {("c05",): {"value": 44000.0}, ("c06",): {"note": "checked"}})
    case = with_rows(case, "readings", {("c10", "beta"): {"weight": 2.0}})
    source = replace(case.sources[3], source="radio", name="Radio Alpha")
    claim = replace(case.claims[4], claim="c20", source="radio", value=38000.0)
    reading = replace(next(r for r in case.readings if r.claim == "c05"), claim="c20")
    return replace(
        case,
        sources=(*case.sources, source),
        claims=(*case.claims, claim),
        readings=(*case.readings, reading),
    )


@pytest.fixture(scope="module")
def later(answer: Answer, edited: Case) -> Answer:
    """The answer to the edited case from reweighted draws, whether or not the weights can be trusted."""
    return resample_answer(weigh_draws(start_from(answer), compile_case(edited)), edited)


@pytest.fixture(scope="module")
def found(answer: Answer, later: Answer) -> AnswerComparison:
    return compare(answer, later)


def test_every_edit_is_weighed_alone(found: AnswerComparison, answer: Answer, small: Case) -> None:
    titles = {effect.edit.title for effect in found.effects}
    assert titles == {
        "claim c05: value 40000 → 44000",
        "claim c06: note (empty) → checked",
        "reading beta of claim c10: weight 1 → 2",
        "claim c20 added with 1 reading",
    }
    [figure] = [effect for effect in found.effects if effect.edit.title.startswith("claim c05")]
    assert figure.method == "weights"
    alone = with_rows(small, "claims", {("c05",): {"value": 44000.0}})
    expected = weigh_draws(start_from(answer), compile_case(alone))
    for name, x in expected.quantities.items():
        # The figure changes no history, so that the plain mean is that of the answer.
        assert figure.shifts[name] == pytest.approx(expected.weights.weight @ x - x.mean())
        assert figure.errors[name] > 0
    assert figure.k_hat == pytest.approx(expected.weights.k_hat)
    [note] = [effect for effect in found.effects if "note" in effect.edit.title]
    assert set(note.shifts.values()) == {0.0}
    distances = [effect.distance for effect in found.effects]
    assert distances == sorted(distances, reverse=True)


def test_differences_are_in_units_of_the_first_answer(
    found: AnswerComparison, answer: Answer, later: Answer
) -> None:
    stayed = next(change for change in found.outcomes if change.quantity == "stayed")
    a, b = answer.outcome("stayed").persons, later.outcome("stayed").persons
    assert stayed.difference == pytest.approx(b.mean - a.mean)
    assert stayed.in_sd == pytest.approx((b.mean - a.mean) / a.sd)
    ess = answer.diagnostics.ess_bulk_min, later.diagnostics.ess_bulk_min
    assert stayed.error == pytest.approx(np.sqrt(a.sd**2 / ess[0] + b.sd**2 / ess[1]))
    assert found.remainder["stayed"] == pytest.approx(stayed.difference - found.explained["stayed"])
    assert {change.quantity for change in found.by_place} == {
        f"in {place}" for place in answer.place_estimates
    }


def test_all_edits_together_give_the_later_answer(found: AnswerComparison) -> None:
    """The later answer was made by these very weights: only resampling lies between."""
    assert found.together is not None
    if found.together.method == "weights":
        for change in found.outcomes:
            assert found.together.shifts[change.quantity] == pytest.approx(
                change.difference, abs=0.1 * change.a.sd
            )


def test_the_verdict_names_the_edit(found: AnswerComparison) -> None:
    assert found.strongest is not None
    assert found.verdict.endswith(f"is {found.strongest.edit.title}.")
    first, second = repr(found).splitlines()
    assert found.a.question in first
    assert second.strip() == found.verdict
    moved = replace(
        found, shares=tuple(replace(c, error=0.0, difference=-0.031, in_sd=-0.4) for c in found.shares)
    )
    assert "fell from" in moved.verdict
    assert "(0.4 of A's standard deviations); the edit that moved it most is " in moved.verdict


def test_the_comparison_is_plain_data(found: AnswerComparison) -> None:
    record = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert record["verdict"] == found.verdict
    assert record["a"]["sha256"] == found.a.sha256
    assert [edit["edit"] for edit in record["edits"]] == [effect.edit.title for effect in found.effects]
    frame = found.edits()
    assert frame["edit"].tolist() == [effect.edit.title for effect in found.effects]
    assert frame["stayed"].tolist() == pytest.approx(
        [e.shifts["stayed"] / found.a.outcome("stayed").persons.sd for e in found.effects], nan_ok=True
    )


def test_an_answer_is_compared_with_itself(answer: Answer) -> None:
    found = compare(answer, answer)
    assert found.effects == found.rows == ()
    assert found.verdict == "The ledgers are the same, and no outcome differs by more than chance."


def test_edits_that_are_too_large_are_drawn_again(answer: Answer, small: Case) -> None:
    far = with_rows(small, "claims", {("c05",): {"value": 400000.0}, ("c03",): {"value": 2e6}})
    later = replace(answer, _case=far)
    plain = compare(answer, later)
    assert [effect.method for effect in plain.effects] == ["too large for weights"] * 2
    assert all("k̂" in effect.reason and not effect.shifts for effect in plain.effects)
    drawn: list[Case] = []
    reported: list[str] = []

    def draw(case: Case, start: Answer) -> Answer:
        assert start is answer
        drawn.append(case)
        record = answer.to_dict()
        more = {name: {**row, "mean": row["mean"] + row["sd"]} for name, row in record["outcomes"].items()}
        return Answer(record | {"outcomes": more})

    found = compare(answer, later, refits=1, draw=draw, report=reported.append)
    again, other = found.effects
    assert again.method == "drawn again"
    assert other.method == "too large for weights"
    assert again.distance == pytest.approx(1, rel=0.02)
    assert reported == ["weighing 2 edits …", f"drawing again: {again.edit.title} …"]
    # One edit alone: the other row is as it was.
    assert len(find_edits(small, drawn[0])) == 1
    assert found.remainder["stayed"] == pytest.approx(-again.shifts["stayed"])


def test_without_a_case_the_rows_are_those_of_the_answers(answer: Answer, later: Answer) -> None:
    found = compare(Answer(answer.to_dict()), Answer(later.to_dict()))
    assert "give --case-a and --case-b" in found.note
    assert found.effects == ()
    rows = {(edit.table, edit.row, edit.kind) for edit in found.rows}
    assert {("claims.csv", "c05", "changed"), ("claims.csv", "c20", "added")} <= rows
    assert ("sources.csv", "radio", "added") in rows
    [said] = next(edit for edit in found.rows if edit.row == "c05").cells
    assert (said.column, said.old, said.new) == ("said", "about 40,000 persons", "about 44,000 persons")


def test_a_case_that_is_given_must_be_that_of_the_answer(answer: Answer, small: Case, tmp_path: Path) -> None:
    bare = Answer(answer.to_dict(), answer.posterior)
    assert compare(bare, bare, case_a=small, case_b=small).note == ""
    other = replace(small, files=small.files | {"claims.csv": b"other"})
    with pytest.raises(SojournError, match=r"claims\.csv: is not what the answer small was made from"):
        compare(bare, bare, case_a=small, case_b=other)


@pytest.mark.parametrize(("key", "value"), [("host", "BB"), ("asof", "2021-11-30"), ("version", "0.0.1")])
def test_other_questions_and_versions_are_refused(answer: Answer, key: str, value: str) -> None:
    with pytest.raises(SojournError, match=rf"cannot be compared: they differ in {key} \(.*{value}\)"):
        compare(answer, Answer(answer.to_dict() | {key: value}))


def test_small_groups_are_not_told_apart(small: Case) -> None:
    hostel, friends = small.contacts
    changed = replace(small, contacts=(replace(hostel, stayed="4"), replace(friends, returned="2")))
    fewer: ContactGroup = replace(friends, group="cousins")
    changed = replace(changed, contacts=(*changed.contacts, fewer))
    edits = find_edits(small, changed)
    assert {edit.row for edit in edits} == {"hostel", "friends", "cousins"}
    titles = [group.title for group in group_edits(edits)]
    assert titles == [f"contacts of {FOLDED}", "contact group hostel: stayed 3 → 4"]
    shown = shown_rows(edits)
    assert {edit.row for edit in shown} == {FOLDED, "hostel"}
    assert all(not edit.cells for edit in shown if edit.row == FOLDED)


def test_the_readings_of_a_series_are_one_edit(small: Case) -> None:
    series = {"c05": "stock", "c11": "stock"}
    changes = {("c05", "displaced"): {"weight": 2.0}, ("c11", "displaced"): {"weight": 2.0}}
    [group] = group_edits(find_edits(small, with_rows(small, "readings", changes)), series)
    assert group.title == "reading displaced of the series stock: weight 3 → 2"
    assert len(group.rows) == 2


def test_a_saved_answer_is_compared_by_its_kept_case(saved: Path, later: Answer, tmp_path: Path) -> None:
    folder = later.save(tmp_path / "later")
    found = compare(read_answer(saved), read_answer(folder))
    assert found.note == ""
    assert len(found.effects) == 4
