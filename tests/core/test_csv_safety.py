"""No text that the program writes into a table begins a formula, however the sign is dressed."""

from __future__ import annotations

import csv
import doctest
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn._core import csv_safety
from sojourn._core.csv_safety import tame_formula

SIGNS = "=+-@＝＋－＠﹢﹣﹦﹫"
BLANKS = " \u00a0\u2003\u3000\t\r\n\u200b\ufeff\u2060\u2028"
CONTROLS = [chr(n) for n in (*range(0x20), *range(0x7F, 0xA0)) if chr(n) not in "\t\r\n"]
PLAIN = st.text(st.characters(exclude_characters=BLANKS))

formulas = st.builds(
    "".join,
    st.tuples(
        st.text(st.sampled_from([*BLANKS, *CONTROLS]), max_size=4),
        st.sampled_from(SIGNS),
        st.just("A1"),
        PLAIN,
    ),
)


@given(formulas)
def test_every_dressed_formula_is_tamed(text: str) -> None:
    assert tame_formula(text).startswith("'")


@given(st.sampled_from("\t\r\n"), PLAIN)
def test_a_leading_tab_or_line_break_is_tamed(first: str, rest: str) -> None:
    assert tame_formula(first + rest).startswith("'")


@given(st.text())
def test_taming_twice_changes_nothing_and_loses_no_word(text: str) -> None:
    tamed = tame_formula(text)
    assert tame_formula(tamed) == tamed
    kept = "".join(c for c in text if c not in CONTROLS and c not in "\ufffe\uffff")
    assert tamed in (kept, "'" + kept)


@given(st.lists(st.text(st.characters(exclude_categories=[])), min_size=1))
def test_every_text_can_be_written_and_read_back(cells: list[str]) -> None:
    out = StringIO(newline="")
    csv.writer(out).writerow([tame_formula(cell) for cell in cells])
    again = next(csv.reader(StringIO(out.getvalue().encode().decode(), newline="")))
    assert again == [tame_formula(cell) for cell in cells]


@given(st.decimals(max_value=0, allow_nan=False, allow_infinity=False, places=3))
def test_negative_numbers_stay(number: object) -> None:
    text = format(number, "f")
    assert tame_formula(text) == text


@pytest.mark.parametrize(
    "text", ["", "a = b", "–", "−5 is typographic", "'=1", "12", "x@example.org", "5-6", " a"]
)
def test_plain_words_stay(text: str) -> None:
    assert tame_formula(text) == text


@pytest.mark.parametrize("text", ["-5-6", "-5+1", "-A1", "-", "--5", "-5.", "-5 ", "－5", "-٥"])
def test_what_only_begins_like_a_number_is_tamed(text: str) -> None:
    assert tame_formula(text) == "'" + text


def test_the_example_runs() -> None:
    assert doctest.testmod(csv_safety).failed == 0
