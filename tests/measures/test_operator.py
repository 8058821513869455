"""The compiled operator equals a naive evaluation, for every measure and all that qualifies it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import jax
import numpy as np
import pytest

from sojourn.case import Reading
from sojourn.case.schema import MEASURES
from sojourn.history import build_plan
from sojourn.measures import compile_readings, evaluate
from tests.referees.measures_values import Counter

START, END = date(2021, 7, 1), date(2021, 10, 31)
ODD_START, ODD_END = date(2021, 8, 25), date(2021, 11, 9)
"""Not the ends of any window of the case: the calendar knows only the others."""
WHO = ("displaced", "visitors", "residents", "all")
WAVES = ("", "first", "second")
PLACES = ("OO", "AA", "BB", "XX", "AA-1")


def reading(measure: str, place: str = "AA", **more: object) -> Reading:
    window = {} if measure in STOCKS else {"start": START}
    return Reading("c", "r", 1.0, measure, place, **{**window, "end": END, **more})  # pyright: ignore


STOCKS = ("present", "settled", "register", "returned", "moved_on", "stayed")


def crossings() -> Iterator[Reading]:
    for measure, place, who in product(("entries", "exits", "net"), PLACES, WHO):
        for there in ("", "OO", "AA", "BB", "XX"):
            if there == place[:2]:
                continue
            host = there if place == "OO" else place[:2]
            if who in ("visitors", "all") and host not in ("AA", ""):
                continue
            yield reading(measure, place, who=who, counterpart=there)
    for per in ("day", "week", "month", "year"):
        yield reading("exits", per=per, who="all")
        yield reading("net", per=per, counterpart="OO", who="visitors")
        yield reading("issued", per=per, scheme="TAX", who="all")


def persons() -> Iterator[Reading]:
    for who in WHO:
        yield reading("people", who=who)
        yield reading("people", "AA-1", who=who)
        yield reading("present", who=who)
        yield reading("present", "AA-1", who=who)
    for place, who in product(("OO", "BB", "XX"), ("displaced", "residents")):
        yield reading("people", place, who=who)
        yield reading("present", place, who=who)
    for who in ("displaced", "residents", "all"):
        yield reading("settled", who=who)
        yield reading("settled", "AA-1", who=who)
    for wave in WAVES:
        yield reading("settled", wave=wave)
        for place in PLACES:
            yield reading("present", place, wave=wave)
            for there in ("", "OO", "AA", "BB", "XX"):
                if there != place[:2]:
                    yield reading("departures", place, wave=wave, counterpart=there)


def cohorts() -> Iterator[Reading]:
    for host, wave in product(("", "AA", "AA-1", "BB"), WAVES):
        if (host, wave) == ("BB", "first"):
            continue
        yield reading("arrivals", host, wave=wave)
        for measure in ("returned", "moved_on", "stayed"):
            yield reading(measure, host, wave=wave)
        for there in ("BB", "XX"):
            if there != host and host:
                yield reading("moved_on", host, wave=wave, counterpart=there)


def documents() -> Iterator[Reading]:
    for measure, scheme in product(("issued", "register"), ("TAX", "PERMIT")):
        yield reading(measure, scheme=scheme, who="all")


def shares() -> Iterator[Reading]:
    yield reading("returned", wave="second", of_measure="arrivals", of_start=START)
    yield reading("stayed", wave="second", of_measure="arrivals", of_start=START, of_end=date(2021, 9, 30))
    yield reading("moved_on", "AA", of_measure="arrivals", of_place="BB", of_wave="second", of_start=START)
    yield reading("present", "AA-1", of_measure="present", of_place="AA")
    yield reading("present", of_measure="present", of_who="all")
    yield reading("entries", "AA", counterpart="OO", who="all", of_measure="entries", of_who="all")
    yield reading("settled", of_measure="present")
    yield reading("register", scheme="TAX", of_measure="issued", of_start=date(2021, 1, 1))
    yield reading("people", who="displaced", of_measure="people", of_who="all")


def rates() -> Iterator[Reading]:
    for left, right, wave in product(("OO", "AA", "BB", "XX"), ("OO", "AA", "BB", "XX"), ("", "second")):
        yield reading("rate", right, of_measure="present", of_place=left, wave=wave, start=date(2021, 9, 30))
    for place in ("AA", "AA-1"):
        yield reading("rate", place, start=date(2021, 9, 30))
    for left, right in (("AA-1", "OO"), ("AA-1", "AA"), ("AA", "AA-1"), ("BB", "AA-1")):
        yield reading("rate", right, of_measure="present", of_place=left, start=date(2021, 9, 30))


def rents() -> Iterator[Reading]:
    yield reading("rent", "AA-1")
    yield reading("rent", "AA")


def everything() -> list[Reading]:
    kinds = (crossings, persons, cohorts, documents, shares, rates, rents)
    return [replace(r, reading=f"r{i}") for i, r in enumerate(r for kind in kinds for r in kind())]


def odd(r: Reading) -> Reading:
    """The same in a window that begins and ends inside steps."""
    moved = {START: ODD_START, END: ODD_END}
    ends = {name: getattr(r, name) for name in ("start", "end", "of_start", "of_end")}
    return replace(r, **{name: moved.get(day, day) for name, day in ends.items()})


@pytest.fixture(scope="module")
def plan(small, model):
    """A plan that keeps apart what the readings single out, on the calendar of the small case."""
    plan = build_plan(small, everything())
    assert plan.rows == model.plan.rows
    return replace(plan, calendar=model.plan.calendar)


def values(plan, account, readings: list[Reading]) -> tuple[list[float], list[float]]:
    """What the operator gives for each reading, and what the loops give."""
    compiled = compile_readings(plan, readings)
    terms = np.asarray(evaluate(compiled.operator, plan, account.history, account.parameters))
    counter = Counter(plan, account.history, account.parameters)
    found, expected = [], []
    for i, r in enumerate(readings):
        first, second = terms[compiled.first[i]], terms[compiled.second[i]]
        if compiled.scale[i] == "linear":
            growth = np.log1p(first / compiled.dwellings[i]) - np.log1p(second / compiled.dwellings[i])
            found.append(0.8 * growth + 0.1 * compiled.years[i])
            assert compiled.rent_place[compiled.rent[i]] == r.place
        else:
            net, share = compiled.scale[i] == "net", compiled.scale[i] == "logit"
            found.append(first - second if net else first / second if share else first)
            assert compiled.rent[i] == -1
            assert (compiled.second[i] == -1) == (compiled.scale[i] == "log")
        expected.append(counter.value(r, 0.8, 0.1))
    return found, expected


def compare(readings: list[Reading], found: list[float], expected: list[float]) -> None:
    wrong = [
        (r.measure, r.place, r.counterpart, r.who, r.wave, r.of_measure, r.per, a, b)
        for r, a, b in zip(readings, found, expected, strict=True)
        if not np.isclose(a, b, rtol=1e-8, atol=1e-6)
    ]
    assert not wrong, f"{len(wrong)} of {len(readings)}:\n" + "\n".join(map(str, wrong[:20]))


def test_all_measures_are_tried() -> None:
    assert {r.measure for r in everything()} == set(MEASURES)


@pytest.mark.parametrize("point", [0, 1])
def test_operator_equals_naive_evaluation(plan, accounts, point: int) -> None:
    readings = everything()
    compare(readings, *values(plan, accounts[point][1], readings))


def test_windows_that_begin_inside_steps(plan, accounts) -> None:
    bounds = plan.calendar.bounds
    assert not {ODD_START, ODD_END + timedelta(days=1)} & set(bounds)
    readings = [odd(r) for r in everything() if r.measure != "rate"]
    compare(readings, *values(plan, accounts[2][1], readings))


def test_the_readings_of_the_case(model, accounts) -> None:
    readings = list(model.compiled.readings)
    compare(readings, *values(model.plan, accounts[1][1], readings))


@pytest.mark.parametrize("measure", ["entries", "exits"])
@pytest.mark.parametrize("place", ["AA", "OO"])
def test_all_is_everybody(plan, accounts, measure: str, place: str) -> None:
    """All crossings are those of the displaced, of visitors and of residents together."""
    readings = [reading(measure, place, who=who) for who in WHO]
    found, _ = values(plan, accounts[0][1], readings)
    assert found[3] == pytest.approx(sum(found[:3]))


def test_a_border_has_two_sides(plan, accounts) -> None:
    """What leaves the origin for Alpha enters Alpha from the origin."""
    pairs = [
        (
            reading("exits", "OO", counterpart="AA", who=who),
            reading("entries", "AA", counterpart="OO", who=who),
        )
        for who in WHO
    ]
    for one, other in pairs:
        found, _ = values(plan, accounts[0][1], [one, other])
        assert found[0] == pytest.approx(found[1])
        assert found[0] > 0


def test_equal_terms_are_compiled_once(plan) -> None:
    readings = [reading("present"), reading("present", wave=""), reading("settled", of_measure="present")]
    compiled = compile_readings(plan, readings)
    assert compiled.operator.terms == 2
    assert compiled.first.tolist() == [0, 0, 1]
    assert compiled.second.tolist() == [-1, -1, 0]


def test_gradients_flow_through_the_operator(plan, accounts) -> None:
    """Every reading of a stock of Alpha depends on the size of its wave, by its share of the persons."""
    account = accounts[0][1]
    compiled = compile_readings(plan, [reading("stayed", wave="second")])

    def stayed(factor):
        stock = account.history.stock * factor
        history = account.history._replace(stock=stock)
        return evaluate(compiled.operator, plan, history, account.parameters)[0]

    value, slope = jax.value_and_grad(stayed)(1.0)
    assert float(slope) == pytest.approx(float(value))
