"""How many figures of the labelled articles the rules find, known and held out."""

from __future__ import annotations

import hashlib

import pytest

from sojourn.case.quoted_numbers import find_quoted_numbers
from sojourn.case.quotes import QUOTE_WORDS
from sojourn.drafting import draft_by_rules
from tests.drafting.articles import ARTICLES, read_articles, score_drafts

CASES = [(folder, language) for folder in ("known", "held_out") for language in ("en", "ru")]


def test_the_held_out_articles_are_those_written_before_the_rules() -> None:
    data = b"".join(path.read_bytes() for path in sorted((ARTICLES / "held_out").glob("*.txt")))
    assert hashlib.sha256(data).hexdigest() == (ARTICLES / "held_out.sha256").read_text().strip()


@pytest.mark.parametrize(("folder", "language"), CASES)
def test_figures_are_found_and_none_is_invented(folder: str, language: str) -> None:
    articles = read_articles(folder, language)
    assert len(articles) == 10
    score = score_drafts(articles, draft_by_rules)
    assert score.labels > 45
    assert score.invented == 0
    assert score.not_verbatim == 0
    assert score.numerals_found >= 0.9 * score.numerals
    assert score.recall >= 0.9
    assert score.precision >= 0.85
    assert score.groups_found >= score.groups - 1


@pytest.mark.parametrize(("folder", "language"), CASES)
def test_fields_are_right_as_often_as_was_measured(folder: str, language: str) -> None:
    fields = score_drafts(read_articles(folder, language), draft_by_rules).fields
    floors = {"hedge": 0.95, "unit": 0.85, "measure": 0.8, "place": 0.65, "speaker": 0.65}
    right = {name: fields[name][2] / fields[name][0] for name in floors}
    assert {name: share for name, share in right.items() if share < floors[name]} == {}


@pytest.mark.parametrize(("folder", "language"), CASES)
def test_digits_of_a_draft_are_read_alike_by_the_check_of_quotations(folder: str, language: str) -> None:
    """`case/quoted_numbers.py` reads numbers by other rules, and finds the same figures."""
    compared = 0
    for article in read_articles(folder, language):
        for draft in draft_by_rules(article.text):
            numbers = {value for number in find_quoted_numbers(draft.quote) for value in number.values}
            words = article.text[draft.start : draft.end]
            is_count = draft.unit not in ("days", "percent", "share") and draft.group is None
            if is_count and draft.value and any(sign.isdigit() for sign in words) and draft.value in numbers:
                compared += 1
            if draft.group is None:
                assert len(draft.quote.split()) <= QUOTE_WORDS
    assert compared >= 15


def test_the_day_of_publication_can_be_given() -> None:
    from datetime import date

    text = "Астана, 5 октября. Въехало 98 тыс. россиян."
    assert [draft.published for draft in draft_by_rules(text)] == [""]
    assert [draft.published for draft in draft_by_rules(text, date(2022, 10, 5))] == ["2022-10-05"]
