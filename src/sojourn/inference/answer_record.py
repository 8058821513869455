"""The content of `answer.json` and of `posterior.nc`, from draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sojourn._core.answer_warnings import AnswerWarning, warnings_as_record
from sojourn._core.arrays import Real
from sojourn._core.headline_labels import ON_ASSUMPTIONS
from sojourn._core.outcomes import OUTCOMES
from sojourn._core.thresholds import CONFLICT, CONVERGED_RHAT, EFFECTIVE, PRIOR_ONLY, RHAT
from sojourn.case import Claim
from sojourn.case.contradictions import find_contradictions
from sojourn.case.hedges import figure_text
from sojourn.inference.assumptions import describe_prior, find_untouched, ledger_draws, make_prior_ledger
from sojourn.inference.convergence import measure_convergence, rhat_and_bulk
from sojourn.inference.density import Model
from sojourn.inference.draw_summary import contraction, pull_of_readings, significant, summarise
from sojourn.inference.importance_weights import efficiency, quantities_at
from sojourn.inference.pit import ClaimPit, adjust_by_holm, pits_by_weights
from sojourn.inference.prior_ledger import PriorLedger
from sojourn.inference.priors import common_pairs, spoken_pairs
from sojourn.inference.quantities import Quantities, bounds, position_of
from sojourn.inference.sampler import Draws

if TYPE_CHECKING:
    import xarray as xr

DISPUTED = 0.05
"""Sd of a reading's weight below which the draws agree on it, whatever its R̂."""
ENOUGH = 200
"""Draws of a chain from which on a disagreement of the chains is not put down to chance."""
WALKS = ("leave_walk", "visitor_walk", "background_walk")


