"""What an audit says, as frozen data; `audit.json` has these names (`audit.schema.json`).

Counts are persons unless a field says otherwise. `Numbers` are a mean, an sd and
quantiles, as in `answer.json`. Quantities are `arrived`, `stayed`, `moved_on`,
`returned` (persons on the day asked) and `share stayed`, `share moved_on`,
`share returned` (of those who arrived).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from html import escape
from typing import Literal, get_args

from sojourn._core.answer_warnings import AnswerWarning
from sojourn.case.contradictions import Contradiction

Numbers = Mapping[str, float]
Method = Literal["weights", "moved", "refit", "unreliable"]
"""How an answer without a claim was found: importance weights, draws moved by moment matching, draws made
again, or neither, since k̂ is too high or the chains did not converge."""
SourceVerdict = Literal["agrees", "within bias", "off", "cannot be had"]
Moving = Literal["weights", "moved", "unreliable"]
"""How an answer as of a date was found: draws weighted, draws moved, or by chains that did not meet."""
FitVerdict = Literal["fits", "strained", "conflicts", "not judged", "not used"]


@dataclass(frozen=True)
class ReadingAudit:
    """One thing that a claim may count. `expected` is in the unit of the claim, before any bias.

    `first_arrivals` is the share of what it counts that was the first arrival of somebody
    displaced (entries and people only). `start` is empty for what is counted at one date.
    """

    reading: str
    measure: str
    who: str
    place: str
    counterpart: str
    wave: str
    start: str
    end: str
    of_measure: str
    why: str
    prior: float
    posterior: float
    expected: Numbers
    first_arrivals: Numbers | None
    sentence: str


@dataclass(frozen=True)
class ClaimAudit:
    """A claim as said, what it most likely counts, and whether it fits the rest.

    `low` and `high` bound what the words allow, in the unit of the claim; none where the
    words leave an end open. `sentence` is about its likeliest reading.
    """

    claim: str
    source: str
    source_name: str
    said: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    published: str
    status: str
    quote: str
    url: str
    verdict: FitVerdict
    sentence: str
    readings: tuple[ReadingAudit, ...]


@dataclass(frozen=True)
class ClaimConflict:
    """A claim against all the rest: is the figure one that the rest would expect?

    `pit` is the share of the predicted figures that lies below this one, randomised within its words;
    `p` the two-sided p-value 2·min(pit, 1 − pit), `p_error` its Monte-Carlo standard error, `holm`
    and `bh` the same adjusted for all claims tested. They are None where `method` is `unreliable`,
    and `missing` says why. `side` says where the figure lies.
    `expected` is what the rest says the figure would be, bias and error included, in the
    unit of the claim; its mean and sd are those of its central 98 %.
    """

    claim: str
    source: str
    pit: float | None
    p: float | None
    p_error: float | None
    holm: float | None
    bh: float | None
    side: Literal["high", "low"]
    expected: Numbers
    k_hat: float
    method: Method
    missing: str


@dataclass(frozen=True)
class SourceConflict:
    """All that a source said, together, against all that the others said.

    `pits` has the transform of each of its claims under the others, lowest first, and `mean_z` the mean of
    |z|, with z the transform as a quantile of the normal distribution; `p` is the probability of so large a
    mean. `moved_by` is the other source without which the mean of z moves most, and `moved` by how much; it
    is empty where importance weights can leave out no other source besides. `meaning` explains the verdict.
    """

    source: str
    claims: int
    verdict: SourceVerdict
    meaning: str
    mean_z: float | None
    pits: Mapping[str, float]
    moved_by: str
    moved: float | None
    p: float | None
    p_error: float | None
    holm: float | None
    bh: float | None
    k_hat: float
    method: Method
    missing: str


@dataclass(frozen=True)
class Conflict:
    """Who contradicts whom. `note` says how many tests were made and what that means."""

    claims: tuple[ClaimConflict, ...]
    sources: tuple[SourceConflict, ...]
    pairs: tuple[Contradiction, ...]
    note: str


@dataclass(frozen=True)
class Influence:
    """The answer without one claim, or without one source.

    `distance` is the largest shift of a quantity's mean, in its posterior sd, and
    `distance_error` its Monte-Carlo standard error; `quantity` is the one that moves
    most; `shifts` has all, signed (the answer without it, less the answer with it).
    `answer` gives the quantities without it. `claims` is how many claims go, contact
    groups included.
    """

    name: str
    rank: int
    claims: int
    distance: float
    distance_error: float
    quantity: str
    shifts: Mapping[str, float]
    answer: Mapping[str, Numbers]
    k_hat: float
    method: Method


@dataclass(frozen=True)
class Influences:
    """Ranked by how far the answer moves, farthest first."""

    claims: tuple[Influence, ...]
    sources: tuple[Influence, ...]


@dataclass(frozen=True)
class Sensitivity:
    """Power-scaling of one named prior, or of the likelihood (`name` is `likelihood`).

    `values` by quantity: cumulative Jensen-Shannon distance per doubling of the power
    (Kallioinen et al. 2024); above 0.05 is worth a look. `diagnosis` says by quantity
    what that means, where it means something.
    """

    name: str
    what: str
    values: Mapping[str, float]
    diagnosis: Mapping[str, str]


@dataclass(frozen=True)
class Contraction:
    """1 − Var(posterior)/Var(prior) of a quantity; `label` is "only the prior says this" or empty."""

    quantity: str
    contraction: float
    label: str


@dataclass(frozen=True)
class Vintage:
    """The answer that could have been given on a date, from claims published by then.

    `asked` is about the day that the question asks about, `then` about the date itself
    (shares are none where fewer than one person had arrived). `effective` is how many
    independent draws it is worth: a mean's standard error is its sd over the root of that.
    """

    date: str
    new: tuple[str, ...]
    claims: int
    asked: Mapping[str, Numbers]
    then: Mapping[str, Numbers | None]
    k_hat: float
    effective: float
    method: Moving


@dataclass(frozen=True)
class Candidate:
    """A statistic not yet published, and what it would be worth.

    `title` is what its proposer calls it, `sentence` what exactly it would count. `known`
    and `heard` by quantity: the expected share of its variance that would go, were the
    count known exactly (EVPPI) or published by `source` with its bias and error, or
    sampled (EVSI). `answer` is the same for stayed, moved on and returned together (the
    sum of their variances), heard; `answer_error` its standard error.
    `sd_now` and `sd_then` are standard deviations in persons, by outcome.
    """

    name: str
    rank: int
    title: str
    sentence: str
    source: str
    size: int | None
    known: Mapping[str, float]
    heard: Mapping[str, float]
    answer: float
    answer_error: float
    sd_now: Mapping[str, float]
    sd_then: Mapping[str, float]


@dataclass(frozen=True)
class OutcomeChange:
    """One quantity as it is, as it would have been, and the difference draw by draw."""

    as_is: Numbers
    edited: Numbers
    difference: Numbers
    more: float
    """Share of draws in which the edit makes it larger."""


@dataclass(frozen=True)
class WhatIf:
    """The same posterior pushed through an edited history."""

    edits: tuple[str, ...]
    sentence: str
    quantities: Mapping[str, OutcomeChange]


@dataclass(frozen=True)
class Header:
    """Of which answer: as in `answer.json`, whose SHA-256 is `answer`."""

    case: str
    question: str
    host: str
    origin: str
    wave: str
    asof: str
    claims_until: str
    seed: int
    version: str
    draws: Mapping[str, int]
    inputs: Mapping[str, str]
    answer: str
    warnings: tuple[AnswerWarning, ...]


@dataclass(frozen=True, repr=False)
class Audit:
    """The audit of an answer; a section is None until it was computed.

    Attributes:
        header: tells which answer the audit belongs to.
        claims: what each claim most likely counts, and whether it fits the others.
        conflict: which claims, sources and pairs of claims contradict the others.
        influence: how far the answer moves without each claim and each source.
        sensitivity: how far the answer moves with each prior.
        contraction: how far the figures reduced the variance of each quantity.
        history: the answer that could have been given on each date of publication.
        worth: statistics that are not yet published, by the variance that each would remove.
        whatif: the answer under edited histories.

    Example:
        >>> import sojourn
        >>> case = sojourn.read_case("my-case")
        >>> audit = sojourn.read_answer("my-answer").audit(case, refits=0)
        >>> audit.header.case, audit.worth is None
        ('my-case', True)
    """

    header: Header
    claims: tuple[ClaimAudit, ...] | None = None
    conflict: Conflict | None = None
    influence: Influences | None = None
    sensitivity: tuple[Sensitivity, ...] | None = None
    contraction: tuple[Contraction, ...] | None = None
    history: tuple[Vintage, ...] | None = None
    worth: tuple[Candidate, ...] | None = None
    whatif: tuple[WhatIf, ...] | None = None

    def __repr__(self) -> str:
        """Two lines: the question, and the sections or the findings."""
        return f'Audit of the answer to "{self.header.question}"\n  {self._in_words()}'

    def _in_words(self) -> str:
        present = [f.name for f in fields(self)[1:] if getattr(self, f.name) is not None]
        if self.claims is None:
            return f"sections: {', '.join(present) or 'none'}"
        counts = {verdict: sum(c.verdict == verdict for c in self.claims) for verdict in get_args(FitVerdict)}
        found = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
        return f"{len(self.claims)} claims: {found}; sections: {', '.join(present)}"

    def _repr_html_(self) -> str:
        """A small table for notebooks: each claim with its verdict and its likeliest reading."""
        heading = f"<p><b>Audit: {escape(self.header.question)}</b><br>{escape(self._in_words())}</p>"
        if self.claims is None:
            return heading
        rows = "".join(
            f"<tr><td>{escape(claim.claim)}</td><td>{escape(claim.said)}</td><td>{claim.verdict}</td>"
            f"<td>{escape(claim.sentence)}</td></tr>"
            for claim in self.claims
        )
        head = "<tr><th>claim</th><th>said</th><th>verdict</th><th>most likely counts</th></tr>"
        return f"{heading}<table><thead>{head}</thead><tbody>{rows}</tbody></table>"
