"""Each measure equals a count, by hand and by head, on a history of a dozen named movers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from sojourn.case import Case, Reading
from sojourn.history import build_plan
from sojourn.measures import compile_readings
from sojourn.measures.operator import apply_operator
from tests.measures.movers import (
    MOVERS,
    ORIGIN,
    RESIDENT_TRIPS,
    VISITS,
    Mover,
    crossings,
    day,
    home_moves,
    on_tax_register,
    standing,
    sums,
    trips,
    where,
)

WINDOWS = {
    "July": (day("07-01"), day("07-31")),
    "autumn": (day("09-01"), day("11-30")),
    "October": (day("10-01"), day("10-31")),
    "the year": (day("01-01"), day("12-31")),
}
DATES = (day("07-09"), day("09-30"), day("10-31"), day("12-31"))
CITY = 0.25


@dataclass(frozen=True)
class Counted:
    """A reading and the same question put to the itineraries."""

    reading: Reading
    count: Callable[[], float]


def flow(measure: str, place: str, window: str, count: Callable[[date, date], float], **more: Any) -> Counted:
    start, end = WINDOWS[window]
    r = Reading("c", "r", 1.0, measure, place, start=start, end=end, **more)  # pyright: ignore
    return Counted(r, lambda: count(start, end))


def stock(measure: str, place: str, at: date, counts: Callable[[Mover], bool], **more: Any) -> Counted:
    r = Reading("c", "r", 1.0, measure, place, end=at, **more)  # pyright: ignore
    return Counted(r, lambda: sum(map(counts, MOVERS)))


def displaced(place: str, other: str, inward: bool, start: date, end: date) -> int:
    """Crossings of one place's border; on a trip one leaves and comes back, and is a visitor elsewhere."""
    found = 0
    for person in MOVERS:
        for on, left, to in crossings(person):
            here, there = (to, left) if inward else (left, to)
            found += start <= on <= end and here == place and there in (other or there,)
        for on, home, border in trips(person):
            at_home = home == place and border in (other or border,)
            at_origin = place == ORIGIN and border == ORIGIN and home in (other or home,)
            found += start <= on <= end and (at_home or at_origin)
    return found


def visitors(place: str, other: str, inward: bool, start: date, end: date) -> int:
    found = 0
    for visit in VISITS:
        sides = {"AA": visit.border, visit.border: "AA"} if visit.border == ORIGIN else {"AA": visit.border}
        on = visit.came if inward == (place == "AA") else visit.left
        found += start <= on <= end and place in sides and sides[place] in (other or sides[place],)
    return found


def residents(place: str, other: str, start: date, end: date) -> int:
    found = 0
    for on, border in RESIDENT_TRIPS:
        sides = {"AA": border} | ({ORIGIN: "AA"} if border == ORIGIN else {})
        found += start <= on <= end and place in sides and sides[place] in (other or sides[place],)
    return found


def across(place: str, other: str, who: str, inward: bool) -> Callable[[date, date], int]:
    def count(start: date, end: date) -> int:
        found = 0
        if who in ("displaced", "all"):
            found += displaced(place, other, inward, start, end)
        if who in ("visitors", "all"):
            found += visitors(place, other, inward, start, end)
        if who in ("residents", "all"):
            found += residents(place, other, start, end)
        return found

    return count


def border_readings() -> list[Counted]:
    found: list[Counted] = []
    chosen = [("AA", "", "all"), ("AA", "", "visitors"), ("AA", "", "residents"), ("OO", "", "all")]
    chosen += [
        (p, o, "displaced") for p in ("OO", "AA", "BB", "XX") for o in ("", "OO", "AA", "BB") if p != o
    ]
    for place, other, who in chosen:
        for window in WINDOWS:
            for measure in ("entries", "exits"):
                count = across(place, other, who, measure == "entries")
                found.append(flow(measure, place, window, count, counterpart=other, who=who))
            into, out = across(place, other, who, True), across(place, other, who, False)
            found.append(
                flow(
                    "net",
                    place,
                    window,
                    lambda s, e, i=into, o=out: i(s, e) - o(s, e),
                    counterpart=other,
                    who=who,
                )
            )
    for other in ("OO", "BB"):
        for who in ("visitors", "residents", "all"):
            count = across("AA", other, who, True)
            found.append(flow("entries", "AA", "the year", count, counterpart=other, who=who))
            found.append(
                flow("exits", "AA", "the year", across("AA", other, who, False), counterpart=other, who=who)
            )
    a_day = across("AA", "", "all", True)
    found.append(flow("entries", "AA", "October", lambda s, e: a_day(s, e) / 31, who="all", per="day"))
    return found