@dataclass(frozen=True)
class Summary:
    """Turns draws into the parts of an answer."""

    model: Model
    draws: Draws
    posterior: Quantities
    prior: Quantities
    draft: bool = False
    seed: int = 0

    def content(self) -> dict[str, Any]:
        """All parts that come from the draws."""
        return {
            "outcomes": {name: summarise(self.outcome[name]) for name in OUTCOMES},
            "shares": {name: summarise(self.share(self.outcome, name)) for name in OUTCOMES[1:]},
            "by_place": self.by_place(),
            "flows": list(self.flows()),
            "parts": self.parts(),
            "timeline": list(self.timeline()),
            "claims": self.claims,
            "sources": list(self.sources()),
            "identified": self.identified,
            "prior_ledger": self.prior_ledger.as_record(),
            "diagnostics": self.diagnostics,
            **warnings_as_record(self.warnings),
        }

    @property
    def z(self) -> Real:
        """The draws (draws, D), one chain after another."""
        return self.draws.z.reshape(-1, self.draws.z.shape[2])

    @cached_property
    def at(self) -> int:
        """Bound of the day asked."""
        return position_of(self.model, self.model.case.settings.asof)

    @cached_property
    def outcome(self) -> dict[str, Real]:
        """Outcomes on the day asked, (draws,)."""
        return dict(zip(OUTCOMES, np.asarray(self.posterior.timeline)[:, self.at].T, strict=True))

    @cached_property
    def prior_outcome(self) -> dict[str, Real]:
        """The same before anything was said."""
        return dict(zip(OUTCOMES, np.asarray(self.prior.timeline)[:, self.at].T, strict=True))

    @staticmethod
    def share(outcome: dict[str, Real], name: str) -> Real:
        """Share of those who arrived, (draws,)."""
        return outcome[name] / outcome["arrived"]

    def by_place(self) -> dict[str, Any]:
        """Where the cohort is on the day asked, the host and the origin included."""
        places = self.model.plan.places
        return {place: summarise(self.posterior.by_place[:, d]) for d, place in enumerate(places)}

    def flows(self) -> Iterator[dict[str, Any]]:
        """Persons who arrived, and every move from one place to another, until the day asked.

        Who moves twice is in two flows. Contraction is that of the logarithm.
        """
        plan, settings = self.model.plan, self.model.plan.settings
        arrived = {"from": settings.origin, "to": settings.host, "kind": "arrival"}
        yield arrived | self._flow(self.outcome["arrived"], self.prior_outcome["arrived"])
        for p, start in enumerate(plan.places):
            for d, end in enumerate(plan.places):
                if p != d:
                    moved = [np.asarray(q.flows)[:, p, d] for q in (self.posterior, self.prior)]
                    yield {"from": start, "to": end, "kind": "move"} | self._flow(*moved)

    @staticmethod
    def _flow(posterior: Real, prior: Real) -> dict[str, Any]:
        return {"persons": summarise(posterior), "contraction": _log_contraction(posterior, prior)}

    def parts(self) -> dict[str, Any]:
        """How many of those who stayed are in each part of the host."""
        plan = self.model.plan
        own = [k for k, part in enumerate(plan.parts) if plan.country(part) == plan.settings.host]
        return {plan.parts[k]: summarise(self.posterior.parts[:, k]) for k in own}

    def timeline(self) -> Iterator[dict[str, Any]]:
        """Outcomes at the end of every step, from the first arrival to the day asked."""
        plan = self.model.plan
        first = min(plan.cohorts[c].start for c in plan.cohorts_of((plan.settings.host, plan.settings.wave)))
        for t, day in enumerate(bounds(self.model)):
            if t > 0 and first <= day <= plan.settings.asof:
                numbers = zip(OUTCOMES, np.asarray(self.posterior.timeline)[:, t].T, strict=True)
                yield {"date": str(day)} | {name: summarise(x) for name, x in numbers}

    @cached_property
    def claims(self) -> list[dict[str, Any]]:
        """Every claim that has readings, used or not."""
        return [self.claim(k, claim) for k, claim in enumerate(self.model.wording.claims)]

    def claim(self, k: int, claim: Claim) -> dict[str, Any]:
        """One claim: what was said, whether it counts, and its readings."""
        members = self._members(k)
        weights = np.asarray(self.posterior.readings)[:, members]
        prior = np.exp(self.model.wording.log_prior[members])
        status = claim.status if self.model.case.is_counted(claim) or claim.status != "use" else "later"
        return {
            "claim": claim.claim,
            "source": claim.source,
            "said": figure_text(claim),
            "status": status,
            "pull": significant(self.pull(weights, prior), 4) if status == "use" else 0.0,
            **self._transform(self.pits[k]),
            "readings": [
                {
                    "reading": self.model.compiled.readings[i].reading,
                    "measure": self.model.compiled.readings[i].measure,
                    "who": self.model.compiled.readings[i].who,
                    "why": self.model.compiled.readings[i].why,
                    "prior": significant(prior[j], 4),
                    "posterior": significant(weights[:, j].mean(), 4),
                    "expected": summarise(self.posterior.expected[:, i]),
                }
                for j, i in enumerate(members)
            ],
        }

    @cached_property
    def pits(self) -> list[ClaimPit | None]:
        """Every claim in use against all others, by importance weights."""
        found = quantities_at(np.asarray(self.posterior.timeline)[:, self.at])
        return pits_by_weights(self.model, self.posterior, efficiency(found, len(self.draws.z)), self.seed)

    @staticmethod
    def _transform(found: ClaimPit | None) -> dict[str, float | None]:
        if found is None:
            return {"pit": None, "p": None, "k_hat": None}
        pit = found.pit
        k_hat = significant(found.k_hat, 4) if np.isfinite(found.k_hat) else None
        if pit is None:
            return {"pit": None, "p": None, "k_hat": k_hat}
        return {"pit": significant(pit.below, 4), "p": significant(pit.p, 4), "k_hat": k_hat}

    def pull(self, weights: Real, prior: Real) -> float:
        """How far the shares of the outcomes would move, in sd, were the claim read otherwise."""
        return max(pull_of_readings(weights, prior, self.share(self.outcome, name)) for name in OUTCOMES[1:])

    def _members(self, k: int) -> NDArray[np.intp]:
        members = self.model.wording.of_claim[k]
        return members[members < len(self.model.compiled.readings)]

    def sources(self) -> Iterator[dict[str, Any]]:
        """Log bias of every source by kind of measure, what its interest has in common included."""
        case, compiled, wording = self.model.case, self.model.compiled, self.model.wording
        values = _natural(self.model, self.z)
        spoken = spoken_pairs(case, compiled)
        shared = common_pairs(case, spoken)
        rng = np.random.default_rng(0)
        for source, kind in dict.fromkeys(spoken):
            readings = [i for i, pair in enumerate(spoken) if pair == (source, kind)]
            index = wording.bias[readings[0]]
            own = values["bias"][:, index] if not wording.lone[readings[0]] else self._lone(readings, rng)
            common = values["common"][:, shared.index((case.sources_by_id[source].interest, kind))]
            yield {"source": source, "kind": kind, "bias": summarise(own + common)}

    def _lone(self, readings: list[int], rng: np.random.Generator) -> Real:
        """Draws of a bias that is part of the error: of the reading that is meant, if one counts."""
        used = [i for i in readings if self.model.case.is_counted(self._claim_of(i))]
        prior = self.model.wording.lone[readings[0]]
        noise = rng.standard_normal(len(self.posterior.lone))
        if not used:
            return prior * noise
        weight = self.posterior.readings[:, used]
        meant = np.sum(weight * self.posterior.lone[:, used], axis=1)
        variance = np.sum(weight * self.posterior.lone_sd[:, used] ** 2, axis=1)
        rest = 1 - np.minimum(np.sum(weight, axis=1), 1)
        return meant + np.sqrt(variance + rest * prior**2) * noise

    def _claim_of(self, reading: int) -> Claim:
        return self.model.case.claims_by_id[self.model.compiled.readings[reading].claim]

    @cached_property
    def identified(self) -> list[dict[str, Any]]:
        """Contraction by quantity; see `_identified`."""
        return list(self._identified())

    def _identified(self) -> Iterator[dict[str, Any]]:
        """Contraction of persons (on the log scale), of shares, and of every unknown but walks."""
        for name in OUTCOMES:
            found = _log_contraction(self.outcome[name], self.prior_outcome[name])
            yield {"quantity": name, "contraction": found}
        for name in OUTCOMES[1:]:
            shares = [self.share(o, name) for o in (self.outcome, self.prior_outcome)]
            yield {"quantity": f"share {name}", "contraction": contraction(*shares)}
        for d, place in enumerate(self.model.plan.places):
            found = _log_contraction(self.posterior.by_place[:, d], self.prior.by_place[:, d])
            yield {"quantity": f"in {place}", "contraction": found}
        for k, part in enumerate(self.model.plan.parts):
            if part in self.parts():
                found = _log_contraction(self.posterior.parts[:, k], self.prior.parts[:, k])
                yield {"quantity": f"in {part}", "contraction": found}
        spread = self.z.var(axis=0)
        for label, variance in zip(self.model.unknowns.labels(), spread, strict=True):
            if not label.startswith(WALKS):
                yield {"quantity": label, "contraction": significant(1 - variance, 4)}

    @cached_property
    def prior_ledger(self) -> PriorLedger:
        """What each headline rests on."""
        chains = len(self.draws.z)
        return make_prior_ledger(ledger_draws(self.model, chains, self.z, self.posterior, self.prior))

    def run_out_notes(self) -> dict[str, str]:
        """What a day on which permitted days run out rests on, by id of the stay rule, if on its prior."""
        labels = self.model.unknowns.labels()
        untouched = find_untouched(self.z)
        found = {labels[i]: describe_prior(self.model.unknowns, [int(i)]) for i in untouched}
        return {
            rule.id: f"{ON_ASSUMPTIONS}: the share that leaves then ({found[label]}) is that of the prior"
            for rule in self.model.case.settings.regimes
            if (label := f"run_out[{rule.id}]") in found
        }

    @cached_property
    def diagnostics(self) -> dict[str, Any]:
        """R̂, effective sample sizes and divergences, over all unknowns and outcomes."""
        shape = self.draws.z.shape[:2]
        outcomes = np.stack([self.outcome[name].reshape(shape) for name in OUTCOMES])
        found = measure_convergence(np.moveaxis(self.draws.z, 2, 0), outcomes)
        labels = [*self.model.unknowns.labels(), *OUTCOMES]
        bulk, tail = int(np.argmin(found.bulk)), int(np.argmin(found.tail))
        return {
            "rhat_max": significant(found.rhat.max(), 5),
            "rhat_of": labels[int(np.argmax(found.rhat))],
            "ess_bulk_min": significant(found.bulk[bulk], 5),
            "ess_tail_min": significant(found.tail[tail], 5),
            "ess_of": labels[bulk] if found.bulk[bulk] <= found.tail[tail] else OUTCOMES[tail],
            "disputed": "" if found.is_reached else self._disputed(),
            "divergences": self.draws.divergences,
            "leapfrogs": self.draws.leapfrogs,
            "gradients": self.draws.gradients,
            "step": significant(self.draws.step, 4),
            "seconds_compile": round(self.draws.seconds_compile, 2),
            "seconds_sample": round(self.draws.seconds_sample, 2),
        }

    def _disputed(self) -> str:
        """The claim in use on whose reading the chains disagree most; empty if none is known."""
        chains, kept = self.draws.z.shape[:2]
        if kept < ENOUGH:
            return ""
        weights = np.asarray(self.posterior.readings).reshape(chains, kept, -1)
        several = [
            (claim.claim, member)
            for k, claim in enumerate(self.model.wording.claims)
            if self.model.case.is_counted(claim) and len(members := self._members(k)) > 1
            for member in members
            if weights[:, :, member].std() > DISPUTED
        ]
        if not several:
            return ""
        rhat, _ = rhat_and_bulk(np.stack([weights[:, :, member] for _, member in several]))
        worst = int(np.argmax(rhat))
        return several[worst][0] if rhat[worst] > CONVERGED_RHAT else ""

    @cached_property
    def warnings(self) -> tuple[AnswerWarning, ...]:
        """Reasons not to take the answer at face value."""
        return (*self._draft(), *self._not_converged(), *self._about_the_figures())

    def _draft(self) -> Iterator[AnswerWarning]:
        if self.draft:
            text = "draft: the run was cut short on purpose; estimate without --quick before quoting a number"
            yield AnswerWarning("draft", text)

    def _not_converged(self) -> Iterator[AnswerWarning]:
        d = self.diagnostics
        if d["rhat_max"] > RHAT:
            text = f"not converged: R̂ of {d['rhat_of']} is {d['rhat_max']}, should be at most {RHAT}"
            yield AnswerWarning("not_converged", text, quantity=d["rhat_of"])
        if min(d["ess_bulk_min"], d["ess_tail_min"]) < EFFECTIVE:
            low = min(d["ess_bulk_min"], d["ess_tail_min"])
            found = f"effective draws of {d['ess_of']} are {low:.0f}"
            text = f"not converged: {found}, should be at least {EFFECTIVE}"
            yield AnswerWarning("not_converged", text, quantity=d["ess_of"])
        if d["divergences"]:
            text = f"not converged: {d['divergences']} divergent transitions; the intervals may be too narrow"
            yield AnswerWarning("not_converged", text)

    def _about_the_figures(self) -> Iterator[AnswerWarning]:
        if not self.model.case.settings.anchors:
            text = "no anchor: no source's level is trusted, so the level of every number rests on priors"
            yield AnswerWarning("no_anchor", text)
        for item in self.identified[: 2 * len(OUTCOMES) - 1]:
            if item["contraction"] < PRIOR_ONLY:
                text = f"only the prior says this: {item['quantity']} (contraction {item['contraction']})"
                yield AnswerWarning("prior_only", text, quantity=item["quantity"])
        for pair in find_contradictions(self.model.case):
            yield AnswerWarning("contradiction", pair.sentence, (pair.first, pair.second))
        tested = [(k, found.pit) for k, found in enumerate(self.pits) if found is not None and found.pit]
        for (k, _), p in zip(tested, adjust_by_holm(np.array([pit.p for _, pit in tested])), strict=True):
            if p < CONFLICT:
                claim = self.model.wording.claims[k]
                text = f"{claim.claim} ({figure_text(claim)}) does not fit the rest under any of its readings"
                yield AnswerWarning("misfit", text, (claim.claim,))


