"""An audit as files beside its answer: audit.json, and its tables as Parquet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sojourn._core.files import dump_json, staged_folder
from sojourn.audit.results import Audit
from sojourn.inference.draw_summary import significant

if TYPE_CHECKING:
    import pandas as pd

FILE = "audit.json"
SCHEMA = "urn:sojourn:schema:audit:1"
"""The value of `schema` in audit.json; the number rises when a key changes its meaning or goes."""
DIGITS = 6


def as_record(audit: Audit) -> dict[str, Any]:
    """The content of `audit.json`, numbers to six significant digits."""
    record = _plain(asdict(audit))
    warnings = audit.header.warnings
    record["header"] |= {
        "warnings": [warning.text for warning in warnings],
        "warning_kinds": [warning.kind for warning in warnings],
    }
    return {"schema": SCHEMA, **record}


def _plain(item: Any) -> Any:
    if isinstance(item, Mapping):
        return {key: _plain(value) for key, value in cast("Mapping[str, Any]", item).items()}
    if isinstance(item, (list, tuple)):
        return [_plain(value) for value in cast("Sequence[Any]", item)]
    return significant(item, DIGITS) if isinstance(item, float) else item


def save_audit(audit: Audit, folder: Path) -> None:
    """Write what was computed beside an answer; sections of the same answer that were there before stay.

    Raises:
        ValueError: the folder's `audit.json` cannot be read.
    """
    record = as_record(audit)
    earlier = read_record(folder)
    if earlier is not None and earlier["header"]["answer"] == record["header"]["answer"]:
        kept = {key: value for key, value in earlier.items() if record.get(key) is None}
        record |= kept
        if earlier["whatif"] and audit.whatif:
            record["whatif"] = _merge(earlier["whatif"], record["whatif"])
    with staged_folder(folder) as draft:
        (draft / FILE).write_text(dump_json(record), encoding="utf-8")
        for name, table in tables(record):
            table.to_parquet(draft / name, index=False)


def _merge(earlier: list[Any], new: list[Any]) -> list[Any]:
    edits = [item["edits"] for item in new]
    return [*(item for item in earlier if item["edits"] not in edits), *new]


def read_record(folder: Path) -> dict[str, Any] | None:
    """The content of a folder's `audit.json`, or none where there is no such file.

    Raises:
        ValueError: it is not an audit.
    """
    file = folder / FILE
    if not file.is_file():
        return None
    record: Any = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(record, dict) or set(cast("dict[str, Any]", record)) != {
        "schema",
        *(f.name for f in fields(Audit)),
    }:
        raise ValueError(f"{file} is not an audit of sojourn")
    return cast("dict[str, Any]", record)


def tables(record: Mapping[str, Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """File name and table of each section that was computed, one row for each thing it lists."""
    import pandas as pd

    def frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        return pd.DataFrame([_flat(row) for row in rows])

    if record["claims"] is not None:
        readings = [
            {"claim": claim["claim"], "source": claim["source"], "said": claim["said"], **reading}
            for claim in record["claims"]
            for reading in claim["readings"]
        ]
        yield "audit_readings.parquet", frame(readings)
    if record["conflict"] is not None:
        yield "audit_conflict_claims.parquet", frame(record["conflict"]["claims"])
        sources = record["conflict"]["sources"]
        yield "audit_conflict_sources.parquet", frame([{**s, "pits": list(s["pits"])} for s in sources])
        pits = [
            {"source": s["source"], "claim": claim, "pit": pit}
            for s in sources
            for claim, pit in s["pits"].items()
        ]
        yield "audit_pits.parquet", frame(pits)
    if record["influence"] is not None:
        yield "audit_influence_claims.parquet", frame(record["influence"]["claims"])
        yield "audit_influence_sources.parquet", frame(record["influence"]["sources"])
    for name in ("sensitivity", "contraction", "history", "worth"):
        if record[name]:
            yield f"audit_{name}.parquet", frame(record[name])


def _flat(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested mappings as columns `outer_inner`; lists as text."""
    found: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{before}{key}".replace(" ", "_")
        if isinstance(value, Mapping):
            found |= _flat(cast("Mapping[str, Any]", value), f"{name}_")
        else:
            found[name] = " ".join(map(str, cast("list[Any]", value))) if isinstance(value, list) else value
    return found
