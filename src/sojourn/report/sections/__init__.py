"""The sections of a report, in reading order."""

from __future__ import annotations

from sojourn.report.document import Section
from sojourn.report.inputs import ReportInputs
from sojourn.report.sections import answer, audit, claims, outlook
from sojourn.report.sections.method import method_section

PARTS = (
    answer.answer_section,
    answer.time_section,
    answer.place_section,
    claims.claims_section,
    claims.readings_section,
    claims.sources_section,
    audit.conflict_section,
    audit.influence_section,
    audit.sensitivity_section,
    outlook.history_section,
    outlook.worth_section,
    outlook.whatif_section,
    method_section,
)


def compose(material: ReportInputs) -> list[Section]:
    """Every section; a section whose command has not been run names that command."""
    return [part(material) for part in PARTS]
