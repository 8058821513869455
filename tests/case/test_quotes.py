"""Quotations are short in everything for readers, and whole in the ledger."""

from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from sojourn.case import parse_case, quotes, write_case
from sojourn.case.quotes import CUT, QUOTE_WORDS, cut_quote

WORD = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=8)
SPACE = st.sampled_from([" ", "\n", "\t", "\u00a0", "  "])


@given(st.lists(st.tuples(WORD, SPACE), max_size=60))
def test_at_most_25_words_then_an_ellipsis(pieces: list[tuple[str, str]]) -> None:
    text = "".join(word + space for word, space in pieces)
    cut = cut_quote(text)
    if len(pieces) <= QUOTE_WORDS:
        assert cut == text
    else:
        assert cut.endswith(CUT)
        assert cut.removesuffix(CUT).split() == [word for word, _ in pieces[:QUOTE_WORDS]]


@given(st.text())
def test_cutting_twice_changes_nothing(text: str) -> None:
    assert cut_quote(cut_quote(text)) == cut_quote(text)


def test_the_ledger_keeps_every_word(files: dict[str, bytes], tmp_path) -> None:
    long = " ".join(f"word{i}" for i in range(40))
    claims = files["claims.csv"].replace(b"151,000 left again", long.encode(), 1)
    changed = {**files, "claims.csv": claims}
    case = parse_case(changed, "small")
    assert long in {claim.quote for claim in case.claims}
    assert (write_case(case, tmp_path / "out") / "claims.csv").read_bytes() == changed["claims.csv"]


def test_the_example_runs() -> None:
    assert doctest.testmod(quotes).failed == 0
