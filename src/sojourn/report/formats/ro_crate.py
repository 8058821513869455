"""The folder as an RO-Crate 1.1: its files, their types, and the files they derive from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sojourn._core.files import sha256
from sojourn.report.inputs import ReportInputs

METADATA = "ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
TYPES = {
    "html": "text/html",
    "md": "text/markdown",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "nc": "application/x-netcdf",
    "parquet": "application/vnd.apache.parquet",
}
SOFTWARE = "https://github.com/sojourn-stats/sojourn"


def crate(material: ReportInputs, folder: Path, names: list[str]) -> dict[str, Any]:
    """The metadata of the files `names` in `folder`, which exist.

    `datePublished`, which the standard wants, is the last day on which the claims used
    were published: the moment of writing would change the bytes of every run.
    """
    answer = material.answer
    addresses = sorted({words["url"] for words in material.ledger["claims"].values() if words["url"]})
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": answer["question"],
        "description": f"Answer to the case {answer['case']} as of {answer['asof']}.",
        "datePublished": answer["claims_until"],
        "license": "The case states none. Quotations belong to their authors and are at most 25 words each.",
        "hasPart": [{"@id": name} for name in names],
        "citation": [{"@id": address} for address in addresses],
    }
    metadata = {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }
    software = {
        "@id": SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "sojourn",
        "version": answer["version"],
    }
    made = {
        "@id": "#estimate",
        "@type": "CreateAction",
        "name": f"sojourn estimate, seed {answer['seed']}",
        "instrument": {"@id": SOFTWARE},
        "object": [{"@id": f"#{name}"} for name in answer["inputs"]],
        "result": [{"@id": name} for name in names],
    }
    inputs = [
        {"@id": f"#{name}", "@type": "CreativeWork", "name": name, "identifier": f"sha256:{digest}"}
        for name, digest in answer["inputs"].items()
    ]
    cited = [{"@id": address, "@type": "WebPage", "name": address} for address in addresses]
    files = [_file(folder / name, name) for name in names]
    return {"@context": CONTEXT, "@graph": [metadata, root, *files, software, made, *inputs, *cited]}


def _file(path: Path, name: str) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "@id": name,
        "@type": "File",
        "name": name,
        "contentSize": str(len(content)),
        "encodingFormat": TYPES.get(path.suffix[1:], "application/octet-stream"),
        "identifier": f"sha256:{sha256(content)}",
    }


def is_ours(path: Path) -> bool:
    """Whether a metadata file may be replaced: it does not exist, or sojourn wrote it."""
    return not path.exists() or f'"{SOFTWARE}"' in path.read_text(encoding="utf-8", errors="replace")
