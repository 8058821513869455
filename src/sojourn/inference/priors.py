"""The unknowns of a case: their names, their priors, and the transformation to their natural scale.

The sampler sees a single vector `z` of independent standard normals. A block transforms
a slice of it into a named parameter: normal, log-normal or logit-normal. A draw from the
prior is thus a draw of `z`, and two numbers define each prior.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray
from scipy.special import logit, ndtri

from sojourn.case import Case
from sojourn.case.cross_checks import ELSEWHERE
from sojourn.case.settings import CaseSettings, LogitNormal, LogNormal, Normal, Regime
from sojourn.history import Plan
from sojourn.inference.default_priors import DEFAULTS, LESS_RELIABLE, Prior
from sojourn.measures import CompiledReadings, Kind

Family = Literal["normal", "lognormal", "logitnormal"]
NINETY = float(ndtri(0.95))


@dataclass(frozen=True)
class PriorBlock:
    """A named vector of unknowns of one family: value = link(loc + scale·z)."""

    name: str
    labels: tuple[str, ...]
    family: Family
    loc: NDArray[np.float64]
    scale: NDArray[np.float64]

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return len(self.labels)

    def natural(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values (…, size) on the natural scale, for z (…, size)."""
        x = self.loc + self.scale * z
        if self.family == "lognormal":
            return np.exp(x)
        return 1 / (1 + np.exp(-x)) if self.family == "logitnormal" else x


def location(prior: Prior) -> tuple[Family, float, float]:
    """Family of a prior, and its location and scale on the unbounded scale."""
    if isinstance(prior, LogNormal):
        return "lognormal", float(np.log(prior.median)), float(np.log(prior.factor))
    if isinstance(prior, LogitNormal):
        low, high = float(logit(prior.low)), float(logit(prior.high))
        return "logitnormal", (low + high) / 2, (high - low) / (2 * NINETY)
    return "normal", prior.mean, prior.sd


@dataclass(frozen=True)
class Unknowns:
    """All blocks of a case, in their order in `z`."""

    blocks: tuple[PriorBlock, ...]

    @property
    def size(self) -> int:
        """Length of `z`."""
        return sum(block.size for block in self.blocks)

    def values(self, z: Array) -> dict[str, Array]:
        """Named parameters on their natural scale, from `z` of shape (size,)."""
        loc, scale = (np.concatenate([getattr(b, name) for b in self.blocks]) for name in ("loc", "scale"))
        family = np.repeat([b.family for b in self.blocks], [b.size for b in self.blocks])
        x = loc + scale * z
        positive = jnp.where(
            family == "lognormal", jnp.exp(jnp.where(family == "normal", 0.0, x)), jax.nn.sigmoid(x)
        )
        value = jnp.where(family == "normal", x, positive)
        ends = np.cumsum([block.size for block in self.blocks])
        return {b.name: part for b, part in zip(self.blocks, jnp.split(value, ends[:-1]), strict=True)}

    def slices(self) -> dict[str, slice]:
        """Position of each block in `z`, by name."""
        ends = np.cumsum([block.size for block in self.blocks])
        return {b.name: slice(int(e) - b.size, int(e)) for b, e in zip(self.blocks, ends, strict=True)}

    def labels(self) -> list[str]:
        """One name for each element of `z`, `block[label]`."""
        return [f"{block.name}[{label}]" for block in self.blocks for label in block.labels]


class _Collector:
    """Collects blocks, with the default prior where a case gives none."""

    def __init__(self, overrides: Mapping[str, Prior]) -> None:
        self.overrides = overrides
        self.blocks: list[PriorBlock] = []

    def default(self, name: str) -> Prior:
        return self.overrides.get(name, DEFAULTS[name])

    def add(self, name: str, labels: Sequence[str], priors: Sequence[Prior]) -> None:
        if not labels:
            return
        located = [location(prior) for prior in priors]
        family = located[0][0]
        if any(other != family for other, _, _ in located):
            raise ValueError(f"the priors of {name} belong to different families")
        loc, scale = (np.array([item[k] for item in located], dtype=float) for k in (1, 2))
        self.blocks.append(PriorBlock(name, tuple(labels), family, loc, scale))

    def same(self, name: str, labels: Sequence[str], default: str = "") -> None:
        self.add(name, labels, [self.default(default or name)] * len(labels))


def unknowns(case: Case, plan: Plan, compiled: CompiledReadings) -> Unknowns:
    """Return the unknowns of a case with their priors."""
    settings = plan.settings
    collect = _Collector(settings.priors)
    _arrival_blocks(collect, plan)
    _leaving_blocks(collect, plan)
    _visitor_blocks(collect, plan)
    _place_blocks(collect, plan)
    _claim_blocks(collect, case, compiled)
    return Unknowns(tuple(collect.blocks))


