# ruff: noqa: E501 -- one case a line reads better than any wrapping
"""Errors across the cells of a row and across tables: each names what is allowed."""

import pytest

from tests.case.conftest import problems

IN = "IN,crossings,0.9,entries,HO,,all,,2022-03-01,2022-06-30,total,,,,,,,,the service counts crossings"
HERE = "HERE,displaced,0.7,present,HO,,displaced,,,2022-09-15,total"
BACK = "BACK,of-arrived,1,returned,HO,,displaced,shock,,2022-12-20,total,arrivals,HO,displaced,shock,2022-03-01,2022-12-20"


def reading(wrong, old: str, new: str) -> list[str]:
    lines = wrong("readings.csv", old, new)
    assert all(line.startswith("readings.csv row ") for line in lines), lines
    return [line.split(", column ", 1)[1] for line in lines]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "2022-03-01,2022-06-30",
            "2022-07-01,2022-06-30",
            'start: "2022-07-01" is after end (2022-06-30): the window is empty',
        ),
        ("2022-03-01,2022-06-30", ",2022-06-30", "start: must not be empty for entries"),
        ("2022-03-01,2022-06-30", "2022-03-01,", "end: must not be empty for entries"),
        (
            "2022-03-01,2022-06-30",
            "2021-12-31,2022-06-30",
            'start: "2021-12-31" is outside the calendar of the case, 2022-01-01',
        ),
        ("2022-03-01,2022-06-30", "2022-03-01,2023-01-01", 'end: "2023-01-01" is outside the calendar'),
        (",entries,", ",arrivals,", 'who: "all" cannot be counted by arrivals; one of: displaced'),
        (
            ",entries,HO",
            ",entries,H0",
            'place: "H0" is not a place of case.toml; one of: OR, HO, TH, elsewhere',
        ),
        (
            ",all,,",
            ",all,shok,",
            'wave: "shok" is not an event of case.toml; one of: shock (did you mean "shock"?)',
        ),
        (",total,", ",minute,", 'per: "minute" is not allowed; one of: total, day'),
        (",entries,", ",entry,", '(did you mean "entries"?)'),
        (",0.9,", ",0,", 'weight: "0" must be above 0'),
        (",,the service", ",iin,the service", 'scheme: "iin" must be empty for entries'),
        (",entries,", ",issued,", "scheme: must be the id of a scheme of case.toml for issued"),
        ("IN,crossings", "IN,persons", 'reading: "persons" is already the id of row 2, for claim IN'),
        ("IN,crossings", "NI,crossings", 'claim: "NI" is not a claim of claims.csv'),
        (
            "total,,,,,,,,",
            "total,,,,,2022-03-01,,,",
            'of_start: "2022-03-01" must be empty without of_measure',
        ),
    ],
)
def test_flows(wrong, old: str, new: str, expected: str) -> None:
    lines = reading(wrong, IN, IN.replace(old, new, 1))
    assert any(expected in line for line in lines), lines


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (",,,2022-09-15", ",,2022-09-01,2022-09-15", 'start: "2022-09-01" must be empty for present'),
        (",present,HO,,", ",present,HO,OR,", 'counterpart: "OR" must be empty for present'),
        (
            ",present,HO,,displaced,,,",
            ",moved_on,HO,OR,displaced,,,",
            "is the origin, not a third place",
        ),
        (
            ",present,HO,,displaced,,,",
            ",moved_on,,HO,displaced,,,",
            "is the host, not a third place",
        ),
        (",total", ",day", 'per: "day" must be total (or empty) for present, which is not a flow'),
        (",present,", ",rate,", "of_measure: must give the state at the first date; one of: moved_on"),
        (
            ",present,HO,,displaced,,,",
            ",rent,,,all,,2022-09-15,",
            'start: "2022-09-15" is the same day as end; rent needs two dates',
        ),
        (",present,HO,,displaced,,,", ",rent,,,all,,2022-09-01,", "place: must not be empty for rent"),
    ],
)
def test_stocks_and_changes(wrong, old: str, new: str, expected: str) -> None:
    assert any(expected in line for line in wrong("readings.csv", HERE, HERE.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (",arrivals,HO,displaced,", ",arrivals,HO,all,", 'of_who: "all" must be given for arrivals'),
        (",arrivals,HO,", ",net,HO,", 'of_measure: "net" cannot be the denominator of returned'),
        ("shock,2022-03-01,2022-12-20", "shock,,2022-12-20", "of_start: must not be empty for arrivals"),
        ("shock,2022-03-01,2022-12-20", "shock,2022-12-21,2022-12-20", "the window is empty"),
        (",arrivals,", ",present,", 'of_start: "2022-03-01" must be empty for present'),
    ],
)
def test_denominators(wrong, old: str, new: str, expected: str) -> None:
    assert any(expected in line for line in wrong("readings.csv", BACK, BACK.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("IN,ho_border", "OUT,ho_border", 'row 3, column claim: "OUT" is already the id of row 2'),
        (
            "IN,ho_border",
            "IN,ho_boarder",
            'row 2, column source: "ho_boarder" is not a source of sources.csv; one of: ho_border',
        ),
        ("HERE,copy", "HERE-2,copy", 'row 5, column copy_of: "HERE-2" is the id of this claim'),
        ("HERE,copy", "THERE,copy", 'row 5, column copy_of: "THERE" is not a claim of claims.csv'),
        ("HERE,copy", ",copy", "row 5, column copy_of: must be the id of the claim that this one repeats"),
        ("HERE,copy", "HERE,use", 'row 5, column status: "use" must be copy'),
        (
            ",,,,use,\nHERE-2",
            ",,,IN,copy,\nHERE-2",
            'row 5, column copy_of: "HERE" is itself a copy; give the original claim, IN',
        ),
        ("30,40,range", "30,,range", "row 6, column high: must not be empty where the hedge is range"),
        ("30,40,range", "30,40,about", 'row 6, column high: "40" must be empty unless the hedge is range'),
        ("30,40,range", "30,30,range", 'row 6, column high: "30" must be above value (30)'),
        (
            "30,40,range",
            "101,,about",
            'row 6, column value: "101" must be at most 100: a share cannot exceed',
        ),
        ("30,40,range,percent", "30,140,range,percent", 'row 6, column high: "140" must be at most 100'),
        ("30,40,range,percent", "1.5,,about,share", 'row 6, column value: "1.5" must be at most 1'),
        (
            "30,40,range,percent",
            "30,40,range,persons",
            'row 6, column unit: "persons" must be percent or share',
        ),
        (
            "212000,,about,persons",
            "20,,about,percent",
            'row 2, column unit: "percent" is a unit of proportions, but',
        ),
        (
            "212000,,about,persons",
            ",,most,persons",
            'row 2, column unit: "persons" must be percent or share where the hedge is most',
        ),
        ("212000,,about", "-212000,,about", 'row 2, column value: "-212000" must be above 0'),
    ],
)
def test_claims(wrong, old: str, new: str, expected: str) -> None:
    lines = wrong("claims.csv", old, new)
    assert any(expected in line for line in lines), lines


