"""`sojourn check`: every error of a case, or its findings and the priors that it changes."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from sojourn._core.files import dump_json
from sojourn._core.ledger_labels import ClaimLabel, LedgerLabels
from sojourn.case import (
    Case,
    CaseError,
    Finding,
    PriorChange,
    changed_priors,
    check_case,
    list_remarks,
    read_case,
)
from sojourn.case.hedges import figure_text
from sojourn.case.settings import Settings
from sojourn.cli.console import TextConsole

TOPICS = {
    "arithmetic": "Figures that do not agree",
    "quote": "Figures that their own quotation contradicts",
    "reach": "Parts of the question without any figure",
    "ledger": "Likely slips in the tables",
}
REMARKS = {
    "sources": "Sources that contradict each other",
    "sum": "Figures that add up",
    "rate": "Changes without an event",
    "anchor": "Anchors without a figure",
    "reach": "Places and permit holders without any figure",
}
LONGEST = 20
"""Maximum number of findings printed under one heading; `--json` prints all."""


def check(
    case: str,
    /,
    *,
    json: Annotated[bool, Parameter(negative="")] = False,
    write: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Check a case before any model runs.

    All errors are printed at once, each with file, row, column, value and what
    is allowed. Findings are warnings: the ledger records what was said, and
    that may not add up. Remarks tell who contradicts whom, which figures
    add up and what no event explains; they do not change the exit status.
    Exit status: 0 clean, 1 findings, 2 cannot be read.

      sojourn check kazakhstan-2022
      sojourn check my-case --json | jq '.findings[].claims'
      sojourn check my-case --json | jq '.remarks[].topic'
      sojourn check my-case --write

    Parameters
    ----------
    case
        A folder, or the name of a shipped case.
    json
        Print one JSON object, for programs.
    write
        Also write datapackage.json into the folder, for Data Package tools.
    """
    try:
        read = read_case(case)
        resolved = _with_stay_rules(read)
        defaults = _checked_priors(read)
        written = _write_package(read) if write else None
    except CaseError as error:
        if not json:
            raise
        _print_json(
            {"case": case, "status": "unreadable", "problems": [asdict(item) for item in error.problems]}
        )
        return 2
    findings, remarks = check_case(read), list_remarks(resolved)
    changes = changed_priors(read.settings, defaults)
    if json:
        _print_json(_summary(read, findings, remarks, changes))
    else:
        _print(read, findings, remarks, changes, written)
    return 1 if findings else 0


def _with_stay_rules(case: Case) -> Case:
    """Look up the stay rules of a case; they are loaded only if it has any.

    Raises:
        CaseError: the library does not have one of them.
    """
    if not case.settings.stay_rules:
        return case
    from sojourn.history.regimes import with_stay_rules

    return with_stay_rules(case)


def _checked_priors(case: Case) -> dict[str, Settings]:
    """The model's defaults for the priors that a case changes; they are loaded only if it changes any.

    Raises:
        CaseError: the case sets a prior that the model does not have, or one of another family.
    """
    if not case.settings.priors:
        return {}
    from sojourn.inference.default_priors import DEFAULTS, prior_problems

    if problems := prior_problems(case.settings.priors):
        raise CaseError(problems)
    return {name: DEFAULTS[name] for name in case.settings.priors}


def _write_package(case: Case) -> Path | None:
    from sojourn.case.data_package import write_package

    return write_package(case)


def _counts(case: Case) -> dict[str, int]:
    return {
        "sources": len(case.sources),
        "claims": len(case.claims),
        "claims_in_use": sum(claim.status == "use" for claim in case.claims),
        "readings": len(case.readings),
        "contacts": len(case.contacts),
        "series": len(case.series),
    }


def _summary(
    case: Case, findings: list[Finding], remarks: list[Finding], changes: list[PriorChange]
) -> dict[str, Any]:
    return {
        "case": case.name,
        "question": case.settings.question,
        "status": "findings" if findings else "clean",
        "counts": _counts(case),
        "problems": [],
        "findings": [asdict(finding) for finding in findings],
        "remarks": [asdict(remark) for remark in remarks],
        "priors": [asdict(change) for change in changes],
    }


def _print_json(content: dict[str, Any]) -> None:
    sys.stdout.write(dump_json(content, indent=2))


def _print(
    case: Case,
    findings: list[Finding],
    remarks: list[Finding],
    changes: list[PriorChange],
    written: Path | None,
) -> None:
    console, counts, labels = TextConsole(), _counts(case), _labels(case)
    console.heading(case.name)
    console.print_line(case.settings.question)
    groups = "contact group" if counts["contacts"] == 1 else "contact groups"
    console.print_line(
        f"{counts['claims']:,} claims ({counts['claims_in_use']:,} in use), {counts['sources']:,} sources, "
        f"{counts['readings']:,} readings, {counts['contacts']:,} {groups}"
    )
    for titles, found, style in ((TOPICS, findings, "yellow"), (REMARKS, remarks, "cyan")):
        for topic, title in titles.items():
            lines = [_finding(finding, labels) for finding in found if finding.topic == topic]
            left = len(lines) - LONGEST
            more = [f"and {left:,} more: --json"] if left > 0 else []
            _section(console, title, lines[:LONGEST] + more, style)
    _section(console, "Priors that this case changes", [str(change) for change in changes], "cyan")
    if written is not None:
        console.print_line(f"\nWrote {written}")
    total = len(findings)
    verdict = _number_of("finding", total) if total else "No findings"
    if remarks:
        verdict += f", {_number_of('remark', len(remarks))}"
    console.print_line(f"\n{verdict}", style="yellow" if total else "green")


def _number_of(noun: str, number: int) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _labels(case: Case) -> LedgerLabels:
    return LedgerLabels(
        places={code: place.name for code, place in case.settings.places.items()},
        sources={source.source: source.name for source in case.sources},
        claims={c.claim: ClaimLabel(c.source, figure_text(c), c.series) for c in case.claims},
    )


def _finding(finding: Finding, labels: LedgerLabels) -> str:
    """A finding with the names of the speakers, and the ids of its claims in brackets."""
    message = labels.sentence(finding.message, finding.claims)
    if finding.topic == "reach":
        named = re.sub(r"\b(for|names) ([\w-]+)", lambda m: f"{m[1]} {labels.place(m[2])}", message)
        message = named.replace("_", " ")
    if not finding.claims or finding.topic == "sources":
        return message
    speakers = " and ".join(dict.fromkeys(map(labels.speaker, finding.claims)))
    words = f"{speakers} gives" if message.startswith("one source gives") else f"{speakers}:"
    return f"{words} {message.removeprefix('one source gives ')} ({', '.join(finding.claims)})"


def _section(console: TextConsole, title: str, lines: list[str], style: str) -> None:
    if lines:
        console.print_line(f"\n{title}", style=style)
        for line in lines:
            console.print_line(f"  {line}")
