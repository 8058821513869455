"""No format shows a long quotation, or a group of people so small that somebody could be recognised."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from sojourn.case import Case
from sojourn.case.quotes import QUOTE_WORDS
from sojourn.case.small_groups import FOLDED
from sojourn.inference.answer_ledger import ledger
from sojourn.report import write_report
from sojourn.report.inputs import read_inputs
from sojourn.report.write import Format

FORMATS = get_args(Format)
LONG = " ".join(f"word{i:02}" for i in range(60))
SECRETS = ("Gulnara", "seven-cousins", "bakery on Abay street", "cousins-of-gulnara")


def talkative(record: dict[str, Any]) -> None:
    """Long quotations, and a small group whose every word identifies somebody."""
    for claim in record["ledger"]["claims"].values():
        claim["quote"] = LONG
    groups = record["ledger"]["contacts"]
    told = dict(groups["friends"])
    told |= {"respondent": SECRETS[0], "kind": SECRETS[1], "note": SECRETS[2], "size": 7.0, "returned": "1"}
    del groups["friends"]
    groups[SECRETS[3]] = told


def renamed(record: dict[str, Any]) -> None:
    for row in record["influence"]["claims"]:
        row["name"] = SECRETS[3] if row["name"] == "friends" else row["name"]
    for moment in record["history"]:
        moment["new"] = [SECRETS[3] if id == "friends" else id for id in moment["new"]]


def texts(target: Path) -> Iterator[str]:
    """Every text of a report, and of the files written with it."""
    if target.suffix == ".xlsx":
        for sheet in openpyxl.load_workbook(target):
            yield from (str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    elif target.is_dir():
        yield from (file.read_text(encoding="utf-8") for file in target.iterdir())
    else:
        yield target.read_text(encoding="utf-8")
    yield from (target.with_name(name).read_text() for name in ("prov.json", "ro-crate-metadata.json"))


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_no_format_tells_more_than_it_may(save: Callable[..., Path], form: Format) -> None:
    found = "\n".join(texts(write_report(save(talkative, renamed), form=form)))
    assert f"word{QUOTE_WORDS:02}" not in found
    assert not [secret for secret in SECRETS if secret in found]
    if form != "sdmx":
        assert f"word{QUOTE_WORDS - 1:02} …" in found
        assert FOLDED in found
        assert "withheld" in found


def test_large_groups_and_claims_stay(save: Callable[..., Path], answer: dict[str, Any]) -> None:
    material = read_inputs(save(talkative, renamed))
    assert material.ledger["contacts"]["hostel"] == answer["ledger"]["contacts"]["hostel"]
    assert set(material.ledger["claims"]) == set(answer["ledger"]["claims"])
    names = [row["name"] for row in material.section("influence")["claims"]]
    assert FOLDED in names
    assert "hostel" in names


def test_the_ledger_of_an_answer_is_as_discreet(small: Case) -> None:
    told = ledger(small)
    rules = json.loads((files("sojourn") / "inference/answer.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator({"$defs": rules["$defs"], **rules["properties"]["ledger"]}).validate(told)
    assert set(told["contacts"]) == {"hostel", FOLDED}
    assert "Ada" not in json.dumps(told["contacts"][FOLDED])
    assert all(len(claim["quote"].split()) <= QUOTE_WORDS + 1 for claim in told["claims"].values())
