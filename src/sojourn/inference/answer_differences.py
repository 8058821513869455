"""The rows of two ledgers that differ, as far as two files `answer.json` can tell.

An answer holds what its readers need of the case: quotes that are cut, contact groups that are folded,
weights that add up to one. Edits of these rows can be listed, but not applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sojourn.case.differences import Key, RowEdit, compare_rows
from sojourn.case.schema import CLAIMS, CONTACTS, READINGS, SOURCES

TextRows = dict[Key, dict[str, str]]
CLAIM_CELLS = ("published", "published_until", "unit", "quote", "url", "via", "copy_of", "series", "note")


def find_answer_edits(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[RowEdit, ...]:
    """The rows that differ between the ledgers of two answers, from the content of `answer.json`."""
    old, new = _tables(a), _tables(b)
    return tuple(edit for table in old for edit in compare_rows(table, old[table], new[table]))


def _tables(record: Mapping[str, Any]) -> dict[str, TextRows]:
    ledger = record["ledger"]
    claims: TextRows = {}
    readings: TextRows = {}
    for claim in record["claims"]:
        said = ledger["claims"][claim["claim"]]
        own = {name: claim[name] for name in ("source", "said", "status")}
        claims[claim["claim"],] = _texts(own | {name: said.get(name, "") for name in CLAIM_CELLS})
        for reading in claim["readings"]:
            counted = {"weight": reading["prior"]} | {
                name: reading[name] for name in ("measure", "who", "why")
            }
            key = (claim["claim"], reading["reading"])
            readings[key] = _texts(counted | said["readings"].get(reading["reading"], {}))
    return {
        SOURCES.file: {(id,): _texts(row) for id, row in ledger["sources"].items()},
        CLAIMS.file: claims,
        READINGS.file: readings,
        CONTACTS.file: {(id,): _texts(row) for id, row in ledger["contacts"].items()},
    }


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}
