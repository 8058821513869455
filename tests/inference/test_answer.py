"""An answer that was read from its files: typed parts, what a notebook shows, and warnings by kind."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from sojourn._core.answer_warnings import WARNING_KINDS, AnswerWarning, has_converged
from sojourn.audit.results import Audit, Header
from sojourn.audit.run import header
from sojourn.inference.answer import Answer, read_answer

DATA = Path(__file__).parents[1] / "data" / "answer"
INJECTED = "<script>alert(1)</script>"


@pytest.fixture
def answer() -> Answer:
    return read_answer(DATA)


def test_parts_hold_what_the_file_holds(answer: Answer) -> None:
    record = json.loads((DATA / "answer.json").read_text(encoding="utf-8"))
    assert answer.to_dict() == record
    stayed = answer.outcome("stayed")
    assert stayed.persons.q50 == record["outcomes"]["stayed"]["q50"]
    assert stayed.share is not None
    assert stayed.share.mean == record["shares"]["stayed"]["mean"]
    assert answer.outcome("arrived").share is None
    assert answer.place("AA").persons.sd == record["by_place"]["AA"]["sd"]
    assert [(f.origin, f.destination) for f in answer.flows] == [
        (f["from"], f["to"]) for f in record["flows"]
    ]
    assert list(answer.claim_answers) == [claim["claim"] for claim in record["claims"]]
    weights = {r["reading"]: r["posterior"] for r in record["claims"][0]["readings"]}
    assert answer.claim(record["claims"][0]["claim"]).likeliest.posterior == max(weights.values())
    assert [b.bias.mean for b in answer.biases] == [s["bias"]["mean"] for s in record["sources"]]
    assert answer.diagnostics.rhat_max == record["diagnostics"]["rhat_max"]
    with pytest.raises(FrozenInstanceError):
        stayed.outcome = "returned"  # pyright: ignore[reportAttributeAccessIssue]


def test_convergence_is_decided_by_kind_not_by_words(answer: Answer) -> None:
    assert {warning.kind for warning in answer.warnings} == {"not_converged"}
    assert not answer.has_converged
    others = [AnswerWarning(kind, "not converged: R̂") for kind in WARNING_KINDS if kind != "not_converged"]
    assert has_converged(others)
    assert not has_converged([*others, AnswerWarning("not_converged", "too few draws")])


def test_an_answer_without_draws_is_not_saved(answer: Answer, tmp_path: Path) -> None:
    assert answer.posterior is None
    assert answer.folder == DATA
    with pytest.raises(ValueError, match=r"no posterior\.nc"):
        answer.save(tmp_path)


def test_representations_are_two_lines(answer: Answer) -> None:
    first, second = repr(answer).splitlines()
    assert answer.question in first
    assert second.endswith("(not converged)")
    first, second = repr(Audit(header(answer))).splitlines()
    assert answer.question in first
    assert second.strip() == "sections: none"


def test_notebooks_get_a_table_and_no_markup_of_others(answer: Answer) -> None:
    record = answer.to_dict() | {"question": INJECTED, "warnings": [INJECTED], "warning_kinds": ["misfit"]}
    planted = Answer(record)
    for shown in (planted._repr_html_(), Audit(header(planted))._repr_html_()):
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown
    assert planted._repr_html_().count("<tr>") == 5


def test_another_schema_is_refused(answer: Answer, tmp_path: Path) -> None:
    record = answer.to_dict() | {"schema": "urn:sojourn:schema:answer:2"}
    (tmp_path / "answer.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ValueError, match="this version reads urn:sojourn:schema:answer:1"):
        read_answer(tmp_path)


def test_a_header_has_the_digest_of_the_file(answer: Answer) -> None:
    found = header(answer)
    assert isinstance(found, Header)
    assert found.answer == json.loads((DATA / "audit.json").read_text(encoding="utf-8"))["header"]["answer"]
