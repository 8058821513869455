"""Findings about a valid case: what an analyst should look at before fitting the model.

The ledger records published figures, and these may be wrong. `check_case` reports figures that are
inconsistent with others (`arithmetic`) or with their own quotation (`quote`), outcomes that no figure informs
(`reach`), and likely mistakes in the files (`ledger`). Findings are warnings, never errors.

`list_remarks` lists what a reader of the case should know and an analyst need not repair: sources that
contradict each other under some readings (`sources`), figures that add up (`sum`), changes without an event
(`rate`), anchors that apply to no figure (`anchor`), and permit holders, third places and parts of the host
that no figure informs (`reach`).
"""

from __future__ import annotations

from collections.abc import Iterator

from sojourn._core.errors import did_you_mean
from sojourn._core.outcomes import OUTCOMES
from sojourn.case.case import Case
from sojourn.case.consistency import arithmetic_findings
from sojourn.case.contradictions import find_contradictions
from sojourn.case.findings import Finding
from sojourn.case.kinds import kind_of
from sojourn.case.quoted_numbers import quote_findings
from sojourn.case.quotes import QUOTE_WORDS
from sojourn.case.rate_changes import rate_remarks
from sojourn.case.reach import describe_unreached, list_unreached
from sojourn.case.schema import TABLES
from sojourn.case.source_contradictions import source_remarks
from sojourn.case.sums import part_findings, sum_remarks
from sojourn.case.tables import Claim, Reading


def check_case(case: Case) -> list[Finding]:
    """Return the findings about a valid case.

    Figures are compared as intervals (see `sojourn.case.hedges`), so two claims are reported only
    if their intervals are inconsistent. Only claims with status `use` are compared.

    Args:
        case: a case that was read without errors.

    Returns:
        Findings, inconsistent figures first; each lists its claims and, where it can be
        measured, the size of the gap.

    Example:
        >>> from sojourn.case import read_case
        >>> {finding.topic for finding in check_case(read_case("kazakhstan-2022"))} <= {
        ...     "arithmetic", "quote", "reach", "ledger"
        ... }
        True
    """
    arithmetic = [*arithmetic_findings(case), *part_findings(case)]
    contradictions = _contradictions(case, arithmetic)
    return [*arithmetic, *contradictions, *quote_findings(case), *_reach(case), *_ledger(case)]


def list_remarks(case: Case) -> list[Finding]:
    """Return the remarks about a valid case: the disagreements and agreements that are its story.

    Args:
        case: a case that was read without errors. Stay rules explain changes only if regimes replace them
            (`sojourn.history.with_stay_rules`), since only the library has their dates.

    Returns:
        Remarks; contradictions across sources first, the most probable first.

    Example:
        >>> from sojourn.case import read_case
        >>> sorted({remark.topic for remark in list_remarks(read_case("kazakhstan-2022"))})
        ['reach', 'sources', 'sum']
    """
    remarks = [*source_remarks(case), *sum_remarks(case), *rate_remarks(case)]
    return [*remarks, *_unused_anchors(case), *_reach_remarks(case)]


def _unused_anchors(case: Case) -> Iterator[Finding]:
    """Yield anchors for whose source and kind no claim in use has a reading."""
    used = {
        (claim.source, kind_of(reading))
        for claim in case.claims
        if case.is_counted(claim)
        for reading in case.readings_by_claim.get(claim.claim, ())
    }
    for anchor in case.settings.anchors:
        if (anchor.source, anchor.kind) not in used:
            name = case.sources_by_id[anchor.source].name
            anchored = f"the anchor on {anchor.kind} of {name} ({anchor.source})"
            yield Finding("anchor", f"{anchored} applies to no reading of a claim in use")


def _contradictions(case: Case, arithmetic: list[Finding]) -> Iterator[Finding]:
    """Yield pairs of claims that contradict each other under every reading, unless already listed."""
    listed = {frozenset(finding.claims) for finding in arithmetic}
    for pair in find_contradictions(case):
        if frozenset((pair.first, pair.second)) not in listed:
            yield Finding("arithmetic", pair.sentence, (pair.first, pair.second))


def _ledger(case: Case) -> Iterator[Finding]:
    for claim in case.claims:
        words = len(claim.quote.split())
        if words > QUOTE_WORDS:
            yield Finding(
                "ledger", f"the quote has {words} words; shorten it to {QUOTE_WORDS}", (claim.claim,)
            )
        yield from _early(claim, case.readings_by_claim.get(claim.claim, ()))
    for table in TABLES:
        rows = {"sources.csv": case.sources, "claims.csv": case.claims, "readings.csv": case.readings}
        names = [column.name for column in table.columns]
        for row in rows.get(table.file, case.contacts)[:1]:
            for name in row.extra:
                if hint := did_you_mean(name, names):
                    message = f"column {name} of {table.file} is unknown and is ignored{hint}"
                    yield Finding("ledger", message)


def _early(claim: Claim, readings: tuple[Reading, ...]) -> Iterator[Finding]:
    """Yield readings that end after publication: such a figure counts something else, or is a forecast."""
    if claim.status != "use":
        return
    for reading in readings:
        if reading.end is not None and reading.end > claim.published_until:
            days = (reading.end - claim.published_until).days
            message = (
                f"published by {claim.published_until}, but reading {reading.reading} ends on {reading.end}"
            )
            yield Finding("arithmetic", f"{message}, {days} days later", (claim.claim,), float(days))


def _reach(case: Case) -> Iterator[Finding]:
    """Yield outcomes that no claim in use informs."""
    for code in list_unreached(case):
        if code in OUTCOMES:
            yield Finding("reach", describe_unreached(case, code))


def _reach_remarks(case: Case) -> Iterator[Finding]:
    """Yield permit holders, third places and parts of the host that no claim in use informs."""
    for code in list_unreached(case):
        if code not in OUTCOMES:
            yield Finding("reach", describe_unreached(case, code))