def _arrival_blocks(collect: _Collector, plan: Plan) -> None:
    settings = plan.settings
    events = {event.id: event for event in settings.events}
    names = [f"{c.host}:{c.wave}" for c in plan.cohorts]
    collect.add("size", names, [events[c.wave].arrivals[c.host] for c in plan.cohorts])
    waves = [event for event in settings.events if event.arrivals]
    collect.add("duration", [e.id for e in waves], [e.duration for e in waves])
    collect.same("background", names)
    collect.same("background_walk", [str(k) for k in plan.slow_knots[1:]])
    through = [c for c in plan.cohorts if c.host in events[c.wave].passing]
    collect.add(
        "passing", [f"{c.host}:{c.wave}" for c in through], [events[c.wave].passing[c.host] for c in through]
    )


def _leaving_blocks(collect: _Collector, plan: Plan) -> None:
    origin, *others = plan.places
    hosts = [place for place in others if not is_elsewhere(plan.settings, place)]
    collect.same("leave.staying", ["all"])
    collect.same("leave.place", hosts)
    collect.same("leave.origin", [origin])
    collect.same("leave.elsewhere", [place for place in others if place not in hosts])
    collect.same("leave.passing", [s.place for s in plan.states if s.standing == "passing"])
    settled = [s.place for s in plan.states if s.standing == "settled"]
    collect.same("settled_stays", ["all"] if settled else [])
    collect.same("settle", settled)
    first = list(dict.fromkeys(c.host for c in plan.cohorts))
    _walk_blocks(collect, plan, "leave_walk", first)
    collect.add("regime_push", [r.id for r in plan.regimes], [r.push for r in plan.regimes])
    for name in ("regime_settle", "run_out"):
        collect.same(name, [r.id for r in plan.regimes if has_parameter(name, r)])
    collect.same("pull", others)
    collect.same("pair", [f"{h}:{j}" for h in first for j in others if j != h])
    for standing in ("staying", "settled", "passing"):
        collect.same(f"back.{standing}", ["all"])
    strata = plan.settings.strata
    collect.add(
        "stratum_share",
        [s.id for s in strata[:-1]],
        [s.share or collect.default("stratum_share") for s in strata[:-1]],
    )
    collect.add("stratum_push", [s.id for s in strata], [s.push for s in strata])
    collect.add("stratum_back", [s.id for s in strata], [s.back for s in strata])


REGIME_BLOCKS = ("regime_push", "excursions.regime", "regime_settle", "run_out")
"""Blocks with one unknown for each regime to which `has_parameter` applies."""


def has_parameter(name: str, regime: Regime) -> bool:
    """Whether a regime has an unknown in a block of `REGIME_BLOCKS`."""
    if name == "regime_settle":
        return regime.kind == "rolling"
    return regime.forgets if name == "run_out" else True


def _walk_blocks(collect: _Collector, plan: Plan, name: str, places: Sequence[str]) -> None:
    """Add the steps of random walks: monthly for the host of the question, quarterly for other places."""
    host = plan.settings.host
    fast = [f"{k}:{host}" for k in plan.knots[1:]] if host in places else []
    slow = [f"{k}:{place}" for k in plan.slow_knots[1:] for place in places if place != host]
    collect.same(name, fast)
    collect.same(f"{name}.elsewhere", slow, name)


def is_elsewhere(settings: CaseSettings, place: str) -> bool:
    """Whether a place is the rest of the world, by its id or its name."""
    return ELSEWHERE in (place.casefold(), settings.places[place].name.casefold())


def _visitor_blocks(collect: _Collector, plan: Plan) -> None:
    visitors = [plan.settings.visitors[place] for place in plan.visited]
    names = plan.visited
    collect.add("visitors", names, [v.level for v in visitors])
    collect.add("season", names, [v.season for v in visitors])
    collect.add("visit_days", names, [v.stay for v in visitors])
    collect.add("trips", names, [v.trips for v in visitors])
    collect.add("from_origin", names, [v.from_origin for v in visitors])
    steps = [(e.id, place, prior) for e in plan.settings.events for place, prior in e.visitors.items()]
    collect.add("visitor_step", [f"{e}:{place}" for e, place, _ in steps], [prior for *_, prior in steps])
    _walk_blocks(collect, plan, "visitor_walk", names)


def _place_blocks(collect: _Collector, plan: Plan) -> None:
    settings, hosts = plan.settings, plan.places[1:]
    spec = settings.places
    collect.add("residents", hosts, [spec[h].residents or collect.default("residents") for h in hosts])
    collect.add(
        "resident_trips", hosts, [spec[h].resident_trips or collect.default("resident_trips") for h in hosts]
    )
    collect.add("via_origin", hosts, [spec[h].via_origin or collect.default("via_origin") for h in hosts])
    collect.same("excursions", hosts)
    floor = collect.default("excursions")
    collect.add(
        "excursions.regime", [r.id for r in plan.regimes], [excursion_prior(r, floor) for r in plan.regimes]
    )
    for name in ("arrivals", "stock"):
        priors = [getattr(spec[part], name) or collect.default(f"part_{name}") for part in plan.parts]
        collect.add(f"part_{name}", plan.parts, priors)
    schemes = settings.schemes
    delayed = [scheme for scheme in schemes if scheme.delay]
    collect.add("scheme_delay", [s.id for s in delayed], [s.delay for s in delayed if s.delay])
    for name in ("uptake", "leak", "renewal", "struck"):
        collect.add(f"scheme_{name}", [s.id for s in schemes], [getattr(s, name) for s in schemes])