def people(who: str) -> Callable[[date, date], int]:
    def count(start: date, end: date) -> int:
        found: set[str] = set()
        if who in ("displaced", "all"):
            found |= {
                p.name for p in MOVERS for on, _, to in crossings(p) if start <= on <= end and to == "AA"
            }
        if who in ("visitors", "all"):
            found |= {visit.name for visit in VISITS if start <= visit.came <= end}
        if who in ("residents", "all"):
            found |= {"Rosa" for on, _ in RESIDENT_TRIPS if start <= on <= end}
        return len(found)

    return count


def flow_readings() -> list[Counted]:
    found = [
        flow("people", "AA", window, people(who), who=who)
        for who in ("displaced", "visitors", "residents", "all")
        for window in ("July", "October")
    ]
    for window in WINDOWS:
        for host, wave in (
            ("AA", ""),
            ("AA", "first"),
            ("AA", "second"),
            ("BB", ""),
            ("", "second"),
            ("", ""),
        ):

            def came(start: date, end: date, host: str = host, wave: str = wave) -> int:
                chosen = [p for p in MOVERS if host in ("", p.host) and wave in ("", p.wave)]
                return sum(start <= p.came <= end for p in chosen)

            found.append(flow("arrivals", host, window, came, wave=wave))
        for place, to, wave in (
            ("AA", "", ""),
            ("AA", "XX", ""),
            ("AA", "BB", "second"),
            ("BB", "", ""),
            ("OO", "AA", ""),
        ):

            def left(start: date, end: date, place: str = place, to: str = to, wave: str = wave) -> int:
                moves = [move for p in MOVERS if wave in ("", p.wave) for move in home_moves(p)]
                return sum(
                    start <= on <= end and here == place and there in (to or there,)
                    for on, here, there in moves
                )

            found.append(flow("departures", place, window, left, counterpart=to, wave=wave))
        for scheme, paper in (("TAX", "tax"), ("PERMIT", "permit")):

            def issued(start: date, end: date, paper: str = paper) -> int:
                return sum(start <= (getattr(p, paper) or date.max) <= end for p in MOVERS)

            found.append(flow("issued", "AA", window, issued, scheme=scheme, who="all"))
    return found


def stock_readings() -> list[Counted]:
    found: list[Counted] = []
    for at in DATES:
        for place in ("OO", "AA", "BB", "XX"):
            for wave in ("", "first", "second"):
                found.append(
                    stock(
                        "present",
                        place,
                        at,
                        lambda p, at=at, place=place, wave=wave: (
                            where(p, at) == place and wave in ("", p.wave)
                        ),
                        wave=wave,
                    )
                )
        found.append(stock("settled", "AA", at, lambda p, at=at: standing(p, at) == "settled"))
        for host, wave in (
            ("AA", ""),
            ("AA", "first"),
            ("AA", "second"),
            ("BB", "second"),
            ("", "second"),
            ("", ""),
        ):

            def fate(p: Mover, at: date, host: str, wave: str) -> str:
                """What became of a member of the cohort; nothing of anybody else."""
                place = where(p, at)
                if not place or host not in ("", p.host) or wave not in ("", p.wave):
                    return ""
                third = "moved_on:" + place
                return {p.host: "stayed", ORIGIN: "returned"}.get(place, third)

            for measure in ("stayed", "returned", "moved_on"):
                found.append(
                    stock(
                        measure,
                        host,
                        at,
                        lambda p, at=at, host=host, wave=wave, m=measure: fate(p, at, host, wave).startswith(
                            m
                        ),
                        wave=wave,
                    )
                )
            if host:
                found.append(
                    stock(
                        "moved_on",
                        host,
                        at,
                        lambda p, at=at, host=host, wave=wave: fate(p, at, host, wave) == "moved_on:XX",
                        wave=wave,
                        counterpart="XX",
                    )
                )
        found.append(
            stock("register", "AA", at, lambda p, at=at: on_tax_register(p, at), scheme="TAX", who="all")
        )
        everybody = stock("present", "AA", at, lambda p, at=at: where(p, at) == "AA", who="all")
        others = 1 + sum(visit.came <= at < visit.left for visit in VISITS)
        found.append(replace(everybody, count=lambda c=everybody.count, others=others: c() + others))
        holders = stock(
            "register", "AA", at, lambda p, at=at: standing(p, at) == "settled", scheme="PERMIT", who="all"
        )
        found.append(replace(holders, count=lambda c=holders.count: c() + 1))
    return found


