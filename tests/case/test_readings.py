"""A share's denominator is a reading of its own."""

from dataclasses import replace
from datetime import date

from sojourn.case import Reading

SHARE = Reading(
    claim="c",
    reading="r",
    weight=0.3,
    measure="stayed",
    place="AA",
    counterpart="BB",
    wave="first",
    end=date(2021, 12, 31),
    of_measure="arrivals",
)


def test_what_is_no_share_has_no_whole() -> None:
    assert replace(SHARE, of_measure="").whole() is None


def test_a_whole_takes_from_the_part_what_it_does_not_say() -> None:
    whole = SHARE.whole()
    assert whole == Reading("c", "r", 1.0, "arrivals", "AA", wave="first", end=date(2021, 12, 31))


def test_a_whole_keeps_what_it_says() -> None:
    begun = date(2021, 3, 1)
    own = replace(SHARE, of_place="CC", of_who="all", of_wave="second", of_start=begun, of_end=begun)
    whole = own.whole()
    assert whole is not None
    assert (whole.place, whole.who, whole.wave, whole.start, whole.end) == (
        "CC",
        "all",
        "second",
        begun,
        begun,
    )
    assert whole.whole() is None