def _claim_blocks(collect: _Collector, case: Case, compiled: CompiledReadings) -> None:
    kinds = tuple(dict.fromkeys(compiled.kind))
    for kind in kinds:
        collect.same(f"sigma.{kind}", ["all"])
    pairs = bias_pairs(case, compiled)
    collect.add(
        "bias",
        [f"{source}:{kind}" for source, kind in pairs],
        [own_bias(case, *pair) for pair in pairs],
    )
    shared = common_pairs(case, spoken_pairs(case, compiled))
    unit = collect.default("common")
    collect.add(
        "common",
        [f"{interest}:{kind}" for interest, kind in shared],
        [_scaled(unit, collect.default(f"bias.{kind}")) for _, kind in shared],
    )
    collect.same("rent_elasticity", compiled.rent_place)
    collect.same("rent_trend", compiled.rent_place)
    groups = tuple(dict.fromkeys(group.kind for group in case.contacts))
    collect.same("concentration", groups)
    collect.same("reach", groups)


def spoken_pairs(case: Case, compiled: CompiledReadings) -> list[tuple[str, Kind]]:
    """The source and the kind of measure of every reading, (readings,)."""
    source = {claim.claim: claim.source for claim in case.claims}
    return [(source[r.claim], kind) for r, kind in zip(compiled.readings, compiled.kind, strict=True)]


def bias_pairs(case: Case, compiled: CompiledReadings) -> list[tuple[str, Kind]]:
    """Every pair of a source and a kind of measure with more than one claim, copies excluded.

    Only there can a bias be distinguished from an error; see `lone_sd`.
    """
    used = {claim.claim for claim in case.claims if claim.status == "use"}
    spoken: dict[tuple[str, Kind], set[str]] = {}
    for pair, reading in zip(spoken_pairs(case, compiled), compiled.readings, strict=True):
        spoken.setdefault(pair, set()).update({reading.claim} & used)
    return [pair for pair, claims in spoken.items() if len(claims) > 1]


def lone_sd(case: Case, compiled: CompiledReadings) -> NDArray[np.float64]:
    """Sd of a source's own bias where it has a single claim of a kind, else 0; (readings,).

    Such a bias cannot be distinguished from the measurement error, so it is marginalised:
    the error has the variance of both.
    """
    explicit = set(bias_pairs(case, compiled))
    return np.array(
        [0.0 if pair in explicit else own_bias(case, *pair).sd for pair in spoken_pairs(case, compiled)]
    )


def own_bias(case: Case, source: str, kind: Kind) -> Normal:
    """Prior of a source's bias: that of its anchor, else the default of the kind for its interest."""
    for anchor in case.settings.anchors:
        if (anchor.source, anchor.kind) == (source, kind):
            return Normal(mean=0, sd=anchor.sd)
    name = f"bias.{kind}"
    return bias_prior(case.settings.priors.get(name, DEFAULTS[name]), case, source)


def common_pairs(case: Case, pairs: list[tuple[str, Kind]]) -> list[tuple[str, Kind]]:
    """Every pair of an interest and a kind of measure that its sources report."""
    interest = {source.source: source.interest for source in case.sources}
    return list(dict.fromkeys((interest[source], kind) for source, kind in pairs))


def bias_prior(prior: Prior, case: Case, source: str) -> Normal:
    """Prior of a source's bias: the default of the kind, wider for less reliable interests."""
    interest = next(s.interest for s in case.sources if s.source == source)
    assert isinstance(prior, Normal)
    return Normal(mean=prior.mean, sd=prior.sd * LESS_RELIABLE[interest])


def _scaled(unit: Prior, bias: Prior) -> Normal:
    assert isinstance(unit, Normal)
    assert isinstance(bias, Normal)
    return Normal(mean=unit.mean, sd=unit.sd * bias.sd)


def excursion_prior(regime: Regime, floor: Prior) -> LogNormal:
    """Prior of excursions per staying person and week under a regime.

    Where re-entry resets a permitted stay of L days, the median rises by 7/L per week.
    """
    assert isinstance(floor, LogNormal)
    if regime.excursions is not None:
        return regime.excursions
    legal = 7 / regime.cap if regime.kind == "entry" else 0.0
    return LogNormal(median=floor.median + legal, factor=1.5 if legal else floor.factor)
