"""Default priors: every number that a case does not state, in one place.

`[priors]` in `case.toml` overrides any of them by name; `sojourn check` prints which.
The reasons stand beside the numbers; docs/reference/priors.md is made from them.
"""

from __future__ import annotations

from collections.abc import Mapping

from sojourn._core.errors import Problem
from sojourn.case.settings import LogitNormal, LogNormal, Normal

Prior = LogNormal | LogitNormal | Normal

DEFAULTS: dict[str, Prior] = {
    "background": LogNormal(
        median=0.004,
        factor=3,
        why="arrivals per week after a surge, as a share of it: a trickle, barely known",
    ),
    "background_walk": Normal(
        mean=0, sd=0.3, why="change of the trickle in a quarter, log; no ledger could tell its size"
    ),
    "leave.passing": LogNormal(
        median=7 / 5, factor=1.6, why="per week; people on the way through stay 5 days"
    ),
    "leave.staying": LogNormal(
        median=0.025, factor=2, why="per week; a stay of some 40 weeks, between a season and several years"
    ),
    "leave.place": Normal(mean=0, sd=0.4, why="places differ by half as much again, log"),
    "leave.origin": LogNormal(
        median=0.003, factor=2.5, why="per week; one returner in seven leaves again in a year"
    ),
    "leave.elsewhere": LogNormal(median=0.005, factor=2.5, why="per week; third places hold people longer"),
    "settled_stays": LogNormal(median=2, factor=1.5, why="a permit divides the rate of leaving by about e²"),
    "leave_walk": Normal(
        mean=0, sd=0.15, why="change of the rate of leaving in a month, log; fixed, as of the trickle"
    ),
    "regime_settle": Normal(
        mean=0.3, sd=0.5, why="a stricter rule of stay makes more people ask for a permit"
    ),
    "run_out": LogitNormal(
        low=0.05,
        high=0.75,
        why="who has no permit must leave when permitted days run out; how many obey is not known beforehand",
    ),
    "settle": LogNormal(median=0.005, factor=2.5, why="per week; a quarter get a permit within a year"),
    "pull": Normal(mean=0, sd=1, why="destinations differ by e either way before anything is heard"),
    "pair": Normal(mean=0, sd=0.5, why="neighbours, flights, language: a pair departs from the general pull"),
    "back.staying": Normal(
        mean=2, sd=1, why="log odds against one third place: among eight, half of the leavers return"
    ),
    "back.settled": Normal(mean=2, sd=1, why="as for staying: no evidence of a difference"),
    "back.passing": Normal(
        mean=0, sd=1, why="on the way through to somewhere else: the origin is one place of many"
    ),
    "via_origin": LogitNormal(
        low=0.03, high=0.5, why="land-locked hosts: people fly out of the origin's airports; share unknown"
    ),
    "excursions": LogNormal(median=0.02, factor=2, why="one trip abroad per staying person and year"),
    "visitor_walk": Normal(
        mean=0, sd=0.12, why="change of visitors in a month beside the season, log; fixed, as of the trickle"
    ),
    "residents": LogNormal(
        median=10_000, factor=4, why="a case should say how many nationals lived there before"
    ),
    "resident_trips": LogNormal(median=2, factor=2, why="trips abroad per resident and year"),
    "part_arrivals": LogitNormal(low=0.1, high=0.6, why="one large city among several"),
    "part_stock": LogitNormal(low=0.1, high=0.6, why="one large city among several"),
    "stratum_share": LogitNormal(low=0.2, high=0.8, why="strata are of the same order"),
    "sigma.crossings": LogNormal(
        median=0.05, factor=1.8, why="border counts of both sides agree within some five per cent"
    ),
    "sigma.persons": LogNormal(median=0.1, factor=1.6, why="counts of persons rest on matching of documents"),
    "sigma.stocks": LogNormal(median=0.12, factor=1.6, why="stocks are estimated, seldom counted"),
    "sigma.onward": LogNormal(median=0.2, factor=1.6, why="final destinations are asked, not recorded"),
    "sigma.returns": LogNormal(median=0.2, factor=1.6, why="as for onward moves"),
    "sigma.documents": LogNormal(
        median=0.15,
        factor=1.6,
        why="documents are counted well, but who asks for one, and when, is not the same every month",
    ),
    "sigma.shares": LogNormal(median=0.2, factor=1.6, why="logit scale"),
    "sigma.rents": LogNormal(median=0.08, factor=1.6, why="log rents: indices differ by composition"),
    "bias.crossings": Normal(
        mean=0,
        sd=0.1,
        why="log; what a source without an anchor may miss, add, round or take from another day",
    ),
    "bias.persons": Normal(mean=0, sd=0.25, why="log; who is counted as a person arriving"),
    "bias.stocks": Normal(mean=0, sd=0.3, why="log; a spokesman's stock may be off by a third"),
    "bias.onward": Normal(mean=0, sd=0.4, why="log; onward moves are inferred"),
    "bias.returns": Normal(mean=0, sd=0.4, why="log; returns are inferred, and everybody has an interest"),
    "bias.documents": Normal(mean=0, sd=0.1, why="log; a scheme's own count"),
    "bias.shares": Normal(mean=0, sd=0.4, why="logit"),
    "bias.rents": Normal(mean=0, sd=0.1, why="log change"),
    "common": Normal(mean=0, sd=0.5, why="times the sd of the bias: what sources of one interest share"),
    "rent_elasticity": LogNormal(
        median=1,
        factor=2,
        why="rents per displaced person per dwelling; Saiz 2007 (J. Urban Economics 61): about 1",
    ),
    "rent_trend": Normal(
        mean=0.15, sd=0.15, why="log change a year without the displaced, inflation included"
    ),
    "concentration": LogNormal(
        median=8,
        factor=2.5,
        why="Dirichlet-multinomial: acquaintances are alike, as if eight people were asked",
    ),
    "reach": Normal(
        mean=0.3, sd=0.4, why="log odds: of those still around one knows more than of those gone"
    ),
}

LESS_RELIABLE = {
    "host_official": 1.0,
    "origin_official": 1.2,
    "third_official": 1.2,
    "international": 1.0,
    "survey": 1.0,
    "researcher": 1.2,
    "media": 1.6,
    "interviewee": 2.0,
    "own_count": 0.5,
}
"""Factor on the sd of a source's bias by interest: judgement, to be overridden by anchors."""


def prior_problems(given: Mapping[str, Prior]) -> list[Problem]:
    """What is wrong with the `[priors]` of a case: names that no prior has, and families of others.

    A prior of another family would change what its unknown may be: a negative error, a share above 1.
    """
    return [
        Problem("case.toml", message, column=f"priors.{name}", value=value)
        for name, prior in given.items()
        if (found := _prior_problem(name, prior))
        for value, message in [found]
    ]


def _prior_problem(name: str, prior: Prior) -> tuple[str, str] | None:
    if name not in DEFAULTS:
        return name, f"is no prior of the model; see docs/reference/priors.md: {', '.join(DEFAULTS)}"
    if type(prior) is not type(DEFAULTS[name]):
        return _keys(prior), f"is of another family than this prior: give {_keys(DEFAULTS[name])}"
    return None


def _keys(prior: Prior) -> str:
    return "{ " + ", ".join(key for key in type(prior).model_fields if key != "why") + " }"
