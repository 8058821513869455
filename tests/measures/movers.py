"""A dozen named movers, four visitors and a resident: their itineraries, and counts made from them.

Two ways to count. `sums` fills the features that the operator is fed with; the functions below answer
each measure from the itineraries alone, one person and one crossing at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from sojourn.history import Plan
from sojourn.measures import Sums

ORIGIN = "OO"


def day(text: str) -> date:
    return date.fromisoformat(f"2021-{text}")


@dataclass(frozen=True)
class Move:
    """To another place for good; `via` is the border crossed on the way, if any."""

    on: date
    to: str
    via: str = ""


@dataclass(frozen=True)
class Mover:
    """Somebody who fled: who they are, what they did, what papers they got."""

    name: str
    host: str
    wave: str
    came: date
    moves: tuple[Move, ...] = ()
    trips: tuple[tuple[date, str], ...] = ()
    """Out and back on one day: the day, and the next border."""
    permit: date | None = None
    tax: date | None = None
    struck: date | None = None
    stratum: int = -1
    passing: bool = False
    in_city: bool = False


MOVERS = (
    Mover("Anna", "AA", "first", day("03-02"), tax=day("03-09"), in_city=True),
    Mover("Boris", "AA", "first", day("03-05"), (Move(day("07-04"), "XX"),), tax=day("03-20")),
    Mover(
        "Vera",
        "AA",
        "first",
        day("04-11"),
        (Move(day("09-15"), ORIGIN), Move(day("11-02"), "AA")),
        in_city=True,
    ),
    Mover(
        "Grigori",
        "AA",
        "second",
        day("07-02"),
        stratum=0,
        permit=day("09-01"),
        tax=day("07-09"),
        in_city=True,
    ),
    Mover("Daria", "AA", "second", day("07-02"), (Move(day("07-08"), "BB"),), stratum=1, passing=True),
    Mover(
        "Yegor",
        "AA",
        "second",
        day("07-03"),
        (Move(day("07-10"), "XX", via=ORIGIN),),
        stratum=0,
        passing=True,
    ),
    Mover(
        "Zhanna",
        "AA",
        "second",
        day("07-05"),
        trips=((day("10-02"), ORIGIN), (day("10-05"), "BB"), (day("10-12"), ORIGIN), (day("10-13"), ORIGIN)),
        stratum=1,
        tax=day("07-30"),
        in_city=True,
    ),
    Mover(
        "Zakhar",
        "AA",
        "second",
        day("07-06"),
        (Move(day("10-20"), ORIGIN),),
        permit=day("08-15"),
        tax=day("07-15"),
        struck=day("10-25"),
        stratum=0,
    ),
    Mover("Irina", "AA", "second", day("08-09"), (Move(day("10-02"), "BB", via=ORIGIN),), stratum=1),
    Mover("Kirill", "BB", "second", day("07-03"), (Move(day("09-05"), "AA"),), permit=None),
    Mover("Lidia", "BB", "second", day("07-20"), trips=((day("10-08"), ORIGIN),)),
    Mover("Maxim", "BB", "second", day("08-01"), (Move(day("10-30"), ORIGIN),)),
)


@dataclass(frozen=True)
class Visit:
    """A visitor of AA: in, out (the next day is the first without them), and the border used."""

    name: str
    came: date
    left: date
    border: str


VISITS = (
    Visit("Nikita", day("07-07"), day("07-12"), ORIGIN),
    Visit("Nikita", day("09-06"), day("09-08"), ORIGIN),
    Visit("Olga", day("08-20"), day("11-20"), "BB"),
    Visit("Pavel", day("10-30"), day("11-03"), ORIGIN),
)
RESIDENT_TRIPS = tuple(
    (day(f"{month}-{d}"), "BB" if d == 10 else ORIGIN) for month in ("07", "10") for d in (10, 12, 17, 24)
)
"""Of Rosa, who has lived in AA for years: out and back, one trip in four to BB as the case says of all."""


def where(person: Mover, at: date) -> str:
    """Where somebody lives at the end of a day; nowhere before they come."""
    place = person.host if person.came <= at else ""
    for move in person.moves:
        place = move.to if move.on <= at else place
    return place


def standing(person: Mover, at: date) -> str:
    moved = any(move.on <= at for move in person.moves)
    if person.permit and person.permit <= at and not moved:
        return "settled"
    return "passing" if person.passing and not moved else "staying"


def crossings(person: Mover) -> Iterator[tuple[date, str, str]]:
    """Every border crossed while changing place: the day, and the sides left and entered."""
    yield person.came, ORIGIN, person.host
    here = person.host
    for move in person.moves:
        for to in (move.via, move.to) if move.via else (move.to,):
            yield move.on, here, to
            here = to


def home_moves(person: Mover) -> Iterator[tuple[date, str, str]]:
    """Changes of place: the day, from where, and the final destination."""
    here = person.host
    for move in person.moves:
        yield move.on, here, move.to
        here = move.to


def trips(person: Mover) -> Iterator[tuple[date, str, str]]:
    """Trips: the day, where they live, the next border."""
    for on, border in person.trips:
        yield on, where(person, on), border


def sums(
    plan: Plan, windows: list[tuple[date, date]], dates: list[date], groups: tuple[tuple[int, ...], ...]
) -> Sums:
    """The features of the operator, by counting persons and crossings."""
    W, V, places = len(windows), len(dates), plan.places
    D, R, S, N = len(places), len(plan.rows), len(plan.states), len(plan.visited)
    G = len(plan.settings.schemes)
    zero = np.zeros
    f = {
        "arrivals": zero((W, len(plan.cohorts))),
        "moves": zero((W, len(groups), D, D)),
        "crossed": zero((W, D, D)),
        "excursions": zero((W, D)),
        "visitors_in": zero((W, N, 2)),
        "visitors_out": zero((W, N, 2)),
        "visitor_people": zero((W, N)),
        "resident_trips": zero((W, D)),
        "resident_people": zero((W, D)),
        "issued": zero((W, G)),
        "stock": zero((V, R, S)),
        "visitors": zero((V, N)),
        "residents": zero((V, D)),
        "register": zero((V, G)),
        "tracked": zero((V, 0)),
    }
    alpha = places.index("AA")
    for w, (start, end) in enumerate(windows):
        for person in MOVERS:
            c = [(cohort.host, cohort.wave) for cohort in plan.cohorts].index((person.host, person.wave))
            row = [(row.cohorts, row.stratum) for row in plan.rows].index(((c,), person.stratum))
            f["arrivals"][w, c] += start <= person.came <= end
            for on, left, to in home_moves(person):
                for k, rows in enumerate(groups):
                    f["moves"][w, k, places.index(left), places.index(to)] += (
                        start <= on <= end and row in rows
                    )
            for on, left, to in list(crossings(person))[1:]:
                f["crossed"][w, places.index(left), places.index(to)] += start <= on <= end
            for on, home, _ in trips(person):
                f["excursions"][w, places.index(home)] += start <= on <= end
            papers = (person.tax, person.permit)
            f["issued"][w] += [paper is not None and start <= paper <= end for paper in papers]
        for visit in VISITS:
            other = int(visit.border != ORIGIN)
            f["visitors_in"][w, 0, other] += start <= visit.came <= end
            f["visitors_out"][w, 0, other] += start <= visit.left <= end
        f["visitor_people"][w, 0] = len({v.name for v in VISITS if start <= v.came <= end})
        out = [on for on, _ in RESIDENT_TRIPS if start <= on <= end]
        f["resident_trips"][w, alpha], f["resident_people"][w, alpha] = len(out), bool(out)
    for v, at in enumerate(dates):
        for person in MOVERS:
            c = [(cohort.host, cohort.wave) for cohort in plan.cohorts].index((person.host, person.wave))
            row = [(row.cohorts, row.stratum) for row in plan.rows].index(((c,), person.stratum))
            if where(person, at):
                f["stock"][v, row, plan.state(where(person, at), standing(person, at))] += 1
            f["register"][v, 0] += on_tax_register(person, at)
            f["register"][v, 1] += standing(person, at) == "settled"
        f["visitors"][v, 0] = sum(visit.came <= at < visit.left for visit in VISITS)
        f["residents"][v, alpha] = 1
    for name, source, axis in (
        ("moves_out", "moves", 3),
        ("moves_in", "moves", 2),
        ("crossed_out", "crossed", 2),
        ("crossed_in", "crossed", 1),
    ):
        f[name] = f[source].sum(axis=axis)
    return Sums(**f)


def on_tax_register(person: Mover, at: date) -> bool:
    if person.tax is None or person.tax > at:
        return False
    return person.struck is None or at < person.struck
