"""All sections of a report, in the order in which they are read."""

from __future__ import annotations

from sojourn.report import answer_sections, audit_sections, claim_sections, outlook_sections
from sojourn.report.material import Material
from sojourn.report.method_section import method_section
from sojourn.report.section import Section

PARTS = (
    answer_sections.answer_section,
    answer_sections.time_section,
    answer_sections.place_section,
    claim_sections.claims_section,
    claim_sections.readings_section,
    claim_sections.sources_section,
    audit_sections.conflict_section,
    audit_sections.influence_section,
    audit_sections.sensitivity_section,
    outlook_sections.history_section,
    outlook_sections.worth_section,
    outlook_sections.whatif_section,
    method_section,
)


def compose(material: Material) -> list[Section]:
    """Every section; those of an audit that was not made say how to make it."""
    return [part(material) for part in PARTS]
