"""Sentences that describe a claim and its readings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sojourn.audit.sentences import claim_sentence, counts, fraction, reading_sentence
from sojourn.case import Case
from sojourn.case.schema import MEASURES


def test_a_sentence_says_what_is_counted(case: Case) -> None:
    claim = case.claims_by_id["c01"]
    sentence = reading_sentence(case, claim, case.readings_by_claim["c01"][0], 0.26)
    assert sentence == (
        "“about 120,000 crossings” are border crossings into Alpha from 1 to 31 July 2021, by all citizens "
        "of Origin, visitors and residents included; "
        "about one in four was the first arrival of somebody who fled."
    )


def test_a_claim_names_its_source_and_how_sure_that_is(case: Case) -> None:
    claim = case.claims_by_id["c07"]
    text = claim_sentence(case, claim, case.readings_by_claim["c07"][0], 0.83, None)
    assert text.startswith("Statistics office of Alpha: “9,000 persons” are holders of a residence permit")
    assert text.endswith("(very likely, 83%)")


def test_every_reading_of_the_case_has_its_own_sentence(case: Case) -> None:
    seen = {r.measure for r in case.readings}
    assert seen == set(MEASURES)
    for readings in case.readings_by_claim.values():
        texts = [counts(case, r) for r in readings]
        assert len(set(texts)) == len(texts)
        assert not any("{" in text or "  " in text or "None" in text for text in texts)


def test_a_share_names_its_whole(case: Case) -> None:
    text = counts(case, case.readings_by_claim["c08"][1])
    assert "out of first arrivals in Alpha City" in text


def test_another_border_another_sentence(case: Case) -> None:
    reading = case.readings_by_claim["c01"][0]
    assert counts(case, reading) != counts(case, replace(reading, counterpart="BB"))


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.001, "hardly one in a hundred was"),
        (0.26, "about one in four was"),
        (0.34, "about one in three was"),
        (0.41, "about two in five were"),
        (0.99, "nearly every one was"),
    ],
)
def test_fractions_as_people_say_them(share: float, words: str) -> None:
    assert fraction(share) == words
