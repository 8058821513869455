"""Spoken figures as intervals: their widths, and that what could have been said sums to one."""

import doctest
from math import exp, isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.case import hedges
from sojourn.case.hedges import SHARES, WIDTHS, Interval, grain, intervals, override_problem
from sojourn.case.schema import HEDGES
from sojourn.case.tables import Hedge

COUNTED = [hedge for hedge in WIDTHS if hedge != "range"]
WIDEST = 30


@pytest.mark.parametrize(
    ("value", "plain", "exact"),
    [
        (100_000, 10_000, 1),
        (837_000, 1_000, 1),
        (68_743, 1, 1),
        (22_500, 100, 1),
        (3_000_000, 100_000, 1),
        (60, 1, 1),
        (5, 1, 1),
        (31.8, 0.1, 0.1),
        (0.5, 0.01, 0.1),
        (0.05, 0.01, 0.01),
        (0.083, 0.001, 0.001),
        (1e15, 1e14, 1),
    ],
)
def test_grain(value: float, plain: float, exact: float) -> None:
    assert grain(value) == plain
    assert grain(-value) == plain
    assert grain(value, "exact") == exact


def test_the_examples_of_the_docstrings() -> None:
    assert doctest.testmod(hedges).failed == 0


def test_grain_of_nothing() -> None:
    for value in (0.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="other than 0"):
            grain(value)


@pytest.mark.parametrize(
    ("hedge", "low", "high"),
    [
        ("reported", 95_000, 105_000),
        ("exact", 99_999.5, 100_000.5),
        ("about", 80_000, 120_000),
        ("almost", 90_000, 100_000),
        ("towards", 50_000, 100_000),
        ("just_over", 100_000, 110_000),
        ("more_than", 100_000, 400_000),
        ("up_to", 0, 100_000),
    ],
)
def test_what_a_hundred_thousand_may_be(hedge: Hedge, low: float, high: float) -> None:
    spans = intervals(100_000, hedge)
    assert (min(span.low for span in spans), max(span.high for span in spans)) == (low, high)


def test_every_hedge_has_a_width() -> None:
    assert set(WIDTHS) | set(SHARES) == set(HEDGES)
    assert not set(WIDTHS) & set(SHARES)
    for hedge, widths in WIDTHS.items():
        assert isclose(sum(weight for _, _, weight in widths), 1), hedge
        assert all((below + above).is_integer() for below, above, _ in widths), hedge


def said(spans: tuple[Interval, ...], x: float) -> float:
    """P(said | x); half-open, so that neighbouring figures share no point."""
    return sum(exp(span.log_weight) for span in spans if span.low <= x < span.high)


@given(st.sampled_from(COUNTED), st.integers(10 * WIDEST, 900), st.floats(0, 1, exclude_max=True))
def test_what_could_have_been_said_sums_to_one(hedge: Hedge, whole: int, part: float) -> None:
    """All figures of one grain that cover a quantity share its probability.

    Figures that end in 1 to 9 have the grain 1, so they are moved away from round ones by
    a fraction that all share: the interval moves with its figure.
    """
    x = whole + part
    total = sum(
        said(
            tuple(
                Interval(span.low - 7 + figure, span.high - 7 + figure, span.log_weight)
                for span in _at_seven(hedge)
            ),
            x,
        )
        for figure in range(whole - WIDEST - 2, whole + WIDEST + 3)
    )
    assert isclose(total, 1, rel_tol=1e-9)


def _at_seven(hedge: Hedge) -> tuple[Interval, ...]:
    """Intervals of a figure with grain 1, moved to seven: 1007 less 1000."""
    return tuple(Interval(s.low - 1000, s.high - 1000, s.log_weight) for s in intervals(1007, hedge))


