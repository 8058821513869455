"""Steps begin where something begins, are days after a shock, and are never longer than a week."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.history import Calendar, build_calendar
from sojourn.history.calendar import FINE_DAYS, MAX_STEPS

DAY = timedelta(days=1)
START = date(2022, 1, 1)
days = st.integers(-30, 730).map(lambda k: START + k * DAY)


@given(st.integers(0, 700), st.lists(days, max_size=4), st.lists(days, max_size=30))
def test_steps(length: int, shocks: list[date], marks: list[date]) -> None:
    end = START + length * DAY
    calendar = build_calendar(START, end, shocks, marks)
    assert (calendar.bounds[0], calendar.bounds[-1]) == (START, end + DAY)
    lengths = [(b - a).days for a, b in pairwise(calendar.bounds)]
    assert all(1 <= n <= 7 for n in lengths)
    assert calendar.steps == len(lengths)
    assert np.allclose(calendar.weeks * 7, lengths)
    for shock in shocks:
        fine = [shock + k * DAY for k in range(FINE_DAYS + 1)]
        assert all(day in calendar.bounds for day in fine if START <= day <= end + DAY)
    if calendar.steps < MAX_STEPS - 10:
        assert all(mark in calendar.bounds for mark in marks if START <= mark <= end + DAY)


@given(st.lists(days, min_size=60, max_size=120, unique=True), st.integers(110, 200))
def test_marks_give_way_to_the_cap(marks: list[date], cap: int) -> None:
    """As many of the earliest marks as fit are kept, and the cap holds."""
    end = START + 600 * DAY
    inside = sorted(mark for mark in marks if START < mark <= end)
    calendar = build_calendar(START, end, [], inside, cap)
    assert calendar.steps < cap
    kept = [mark in calendar.bounds for mark in inside]
    first_lost = kept.index(False) if False in kept else len(kept)
    one_more = build_calendar(START, end, [], inside[: first_lost + 1], 10**6)
    assert first_lost == len(kept) or one_more.steps >= cap


def test_without_room_for_marks_the_shocks_stay() -> None:
    calendar = build_calendar(START, START + 99 * DAY, [START + 50 * DAY], [START + 3 * DAY], max_steps=5)
    assert START + 3 * DAY not in calendar.bounds
    assert all(START + (50 + k) * DAY in calendar.bounds for k in range(FINE_DAYS + 1))


@given(st.integers(1, 300), st.lists(days, max_size=3), st.data())
def test_positions(length: int, shocks: list[date], data: st.DataObject) -> None:
    """A position is the number of whole steps before a day, and the part of the step it lies in."""
    calendar = build_calendar(START, START + length * DAY, shocks, [])
    day = START + data.draw(st.integers(0, length)) * DAY
    t = max(i for i, bound in enumerate(calendar.bounds[:-1]) if bound <= day)
    begin, stop = calendar.bounds[t : t + 2]
    assert calendar.position(day) == pytest.approx(t + (day - begin).days / (stop - begin).days)
    assert calendar.end_of(day) == pytest.approx(t + (day + DAY - begin).days / (stop - begin).days)


def test_positions_of_a_calendar_by_hand() -> None:
    calendar = Calendar((date(2022, 1, 1), date(2022, 1, 2), date(2022, 1, 9), date(2022, 1, 13)))
    assert [calendar.position(date(2022, 1, k)) for k in (1, 2, 9, 11, 13)] == [0, 1, 2, 2.5, 3]
    assert calendar.position(date(2022, 1, 5)) == pytest.approx(1 + 3 / 7)
    assert calendar.end_of(date(2022, 1, 12)) == 3
    assert calendar.middles == pytest.approx([0.5, 4.5, 10])


@pytest.mark.parametrize("day", [date(2021, 12, 31), date(2022, 1, 11)])
def test_outside_the_calendar(day: date) -> None:
    calendar = build_calendar(START, date(2022, 1, 9), [], [])
    assert calendar.position(date(2022, 1, 10)) == calendar.steps
    with pytest.raises(ValueError, match="outside the calendar 2022-01-01 … 2022-01-10"):
        calendar.position(day)
    assert not calendar.covers(START, day)
    with pytest.raises(ValueError, match="outside"):
        calendar.end_of(date(2022, 1, 10))


def test_what_a_calendar_covers() -> None:
    calendar = build_calendar(START, date(2022, 1, 9), [], [])
    assert calendar.covers(START, None, date(2022, 1, 9))
    assert not calendar.covers(date(2022, 1, 10))


def test_the_small_case_begins_a_step_wherever_something_begins(model) -> None:
    bounds = set(model.plan.calendar.bounds)
    settings = model.case.settings
    begins = {settings.start, settings.asof + DAY, *(e.date for e in settings.events)}
    begins |= {r.start for r in settings.regimes} | {p for s in settings.schemes for p in s.purges}
    begins |= {r.end + DAY for r in settings.regimes if r.end}
    for r in model.case.readings:
        begins |= {day for day in (r.start, r.of_start) if day} | {d + DAY for d in (r.end, r.of_end) if d}
    assert begins <= bounds
