"""The audit of an answer: readings, conflict, influence, sensitivity, contraction."""

from __future__ import annotations

from collections.abc import Callable

from sojourn._core.defaults import REFITS
from sojourn.audit.checkpoints import Checkpoints
from sojourn.audit.conflict import claim_conflicts, note
from sojourn.audit.influence import influences
from sojourn.audit.leave_out import (
    NOTHING_KEPT,
    LeaveOut,
    targets_of_claims,
    targets_of_groups,
    targets_of_sources,
)
from sojourn.audit.posterior import Posterior
from sojourn.audit.readings import audit_claims
from sojourn.audit.results import Audit, Conflict, Header, Influences
from sojourn.audit.sensitivity import contractions, sensitivities
from sojourn.audit.surprise import source_conflicts
from sojourn.case.contradictions import find_contradictions
from sojourn.inference.answer import Answer
from sojourn.inference.jax_config import jax_settings


@jax_settings()
def audit_posterior(
    posterior: Posterior,
    *,
    refits: int = REFITS,
    report: Callable[[str], None] = lambda _: None,
    announce: Callable[[int, float], None] = lambda _count, _seconds: None,
    checkpoints: Checkpoints = NOTHING_KEPT,
) -> Audit:
    """Audit the draws of an answer.

    Args:
        posterior: the draws.
        refits: how often at most to draw again where importance weights fail (k̂ over 0.7),
            those first that seem to move the answer most.
        report: called with the name of a claim or source before it is refitted.
        announce: called before the first refit with their number and about how many seconds they take.
        checkpoints: where the draws of refits are kept, so that a run that was stopped goes on.
    """
    claims, groups = targets_of_claims(posterior), targets_of_groups(posterior)
    sources = targets_of_sources(posterior)
    leaver = LeaveOut(posterior, checkpoints=checkpoints)
    found = leaver.leave([*claims, *groups, *sources], refits, report, announce)
    alone = found[: len(claims) + len(groups)]
    together = found[len(alone) :]
    tested = claim_conflicts(posterior, alone[: len(claims)])
    return Audit(
        header=header(posterior.answer),
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


def header(answer: Answer) -> Header:
    """The header that tells which answer an audit belongs to."""
    return Header(
        case=answer.case,
        question=answer.question,
        host=answer.host,
        origin=answer.origin,
        wave=answer.wave,
        asof=str(answer.asof),
        claims_until=str(answer.claims_until),
        seed=answer.seed,
        version=answer.version,
        draws=answer.draws_by_chain,
        inputs=answer.inputs,
        answer=answer.sha256,
        warnings=answer.warnings,
    )