@given(st.sampled_from(COUNTED), st.integers(1001, 8999), st.floats(0, 1, exclude_max=True))
def test_figures_with_the_same_grain_never_exceed_one(hedge: Hedge, whole: int, part: float) -> None:
    """The same on figures as they are said: those of grain 1 leave room for the rounder ones."""
    near = [v for v in range(whole - WIDEST - 2, whole + WIDEST + 3) if grain(v) == 1]
    total = sum(said(intervals(v, hedge), whole + part) for v in near)
    assert total <= 1 + 1e-9


@given(st.integers(0, 40), st.integers(1, 9), st.floats(0, 1, exclude_max=True))
def test_ranges_of_one_width_sum_to_one(shift: int, width: int, part: float) -> None:
    x = 5_500 + shift + part
    total = sum(said(intervals(low, "range", low + width), x) for low in _odd(x - width - 2, x + 2, width))
    missed = _missed(x, width)
    assert isclose(total + missed / (width + 1), 1, rel_tol=1e-9)


def _odd(first: float, last: float, width: int) -> list[int]:
    """Lower ends of ranges whose two figures have the grain 1, at least one of them."""
    return [v for v in range(int(first), int(last) + 2) if min(grain(v), grain(v + width)) == 1]


def _missed(x: float, width: int) -> int:
    """Ranges between two round figures that cover x at the grain 1: they are said at another grain."""
    ends = [v for v in range(int(x) - width - 3, int(x) + 4) if min(grain(v), grain(v + width)) != 1]
    return sum(v - 0.5 <= x < v + width + 0.5 for v in ends)


FIGURES = st.one_of(st.integers(1, 10**9), st.integers(1, 10**5).map(lambda n: n / 100))


@given(FIGURES, st.sampled_from(COUNTED))
def test_a_figure_is_among_what_it_may_stand_for(value: float, hedge: Hedge) -> None:
    spans = intervals(value, hedge)
    assert all(0 <= span.low <= value <= span.high for span in spans)
    assert all(span.low < span.high for span in spans)


@given(FIGURES, st.sampled_from(COUNTED))
def test_a_negative_figure_mirrors_its_size(value: float, hedge: Hedge) -> None:
    up, down = intervals(value, hedge), intervals(-value, hedge)
    assert [(-s.high, -s.low, s.log_weight) for s in down] == [(s.low, s.high, s.log_weight) for s in up]


def test_the_tail_decays() -> None:
    density = [said(intervals(64_000, "more_than"), x) for x in (64_500, 66_000, 70_000, 90_000, 95_000)]
    assert density == sorted(density, reverse=True)
    assert density[-1] == 0


def test_ranges() -> None:
    (span,) = intervals(50_000, "range", 55_000)
    assert (span.low, span.high) == (49_500, 55_500)
    assert isclose(exp(span.log_weight), 1 / 6)
    (mirrored,) = intervals(-55_000, "range", -50_000)
    assert (mirrored.low, mirrored.high) == (-55_500, -49_500)


def test_words_for_shares() -> None:
    assert intervals(None, "half", unit="percent") == (Interval(40, 60, 0.0),)
    assert intervals(None, "most", unit="share") == (Interval(0.5, 0.95, 0.0),)
    with pytest.raises(ValueError, match="needs a value"):
        intervals(None, "about")


def test_a_case_may_have_its_own_widths() -> None:
    overrides = {"about": (3.0, 1.0), "half": (0.45, 0.55)}
    (span,) = intervals(100_000, "about", overrides=overrides)
    assert (span.low, span.high) == (70_000, 110_000)
    assert isclose(exp(span.log_weight), 1 / 4)
    assert intervals(None, "half", unit="share", overrides=overrides)[0].high == 0.55
    assert not override_problem("about", 3, 1)
    assert "whole number" in override_problem("about", 0.5, 1)
    assert "neither negative" in override_problem("about", -1, 2)
    assert "not a hedge" in override_problem("range", 1, 1)
    assert "two proportions" in override_problem("some", 0.5, 1.5)
