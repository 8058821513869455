"""The case of Poland: of a piece with its README, and no prior or reading that could know the truth."""

from __future__ import annotations

from collections import Counter
from datetime import date
from importlib.resources import files

import pytest

from sojourn.case import Case, read_case
from sojourn.evaluation import naive_answers
from sojourn.evaluation.backtest import truth_of

NAME = "poland-2022"


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case(NAME)


def test_the_readme_counts_what_is_there(case: Case) -> None:
    status = Counter(claim.status for claim in case.claims)
    words = " ".join((files("sojourn") / "cases" / NAME / "README.md").read_text(encoding="utf-8").split())
    assert f"{status['use']} claims in use, {status['copy']} copies of them" in words
    assert f"{status['context']} kept as context" in words
    assert f"{len(case.readings)} readings with prior weights" in words
    assert f"{len(case.sources)} sources" in words
    assert status["use"] <= 60


def test_weights_add_up_and_every_reading_has_a_reason(case: Case) -> None:
    for claim in case.claims:
        readings = case.readings_by_claim.get(claim.claim, ())
        assert bool(readings) == (claim.status in ("use", "copy")), claim.claim
        if readings:
            assert sum(reading.weight for reading in readings) == pytest.approx(1), claim.claim
        assert all(reading.why for reading in readings), claim.claim


def test_nothing_in_use_was_published_after_the_last_day_of_the_case(case: Case) -> None:
    truth = truth_of(case)
    published = truth.outcomes["stayed"].published
    assert published is not None
    assert all(claim.published_until <= date(2023, 1, 10) < published for claim in case.claims)
    assert truth.asof == case.settings.asof == date(2022, 12, 31)


def test_the_truth_is_not_among_the_figures(case: Case) -> None:
    """Neither in the ledger nor in the settings: 960,000 and 950,000 were published later."""
    figures = {claim.value for claim in case.claims} | {claim.high for claim in case.claims}
    assert figures.isdisjoint({960_000, 950_000})
    for name in ("case.toml", "claims.csv", "readings.csv", "sources.csv"):
        text = (files("sojourn") / "cases" / NAME / name).read_text(encoding="utf-8")
        assert not [word for word in ("960", "950000", "950_000") if word in text.split()]
        assert "960_000" not in text
        assert "960000" not in text


def test_totals_of_one_way_only_grow(case: Case) -> None:
    """A slip in transcription would show as a cumulative total that falls."""
    for source in ("sg", "unhcr", "unhcr_out", "pesel"):
        for end in ("-in", "-out", ""):
            series = [
                (claim.published, claim.value)
                for claim in case.claims
                if claim.source == source
                and claim.unit in ("crossings", "documents")
                and (claim.claim.endswith(end) if end else claim.unit == "documents")
            ]
            values = [value for _, value in sorted(series)]
            assert values == sorted(values), (source, end)


def test_naive_answers_are_what_the_readme_speaks_of(case: Case) -> None:
    found = {answer.name: answer.persons["stayed"] for answer in naive_answers(case)}
    # The middle of the government's range of June; UNHCR's balance of 20 December.
    assert found == {"last official stock": 1_350_000, "entries less exits": 8_349_746 - 6_236_435}
