"""The provenance of every number as W3C PROV-JSON: number → claims → address, date, speaker.

No time of creation is written, so that the same answer gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sojourn.report.inputs import ReportInputs

PREFIX = {
    "sojourn": "https://github.com/sojourn-stats/sojourn/ns#",
    "claim": "urn:sojourn:claim:",
    "source": "urn:sojourn:source:",
    "number": "urn:sojourn:number:",
    "file": "urn:sha256:",
    "dcterms": "http://purl.org/dc/terms/",
}
Facts = dict[str, Any]


def prov(material: ReportInputs) -> Facts:
    """A PROV document.

    The number that a claim expects derives from that claim; every other number derives from all
    claims in use.
    """
    answer, ledger = material.answer, material.ledger
    claims = {f"claim:{id}": _claim(words) for id, words in ledger["claims"].items()}
    numbers = dict(_numbers(material))
    expected = {f"number:claim/{c['claim']}": _number(c["readings"][0]["expected"]) for c in answer["claims"]}
    files = {f"file:{digest}": {"prov:label": name} for name, digest in _files(material).items()}
    basis = {"sojourn:used": {"prov:label": "claims in use", "prov:type": _type("prov:Collection")}}
    derived = [(number, "sojourn:used") for number in (*numbers, *expected)]
    derived += [(f"number:claim/{id}", f"claim:{id}") for id in ledger["claims"]]
    members = [("sojourn:used", f"claim:{id}") for id in material.used]
    speakers = [(f"claim:{c['claim']}", f"source:{c['source']}") for c in answer["claims"]]
    agents = {
        f"source:{id}": {
            "prov:label": s["name"],
            "sojourn:role": s["role"],
            "sojourn:interest": s["interest"],
        }
        for id, s in ledger["sources"].items()
    }
    run: Facts = {
        "sojourn:estimate": {
            "prov:label": "sojourn estimate",
            "sojourn:version": answer["version"],
            "sojourn:seed": answer["seed"],
            "sojourn:chains": answer["draws"]["chains"],
            "sojourn:draws": answer["draws"]["draws"],
            "sojourn:asof": answer["asof"],
            "sojourn:claims_until": answer["claims_until"],
        }
    }
    made = [(number, "sojourn:estimate") for number in (*numbers, *expected)]
    used = [("sojourn:estimate", f"file:{digest}") for digest in answer["inputs"].values()]
    return {
        "prefix": PREFIX,
        "entity": claims | numbers | expected | files | basis,
        "agent": agents,
        "activity": run,
        "used": _relation("u", "prov:activity", "prov:entity", used),
        "wasGeneratedBy": _relation("g", "prov:entity", "prov:activity", made),
        "wasDerivedFrom": _relation("d", "prov:generatedEntity", "prov:usedEntity", derived),
        "hadMember": _relation("m", "prov:collection", "prov:entity", members),
        "wasAttributedTo": _relation("a", "prov:entity", "prov:agent", speakers),
    }


def _claim(words: Any) -> Facts:
    facts = {
        "prov:label": words["quote"],
        "dcterms:issued": words["published"],
        "prov:location": words["url"],
        "sojourn:unit": words["unit"],
        "sojourn:via": words["via"],
        "sojourn:copy_of": words["copy_of"],
    }
    return {key: value for key, value in facts.items() if value}


def _numbers(material: ReportInputs) -> Iterator[tuple[str, Facts]]:
    """Every number of the answer, by its path in `answer.json`."""
    answer = material.answer
    for part in ("outcomes", "shares", "by_place", "parts"):
        for name, summary in answer[part].items():
            yield f"number:{part}/{name}", _number(summary)
    for flow in answer["flows"]:
        yield f"number:flows/{flow['kind']}/{flow['from']}/{flow['to']}", _number(flow["persons"])
    for moment in answer["timeline"]:
        for name in answer["outcomes"]:
            yield f"number:timeline/{moment['date']}/{name}", _number(moment[name])
    for item in answer["sources"]:
        yield f"number:bias/{item['source']}/{item['kind']}", _number(item["bias"])


def _number(summary: Any) -> Facts:
    return {f"sojourn:{key}": summary[key] for key in ("q05", "q50", "q95")}


def _type(name: str) -> Facts:
    return {"$": name, "type": "prov:QUALIFIED_NAME"}


def _files(material: ReportInputs) -> dict[str, str]:
    return dict(material.answer["inputs"]) | dict(material.digests)


def _relation(letter: str, first: str, second: str, pairs: list[tuple[str, str]]) -> dict[str, Facts]:
    """Relations, each with a numbered blank identifier."""
    return {f"_:{letter}{i}": {first: a, second: b} for i, (a, b) in enumerate(pairs, 1)}
