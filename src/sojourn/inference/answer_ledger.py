"""What a reader of an answer needs of the case: names, dates, and what was said, where.

An answer is read long after, without the case at hand; so it carries its ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sojourn.case import Case, Claim, ContactGroup, Reading, claim_intervals
from sojourn.case.quotes import cut_quote
from sojourn.case.small_groups import fold_groups


def ledger(case: Case, run_out_notes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Places, events, sources, claims with readings, and contact groups, as said.

    Quotes are cut to 25 words, and groups of fewer than ten people are one entry.

    Args:
        case: the case.
        run_out_notes: by id of a stay rule, the note on the day on which its permitted days run out.
    """
    settings = case.settings
    return {
        "places": {code: place.name for code, place in settings.places.items()},
        "events": list(_events(case, run_out_notes or {})),
        "sources": {
            s.source: {"name": s.name, "role": s.role, "interest": s.interest, "note": s.note}
            for s in case.sources
        },
        "claims": {id: _claim(case, case.claims_by_id[id]) for id in case.readings_by_claim},
        "contacts": fold_groups({group.group: _contacts(group) for group in case.contacts}),
    }


def _events(case: Case, run_out_notes: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Shocks and changes of the host's stay rules, by date, until the day asked."""
    settings = case.settings
    marks = [(e.date, "shock", e.id, e.name or e.id, "") for e in settings.events]
    for rule in settings.regimes:
        if rule.place == settings.host:
            within = f" in any {rule.days}" if rule.days else " per entry" if rule.kind == "entry" else ""
            marks.append((rule.start, "stay rule", rule.id, f"{rule.cap} days{within}", ""))
            if rule.runs_out:
                note = run_out_notes.get(rule.id, "")
                marks.append((rule.runs_out, "stay rule", rule.id, "permitted days run out together", note))
    for day, kind, id, name, note in sorted(marks):
        if settings.start <= day <= settings.asof:
            yield {"date": str(day), "kind": kind, "id": id, "name": name} | ({"note": note} if note else {})


def _claim(case: Case, claim: Claim) -> dict[str, Any]:
    """The words, the address, and the widest interval that the figure may stand for, in its own unit."""
    spans = claim_intervals(claim, case.settings.hedges)
    return {
        "published": str(claim.published),
        "published_until": str(claim.published_until),
        "value": claim.value,
        "unit": claim.unit,
        "low": min(span.low for span in spans),
        "high": max(span.high for span in spans),
        "quote": cut_quote(claim.quote),
        "url": claim.url,
        "via": claim.via,
        "copy_of": claim.copy_of,
        "series": claim.series,
        "note": claim.note,
        "readings": {r.reading: _reading(r) for r in case.readings_by_claim[claim.claim]},
    }


def _reading(reading: Reading) -> dict[str, str]:
    return {
        "place": reading.place,
        "counterpart": reading.counterpart,
        "wave": reading.wave,
        "start": str(reading.start or ""),
        "end": str(reading.end or ""),
        "per": reading.per,
        "of_measure": reading.of_measure,
        "scheme": reading.scheme,
    }


def _contacts(group: ContactGroup) -> dict[str, Any]:
    """A contact group as told; respondents are pseudonyms."""
    return {
        "respondent": group.respondent,
        "source": group.source,
        "kind": group.kind,
        "place": group.place,
        "asof": str(group.asof),
        "size": group.size,
        "size_hedge": group.size_hedge,
        "stayed": group.stayed,
        "moved_on": group.moved_on,
        "returned": group.returned,
        "note": group.note,
    }
