"""A report on disk: read, compose, render in memory, and only then write, provenance beside it."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sojourn._core.errors import Problem
from sojourn._core.files import dump_json, write_atomically
from sojourn.case import CaseError
from sojourn.report.document import Section
from sojourn.report.formats.html import html
from sojourn.report.formats.markdown import markdown
from sojourn.report.formats.prov import prov
from sojourn.report.formats.ro_crate import METADATA, crate, is_ours
from sojourn.report.formats.sdmx import sdmx_csv
from sojourn.report.formats.tables import csv_files, workbook
from sojourn.report.inputs import ReportInputs, inputs_of, read_inputs, with_audit
from sojourn.report.sections import compose
from sojourn.report.wording import sentence

if TYPE_CHECKING:
    from sojourn.audit.results import Audit
    from sojourn.inference.answer import Answer

Format = Literal["html", "md", "csv", "xlsx", "sdmx"]
NAMES: Mapping[Format, str] = {
    "html": "report.html",
    "md": "report.md",
    "csv": "report-csv",
    "xlsx": "report.xlsx",
    "sdmx": "report.sdmx.csv",
}
"""Format → name beside the answer; `csv` is a folder."""
PROV = "prov.json"
ANSWER = ("answer.json", "posterior.nc", "timeline.parquet", "claims.parquet", "audit.json")
"""What a crate in an answer's folder describes besides reports."""


def write_report(
    answer: Answer | str | PathLike[str],
    out: str | PathLike[str] | None = None,
    form: Format = "html",
    *,
    audit: Audit | None = None,
) -> Path:
    """Write the report of an answer, with prov.json and ro-crate-metadata.json beside it.

    Args:
        answer: an answer, or the folder that `Answer.save` or `sojourn estimate --out` wrote.
        out: the file (for `csv`: the folder); default: `NAMES` in the folder of the answer.
        form: the format.
        audit: the audit of the answer; default: the `audit.json` in the folder of the answer, if
            there is one.

    Returns:
        The file or folder written.

    Raises:
        CaseError: there is no answer, a file does not follow its schema, the audit is that of another
            answer, or `out` cannot be written. Nothing is written then.

    Example:
        >>> import sojourn
        >>> sojourn.write_report("my-answer", "my-report.md", "md").name
        'my-report.md'
        >>> sojourn.read_answer("my-answer").report("my-report.html").name
        'my-report.html'
    """
    if isinstance(answer, str | PathLike):
        folder, material = Path(answer), read_inputs(Path(answer))
    else:
        folder, material = answer.folder, inputs_of(answer)
    if out is None and folder is None:
        raise CaseError([Problem("out", "is missing: the answer has no folder, so name the file to write")])
    target = Path(out) if out is not None else Path(folder or "") / NAMES[form]
    if audit is not None:
        material = with_audit(material, audit)
    _check(target, form)
    content = _render(material, compose(material), form)
    beside = target.parent
    beside.mkdir(parents=True, exist_ok=True)
    for name, body in content.items():
        write_atomically(target / name if name else target, body)
    write_atomically(beside / PROV, dump_json(prov(material)).encode())
    own = [str(Path(target.name, name)) for name in content]
    write_atomically(
        beside / METADATA, dump_json(crate(material, beside, _present(material, beside, own))).encode()
    )
    return target


def _render(material: ReportInputs, sections: list[Section], form: Format) -> Mapping[str, bytes]:
    """Content by name within the target; the empty name is the target itself."""
    if form == "csv":
        return csv_files(sections)
    if form == "xlsx":
        return {"": workbook(sections, _about(material))}
    if form == "sdmx":
        return {"": sdmx_csv(material).encode()}
    text = html(material, sections) if form == "html" else markdown(material, sections)
    return {"": text.encode()}


def _about(material: ReportInputs) -> list[tuple[str, str]]:
    """What a workbook says first."""
    answer = material.answer
    lines = [("question", answer["question"]), ("answer", sentence(material))]
    lines += [("warning", warning) for warning in answer["warnings"]]
    keys = ("case", "asof", "claims_until", "seed", "version")
    lines += [(key, str(answer[key])) for key in keys]
    return lines + [(name, f"sha256:{digest}") for name, digest in material.digests.items()]


def _check(target: Path, form: Format) -> None:
    """Refuse a place that holds something else."""
    if target.is_dir() and form != "csv":
        raise CaseError([Problem(str(target), f"is a folder; --out takes a file for {form}")])
    if target.is_file() and form == "csv":
        raise CaseError([Problem(str(target), "is a file; --out takes a folder for csv")])
    if any(parent.is_file() for parent in target.parents):
        raise CaseError([Problem(str(target), "lies in a file, not in a folder")])
    metadata = target.parent / METADATA
    if not is_ours(metadata):
        raise CaseError(
            [Problem(str(metadata), "describes something else; choose another folder with --out")]
        )


def _present(material: ReportInputs, folder: Path, own: list[str]) -> list[str]:
    """Files of the folder that a crate describes: reports, and the answer if it is there."""
    own_folder = material.folder is not None and folder.resolve() == material.folder.resolve()
    answer = ANSWER if own_folder else ()
    files = [PROV, *answer, *(name for form, name in NAMES.items() if form != "csv")]
    tables = [f"{NAMES['csv']}/{path.name}" for path in (folder / NAMES["csv"]).glob("*.csv")]
    if answer:
        tables += [path.name for path in folder.glob("audit_*.parquet")]
    return sorted({*own, *tables, *(name for name in files if (folder / name).is_file())})
