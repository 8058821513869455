"""audit.json: it follows its schema, keeps what was there, and its tables hold the same."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from sojourn.audit.candidates import generated
from sojourn.audit.counterfactuals import Edits, whatif
from sojourn.audit.files import FILE, as_record, read_record, save_audit
from sojourn.audit.information_value import worth
from sojourn.audit.posterior import Posterior, posterior_of_answer, read_posterior
from sojourn.audit.results import Audit
from sojourn.audit.run import audit_posterior, header
from sojourn.audit.vintages import find_vintages
from sojourn.case import Case, CaseError
from sojourn.case.settings import LogNormal
from sojourn.inference.answer import read_answer

EXAMPLE = Path(__file__).parents[1] / "data" / "audit" / FILE


@pytest.fixture(scope="module")
def whole(posterior: Posterior) -> Audit:
    """Every section, refits apart."""
    one = audit_posterior(posterior, refits=0)
    return replace(
        one,
        history=tuple(find_vintages(posterior, [date(2021, 12, 30)])),
        worth=tuple(worth(posterior, [p for p in generated(posterior.case) if p.name == "survey"])),
        whatif=(whatif(posterior, Edits(scale={"first": 0.5})),),
    )


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return json.loads((files("sojourn.audit") / "audit.schema.json").read_text(encoding="utf-8"))


def validate(record: Any, schema: dict[str, Any]) -> None:
    jsonschema.validate(record, schema, format_checker=jsonschema.FormatChecker())


def test_audit_follows_its_schema(whole: Audit, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    record = json.loads(json.dumps(as_record(whole), allow_nan=False))
    validate(record, schema)
    assert all(record[section] for section in record)


def test_the_example_follows_it_too(schema: dict[str, Any]) -> None:
    validate(json.loads(EXAMPLE.read_text(encoding="utf-8")), schema)


def test_claims_and_conflicts_tell_the_same(whole: Audit) -> None:
    assert whole.claims is not None
    assert whole.conflict is not None
    tested = {c.claim for c in whole.conflict.claims}
    assert {c.claim for c in whole.claims if c.verdict != "not used"} == tested
    assert {c.claim for c in whole.claims if c.status == "use"} == tested
    doubtful = {c.claim for c in whole.conflict.claims if c.method == "unreliable"}
    assert {c.claim for c in whole.claims if c.verdict == "not judged"} == doubtful
    assert {c.claim for c in whole.conflict.claims if c.p is None} == doubtful
    known = [(c.holm, c.bh, c.p) for c in whole.conflict.claims if c.holm and c.bh and c.p]
    assert len(known) == len(tested) - len(doubtful)
    assert [p for _, _, p in known] == sorted(p for _, _, p in known)
    assert all(holm >= bh >= p for holm, bh, p in known)


def test_first_arrivals_are_a_share_of_crossings(whole: Audit) -> None:
    assert whole.claims is not None
    readings = {(c.claim, r.reading): r for c in whole.claims for r in c.readings}
    crossings, people = readings["c01", "crossings"], readings["c01", "people"]
    assert crossings.first_arrivals is not None
    assert people.first_arrivals is not None
    assert 0 < crossings.first_arrivals["q50"] < people.first_arrivals["q50"] <= 1
    assert readings["c02", "crossings"].first_arrivals is None


def test_sections_of_the_same_answer_are_kept(whole: Audit, saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(saved, folder)
    save_audit(replace(whole, history=None, worth=None, whatif=None), folder)
    save_audit(Audit(whole.header, worth=whole.worth), folder)
    save_audit(Audit(whole.header, whatif=whole.whatif), folder)
    save_audit(Audit(whole.header, whatif=whole.whatif), folder)
    record = read_record(folder)
    assert record is not None
    assert record["conflict"]["claims"]
    assert record["worth"]
    assert record["history"] is None
    assert len(record["whatif"]) == 1
    other = replace(whole.header, answer="0" * 64)
    save_audit(Audit(other, worth=whole.worth), folder)
    record = read_record(folder)
    assert record is not None
    assert record["conflict"] is None


def test_tables_hold_what_the_file_holds(whole: Audit, saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(saved, folder)
    save_audit(whole, folder)
    assert whole.conflict is not None
    table = pd.read_parquet(folder / "audit_conflict_claims.parquet")
    assert table["claim"].tolist() == [c.claim for c in whole.conflict.claims]
    assert table["expected_q50"].notna().all()
    names = {file.name for file in folder.glob("audit_*.parquet")}
    assert {"audit_readings.parquet", "audit_influence_sources.parquet", "audit_worth.parquet"} <= names


def test_a_file_that_is_no_audit_is_left_alone(whole: Audit, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="is not an audit"):
        save_audit(whole, tmp_path)
    assert (tmp_path / FILE).read_text(encoding="utf-8") == "{}"


def test_header_names_the_answer_file(posterior: Posterior, saved: Path) -> None:
    import hashlib

    digest = hashlib.sha256((saved / "answer.json").read_bytes()).hexdigest()
    assert header(posterior.answer).answer == digest


def test_an_answer_to_other_files_is_refused(saved: Path, case: Case) -> None:
    changed = replace(case, files={**case.files, "claims.csv": b"other"})
    with pytest.raises(CaseError, match=r"claims\.csv: is not what the answer"):
        read_posterior(saved, changed)


def test_draws_of_another_model_are_refused(saved: Path, case: Case) -> None:
    """The files are the same, but a prior was changed in memory."""
    priors = {"sigma.crossings": LogNormal(median=0.5, factor=2)}
    settings = case.settings.model_copy(update={"priors": priors})
    with pytest.raises(CaseError, match="another model of the case") as found:
        read_posterior(saved, replace(case, settings=settings))
    assert len(str(found.value).splitlines()) == 1


def test_an_answer_without_draws_is_refused(saved: Path, case: Case, tmp_path: Path) -> None:
    shutil.copy(saved / "answer.json", tmp_path)
    with pytest.raises(CaseError, match=r"holds no posterior\.nc"):
        read_posterior(tmp_path, case)


def test_draws_that_cannot_be_read_are_refused(saved: Path, case: Case, tmp_path: Path) -> None:
    shutil.copy(saved / "answer.json", tmp_path)
    (tmp_path / "posterior.nc").write_bytes(b"not netCDF")
    with pytest.raises(CaseError, match=r"posterior\.nc: cannot be used"):
        read_posterior(tmp_path, case)


def test_an_answer_in_memory_has_the_draws_of_the_saved_one(
    posterior: Posterior, saved: Path, case: Case
) -> None:
    answer = read_answer(saved)
    assert answer.posterior is not None
    held = replace(answer, _draws=answer.posterior)
    assert held.folder is None
    again = posterior_of_answer(case, held)
    assert (again.z == posterior.z).all()
    assert again.chains == posterior.chains