def inference_data(model: Model, draws: Draws, posterior: Quantities, attrs: dict[str, str]) -> xr.DataTree:
    """Draws as ArviZ InferenceData: unknowns on their natural scale, outcomes, log likelihood by claim."""
    import arviz_base

    chains, kept, size = draws.z.shape
    values = _natural(model, draws.z.reshape(-1, size))
    shape = (chains, kept)
    named: dict[str, Any] = {name: x.reshape(*shape, -1) for name, x in values.items()}
    coords: dict[str, Any] = {f"{b.name}_label": list(b.labels) for b in model.unknowns.blocks}
    dims = {b.name: [f"{b.name}_label"] for b in model.unknowns.blocks}
    # Whole persons need no more digits, and half of the file is this.
    timeline = np.asarray(posterior.timeline, dtype=np.float32)
    named["outcomes"] = timeline.reshape(*shape, -1, len(OUTCOMES))
    coords |= {"date": [str(day) for day in bounds(model)], "outcome": list(OUTCOMES)}
    dims |= {"outcomes": ["date", "outcome"], "claims": ["claim"]}
    coords["claim"] = [claim.claim for claim in model.wording.claims]
    tree = arviz_base.from_dict(
        {
            "posterior": named,
            "log_likelihood": {"claims": np.asarray(posterior.claims).reshape(*shape, -1)},
            "sample_stats": {
                "diverging": draws.diverging,
                "lp": draws.lp,
                "n_steps": np.full(shape, draws.leapfrogs),
                "energy": draws.energy,
                "acceptance_rate": draws.acceptance,
            },
        },
        coords=coords,
        dims=dims,
        attrs={"/": attrs},
    )
    return _without_time(tree, attrs)


def _log_contraction(posterior: Real, prior: Real) -> float:
    """Contraction of the logarithm of a number of persons; 0 where nobody could be yet."""
    found, before = (np.log(np.maximum(persons, 1e-3)) for persons in (posterior, prior))
    return contraction(found, before) if before.std() > 0 else 0.0


def _natural(model: Model, z: Real) -> dict[str, Real]:
    """Unknowns on their natural scale, (draws, size) by block."""
    slices = model.unknowns.slices()
    return {block.name: block.natural(z[:, slices[block.name]]) for block in model.unknowns.blocks}


def _without_time(tree: xr.DataTree, attrs: dict[str, str]) -> xr.DataTree:
    """Drop the moment of creation, so that the same draws make the same bytes."""
    for node in tree.subtree:
        node.attrs = {key: value for key, value in node.attrs.items() if key != "created_at"}
    tree.attrs |= attrs
    return tree
