"""What a report is made of: `answer.json`, and `audit.json` where there is one, checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sojourn._core.answer_warnings import warnings_of
from sojourn._core.errors import Problem
from sojourn._core.files import dump_json, sha256
from sojourn._core.headline_labels import words_of_quantity
from sojourn._core.ledger_labels import LedgerLabels, labels_of_answer
from sojourn._core.thresholds import PRIOR_ONLY, PRIOR_ONLY_LABEL
from sojourn.case import CaseError
from sojourn.case.quotes import cut_quote
from sojourn.case.small_groups import FOLDED, fold_groups, shown_ids, small_ids

if TYPE_CHECKING:
    from sojourn.audit.results import Audit
    from sojourn.inference.answer import Answer

ANSWER_SCHEMA = "inference/answer.schema.json"
AUDIT_SCHEMA = "audit/audit.schema.json"
Record = Mapping[str, Any]
Numbers = Mapping[str, float]


@dataclass(frozen=True)
class ReportInputs:
    """An answer, its audit if there is one, and the SHA-256 of each file read.

    Quotes are cut and small contact groups folded, also where the files, made by an earlier
    version, have them in full.
    """

    folder: Path | None
    answer: Record
    audit: Record
    digests: Mapping[str, str]

    def section(self, name: str) -> Any:
        """A part of the audit, or None where its command was not run."""
        return self.audit.get(name)

    @property
    def ledger(self) -> Record:
        """What was said, by whom, where and when."""
        return self.answer["ledger"]

    @property
    def unconverged(self) -> list[str]:
        """Warnings that the draws do not yet stand for the posterior."""
        return [w.text for w in warnings_of(self.answer) if w.kind == "not_converged"]

    @cached_property
    def labels(self) -> LedgerLabels:
        """Names of places, sources, claims and quantities."""
        return labels_of_answer(self.answer)

    @cached_property
    def contraction(self) -> dict[str, float]:
        """Contraction by quantity, as the answer has it."""
        return {item["quantity"]: item["contraction"] for item in self.answer["identified"]}

    def label(self, quantity: str) -> str:
        """What a quantity rests on, if not on figures; travels with it wherever it is shown."""
        prior_only = PRIOR_ONLY_LABEL if self.is_prior_only(quantity) else ""
        return words_of_quantity(self.answer, quantity) or prior_only

    def is_prior_only(self, quantity: str) -> bool:
        """Whether the figures hardly reduced the variance of a quantity."""
        return self.contraction.get(quantity, 1.0) < PRIOR_ONLY

    @cached_property
    def used(self) -> list[str]:
        """Claims that the answer rests on, by id, in the order of the ledger."""
        return [claim["claim"] for claim in self.answer["claims"] if claim["status"] == "use"]

    def movers(self, quantity: str, count: int = 3) -> list[str]:
        """The claims whose removal, or other reading, would move a quantity most."""
        influence = self.section("influence")
        if influence:
            known = set(self.used)
            ranked = [i for i in influence["claims"] if i["name"] in known and quantity in i["shifts"]]
            ranked.sort(key=lambda item: -abs(item["shifts"][quantity]))
            return [item["name"] for item in ranked[:count]]
        pulled = sorted(self.answer["claims"], key=lambda claim: -claim["pull"])
        return [claim["claim"] for claim in pulled[:count] if claim["pull"] > 0]


def read_inputs(folder: Path) -> ReportInputs:
    """Read an answer's folder.

    Raises:
        CaseError: no answer there, a file that does not follow its schema, or an audit
            that was made of another answer.
    """
    path = folder / "answer.json"
    if not path.is_file():
        raise CaseError([Problem(str(folder), "holds no answer.json: give the folder of estimate --out")])
    answer, digest = _read(path, ANSWER_SCHEMA, "sojourn estimate")
    _check_ledger(str(path), answer)
    digests = {"answer.json": digest}
    audit: Record = {}
    beside = folder / "audit.json"
    if beside.is_file():
        audit, digests["audit.json"] = _read(beside, AUDIT_SCHEMA, "sojourn audit")
        if audit["header"]["answer"] != digest:
            message = "is about another answer than the answer.json beside it: run sojourn audit again"
            raise CaseError([Problem(str(beside), message)])
    return ReportInputs(folder, _discreet(answer), _without_names(audit, _small(answer)), digests)


def inputs_of(answer: Answer) -> ReportInputs:
    """The inputs of an answer in memory; those of its folder if it was read from one.

    Raises:
        CaseError: as `read_inputs`.
    """
    if answer.folder is not None:
        return read_inputs(answer.folder)
    record = json.loads(answer.to_json())
    _validate("answer", record, ANSWER_SCHEMA, "sojourn estimate")
    _check_ledger("answer", record)
    return ReportInputs(None, _discreet(record), {}, {"answer.json": answer.sha256})


def with_audit(inputs: ReportInputs, audit: Audit) -> ReportInputs:
    """The inputs with an audit in memory.

    Raises:
        CaseError: it is the audit of another answer.
    """
    from sojourn.audit.files import as_record

    if audit.header.answer != inputs.digests["answer.json"]:
        raise CaseError([Problem("audit", "is about another answer: audit this one")])
    text = dump_json(as_record(audit))
    found = _without_names(json.loads(text), _small(inputs.answer))
    return replace(inputs, audit=found, digests={**inputs.digests, "audit.json": sha256(text.encode())})


def _small(answer: Record) -> frozenset[str]:
    """Contact groups whose names are not shown."""
    return frozenset(small_ids(answer["ledger"]["contacts"])) - frozenset(answer["ledger"]["claims"])


def _discreet(answer: Record) -> Record:
    """The answer with quotes cut and small groups of people folded."""
    ledger = answer["ledger"]
    claims = {id: {**words, "quote": cut_quote(words["quote"])} for id, words in ledger["claims"].items()}
    return {**answer, "ledger": {**ledger, "claims": claims, "contacts": fold_groups(ledger["contacts"])}}


def _without_names(audit: Record, small: frozenset[str]) -> Record:
    """The audit with small groups of people under one name."""
    changed: dict[str, Any] = dict(audit)
    if influence := audit.get("influence"):
        rows = [
            {**row, "name": FOLDED if row["name"] in small else row["name"]} for row in influence["claims"]
        ]
        changed["influence"] = {**influence, "claims": rows}
    if history := audit.get("history"):
        changed["history"] = [{**moment, "new": list(shown_ids(moment["new"], small))} for moment in history]
    return changed


def _check_ledger(file: str, answer: Record) -> None:
    """A schema cannot say that the ledger has every claim, reading and source of the answer."""
    ledger = answer["ledger"]
    for claim in answer["claims"]:
        words = ledger["claims"].get(claim["claim"], {"readings": {}})
        readings = {reading["reading"] for reading in claim["readings"]}
        if claim["source"] not in ledger["sources"] or not readings <= set(words["readings"]):
            message = "is not whole in the ledger of this file: run sojourn estimate again"
            raise CaseError([Problem(file, message, column="$.ledger", value=claim["claim"])])


def _read(path: Path, schema: str, command: str) -> tuple[Record, str]:
    content = path.read_bytes()
    try:
        record = json.loads(content)
    except ValueError as error:
        raise CaseError([Problem(str(path), f"is not JSON: {error}")]) from None
    _validate(str(path), record, schema, command)
    return record, sha256(content)


def _validate(file: str, record: Any, schema: str, command: str) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    # By path within the package: importing the room would load JAX.
    rules = json.loads((files("sojourn") / schema).read_text(encoding="utf-8"))
    problem = best_match(Draft202012Validator(rules).iter_errors(record))
    if problem is not None:
        found = f"does not follow {schema} of this version: {problem.message[:200]}; run {command} again"
        raise CaseError([Problem(file, found, column=problem.json_path)])
