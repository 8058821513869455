"""What each headline of an answer rests on, from draws: untouched unknowns, powers, and other weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from sojourn._core.arrays import Indices, Real
from sojourn._core.ledger_labels import LedgerLabels
from sojourn._core.outcomes import OUTCOMES
from sojourn._core.thresholds import K_HAT, LEDGER_DRAWS, UNTOUCHED_MEAN, UNTOUCHED_SD
from sojourn.case import Case
from sojourn.case.reach import is_silent
from sojourn.inference.answer_parts import DrawSummary
from sojourn.inference.compiled_density import LEAST_PEOPLE
from sojourn.inference.density import Model
from sojourn.inference.draw_summary import significant, summarise
from sojourn.inference.explained_variance import FoldedRegression, HeldOut
from sojourn.inference.importance_weights import efficiency, smooth
from sojourn.inference.power_scaling import (
    PowerScaling,
    name_prior,
)
from sojourn.inference.prior_ledger import Assumption, Headline, PriorLedger, decide_basis
from sojourn.inference.priors import NINETY, PriorBlock, Unknowns
from sojourn.inference.quantities import Quantities, position_of
from sojourn.inference.reading_weights import draw_weight_ratios, weighted_medians

MOST = 3000
"""Draws that the ledger is computed from; of more, some are left out at equal distances."""
LEAST_SHARE = 1e-9
NEARLY_ALL = 0.9
"""Part of what a prior explains from which on the one unknown that does it is named."""
FEWEST_VECTORS = 10
"""Fewest vectors of weights of readings that make a range."""
ByHeadline = Mapping[str, Real]


@dataclass(frozen=True)
class LedgerDraws:
    """The draws that a prior ledger is made from.

    `z` (n, D) are the unknowns, one chain after another; `heard` (n,) the log likelihood; `posterior` and
    `prior` have (n,) and (prior draws,) numbers by headline; `ratios` (vectors, n) the log ratios of the
    likelihood under other weights of readings.
    """

    case: Case
    unknowns: Unknowns
    chains: int
    z: Real
    heard: Real
    posterior: ByHeadline
    prior: ByHeadline
    ratios: Real


def ledger_draws(model: Model, chains: int, z: Real, posterior: Quantities, prior: Quantities) -> LedgerDraws:
    """Take what a prior ledger needs from the quantities of draws z (n, D)."""
    counted = np.asarray(model.said.claim_weight)
    return LedgerDraws(
        case=model.case,
        unknowns=model.unknowns,
        chains=chains,
        z=z,
        heard=posterior.heard,
        posterior=dict(list_headlines(model, posterior)),
        prior=dict(list_headlines(model, prior)),
        ratios=draw_weight_ratios(model.wording, counted, np.asarray(posterior.readings)),
    )


def list_headlines(model: Model, found: Quantities) -> Iterator[tuple[str, Real]]:
    """Yield each headline with its draws (n,), in the order in which they are shown."""
    plan = model.plan
    timeline = np.asarray(found.timeline)
    people = dict(zip(OUTCOMES, timeline[:, position_of(model, plan.settings.asof)].T, strict=True))
    arrived = people["arrived"]
    yield "arrived", arrived
    yield "surge", found.surge
    yield "later", np.maximum(arrived - found.surge, 0)
    yield "stayed", people["stayed"]
    if any(state.place == plan.settings.host and state.standing == "settled" for state in plan.states):
        yield "settled", found.settled
    yield "moved_on", people["moved_on"]
    yield "returned", people["returned"]
    for outcome in OUTCOMES[1:]:
        yield f"share {outcome}", people[outcome] / np.maximum(arrived, LEAST_PEOPLE)
    for d, place in enumerate(plan.places):
        if place not in (plan.settings.host, plan.settings.origin):  # those are `stayed` and `returned`
            yield f"in {place}", found.by_place[:, d]
    for k, part in enumerate(plan.parts):
        if plan.country(part) == plan.settings.host:
            yield f"in {part}", found.parts[:, k]


def make_prior_ledger(draws: LedgerDraws) -> PriorLedger:
    """Make the prior ledger.

    With fewer than `LEDGER_DRAWS` draws, it has the summaries and what no figure speaks to, and says so.
    """
    count = len(draws.z)
    headlines = [
        Headline(
            quantity=name,
            rests_on=decide_basis(is_silent(draws.case, name), None, 0.0, 0.0),
            prior=_summary(draws.prior[name]),
            posterior=_summary(draws.posterior[name]),
        )
        for name in draws.posterior
    ]
    if count < LEDGER_DRAWS:
        remark = (
            f"{count} draws are too few to tell what the numbers rest on; at least {LEDGER_DRAWS} are needed"
        )
        return PriorLedger(tuple(headlines), 0, draws.unknowns.size, len(draws.ratios), 0, (remark,))
    kept = np.unique(np.linspace(0, count - 1, min(count, MOST)).astype(int))
    with threadpool_limits(1, user_api="blas"):  # the matrices are too small for threads
        return _Weighing(draws, kept).ledger(headlines)


def find_untouched(z: Real) -> Indices:
    """Unknowns that draws z (n, D) have as their priors, standard normals, have them."""
    same = (z.std(axis=0, ddof=1) > UNTOUCHED_SD) & (np.abs(z.mean(axis=0)) < UNTOUCHED_MEAN)
    return np.flatnonzero(same)


def _summary(values: Real) -> DrawSummary:
    return DrawSummary(**summarise(values))


@dataclass(frozen=True)
class _Weighing:
    """The ledger of enough draws; `kept` are those that it is computed from."""

    draws: LedgerDraws
    kept: Indices

    def ledger(self, headlines: list[Headline]) -> PriorLedger:
        vectors = self.ratios_used
        remarks = tuple(self._remarks(len(vectors)))
        return PriorLedger(
            headlines=tuple(self._told(headline) for headline in headlines),
            untouched=len(self.untouched),
            unknowns=self.draws.unknowns.size,
            weightings=len(self.draws.ratios),
            weightings_used=len(vectors),
            remarks=remarks,
        )

    def _remarks(self, used: int) -> Iterator[str]:
        drawn = len(self.draws.ratios)
        if used < drawn:
            without = f"{drawn - used} of {drawn} other weightings of the readings are too far from the draws"
            few = "too few are left for a range" if used < FEWEST_VECTORS else "the range is without them"
            yield f"{without} (k̂ over {K_HAT}): {few}"

    def _told(self, headline: Headline) -> Headline:
        """A headline with all that the draws tell of it; one that does not vary stays as it is."""
        name = headline.quantity
        if name not in self.names:
            return headline
        column = self.names.index(name)
        share = float(self.explained[0][column])
        strongest, power = self._strongest(column)
        heard = self.likelihood_power[name]
        low, high = (None, None) if self.ranges is None else self.ranges[:, column].tolist()
        return replace(
            headline,
            rests_on=decide_basis(is_silent(self.draws.case, name), share, power, heard),
            untouched_share=significant(share, 3),
            untouched_error=significant(self.explained[1][column], 2),
            assumption=self._assumption(column),
            prior_power=significant(power, 3),
            moved_by=self.labels.quantity(strongest) if strongest else "",
            likelihood_power=significant(heard, 3),
            had_others_read=None if low is None or high is None else (significant(low), significant(high)),
        )

    @cached_property
    def names(self) -> list[str]:
        """Headlines that vary."""
        return [name for name, x in self.draws.posterior.items() if np.ptp(x) > 0]

    @cached_property
    def values(self) -> Real:
        """Draws (kept, headlines)."""
        return np.stack([self.draws.posterior[name][self.kept] for name in self.names], axis=1)

    @cached_property
    def z(self) -> Real:
        return self.draws.z[self.kept]

    @cached_property
    def effective(self) -> float:
        """Effective number of the draws kept, for the outcome that has fewest."""
        found = {name: self.draws.posterior[name] for name in OUTCOMES if name in self.names}
        share = efficiency(found, self.draws.chains) if found else 1.0
        return min(float(len(self.kept)), share * len(self.draws.z))

    @cached_property
    def untouched(self) -> Indices:
        return find_untouched(self.draws.z)

    @cached_property
    def regression(self) -> FoldedRegression:
        """Of the logarithms of the headlines on the unknowns."""
        least = np.array([LEAST_SHARE if name.startswith("share ") else LEAST_PEOPLE for name in self.names])
        return FoldedRegression(self.z, np.log(np.maximum(self.values, least)))

    @cached_property
    def explained(self) -> tuple[Real, Real]:
        """Share of the variance of each headline that all untouched unknowns explain, and its error."""
        if not len(self.untouched):
            return np.zeros(len(self.names)), np.zeros(len(self.names))
        found = self.regression.explain(self.untouched)
        return np.nan_to_num(found.share), np.nan_to_num(found.errors(self.effective))

    @cached_property
    def priors(self) -> NDArray[np.str_]:
        """Name of the prior of each unknown, (D,)."""
        return np.array([name_prior(b.name) for b in self.draws.unknowns.blocks for _ in b.labels])

    @cached_property
    def of_priors(self) -> dict[str, tuple[Indices, HeldOut]]:
        """By named prior: its unknowns, and what they explain."""
        members = {name: np.flatnonzero(self.priors == name) for name in dict.fromkeys(self.priors.tolist())}
        return {name: (columns, self.regression.explain(columns)) for name, columns in members.items()}

    @cached_property
    def errors(self) -> dict[str, Real]:
        """By named prior: the Monte-Carlo errors (headlines,) of the shares that it explains."""
        return {name: found.errors(self.effective) for name, (_, found) in self.of_priors.items()}

    @cached_property
    def by_prior(self) -> dict[str, tuple[Indices, Real, Real]]:
        """By named prior: its untouched unknowns, the shares that they explain, and their errors."""
        found: dict[str, tuple[Indices, Real, Real]] = {}
        for name, (members, whole) in self.of_priors.items():
            columns = np.intersect1d(members, self.untouched)
            if len(columns):
                same = len(columns) == len(members)
                held_out = whole if same else self.regression.explain(columns)
                found[name] = columns, held_out.share, held_out.errors(self.effective)
        return found

    @cached_property
    def correlation(self) -> Real:
        """Squared correlations (D, headlines), of single unknowns with the headlines."""
        z, y = (x - x.mean(axis=0) for x in (self.regression.z, self.regression.y))
        spread = np.sqrt((z**2).sum(axis=0))[:, None] * np.sqrt((y**2).sum(axis=0))
        return (z.T @ y / np.maximum(spread, 1e-300)) ** 2

    def _assumption(self, column: int) -> Assumption | None:
        """The untouched prior that explains most of a headline; None if none does beyond its error."""
        best = max(self.by_prior, key=lambda name: self.by_prior[name][1][column], default="")
        if not best:
            return None
        columns, shares, errors = self.by_prior[best]
        share = float(shares[column])
        if not share > 2 * errors[column]:
            return None
        top = columns[np.argmax(self.correlation[columns, column])]
        alone = len(columns) == 1 or self.correlation[top, column] >= NEARLY_ALL * share
        members = [int(i) for i in ([top] if alone else columns)]
        unknown = self.draws.unknowns.labels()[members[0]] if alone else ""
        return Assumption(
            prior=best,
            unknown=unknown,
            title=self.labels.quantity(unknown or best),
            says=describe_prior(self.draws.unknowns, members),
            explains=significant(share, 3),
        )

    def _strongest(self, column: int) -> tuple[str, float]:
        """The prior whose power moves a headline most, and how much.

        Each prior is scaled along the one direction of its unknowns that predicts the headline best. The
        others say nothing of it, and with hundreds of unknowns their chance would exceed the rest.
        """
        best, most = "", 0.0
        for name, (columns, found) in self.of_priors.items():
            if found.share[column] > 2 * self.errors[name][column]:
                way = found.direction[:, column]
                along = self.z[:, columns] @ way / np.linalg.norm(way)
                if (power := self.scaling.measure_along(along, column)) > most:
                    best, most = name, power
        return best, most

    @cached_property
    def likelihood_power(self) -> dict[str, float]:
        """Sensitivity of each headline to the power of the likelihood."""
        return self.scaling.measure(self.draws.heard[self.kept])

    @cached_property
    def scaling(self) -> PowerScaling:
        return PowerScaling(dict(zip(self.names, self.values.T, strict=True)))

    @cached_property
    def ratios_used(self) -> list[Real]:
        """Weights (kept,) of the draws under each vector of other weights of readings that can be trusted."""
        share = min(1.0, self.effective / len(self.kept))
        with np.errstate(divide="ignore", invalid="ignore"):  # k̂ is then not a number
            found = [smooth(ratio[self.kept], share) for ratio in self.draws.ratios]
        return [weights.weight for weights in found if weights.k_hat <= K_HAT]

    @cached_property
    def ranges(self) -> Real | None:
        """Lowest and highest median (2, headlines) under other weights of readings."""
        if len(self.ratios_used) < FEWEST_VECTORS:
            return None
        order = np.argsort(self.values, axis=0)
        medians = np.array([weighted_medians(self.values, w, order) for w in self.ratios_used])
        return np.stack([medians.min(axis=0), medians.max(axis=0)])

    @cached_property
    def labels(self) -> LedgerLabels:
        settings = self.draws.case.settings
        return LedgerLabels(
            places={code: place.name for code, place in settings.places.items()},
            sources={source.source: source.name for source in self.draws.case.sources},
            events={event.id: event.name or event.id for event in settings.events},
        )


def describe_prior(unknowns: Unknowns, members: Sequence[int]) -> str:
    """The prior of some unknowns of one family in words; empty if their priors differ.

    Args:
        unknowns: all unknowns.
        members: positions of those meant, at least one.
    """
    blocks = [(block, k) for block in unknowns.blocks for k in range(block.size)]
    texts = {_describe(*blocks[i]) for i in members}
    return texts.pop() if len(texts) == 1 else ""


def _describe(block: PriorBlock, k: int) -> str:
    loc, spread = float(block.loc[k]), float(block.scale[k])
    if block.family == "lognormal":
        return f"median {np.exp(loc):.3g}, factor {np.exp(spread):.3g}"
    if block.family == "logitnormal":
        low, high = (1 / (1 + np.exp(-(loc + side * NINETY * spread))) for side in (-1, 1))
        return f"{low:.0%} to {high:.0%}"
    return f"mean {loc:.3g}, sd {spread:.3g}"
