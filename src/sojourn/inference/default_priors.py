"""Default priors of the model, each with its reason.

`[priors]` in `case.toml` overrides any of them by name; `sojourn check` lists the overrides.
docs/reference/priors.md is generated from this module.
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
        why="arrivals per week after a surge, as a share of its size: a small flow, poorly known",
    ),
    "background_walk": Normal(
        mean=0,
        sd=0.3,
        why="log change of background arrivals in a quarter; fixed, because the claims cannot identify it",
    ),
    "leave.passing": LogNormal(
        median=7 / 5, factor=1.6, why="per week; people in transit stay 5 days on average"
    ),
    "leave.staying": LogNormal(
        median=0.025,
        factor=2,
        why="per week; a mean stay of about 40 weeks, between a season and several years",
    ),
    "leave.place": Normal(mean=0, sd=0.4, why="log; rates differ between places by a factor of about 1.5"),
    "leave.origin": LogNormal(
        median=0.003, factor=2.5, why="per week; one returnee in seven leaves again within a year"
    ),
    "leave.elsewhere": LogNormal(
        median=0.005, factor=2.5, why="per week; people stay longer in the rest of the world"
    ),
    "settled_stays": LogNormal(
        median=2, factor=1.5, why="a residence permit divides the rate of leaving by about e²"
    ),
    "leave_walk": Normal(
        mean=0,
        sd=0.15,
        why="log change of the rate of leaving in a month; fixed, as for background arrivals",
    ),
    "regime_settle": Normal(
        mean=0.3, sd=0.5, why="log; a stricter stay rule makes more people apply for a permit"
    ),
    "run_out": LogitNormal(
        low=0.05,
        high=0.75,
        why="people without a permit must leave when their permitted days run out; "
        "the share that complies is unknown beforehand",
    ),
    "settle": LogNormal(median=0.005, factor=2.5, why="per week; a quarter get a permit within a year"),
    "pull": Normal(
        mean=0, sd=1, why="log; before any data, destinations differ in attraction by a factor of about e"
    ),
    "pair": Normal(
        mean=0,
        sd=0.5,
        why="log; neighbours, flights and language: how a pair of places departs from the general pull",
    ),
    "back.staying": Normal(
        mean=2, sd=1, why="log odds against one third place: with eight of them, half of the leavers return"
    ),
    "back.settled": Normal(mean=2, sd=1, why="as for `back.staying`: no evidence of a difference"),
    "back.passing": Normal(
        mean=0, sd=1, why="log odds; people in transit head elsewhere: the origin is one destination of many"
    ),
    "via_origin": LogitNormal(
        low=0.03,
        high=0.5,
        why="from land-locked hosts people travel through the origin's airports; the share is unknown",
    ),
    "excursions": LogNormal(
        median=0.02, factor=2, why="per week; about one trip abroad per staying person and year"
    ),
    "visitor_walk": Normal(
        mean=0,
        sd=0.12,
        why="log change of visitor numbers in a month, beyond the season; fixed, as for background arrivals",
    ),
    "residents": LogNormal(
        median=10_000, factor=4, why="a case should state how many nationals already lived there"
    ),
    "resident_trips": LogNormal(median=2, factor=2, why="trips abroad per resident and year"),
    "part_arrivals": LogitNormal(low=0.1, high=0.6, why="share of one large city among several"),
    "part_stock": LogitNormal(low=0.1, high=0.6, why="share of one large city among several"),
    "stratum_share": LogitNormal(low=0.2, high=0.8, why="strata are of similar size"),
    "sigma.crossings": LogNormal(
        median=0.05, factor=1.8, why="log; the border counts of both sides agree within about five per cent"
    ),
    "sigma.persons": LogNormal(
        median=0.1, factor=1.6, why="log; counts of people depend on matching documents"
    ),
    "sigma.stocks": LogNormal(median=0.12, factor=1.6, why="log; stocks are estimated, seldom counted"),
    "sigma.onward": LogNormal(
        median=0.2, factor=1.6, why="log; final destinations are asked about, not recorded"
    ),
    "sigma.returns": LogNormal(median=0.2, factor=1.6, why="as for onward moves"),
    "sigma.documents": LogNormal(
        median=0.15,
        factor=1.6,
        why="log; documents are counted well, but demand for them varies from month to month",
    ),
    "sigma.shares": LogNormal(median=0.2, factor=1.6, why="on the logit scale"),
    "sigma.rents": LogNormal(
        median=0.08, factor=1.6, why="log; rent indices differ in the dwellings they cover"
    ),
    "bias.crossings": Normal(
        mean=0,
        sd=0.1,
        why="log; a source without an anchor may omit, add or round crossings, or take them from another day",
    ),
    "bias.persons": Normal(mean=0, sd=0.25, why="log; sources differ in whom they count as an arrival"),
    "bias.stocks": Normal(mean=0, sd=0.3, why="log; a stock named by an official may be off by a third"),
    "bias.onward": Normal(mean=0, sd=0.4, why="log; onward moves are inferred"),
    "bias.returns": Normal(
        mean=0, sd=0.4, why="log; returns are inferred, and every source has an interest in them"
    ),
    "bias.documents": Normal(mean=0, sd=0.1, why="log; an issuer's count of its own documents"),
    "bias.shares": Normal(mean=0, sd=0.4, why="on the logit scale"),
    "bias.rents": Normal(mean=0, sd=0.1, why="log change of rents"),
    "common": Normal(
        mean=0,
        sd=0.5,
        why="multiple of the sd of the bias: the part that sources with the same interest share",
    ),
    "rent_elasticity": LogNormal(
        median=1,
        factor=2,
        why="of rents to displaced people per dwelling; Saiz 2007 (J. Urban Economics 61): about 1",
    ),
    "rent_trend": Normal(
        mean=0.15, sd=0.15, why="log change per year without the displaced, inflation included"
    ),
    "concentration": LogNormal(
        median=8,
        factor=2.5,
        why="Dirichlet-multinomial: acquaintances resemble one another, "
        "so a group is worth about eight independent people",
    ),
    "reach": Normal(
        mean=0.3, sd=0.4, why="log odds: people know more about those who stayed than about those who left"
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
"""Factor on the sd of a source's bias, by interest. A judgement; an anchor overrides it for a source."""


def prior_problems(given: Mapping[str, Prior]) -> list[Problem]:
    """Return the problems in the `[priors]` of a case: unknown names, and priors of the wrong family.

    A prior of another family would change the support of its unknown: a negative error, a share above 1.
    """
    return [
        Problem("case.toml", message, column=f"priors.{name}", value=value)
        for name, prior in given.items()
        if (found := _prior_problem(name, prior))
        for value, message in [found]
    ]


def _prior_problem(name: str, prior: Prior) -> tuple[str, str] | None:
    if name not in DEFAULTS:
        return name, f"is not a prior of the model; docs/reference/priors.md lists: {', '.join(DEFAULTS)}"
    if type(prior) is not type(DEFAULTS[name]):
        return _keys(prior), f"is the wrong family for this prior; expected {_keys(DEFAULTS[name])}"
    return None


def _keys(prior: Prior) -> str:
    return "{ " + ", ".join(key for key in type(prior).model_fields if key != "why") + " }"