def share_readings() -> list[Counted]:
    start, end = WINDOWS["the year"]
    second = [p for p in MOVERS if (p.host, p.wave) == ("AA", "second")]
    of_arrivals = {"of_measure": "arrivals", "of_start": start, "of_end": end, "wave": "second"}
    stayed = stock("stayed", "AA", end, lambda p: p in second and where(p, end) == "AA", **of_arrivals)
    beta = stock(
        "moved_on",
        "AA",
        end,
        lambda p: p in second and where(p, end) == "BB",
        **of_arrivals,
        counterpart="BB",
    )
    back = stock("returned", "AA", end, lambda p: p in second and where(p, end) == "OO", **of_arrivals)
    return [replace(c, count=lambda c=c: c.count() / len(second)) for c in (stayed, beta, back)]


def city_readings() -> list[Counted]:
    """A part is a share of its country, of arrivals or of stock: here a quarter and a half."""
    came = flow("arrivals", "AA-1", "the year", lambda s, e: CITY * sum(p.host == "AA" for p in MOVERS))
    entries = flow(
        "entries",
        "AA-1",
        "July",
        lambda s, e: CITY * displaced("AA", "", True, s, e),
        counterpart="",
        who="displaced",
    )
    at = DATES[2]
    there = stock("present", "AA-1", at, lambda p: where(p, at) == "AA")
    return [came, entries, replace(there, count=lambda: 2 * CITY * there.count())]


KINDS = {
    "borders": border_readings,
    "flows": flow_readings,
    "stocks": stock_readings,
    "shares": share_readings,
    "city": city_readings,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_measure_counts_the_movers(small: Case, accounts: Any, kind: str) -> None:
    counted = KINDS[kind]()
    readings = [replace(c.reading, reading=f"r{i}") for i, c in enumerate(counted)]
    plan = build_plan(small, [c.reading for k in KINDS.values() for c in k()])
    compiled = compile_readings(plan, readings)
    windows, dates = asked(plan, compiled.operator.windows)
    p = accounts[0][1].parameters._replace(part_arrivals=jnp.array([CITY]), part_stock=jnp.array([2 * CITY]))
    features = sums(plan, windows, dates, compiled.operator.windows.groups)
    terms = np.asarray(
        apply_operator(compiled.operator, features._replace(tracked=jnp.zeros((len(dates), 0))), p)
    )
    wrong = []
    for i, c in enumerate(counted):
        value = terms[compiled.first[i]]
        if compiled.scale[i] == "net":
            value -= terms[compiled.second[i]]
        if compiled.scale[i] == "logit":
            value /= terms[compiled.second[i]]
        if not np.isclose(value, c.count(), atol=1e-12):
            wrong.append((c.reading, value, c.count()))
    assert not wrong, "\n".join(map(str, wrong))
    assert len({c.count() for c in counted}) > 1


def asked(plan: Any, windows: Any) -> tuple[list[tuple[date, date]], list[date]]:
    """The windows and dates of an operator, as days: positions are whole, all are marks of the plan."""
    bounds = plan.calendar.bounds
    last = timedelta(days=1)
    spans = zip(windows.start, windows.end, strict=True)
    return (
        [(bounds[round(a)], bounds[round(b)] - last) for a, b in spans],
        [bounds[round(d)] - last for d in windows.date],
    )


def test_the_movers_are_a_dozen_and_do_everything() -> None:
    assert len({p.name for p in MOVERS}) == len(MOVERS) == 12
    assert any(move.via for p in MOVERS for move in p.moves)
    assert {p.wave for p in MOVERS} == {"first", "second"}
    assert {where(p, day("12-31")) for p in MOVERS} == {"OO", "AA", "BB", "XX"}
    assert {standing(p, day("07-09")) for p in MOVERS} == {"staying", "passing"}
    assert any(standing(p, day("09-30")) == "settled" for p in MOVERS)
