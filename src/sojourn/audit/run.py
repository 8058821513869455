"""The audit of an answer: readings, conflict, influence, sensitivity, contraction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sojourn._core.defaults import REFITS
from sojourn._core.files import dump_json, sha256
from sojourn.audit.conflict import claim_conflicts, note, source_conflicts
from sojourn.audit.influence import influences
from sojourn.audit.leave_out import LeaveOut, targets_of_claims, targets_of_groups, targets_of_sources
from sojourn.audit.posterior import Posterior
from sojourn.audit.readings import audit_claims
from sojourn.audit.results import Audit, Conflict, Header, Influences
from sojourn.audit.sensitivity import contractions, sensitivities
from sojourn.case.contradictions import find_contradictions


def audit(
    posterior: Posterior, *, refits: int = REFITS, report: Callable[[str], None] = lambda _: None
) -> Audit:
    """Audit the draws of an answer.

    Args:
        posterior: the draws.
        refits: how often at most to draw again where importance weights fail (k̂ over 0.7),
            those first that seem to move the answer most.
        report: called with the name of a claim or source before it is refitted.
    """
    claims, groups = targets_of_claims(posterior), targets_of_groups(posterior)
    sources = targets_of_sources(posterior)
    leaver = LeaveOut(posterior)
    found = leaver.leave([*claims, *groups, *sources], refits, report)
    alone = found[: len(claims) + len(groups)]
    together = found[len(alone) :]
    tested = claim_conflicts(posterior, alone[: len(claims)])
    return Audit(
        header=header(posterior.record),
        claims=tuple(audit_claims(posterior, {c.claim: c for c in tested})),
        conflict=Conflict(
            claims=tuple(tested),
            sources=tuple(source_conflicts(posterior, together)),
            pairs=tuple(find_contradictions(posterior.case)),
            note=note(tested),
        ),
        influence=Influences(
            claims=tuple(influences(posterior, alone)), sources=tuple(influences(posterior, together))
        ),
        sensitivity=tuple(sensitivities(posterior)),
        contraction=tuple(contractions(posterior)),
    )


def header(record: Mapping[str, Any]) -> Header:
    """Of which answer an audit is, from the record of that answer."""
    same = ("case", "question", "host", "origin", "wave", "asof", "claims_until", "seed", "version")
    return Header(
        **{key: record[key] for key in same},
        draws=record["draws"],
        inputs=record["inputs"],
        answer=sha256(dump_json(record).encode()),
        warnings=tuple(record["warnings"]),
    )
