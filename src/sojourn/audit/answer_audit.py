"""Audits of an answer: why it is what it is, how it came about, and what would change it.

These functions take an `Answer`. Each computes the log-likelihoods of the claims under every draw
first, which takes some seconds to a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sojourn._core.defaults import REFITS
from sojourn._core.errors import Problem
from sojourn.audit import counterfactuals as edited
from sojourn.audit import information_value, vintages
from sojourn.audit.candidates import Proposal, proposals
from sojourn.audit.counterfactuals import Edits
from sojourn.audit.posterior import Posterior, posterior_of_answer
from sojourn.audit.results import Audit, Candidate, Vintage, WhatIf
from sojourn.audit.run import audit_posterior
from sojourn.case import Case, CaseError, read_case, shipped_cases
from sojourn.inference.answer import Answer


def audit_answer(
    answer: Answer,
    case: Case | None = None,
    *,
    refits: int = REFITS,
    report: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Audit an answer: what each claim counts, conflicts, influence, sensitivity to priors.

    Args:
        answer: an answer with its draws.
        case: the case of the answer. Default: the case that was estimated; for a saved answer the
            shipped case of that name.
        refits: at most this many posteriors are drawn again where importance weights fail (k̂ over 0.7).
        report: called with the name of a claim or source before the posterior without it is drawn.

    Raises:
        CaseError: the case is unknown or is not that of the answer, or the answer has no draws.

    Example:
        >>> import sojourn
        >>> case = sojourn.read_case("my-case")
        >>> audit = sojourn.audit_answer(sojourn.read_answer("my-answer"), case, refits=0)
        >>> [claim.claim for claim in audit.claims]
        ['IN', 'OUT', 'HERE', 'BACK']
    """
    return audit_posterior(_posterior(answer, case), refits=refits, report=report)


def find_vintages(
    answer: Answer, case: Case | None = None, *, dates: Sequence[date] | None = None
) -> list[Vintage]:
    """Find the answer that could have been given on each date, from the claims published by then.

    Args:
        answer: an answer with its draws.
        case: as in `audit_answer`.
        dates: the dates, in ascending order; default: every date of publication.

    Raises:
        CaseError: as in `audit_answer`.

    Example:
        >>> import sojourn
        >>> from datetime import date
        >>> case = sojourn.read_case("my-case")
        >>> answer = sojourn.read_answer("my-answer")
        >>> found = sojourn.find_vintages(answer, case, dates=[date(2022, 12, 31)])
        >>> [(vintage.date, vintage.claims) for vintage in found]
        [('2022-12-31', 5)]
    """
    return vintages.find_vintages(_posterior(answer, case), None if dates is None else list(dates))


def what_if(
    answer: Answer,
    case: Case | None = None,
    *,
    without: Sequence[str] = (),
    begin: Mapping[str, date] | None = None,
    end: Mapping[str, date] | None = None,
    scale: Mapping[str, float] | None = None,
) -> WhatIf:
    """Compute the answer under an edited history: the same draws without a stay rule or an event.

    Args:
        answer: an answer with its draws.
        case: as in `audit_answer`.
        without: ids of regimes or events that never came.
        begin: another first day, by id of the regime.
        end: another last day, by id of the regime.
        scale: a factor of the arrivals (0 to 100), by id of the event.

    Raises:
        CaseError: as in `audit_answer`, or the case has no such regime or event.

    Example:
        >>> import sojourn
        >>> case = sojourn.read_case("my-case")
        >>> changed = sojourn.what_if(sojourn.read_answer("my-answer"), case, scale={"shock": 0.5})
        >>> changed.quantities["arrived"].difference["q50"] < 0
        True
    """
    edits = Edits(tuple(without), begin or {}, end or {}, scale or {})
    return edited.whatif(_posterior(answer, case), edits)


def value_statistics(
    answer: Answer, case: Case | None = None, *, proposed: Sequence[Proposal] | None = None
) -> list[Candidate]:
    """Rank statistics that are not yet published by the variance of the answer that each would remove.

    Args:
        answer: an answer with its draws.
        case: as in `audit_answer`.
        proposed: the statistics; default: those in `candidates.csv` of the case, or some made from it.

    Raises:
        CaseError: as in `audit_answer`, or the model cannot express a proposal.

    Example:
        >>> import sojourn
        >>> case = sojourn.read_case("my-case")
        >>> ranked = sojourn.value_statistics(sojourn.read_answer("my-answer"), case)
        >>> [statistic.rank for statistic in ranked[:2]]
        [1, 2]
    """
    posterior = _posterior(answer, case)
    return information_value.worth(posterior, proposals(posterior.case) if proposed is None else proposed)


def _posterior(answer: Answer, case: Case | None) -> Posterior:
    """The posterior of an answer, with its case looked up where it is not given.

    Raises:
        CaseError: the case is not known.
    """
    found = case or answer.estimated_case
    if found is None and answer.case in shipped_cases():
        found = read_case(answer.case)
    if found is None:
        message = "is not a shipped case: read it with read_case and give it as `case`"
        raise CaseError([Problem("case", message, value=answer.case)])
    return posterior_of_answer(found, answer)
