"""The shipped case: complete, curated, and of a piece with what its README says."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pytest

from sojourn.case import Case, read_case

NAME = "kazakhstan-2022"
USED_AS_PRIOR = {"KZ29", "KZ32", "FSB05"}


@pytest.fixture(scope="module")
def case() -> Case:
    return read_case(NAME)


@pytest.fixture(scope="module")
def readme() -> str:
    return (files("sojourn") / "cases" / NAME / "README.md").read_text(encoding="utf-8")


def test_every_published_figure_is_a_claim(case: Case) -> None:
    assert len(case.claims) == 197
    assert sum(claim.claim.startswith("BNE") for claim in case.claims) == 16
    assert max(claim.published_until for claim in case.claims if claim.status == "use") <= case.settings.asof


def test_the_readme_counts_what_is_there(case: Case, readme: str) -> None:
    status = Counter(claim.status for claim in case.claims)
    words = " ".join(readme.split())
    assert f"{status['use']} claims in use, {status['copy']} copies of them" in words
    assert f"{status['context']} kept as context" in words
    assert f"{len(case.readings)} readings with prior weights" in words
    assert f"| {len(case.sources)} sources:" in words


def test_the_readme_names_only_claims_that_exist(case: Case, readme: str) -> None:
    named = set(re.findall(r"\b[A-Z]{2,4}(?:_R)?\d\d[a-z]?\b", readme))
    assert len(named) > 60
    assert named <= set(case.claims_by_id)


def test_each_claim_in_use_has_one_to_five_reasoned_readings(case: Case) -> None:
    for claim in case.claims:
        readings = case.readings_by_claim.get(claim.claim, ())
        if claim.status == "use":
            assert 1 <= len(readings) <= 5, claim.claim
        if readings:
            assert sum(reading.weight for reading in readings) == pytest.approx(1), claim.claim
        assert all(reading.why for reading in readings), claim.claim


def test_what_became_a_prior_is_not_also_data(case: Case) -> None:
    assert {case.claims_by_id[claim].status for claim in USED_AS_PRIOR} == {"context"}


def test_quotes_are_short_and_claims_have_addresses(case: Case) -> None:
    assert max(len(claim.quote.split()) for claim in case.claims) <= 25
    assert all(claim.url.startswith("http") for claim in case.claims)


def test_sources_are_all_heard_and_context_says_why(case: Case) -> None:
    assert {source.source for source in case.sources} == {claim.source for claim in case.claims}
    assert all(claim.note for claim in case.claims if claim.status in ("context", "copy"))


def test_every_anchor_and_wave_of_the_host_has_a_reason(case: Case) -> None:
    assert all(anchor.why for anchor in case.settings.anchors)
    assert all(event.arrivals["KZ"].why for event in case.settings.events if event.arrivals)
