"""The readings of every claim: what it most likely counts, with a sentence for each reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np

from sojourn._core.thresholds import CONFLICT
from sojourn.audit.posterior import Posterior
from sojourn.audit.results import ClaimAudit, ClaimConflict, FitVerdict, Numbers, ReadingAudit
from sojourn.audit.sentences import claim_sentence, reading_sentence
from sojourn.case import Case, Claim, Reading
from sojourn.case.contradictions import OPEN_ABOVE, OPEN_BELOW
from sojourn.case.hedges import claim_intervals
from sojourn.case.quotes import cut_quote
from sojourn.inference.answer_parts import ClaimAnswer, ReadingWeight
from sojourn.inference.draw_summary import summarise
from sojourn.inference.pointwise import make_expectations

THINNED = 400
"""Approximate number of draws from which shares of first arrivals are computed."""


def audit_claims(posterior: Posterior, conflicts: Mapping[str, ClaimConflict]) -> list[ClaimAudit]:
    """Audit every claim that has readings, in the order of the ledger."""
    case = posterior.case
    by_row = {(r.claim, r.reading): r for r in case.readings}
    shares = first_arrivals(posterior)
    return [
        _claim(
            case,
            found,
            [by_row[found.claim, r.reading] for r in found.readings],
            shares,
            conflicts.get(found.claim),
        )
        for found in posterior.answer.claim_answers.values()
    ]


def _claim(
    case: Case,
    answer: ClaimAnswer,
    readings: list[Reading],
    shares: Mapping[tuple[str, str], Numbers],
    conflict: ClaimConflict | None,
) -> ClaimAudit:
    claim = case.claims_by_id[answer.claim]
    low, high = span(case, claim)
    best = max(range(len(readings)), key=lambda j: answer.readings[j].posterior)
    first = shares.get((claim.claim, readings[best].reading))
    return ClaimAudit(
        claim=claim.claim,
        source=claim.source,
        source_name=case.sources_by_id[claim.source].name,
        said=answer.said,
        value=claim.value,
        low=low,
        high=high,
        unit=claim.unit,
        published=published(claim),
        status=answer.status,
        quote=cut_quote(claim.quote),
        url=claim.url,
        verdict=judge_fit(conflict),
        sentence=claim_sentence(
            case,
            claim,
            readings[best],
            answer.readings[best].posterior,
            first["q50"] if first else None,
        ),
        readings=tuple(
            _reading(case, claim, r, found, shares.get((claim.claim, r.reading)))
            for r, found in zip(readings, answer.readings, strict=True)
        ),
    )


def _reading(
    case: Case, claim: Claim, r: Reading, weight: ReadingWeight, first: Numbers | None
) -> ReadingAudit:
    return ReadingAudit(
        reading=r.reading,
        measure=r.measure,
        who=r.who,
        place=r.place or case.settings.host,
        counterpart=r.counterpart,
        wave=r.wave,
        start=str(r.start or ""),
        end=str(r.end or ""),
        of_measure=r.of_measure,
        why=r.why,
        prior=weight.prior,
        posterior=weight.posterior,
        expected=asdict(weight.expected),
        first_arrivals=first,
        sentence=reading_sentence(case, claim, r, first["q50"] if first else None),
    )


def judge_fit(conflict: ClaimConflict | None) -> FitVerdict:
    """Classify a claim: in conflict if Holm's adjusted p is small, else strained if p itself is."""
    if conflict is None:
        return "not used"
    if conflict.p is None or conflict.holm is None:
        return "not judged"
    if conflict.holm < CONFLICT:
        return "conflicts"
    return "strained" if conflict.p < CONFLICT else "fits"


def span(case: Case, claim: Claim) -> tuple[float | None, float | None]:
    """Lowest and highest figure that the wording of a claim allows, in its unit; None for an open end."""
    spans = claim_intervals(claim, case.settings.hedges)
    low = None if claim.hedge in OPEN_BELOW else min(s.low for s in spans)
    return low, None if claim.hedge in OPEN_ABOVE else max(s.high for s in spans)


def published(claim: Claim) -> str:
    """Day of publication, or its first and last possible day, separated by a slash."""
    if claim.published == claim.published_until:
        return str(claim.published)
    return f"{claim.published}/{claim.published_until}"


def first_arrivals(posterior: Posterior) -> dict[tuple[str, str], Numbers]:
    """Share of first arrivals of displaced people in readings of entries and people, by claim and reading."""
    model = posterior.model
    hosts = {model.plan.country(c.host) for c in model.plan.cohorts}
    chosen = [
        r
        for r in model.compiled.readings
        if r.measure in ("entries", "people")
        and r.who in ("all", "displaced")
        and r.counterpart in ("", model.case.settings.origin)
        and not r.of_measure
        and model.plan.country(r.place or model.case.settings.host) in hosts
    ]
    if not chosen:
        return {}
    came = [replace(r, measure="arrivals", who="displaced", counterpart="") for r in chosen]
    z = posterior.z[:: max(1, len(posterior.z) // THINNED)]
    found = make_expectations(model, [*chosen, *came])(z)
    counted, arrived = found[:, : len(chosen)], found[:, len(chosen) :]
    share = np.clip(arrived / np.maximum(counted, 1e-9), 0, 1)
    return {(r.claim, r.reading): summarise(share[:, i]) for i, r in enumerate(chosen)}
