"""Terms: the features that each measure counts.

| measure | features |
|---|---|
| entries, exits | arrivals, crossings of movers, excursions; visitors; residents' trips |
| people | arrivals and moves into the place; distinct visitors; distinct residents |
| arrivals, departures | first arrivals; moves out by final destination |
| present, settled | stock by state; visitors present; residents |
| returned, moved_on, stayed | stock of a cohort's rows by place |
| issued, register | documents; persons on a register |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sojourn._core.errors import SojournError
from sojourn.case import Reading
from sojourn.history import Plan
from sojourn.measures.operator import TrackedGroup

STOCK_MEASURES = frozenset({"present", "settled", "register", "returned", "moved_on", "stayed"})
PART_OF_STOCK = frozenset({"present", "settled", "stayed", "register"})
NO_COHORT = "is not a first host: no event (of this wave) has arrivals there"
TO_ORIGIN, OTHER_BORDERS = 0, 1
ORIGIN = 0


class ReadingError(SojournError, ValueError):
    """The case does not model what a reading counts."""

    def __init__(self, reading: Reading, column: str, value: str, allowed: str) -> None:
        """Build the message from the reading, the column, its value and what is allowed."""
        super().__init__(f"claim {reading.claim}, reading {reading.reading}, {column} “{value}”: {allowed}")
        self.reading, self.column, self.value, self.allowed = reading, column, value, allowed


@dataclass(frozen=True)
class Feature:
    """One feature (see `Sums`), an index into it and a coefficient.

    The first index of `moves` and `moves_out` is filled in with the term's group of rows.
    """

    name: str
    index: tuple[int, ...]
    value: float


@dataclass(frozen=True)
class Term:
    """A sum of features, for a part of a country if `part` is given."""

    features: tuple[Feature, ...]
    part: str = ""
    of_stock: bool = False
    movers: tuple[int, ...] = ()
    """The rows whose moves are counted; empty for all rows."""


def term_of(plan: Plan, r: Reading) -> Term:
    """Return the term of a reading (of its numerator).

    Raises:
        ReadingError: the case does not model what the reading counts.
    """
    count = _COUNTERS[r.measure]
    part = r.place if r.place in plan.parts else ""
    movers = tuple(plan.rows_of(("", r.wave))) if r.measure == "departures" and r.wave else ()
    return Term(tuple(count(plan, r)), part, bool(part) and r.measure in PART_OF_STOCK, movers)


def track_group(plan: Plan, r: Reading) -> TrackedGroup:
    """Return the group of a `rate`: the displaced in `of_place` at its start, and in `place` at its end.

    Raises:
        ReadingError: the reading has no start.
    """
    if r.start is None:
        raise ReadingError(r, "start", "", "a rate needs a start, the date at which its group is defined")
    position = plan.calendar.end_of(r.start)
    return TrackedGroup(
        rows=tuple(plan.rows_of(("", r.of_wave or r.wave))),
        states_from=tuple(plan.states_of(plan.country(r.of_place or r.place))),
        states_to=tuple(plan.states_of(plan.country(r.place))),
        start=max(1, round(position)),
    )


def _includes(r: Reading, who: str) -> bool:
    return r.who in (who, "all")


def _visited(plan: Plan, r: Reading, place: str) -> int:
    if place not in plan.visited:
        allowed = f"counts visitors of {place}, which the case does not model: add [visitors.{place}]"
        raise ReadingError(r, "who", r.who, allowed)
    return plan.visited.index(place)


def _no_wave(r: Reading) -> None:
    if r.wave:
        raise ReadingError(r, "wave", r.wave, f"must be empty: {r.measure} are not modelled by wave")


def _borders(plan: Plan, place: str) -> dict[int, float]:
    """Return shares of excursions by next border; by default all go to the origin."""
    weights = plan.settings.places[place].excursions_to or {plan.settings.origin: 1.0}
    total = sum(weights.values())
    return {plan.place(border): weight / total for border, weight in weights.items()}


def _entries(plan: Plan, r: Reading) -> Iterator[Feature]:
    yield from _crossings(plan, r, inward=True)


def _exits(plan: Plan, r: Reading) -> Iterator[Feature]:
    yield from _crossings(plan, r, inward=False)


def _crossings(plan: Plan, r: Reading, inward: bool) -> Iterator[Feature]:
    """Yield crossings into or out of a place, by counterpart if one is given.

    Crossings of the origin's border are those of the hosts in the other direction (visitors only if
    they are modelled).
    """
    _no_wave(r)
    here = plan.country(r.place)
    there = plan.country(r.counterpart) if r.counterpart else ""
    if here == plan.settings.origin:
        hosts = [there] if there else list(plan.places[1:])
        for host in hosts:
            visitors = bool(there) or host in plan.visited
            yield from _crossings_of(plan, r, host, here, not inward, visitors)
    else:
        yield from _crossings_of(plan, r, here, there, inward)


def _crossings_of(
    plan: Plan, r: Reading, here: str, there: str, inward: bool, visitors: bool = True
) -> Iterator[Feature]:
    d = plan.place(here)
    borders = _borders(plan, here)
    share = borders.get(plan.place(there), 0.0) if there else 1.0
    if _includes(r, "displaced"):
        if inward and there in ("", plan.settings.origin):
            yield from (Feature("arrivals", (c,), 1.0) for c in plan.cohorts_of((here, "")))
        if not there:
            yield Feature("crossed_in" if inward else "crossed_out", (d,), 1.0)
        elif plan.place(there) != d:
            yield Feature("crossed", (plan.place(there), d) if inward else (d, plan.place(there)), 1.0)
        yield Feature("excursions", (d,), share)
    if visitors and _includes(r, "visitors"):
        n = _visited(plan, r, here)
        name = "visitors_in" if inward else "visitors_out"
        if there in ("", plan.settings.origin):
            yield Feature(name, (n, TO_ORIGIN), 1.0)
        if there != plan.settings.origin:
            yield Feature(name, (n, OTHER_BORDERS), _other_border_share(plan, borders, there))
    if _includes(r, "residents"):
        yield Feature("resident_trips", (d,), share)


def _other_border_share(plan: Plan, borders: dict[int, float], there: str) -> float:
    """Return a border's share of visitors who do not cross the origin's border, as for excursions."""
    if not there:
        return 1.0
    others = {border: weight for border, weight in borders.items() if border != ORIGIN}
    return others.get(plan.place(there), 0.0) / sum(others.values()) if others else 0.0


def _people(plan: Plan, r: Reading) -> Iterator[Feature]:
    _no_wave(r)
    here = plan.country(r.place)
    d = plan.place(here)
    if _includes(r, "displaced"):
        yield from (Feature("arrivals", (c,), 1.0) for c in plan.cohorts_of((here, "")))
        yield Feature("moves_in", (0, d), 1.0)
    if _includes(r, "visitors"):
        yield Feature("visitor_people", (_visited(plan, r, here),), 1.0)
    if _includes(r, "residents"):
        yield Feature("resident_people", (d,), 1.0)


def _arrivals(plan: Plan, r: Reading) -> Iterator[Feature]:
    host = plan.country(r.place) if r.place else ""
    cohorts = plan.cohorts_of((host, r.wave))
    if not cohorts:
        raise ReadingError(r, "place", r.place, NO_COHORT)
    yield from (Feature("arrivals", (c,), 1.0) for c in cohorts)


def _departures(plan: Plan, r: Reading) -> Iterator[Feature]:
    d = plan.place(r.place)
    if r.counterpart:
        yield Feature("moves", (0, d, plan.place(r.counterpart)), 1.0)
    else:
        yield Feature("moves_out", (0, d), 1.0)


def _stock(rows: Iterable[int], states: Iterable[int]) -> Iterator[Feature]:
    columns = list(states)
    for row in rows:
        yield from (Feature("stock", (row, s), 1.0) for s in columns)


def _present(plan: Plan, r: Reading) -> Iterator[Feature]:
    here = plan.country(r.place)
    if _includes(r, "displaced"):
        yield from _stock(plan.rows_of(("", r.wave)), plan.states_of(here))
    if _includes(r, "visitors"):
        yield Feature("visitors", (_visited(plan, r, here),), 1.0)
    if _includes(r, "residents"):
        yield Feature("residents", (plan.place(here),), 1.0)


def _settled(plan: Plan, r: Reading) -> Iterator[Feature]:
    here = plan.country(r.place)
    if _includes(r, "displaced"):
        yield from _stock(plan.rows_of(("", r.wave)), [plan.state(here, "settled")])
    if _includes(r, "residents"):
        yield Feature("residents", (plan.place(here),), 1.0)


def _scheme(plan: Plan, r: Reading) -> int:
    return [scheme.id for scheme in plan.settings.schemes].index(r.scheme)


def _issued(plan: Plan, r: Reading) -> Iterator[Feature]:
    yield Feature("issued", (_scheme(plan, r),), 1.0)


def _register(plan: Plan, r: Reading) -> Iterator[Feature]:
    g = _scheme(plan, r)
    scheme = plan.settings.schemes[g]
    yield Feature("register", (g,), 1.0)
    if scheme.permit:
        yield Feature("residents", (plan.place(scheme.place),), 1.0)


def _hosts(plan: Plan, r: Reading) -> list[str]:
    """Return the first hosts whose cohorts a reading counts."""
    hosts = [plan.country(r.place)] if r.place else list(dict.fromkeys(c.host for c in plan.cohorts))
    found = [host for host in hosts if plan.cohorts_of((host, r.wave))]
    if not found:
        raise ReadingError(r, "place", r.place, NO_COHORT)
    return found


def _returned(plan: Plan, r: Reading) -> Iterator[Feature]:
    _hosts(plan, r)
    rows = plan.rows_of((plan.country(r.place) if r.place else "", r.wave))
    yield from _stock(rows, plan.states_of(plan.settings.origin))


def _moved_on(plan: Plan, r: Reading) -> Iterator[Feature]:
    for host in _hosts(plan, r):
        away = [i for i, s in enumerate(plan.states) if s.place not in (host, plan.settings.origin)]
        to = plan.states_of(plan.country(r.counterpart)) if r.counterpart else away
        yield from _stock(plan.rows_of((host, r.wave)), to)


def _stayed(plan: Plan, r: Reading) -> Iterator[Feature]:
    for host in _hosts(plan, r):
        yield from _stock(plan.rows_of((host, r.wave)), plan.states_of(host))


_COUNTERS = {
    "entries": _entries,
    "exits": _exits,
    "people": _people,
    "arrivals": _arrivals,
    "departures": _departures,
    "present": _present,
    "settled": _settled,
    "issued": _issued,
    "register": _register,
    "returned": _returned,
    "moved_on": _moved_on,
    "stayed": _stayed,
}
