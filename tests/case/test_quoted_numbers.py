"""Numbers in quotations: read in several languages, and compared with the figures of their claims."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.case import Case, check_case
from sojourn.case.quoted_numbers import find_quoted_numbers, quote_findings
from sojourn.case.quotes import QUOTE_WORDS


def findings(case: Case, quote: str, value: float, **changes: object) -> list[str]:
    claim = replace(case.claims[0], quote=quote, value=value, hedge="reported", unit="persons")
    changed = replace(case, claims=(replace(claim, **changes),))
    return [finding.message for finding in quote_findings(changed)]


@pytest.mark.parametrize(
    ("quote", "values"),
    [
        ("На сегодняшний день в стране находится 298 тысяч россиян", [298_000]),
        ("198 мыңға жуық адам", [198_000]),
        ("395,1 минг кишини", [395_100]),
        ("több mint 64 ezer hagyta el", [64_000]),
        ("1 660 000, а выехало 1 640 000", [1_660_000, 1_640_000]),
        ("1 млн 666 тыс. граждан", [1_666_000]),
        ("около 1,3 миллиона поездок", [1_300_000]),
        ("ušlo 342.988 državljana", [342_988]),
        ("2.9 million and 3mn", [2_900_000, 3_000_000]),
        ("12'500 Personen, rund 40 Tausend", [12_500, 40_000]),
        ("1,00,000 people", [100_000]),
        ("约30万人", [300_000]),
        ("٢٥٠ ألف", [250_000]),
        ("400-800 тысяч человек", [400_000, 800_000]),
        ("29 сентября – 22,5 тысячи", [22_500]),
        ("с 17 по 29 сентября въехали 94 тысяч", [94_000]),
        ("in 2022 and on September 21, 117 people", [117]),
        ("в 2,9 раза (до 568 тысяч)", [568_000]),
    ],
)
def test_numbers_of_a_quotation(quote: str, values: list[float]) -> None:
    assert [number.values[0] for number in find_quoted_numbers(quote)] == pytest.approx(values)


def test_kinds_of_numbers() -> None:
    kinds = [
        number.kind
        for number in find_quoted_numbers("31,8 процента, 30 to 40%, 90 days, 1,200 people, almost half")
    ]
    assert kinds == ["percent", "percent", "percent", "duration", "count", "percent"]


@pytest.mark.parametrize(
    ("quote", "value", "message"),
    [
        ("находится 298 тысяч россиян", 289_000, "the quote says 298,000 (“находится 298 тысяч россиян”), "),
        ("298,000 and 57,000 people", 289_000, "the quote says 298,000 and 57,000 ("),
        ("298 thousand people", 298, "the quote says 298,000 ("),
    ],
)
def test_a_value_that_its_quotation_contradicts(case: Case, quote: str, value: float, message: str) -> None:
    (found,) = findings(case, quote, value)
    assert found.startswith(message)
    assert found.endswith(f"the value is {value:,}")


@pytest.mark.parametrize(
    ("quote", "value", "changes"),
    [
        ("298 thousand people", 298_000, {}),
        ("837 тысяч, выехало 780 тысяч", 780_000, {}),
        ("about 62,300 people", 62_304, {"hedge": "exact"}),
        ("8-9 тысяч в день", 8_000, {"hedge": "range", "high": 9_000.0}),
        ("8.5 thousand a day", 8_000, {"hedge": "range", "high": 9_000.0}),
        ("Nešto više od 13.500 hiljada", 13_500, {}),
        ("since 21 September 2022 they have come", 98_000, {}),
        ("около трех миллионов россиян, 500 тысяч женщин", 3_000_000, {}),
        ("half a million, 20,000 of them by air", 500_000, {}),
        ("12 buses a day", 98_000, {}),
        ("five of the 60 people", 5, {}),
        ("60 % of 298,000 people", 60, {"unit": "percent"}),
        ("-6 946 человек", -6_946, {}),
        ("", 98_000, {}),
        ("298 thousand people", 289_000, {"status": "withdrawn"}),
    ],
)
def test_no_false_alarm(case: Case, quote: str, value: float, changes: dict[str, object]) -> None:
    assert findings(case, quote, value, **changes) == []


def test_shares_and_durations(case: Case) -> None:
    assert findings(case, "almost half of them", 30, unit="percent") == [
        "the quote says 50 % (“almost half of them”), the value is 30 %"
    ]
    assert findings(case, "almost half of them", 45, unit="percent") == []
    assert findings(case, "for 60 days", 90, unit="days") == [
        "the quote says 60 (“for 60 days”), the value is 90"
    ]


def test_a_long_quotation_is_cut(case: Case) -> None:
    (found,) = findings(case, "298 thousand " + "word " * 40, 289_000)
    assert len(found.split("“")[1].split("”")[0].split()) == QUOTE_WORDS + 1


def test_check_lists_it(case: Case) -> None:
    for value, topics in ((212_000.0, []), (221_000.0, ["quote"])):
        claim = replace(case.claims[0], value=value)
        found = check_case(replace(case, claims=(claim, *case.claims[1:])))
        assert [finding.topic for finding in found if finding.claims == ("IN",)] == topics


SEPARATORS = st.sampled_from([",", ".", " ", "\u00a0", "\u202f", "'", "’"])


@given(st.integers(1_000, 999_999_999), SEPARATORS)
def test_separators_of_thousands(number: int, separator: str) -> None:
    quote = f"about {number:,} people".replace(",", separator)
    assert number in find_quoted_numbers(quote)[0].values


@given(st.text(max_size=60))
def test_any_text_is_read(quote: str) -> None:
    for number in find_quoted_numbers(quote):
        assert number.values
        assert all(value >= 0 for value in number.values)
