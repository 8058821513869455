"""Remarks: who contradicts whom and under which readings, what adds up, what no event explains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.case import Case, Claim, Finding, Reading, checks, list_remarks, parse_case, read_case
from sojourn.case import source_contradictions as across
from sojourn.case.change_days import NEAR
from sojourn.case.contradictions import bounds, find_contradictions, gap_between
from sojourn.case.settings import Event, Regime, Scheme
from sojourn.case.template import TEMPLATE
from sojourn.case.unexplained_changes import RATE_FACTOR

DAY = date(2022, 9, 15)
SPRING = {"start": date(2022, 4, 1), "end": date(2022, 5, 31)}
HALF_YEAR = {"start": date(2022, 4, 1), "end": date(2022, 9, 30)}
BARE = parse_case({name: text.encode() for name, text in TEMPLATE.items() if name != "README.md"}, "small")


def reading(measure: str, **cells: object) -> Reading:
    return Reading("", "", 1.0, measure, **{"place": "HO", "who": "all", **cells})  # pyright: ignore


def said(*figures: tuple[str, float, list[Reading]], day: date = DAY, hedge: str = "reported") -> Case:
    """The template with nothing said but these figures: source, value, readings."""
    claims = tuple(
        Claim(f"p{i}", source, day, day, value, None, hedge, "persons")  # pyright: ignore
        for i, (source, value, _) in enumerate(figures)
    )
    readings = tuple(
        replace(r, claim=f"p{i}", reading=f"r{j}")
        for i, (_, _, group) in enumerate(figures)
        for j, r in enumerate(group)
    )
    return replace(BARE, claims=claims, readings=readings, contacts=())


def remarks(case: Case, topic: str) -> list[Finding]:
    return [remark for remark in list_remarks(case) if remark.topic == topic]


def with_settings(case: Case, **changes: object) -> Case:
    return replace(case, settings=case.settings.model_copy(update=changes))


STOCK = [reading("present", end=DAY), reading("present", end=DAY, who="residents")]


def test_two_speakers_under_some_readings() -> None:
    case = said(("ho_border", 100_000, STOCK), ("ho_labour", 298_000, [STOCK[0]]))
    (found,) = remarks(case, "sources")
    assert found.claims == ("p0", "p1")
    assert found.message == (
        "“100,000 persons” (p0, ho_border) and “298,000 persons” (p1, ho_labour) contradict each other "
        "if p0 is read as r0: both count people present (everyone, on 2022-09-15); "
        "they do not if p0 is read as r1"
    )
    assert [(p.first, p.second, p.contradict) for p in found.readings] == [
        ("r0", "r0", True),
        ("r1", "r0", False),
    ]


@pytest.mark.parametrize(
    ("source", "value", "other"),
    [
        ("ho_border", 298_000, STOCK[0]),  # one speaker
        ("ho_labour", 104_000, STOCK[0]),  # intervals that overlap
        ("ho_labour", 298_000, replace(STOCK[0], place="TH")),
        ("ho_labour", 298_000, replace(STOCK[0], end=date(2022, 12, 1))),  # months later
        ("ho_labour", 298_000, replace(STOCK[0], measure="moved_on", who="displaced")),
    ],
)
def test_no_contradiction_across_sources(source: str, value: float, other: Reading) -> None:
    case = said(("ho_border", 100_000, STOCK), (source, value, [other]), day=date(2022, 12, 2))
    assert remarks(case, "sources") == []


def test_a_pair_that_agrees_under_no_reading_is_a_finding_only() -> None:
    case = said(("ho_border", 100_000, [STOCK[0]]), ("ho_labour", 298_000, [STOCK[0]]))
    assert [f.claims for f in checks.check_case(case) if f.topic == "arithmetic"] == [("p0", "p1")]
    assert remarks(case, "sources") == []


NESTED = (
    ("ho_border", 60_000.0, [reading("entries", **SPRING)]),
    ("ho_labour", 800_000.0, [reading("entries", **HALF_YEAR)]),
)


def test_a_longer_window_that_needs_a_much_higher_rate() -> None:
    (found,) = remarks(said(*NESTED, day=date(2022, 10, 1)), "sources")
    assert "change from at most 992 a day (2022-04-01 to 2022-05-31) to at least 6,020 a day" in found.message
    assert found.message.endswith("and no event is given")
    same_rate = said(NESTED[0], ("ho_labour", 180_000, NESTED[1][2]), day=date(2022, 10, 1))
    assert remarks(same_rate, "sources") == []


def test_windows_that_overlap() -> None:
    later = reading("entries", start=date(2022, 5, 15), end=date(2022, 7, 31))
    case = said(NESTED[0], ("ho_labour", 800_000, [later]))
    assert len(remarks(case, "sources")) == 1
    apart = replace(later, start=date(2022, 6, 1))
    assert remarks(said(NESTED[0], ("ho_labour", 800_000, [apart])), "sources") == []


def test_stocks_of_two_days() -> None:
    near = reading("present", end=DAY + timedelta(days=20))
    case = said(("ho_border", 100_000, [STOCK[0]]), ("ho_labour", 298_000, [near]), day=date(2022, 10, 30))
    (found,) = remarks(case, "sources")
    assert "from at most 105,000 on 2022-09-15 to at least 298,000 on 2022-10-05" in found.message


@pytest.mark.parametrize(("source", "value"), [("ho_border", 900), ("ho_labour", 800_000)])
def test_an_event_explains_a_difference(source: str, value: float) -> None:
    case = said(*NESTED, day=date(2022, 10, 1))
    for day, explained in ((date(2022, 8, 1), True), (date(2022, 1, 1), False)):
        events = (*case.settings.events, Event(id="next", date=day))
        assert (remarks(with_settings(case, events=events), "sources") == []) == explained


@st.composite
def figures(draw: st.DrawFn) -> tuple[float, list[Reading]]:
    start = date(2022, 3, 1) + timedelta(days=draw(st.integers(0, 90)))
    window = {"start": start, "end": start + timedelta(days=draw(st.integers(0, 90)))}
    who = draw(st.sampled_from(["all", "displaced"]))
    flow, stock = reading("entries", who=who, **window), reading("present", who=who, end=window["end"])
    return draw(st.integers(1, 10**6)), draw(st.sampled_from([[flow], [stock], [flow, stock]]))


@given(figures(), figures())
def test_contradictions_are_symmetric(
    one: tuple[float, list[Reading]], other: tuple[float, list[Reading]]
) -> None:
    there = across.find_source_contradictions(said(("ho_border", *one), ("ho_labour", *other)))
    back = across.find_source_contradictions(said(("ho_labour", *other), ("ho_border", *one)))
    assert [p.probability for p in there] == pytest.approx([p.probability for p in back])
    assert [p.is_certain for p in there] == [p.is_certain for p in back]
    turned = {(pair.second, pair.first, pair.contradict) for p in back for pair in p.readings}
    assert {(pair.first, pair.second, pair.contradict) for p in there for pair in p.readings} == turned


@given(figures())
def test_a_claim_never_contradicts_itself(one: tuple[float, list[Reading]]) -> None:
    assert across.find_source_contradictions(said(("ho_border", *one))) == []
    case = said(("ho_border", *one), ("ho_labour", *one))
    assert not any(p.is_certain for p in across.find_source_contradictions(case))
    for r in case.readings_by_claim["p0"]:
        figure = bounds(case, case.claims_by_id["p0"], r)
        assert gap_between(case, figure, figure) is None


@given(figures(), figures())
def test_every_strict_contradiction_is_one_across_sources(
    one: tuple[float, list[Reading]], other: tuple[float, list[Reading]]
) -> None:
    case = said(("ho_border", *one), ("ho_labour", *other))
    strict = {(p.first, p.second) for p in find_contradictions(case)}
    assert strict <= {
        (p.first.claim, p.second.claim) for p in across.find_source_contradictions(case) if p.is_certain
    }


PARTS = [
    reading("present", end=DAY, who="displaced"),
    reading("present", end=DAY, who="residents"),
    reading("present", end=DAY),
]


def at_once(*values: float, of: list[Reading] = PARTS) -> Case:
    return said(*(("ho_labour", value, [r]) for value, r in zip(values, of, strict=True)))


def test_parts_add_up_to_the_grain_of_the_figures() -> None:
    (found,) = remarks(at_once(100_000, 198_000, 298_000), "sum")
    assert found.message == "what was said at once adds up: 100,000 + 198,000 = 298,000"
    assert len(remarks(at_once(120_000, 180_000, 303_000), "sum")) == 1
    assert remarks(at_once(120_000, 180_000, 320_000), "sum") == []


def test_what_came_left_and_remained_adds_up() -> None:
    window = {"start": date(2022, 3, 1), "end": DAY}
    of = [reading("exits", **window), reading("present", end=DAY), reading("entries", **window)]
    assert len(remarks(at_once(700_000, 110_000, 812_000, of=of), "sum")) == 1


def test_round_figures_that_are_not_related_add_up_by_chance() -> None:
    window = {"start": date(2022, 3, 1), "end": DAY}
    of = [
        reading("issued", scheme="a", **window),
        reading("departures", **window),
        reading("present", end=DAY),
    ]
    assert remarks(at_once(20_000, 30_000, 50_000, of=of), "sum") == []
    assert len(remarks(at_once(20_000, 31_700, 51_700, of=of), "sum")) == 1


def test_only_what_one_speaker_says_on_one_day_is_added_up() -> None:
    case = at_once(100_000, 198_000, 298_000)
    first, *others = case.claims
    for change in (
        {"source": "ho_border"},
        {"published": date(2022, 9, 1), "published_until": date(2022, 9, 1)},
    ):
        apart = replace(case, claims=(*others, replace(first, **change)))
        assert not any("earlier" not in found.message for found in remarks(apart, "sum"))


def test_an_earlier_figure_of_another_source_completes_a_sum() -> None:
    case = at_once(100_000, 198_000, 298_000)
    first, *others = case.claims
    for days, found in ((10, 1), (0, 1), (40, 0), (-3, 0)):
        day = DAY - timedelta(days=days)
        older = replace(first, source="ho_border", published=day, published_until=day)
        assert len(remarks(replace(case, claims=(older, *others)), "sum")) == found


def test_shares_of_one_whole_add_up() -> None:
    of = {"of_measure": "arrivals", "of_start": date(2022, 3, 1), "end": DAY, "who": "displaced"}
    shares = [reading(measure, **of) for measure in ("stayed", "moved_on", "returned")]
    case = at_once(50, 30, 20, of=shares)
    case = replace(case, claims=tuple(replace(c, unit="percent") for c in case.claims))
    (found,) = remarks(case, "sum")
    assert found.message.endswith("50 % + 30 % + 20 % = the whole")
    less = replace(case, claims=(replace(case.claims[0], value=45.0), *case.claims[1:]))
    assert remarks(less, "sum") == []


def test_parts_said_at_once_that_exceed_their_whole() -> None:
    def exceeding(*values: float) -> list[str]:
        return [f.message for f in checks.check_case(at_once(*values)) if "at once" in f.message]

    assert exceeding(180_000, 170_000, 298_000) == [
        "parts said at once, 180,000 + 170,000 exceed their whole, 298,000, by at least 41,500"
    ]
    assert exceeding(130_000, 170_000, 298_000) == []


def totals(*values: tuple[date, float], start: date = date(2022, 5, 1)) -> Case:
    """Cumulative totals of entries of one source."""
    figures = [("ho_border", value, [reading("entries", start=start, end=end)]) for end, value in values]
    return said(*figures, day=date(2022, 12, 1))


RISING = totals((date(2022, 5, 31), 31_000), (date(2022, 6, 30), 62_000), (date(2022, 7, 31), 310_000))


def test_a_rate_changes_without_an_event() -> None:
    (found,) = remarks(RISING, "rate")
    assert found.claims == ("p0", "p1", "p2")
    assert found.message == (
        "no event is given for the change of border entries (everyone) from about 1,000 a day "
        "(2022-06-01 to 2022-06-30) to about 8,000 a day (2022-07-01 to 2022-07-31)"
    )


def test_a_steady_rate_is_no_change() -> None:
    steady = totals((date(2022, 5, 31), 31_000), (date(2022, 6, 30), 62_000), (date(2022, 7, 31), 140_000))
    assert remarks(steady, "rate") == []


def test_single_days_and_daily_means_are_rates() -> None:
    means = (("ho_border", 1_000.0, 0), ("ho_border", 1_000.0 * RATE_FACTOR * 1.2, 20))
    days = [
        (
            source,
            value,
            [reading("entries", start=DAY + timedelta(days=d), end=DAY + timedelta(days=d + 5), per="day")],
        )
        for source, value, d in means
    ]
    assert len(remarks(said(*days, day=date(2022, 11, 1)), "rate")) == 1
    other = (("ho_labour", *days[1][1:]), days[0])
    assert remarks(said(*other, day=date(2022, 11, 1)), "rate") == []


@pytest.mark.parametrize(
    "change",
    [
        {"events": (Event(id="next", date=date(2022, 7, 1)),)},
        {"events": (Event(id="next", date=date(2022, 7, 31) + NEAR),)},
        {"regimes": (Regime(id="next", place="HO", start=date(2022, 7, 1), cap=30),)},
        {"regimes": (Regime(id="last", place="HO", start=date(2022, 1, 1), end=date(2022, 7, 1), cap=30),)},
        {"schemes": (Scheme(id="next", place="HO", start=date(2022, 7, 1)),)},
    ],
)
def test_adding_an_event_removes_the_remark(change: dict[str, object]) -> None:
    assert len(remarks(RISING, "rate")) == 1
    assert remarks(with_settings(RISING, **change), "rate") == []


@given(st.integers(0, 400))
def test_an_event_removes_the_remark_only_if_it_is_near(days: int) -> None:
    day = date(2022, 1, 1) + timedelta(days=days)
    near = date(2022, 6, 1) - NEAR <= day <= date(2022, 7, 31) + NEAR
    assert (remarks(with_settings(RISING, events=(Event(id="next", date=day),)), "rate") == []) == near


def test_regimes_and_schemes_of_other_countries_explain_nothing() -> None:
    elsewhere = with_settings(
        RISING, regimes=(Regime(id="next", place="TH", start=date(2022, 7, 1), cap=30),)
    )
    assert len(remarks(elsewhere, "rate")) == 1


def test_an_anchor_without_a_figure() -> None:
    stocks_only = said(("ho_border", 100_000, [STOCK[0]]))
    (found,) = remarks(stocks_only, "anchor")
    assert found.message == (
        "the anchor on crossings of Border Service of Hostland (ho_border) "
        "applies to no reading of a claim in use"
    )
    assert remarks(RISING, "anchor") == []
    unused = replace(RISING, claims=tuple(replace(c, status="context") for c in RISING.claims))
    assert len(remarks(unused, "anchor")) == 1


def test_the_template_has_remarks_on_its_silent_places_only() -> None:
    assert {remark.topic for remark in list_remarks(BARE)} == {"reach"}


def test_what_the_shipped_case_is_about() -> None:
    found = list_remarks(read_case("kazakhstan-2022"))
    across_sources = [set(remark.claims) for remark in found if remark.topic == "sources"]
    assert {"KZ12", "KZ20"} in across_sources
    assert {"KZ14", "KZ22"} in across_sources
    assert any("100,000 (KZ14) + 198,000 = 298,000" in remark.message for remark in found)
