"""Names for codes: every parameter has a title, sentences name their speakers, a series is one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sojourn._core.answer_warnings import AnswerWarning, warnings_as_record, warnings_of
from sojourn._core.ledger_labels import PARAMETERS, ClaimLabel, LedgerLabels, labels_of_answer
from sojourn._core.verdict import state_verdict
from sojourn.inference.default_priors import DEFAULTS

DATA = Path(__file__).parents[1] / "data" / "answer"


@pytest.fixture(scope="module")
def answer() -> dict[str, Any]:
    return json.loads((DATA / "answer.json").read_text(encoding="utf-8"))


def test_every_parameter_has_a_title(answer: dict[str, Any]) -> None:
    audit = json.loads((DATA / "audit.json").read_text(encoding="utf-8"))
    blocks = {item["quantity"].split("[")[0] for item in answer["identified"] if "[" in item["quantity"]}
    blocks |= {item["name"] for item in audit["sensitivity"]}
    blocks |= {name for name in DEFAULTS if not name.startswith("bias.")}
    assert blocks <= set(PARAMETERS)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("moved_on", "moved on"),
        ("share moved_on", "share that moved on"),
        ("in XX", "in elsewhere"),
        ("leave.staying[all]", "departure rate of those staying"),
        ("size[AA:second]", "number of arrivals (Alpha, second)"),
        ("bias[border:crossings]", "bias of single sources (Border service of Alpha, crossings)"),
    ],
)
def test_quantities(answer: dict[str, Any], code: str, name: str) -> None:
    assert labels_of_answer(answer).quantity(code) == name


@pytest.mark.parametrize(
    ("warning", "named"),
    [
        (
            AnswerWarning(
                "prior_only",
                "only the prior says this: share moved_on (contraction 0.04)",
                quantity="share moved_on",
            ),
            "only the prior says this: share that moved on (contraction 0.04)",
        ),
        (
            AnswerWarning(
                "misfit",
                "c17 (about 300 crossings) does not fit the rest under any of its readings",
                ("c17",),
            ),
            "Border service of Alpha: “about 300 crossings” (c17) does not fit the rest under any of its "
            "readings",
        ),
        (
            AnswerWarning(
                "contradiction",
                "“250,000 crossings” (c03, border) and “25,000 documents” (c06, office) cannot both be true: "
                "why",
                ("c03", "c06"),
            ),
            "“250,000 crossings” (Border service of Alpha, c03) and “25,000 documents” (Statistics office of "
            "Alpha, c06) cannot both be true: why",
        ),
        (AnswerWarning("no_anchor", "entries (c03, border) stay"), "entries (c03, border) stay"),
    ],
)
def test_warnings_name_their_subjects(answer: dict[str, Any], warning: AnswerWarning, named: str) -> None:
    record = answer | warnings_as_record([warning])
    assert labels_of_answer(record).sentence(warning.text) == named


def test_a_sentence_names_the_claims_that_it_is_about(answer: dict[str, Any]) -> None:
    text = "of (c03, border) and (c06, office)"
    named = "of (Border service of Alpha, c03) and (c06, office)"
    assert labels_of_answer(answer).sentence(text, ("c03", "unknown")) == named
    assert labels_of_answer(answer).sentence(text) == text


def test_warnings_keep_their_subjects_and_earlier_answers_have_none() -> None:
    warnings = (
        AnswerWarning("misfit", "c1 does not fit", ("c1",)),
        AnswerWarning("prior_only", "only the prior says this: stayed", quantity="stayed"),
        AnswerWarning("no_anchor", "no anchor"),
    )
    record = warnings_as_record(warnings)
    assert record["warning_subjects"] == [{"claims": ["c1"]}, {"quantity": "stayed"}, {}]
    assert warnings_of(record) == warnings
    del record["warning_subjects"]
    assert warnings_of(record) == tuple(AnswerWarning(w.kind, w.text) for w in warnings)


def test_series_of_two_sources_stay_apart() -> None:
    daily = {"a1": "A", "b1": "B", "a2": "A", "a3": "A", "b2": "B"}
    claims = {id: ClaimLabel(source, "1,000", "daily") for id, source in daily.items()}
    labels = LedgerLabels(claims={**claims, "x": ClaimLabel("A", "5")})
    assert labels.one_per_series(["a2", "x", "b1", "a1", "b2", "group"]) == {
        "a2": 1,
        "x": 0,
        "b1": 1,
        "group": 0,
    }


GOOD = {"rhat_max": 1.0, "ess_bulk_min": 900.0, "ess_tail_min": 900.0, "divergences": 0}


@pytest.mark.parametrize(
    ("warnings", "diagnostics", "expected"),
    [
        ([], {}, "Reliable: the four chains agree."),
        (["no anchor: …"], {}, "Reliable: the four chains agree, but read the warning below."),
        (["not converged: R̂"], {"rhat_max": 1.02}, "the four chains do not agree yet;"),
        (["not converged: 45"], {"ess_tail_min": 45.0}, "there are too few independent draws;"),
        (["not converged: 3"], {"divergences": 3}, "Not reliable: some draws diverged;"),
        (["not converged: …"], {}, "Not reliable: the draws have not converged;"),
    ],
)
def test_verdict(warnings: list[str], diagnostics: dict[str, float], expected: str) -> None:
    kinds = ["not_converged" if text.startswith("not converged") else "no_anchor" for text in warnings]
    record = {
        "warnings": warnings,
        "warning_kinds": kinds,
        "draws": {"chains": 4},
        "diagnostics": {**GOOD, **diagnostics},
    }
    assert expected in state_verdict(record)


def test_a_draft_is_no_answer() -> None:
    record = {"warnings": ["…"], "warning_kinds": ["draft"], "draws": {"chains": 4}, "diagnostics": GOOD}
    assert state_verdict(record).startswith("Draft: ")


def test_what_has_not_converged_is_named() -> None:
    text = "not converged: R̂ of size[AM] is 1.02, should be at most 1.01"
    warning = AnswerWarning("not_converged", text, quantity="size[AM]")
    labels = LedgerLabels(places={"AM": "Armenia"}, warnings={text: warning})
    assert labels.sentence(text) == text.replace("size[AM]", "number of arrivals (Armenia)")
    text = "not converged: effective draws of arrived are 380, should be at least 400"
    assert labels.sentence(text) == text
