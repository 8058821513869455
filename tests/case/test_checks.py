"""Findings: what does not add up, by how much, and what no figure speaks to."""

from dataclasses import replace

import pytest

from sojourn.case import Case, check_case, parse_case, read_case

HEAD = "claim,source,published,value,high,hedge,unit,quote,copy_of,status\n"
READINGS = "claim,reading,weight,measure,place,counterpart,who,start,end,per,of_measure,of_start,of_end\n"


@pytest.fixture
def findings(files):
    """`findings(claims, readings)`: what the template's settings and sources make of these rows."""

    def find(claims: str, readings: str, reach: bool = False) -> list[str]:
        changed = {
            **files,
            "claims.csv": (HEAD + claims).encode(),
            "readings.csv": (READINGS + readings).encode(),
        }
        changed.pop("contacts.csv")
        found = check_case(parse_case(changed, "small"))
        return [str(item) for item in found if reach == (item.topic == "reach")]

    return find


def claim(
    name: str, value: object, hedge: str = "reported", unit: str = "persons", source: str = "ho_border"
) -> str:
    return f"{name},{source},2022-12-31,{value},,{hedge},{unit},,,use\n"


def reading(name: str, measure: str, start: str = "2022-03-01", end: str = "2022-06-30", **more: str) -> str:
    cells = {"place": "HO", "counterpart": "", "who": "all", "per": "total", "of": ",,", **more}
    window = f"{start},{end},{cells['per']},{cells['of']}"
    return f"{name},a,1,{measure},{cells['place']},{cells['counterpart']},{cells['who']},{window}\n"


def test_the_template_is_clean(case: Case) -> None:
    assert check_case(case) == []


def test_entries_less_exits_against_net_and_stock(findings) -> None:
    claims = claim("E", 837_000) + claim("X", 780_000) + claim("N", 40_000) + claim("S", 298_000)
    readings = (
        reading("E", "entries") + reading("X", "exits") + reading("N", "net") + reading("S", "present", "")
    )
    assert findings(claims, readings) == [
        "E, X, N: entries 837,000 minus exits 780,000 are 57,000, but net is given as 40,000: "
        "the gap is at least 11,000",
        "E, X, S: entries 837,000 minus exits 780,000 are 57,000, but present is given as 298,000: "
        "the gap is at least 235,000",
    ]


def test_a_balance_within_rounding_is_no_finding(findings) -> None:
    claims = claim("E", 837_000) + claim("X", 780_000) + claim("N", 58_000)
    readings = reading("E", "entries") + reading("X", "exits") + reading("N", "net")
    assert findings(claims, readings) == []


@pytest.mark.parametrize("other", [{"start": "2022-03-02"}, {"who": "residents"}, {"place": "TH"}])
def test_only_the_same_window_place_and_people_are_balanced(findings, other: dict[str, str]) -> None:
    claims = claim("E", 837_000) + claim("X", 780_000) + claim("N", 20_000)
    readings = reading("E", "entries") + reading("X", "exits") + reading("N", "net", **other)
    assert findings(claims, readings) == []


def test_only_one_source_is_balanced(findings) -> None:
    claims = claim("E", 837_000) + claim("X", 780_000) + claim("N", 20_000, source="ho_labour")
    readings = reading("E", "entries") + reading("X", "exits") + reading("N", "net")
    assert findings(claims, readings) == []


def test_nested_windows_grow(findings) -> None:
    claims = claim("LONG", 98_000) + claim("SHORT", 147_000)
    readings = reading("LONG", "entries") + reading("SHORT", "entries", "2022-03-10", "2022-06-30")
    assert findings(claims, readings) == [
        "SHORT, LONG: entries 147,000 from 2022-03-10 to 2022-06-30 exceed 98,000 "
        "from 2022-03-01 to 2022-06-30, which contains that window, by at least 48,000"
    ]
    daily = reading("LONG", "entries", per="day") + reading(
        "SHORT", "entries", "2022-03-10", "2022-06-30", per="day"
    )
    assert [line.partition(": ")[0] for line in findings(claims, daily)] == ["LONG, SHORT"]
    assert findings(claim("LONG", 98_000) + claim("SHORT", 100_000), daily) == []


def test_one_figure_with_two_meanings(findings) -> None:
    claims = claim("A", 147_000) + claim("B", 147_000)
    assert findings(claims, reading("A", "exits") + reading("B", "departures", who="displaced")) == [
        "A, B: one source gives 147,000 both as exits and as departures"
    ]
    assert findings(claims, reading("A", "exits") + reading("B", "exits", "2022-04-01")) == []


def test_a_part_exceeds_its_whole(findings) -> None:
    claims = claim("ALL", 100_000) + claim("SOME", 130_000)
    readings = reading("ALL", "present", "") + reading("SOME", "present", "", who="displaced")
    assert findings(claims, readings) == [
        "SOME, ALL: present 130,000 of a part exceed 100,000 of the whole by at least 20,000"
    ]


def test_shares_of_one_whole(findings) -> None:
    of = "arrivals,2022-03-01,2022-06-30"
    claims = claim("R", 60, unit="percent") + claim("M", 50, unit="percent")
    readings = reading("R", "returned", "", who="displaced", of=of) + reading(
        "M", "moved_on", "", who="displaced", of=of
    )
    assert findings(claims, readings) == [
        "R, M: the shares returned, moved_on add up to more than the whole, by at least 9"
    ]


def test_published_before_its_window_ends(findings) -> None:
    claims = "E,ho_border,2022-06-10,5000,,reported,persons,,,use\n"
    assert findings(claims, reading("E", "entries")) == [
        "E: published by 2022-06-10, but reading a ends on 2022-06-30, 20 days later"
    ]


def test_long_quotes_and_near_columns(files) -> None:
    quote = " ".join(["word"] * 26)
    text = files["claims.csv"].decode().replace("151,000 left again", quote)
    sources = files["sources.csv"].decode().replace(",note\n", ",notes\n", 1)
    found = check_case(
        parse_case({**files, "claims.csv": text.encode(), "sources.csv": sources.encode()}, "small")
    )
    assert [str(item) for item in found] == [
        "OUT: the quote has 26 words; shorten it to 25",
        'column notes of sources.csv is unknown and is ignored (did you mean "note"?)',
    ]


def test_reach(findings, case: Case) -> None:
    entries = findings(claim("E", 5_000), reading("E", "entries"), reach=True)
    assert [line.split(" about ")[1].split(" ")[0] for line in entries] == ["stayed", "moved_on", "returned"]
    home = reading("E", "departures", who="displaced", counterpart="OR")
    assert len(findings(claim("E", 5_000), home, reach=True)) == 3
    visitors = reading("E", "entries", who="visitors")
    assert len(findings(claim("E", 5_000), visitors, reach=True)) == 4
    abroad = reading("E", "present", "", place="TH")
    assert len(findings(claim("E", 5_000), abroad, reach=True)) == 4
    copies = replace(case, contacts=(), claims=tuple(replace(c, status="context") for c in case.claims))
    assert sum(item.topic == "reach" for item in check_case(copies)) == 4


def test_the_shipped_case_has_its_known_contradiction() -> None:
    found = check_case(read_case("kazakhstan-2022"))
    assert any(
        set(item.claims) == {"KZ20", "KZ21", "KZ22"} and item.gap and item.gap > 200_000 for item in found
    )
    assert not any(item.topic == "reach" for item in found)
