"""From every number back to addresses and dates, and a crate that says what is in the folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from prov.model import ProvDocument

from sojourn.report import write_report
from sojourn.report.formats.prov import prov
from sojourn.report.formats.ro_crate import METADATA
from sojourn.report.inputs import read_inputs

Record = dict[str, Any]


@pytest.fixture
def graph(folder: Path) -> Record:
    return prov(read_inputs(folder))


def test_another_library_reads_it(graph: Record) -> None:
    document = ProvDocument.deserialize(content=json.dumps(graph), format="json")
    assert len(document.get_records()) == sum(len(part) for key, part in graph.items() if key != "prefix")


def test_every_number_leads_to_claims_with_dates_and_speakers(graph: Record, answer: Record) -> None:
    derived: dict[str, set[str]] = {}
    for link in graph["wasDerivedFrom"].values():
        derived.setdefault(link["prov:generatedEntity"], set()).add(link["prov:usedEntity"])
    members = {link["prov:entity"] for link in graph["hadMember"].values()}
    speakers = {link["prov:entity"]: link["prov:agent"] for link in graph["wasAttributedTo"].values()}
    used = {f"claim:{claim['claim']}" for claim in answer["claims"] if claim["status"] == "use"}
    assert members == used
    numbers = [name for name in graph["entity"] if name.startswith("number:")]
    assert len(numbers) == count_of_summaries(answer)
    assert all("sojourn:used" in derived[name] for name in numbers)
    for claim in answer["ledger"]["claims"]:
        entity = graph["entity"][f"claim:{claim}"]
        assert entity["dcterms:issued"] == answer["ledger"]["claims"][claim]["published"]
        assert entity.get("prov:location", "") == answer["ledger"]["claims"][claim]["url"]
        assert speakers[f"claim:{claim}"] in graph["agent"]
        assert f"claim:{claim}" in derived[f"number:claim/{claim}"]


def count_of_summaries(answer: Record) -> int:
    """Numbers with an interval: all but the readings', of which a claim has one here."""
    parts = sum(len(answer[name]) for name in ("outcomes", "shares", "by_place", "parts", "flows"))
    return parts + 4 * len(answer["timeline"]) + len(answer["sources"]) + len(answer["claims"])


def test_relations_join_what_exists(graph: Record) -> None:
    known = {*graph["entity"], *graph["agent"], *graph["activity"]}
    relations = ("used", "wasGeneratedBy", "wasDerivedFrom", "hadMember", "wasAttributedTo")
    ends = {end for name in relations for link in graph[name].values() for end in link.values()}
    assert ends <= known


def test_crate_describes_what_is_there(folder: Path) -> None:
    for form in ("html", "csv", "md"):
        write_report(folder, form=form)
    graph = json.loads((folder / METADATA).read_text(encoding="utf-8"))["@graph"]
    items = {item["@id"]: item for item in graph}
    assert len(items) == len(graph)
    assert references(graph) <= {*items, "https://w3id.org/ro/crate/1.1"}
    root = items["./"]
    assert {"name", "description", "datePublished", "license"} <= set(root)
    names = {part["@id"] for part in root["hasPart"]}
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert names == there - {METADATA}
    for name in names:
        content = (folder / name).read_bytes()
        assert items[name]["identifier"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert items[name]["contentSize"] == str(len(content))


def references(item: Any) -> set[str]:
    """Ids that are named, not defined."""
    if isinstance(item, list):
        return set().union(*map(references, item)) if item else set()
    if not isinstance(item, dict):
        return set()
    if set(item) == {"@id"}:
        return {item["@id"]}
    return set().union(*(references(value) for value in item.values()))


def test_beside_another_folder_the_answer_is_not_claimed(save: Callable[..., Path], tmp_path: Path) -> None:
    write_report(save(), tmp_path / "elsewhere" / "page.html")
    graph = json.loads((tmp_path / "elsewhere" / METADATA).read_text(encoding="utf-8"))["@graph"]
    root = next(item for item in graph if item["@id"] == "./")
    assert [part["@id"] for part in root["hasPart"]] == ["page.html", "prov.json"]