def test_a_claim_in_use_needs_a_reading(wrong) -> None:
    lines = wrong("readings.csv", HERE[:4], "IN")  # the first HERE row becomes IN's; the second stays
    assert lines == []
    lines = wrong("claims.csv", "BACK,ho_labour", "BACK-2,ho_labour")
    assert any('column claim: "BACK-2" has status use but no row in readings.csv' in line for line in lines)


def test_shares_in_words_need_no_value(wrong) -> None:
    assert wrong("claims.csv", "30,40,range,percent", ",,half,share") == []


def test_a_balance_may_be_negative(files) -> None:
    from tests.case.conftest import problems

    claims = files["claims.csv"].decode().replace("212000,,about", "-5000,,about")
    readings = files["readings.csv"].decode()
    readings = readings.replace("IN,crossings,0.9,entries", "IN,crossings,0.9,net").replace(
        "IN,persons,0.1,people", "IN,persons,0.1,net"
    )
    assert problems({**files, "claims.csv": claims.encode(), "readings.csv": readings.encode()}) == []


def test_context_may_hold_anything(files) -> None:
    from tests.case.conftest import problems

    rows = "OLD,ho_border,2019,-3,,exact,days,,,,,context,\nOLD-2,ho_border,2019,,,exact,n/a,,,,,context,\n"
    reading = "OLD,year,1,entries,HO,,all,,2019-01-01,2019-12-31,total,,,,,,,,before the calendar\n"
    changed = {
        **files,
        "claims.csv": files["claims.csv"] + rows.encode(),
        "readings.csv": files["readings.csv"] + reading.encode(),
    }
    assert problems(changed) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("some,half,2,", ",,,", "column stayed: must not be empty"),
        ("12,about", ",about", 'column size_hedge: "about" must be empty without size'),
        ("12,about", "12,most", 'column size_hedge: "most" cannot be the hedge of a size'),
        ("12,about,some", "12,,13", 'column size: "12" is less than the 15 people counted'),
        (
            "some,half,2",
            "a few,half,2",
            'column stayed: "a few" is neither a whole number of people nor one of half',
        ),
        (
            "resident_a,,friends",
            "resident_a,poor,friends",
            'column stratum: "poor" is not a stratum of case.toml; one of: (none is defined)',
        ),
        ("friends,HO", "friends,XX", 'column place: "XX" is not a place of case.toml'),
        ("2022-12-01", "2023-12-01", 'column asof: "2023-12-01" is outside the calendar'),
        (
            "12,about,some,half,2",
            "12,about,11,4,2",
            'column size: "about 12" is impossible: no numbers of people are consistent with stayed 11, moved_on 4, returned 2',
        ),
    ],
)
def test_contacts(wrong, old: str, new: str, expected: str) -> None:
    lines = wrong("contacts.csv", old, new)
    assert any(expected in line for line in lines), lines


def test_a_series_has_one_source_and_one_set_of_readings(files) -> None:
    """The template's `via`, which it leaves empty, becomes the series of IN, OUT and HERE in turn."""

    def found(*claims: str, readings: tuple[str, str] = ("", "")) -> list[str]:
        lines = files["claims.csv"].decode().replace(",via,", ",series,").splitlines()
        marked = [
            line.replace(",,,use,", ",flows,,use,") if line.split(",")[0] in claims else line
            for line in lines
        ]
        text = files["readings.csv"].decode().replace(*readings)
        return problems({**files, "claims.csv": "\n".join(marked).encode(), "readings.csv": text.encode()})

    assert not found("IN")
    assert not found("HERE")
    alike = ("OUT,left,0.1,departures,HO,,displaced,shock,", "OUT,persons,0.1,exits,HO,,residents,,")
    assert not found("IN", "OUT", readings=alike)
    (line,) = found("IN", "OUT")
    assert 'row 3, column series: "flows" has other readings or weights in claim IN' in line
    (line,) = found("IN", "HERE")
    assert 'row 4, column series: "flows" is also the series of IN by ho_border' in line
