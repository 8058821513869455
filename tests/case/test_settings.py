# ruff: noqa: E501 -- one case a line reads better than any wrapping
"""case.toml: wrong types, unknown keys, and names that do not exist, by dotted key."""

import pytest

from sojourn.case import changed_priors, read_case
from sojourn.case.settings import LogNormal


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('host = "HO"', "host HO", "case.toml: is not valid TOML: Expected '=' after a key in a key/value pair (at line 7"),
        ('host = "HO"', 'host = "HO"\nhots = 1', 'key hots: is not a key of this version (did you mean "host"?); known: question,'),
        ('host = "HO"', "", "key host: is missing"),
        ('host = "HO"', "host = 5", 'key host: "5" must be text, in quotes'),
        ('host = "HO"', 'host = "OR"', 'key host: "OR" is not a country of [places] other than the origin; one of: HO, TH'),
        ('[places.OR]\nname = "Originland"', "", 'key origin: "OR" is not a country of [places]; one of: HO, TH, elsewhere'),
        ('[places.elsewhere]\nname = "anywhere else"', "[places.HO.excursions_to]\nelsewhere = 1", 'key places.HO.excursions_to: "elsewhere" is not another place of [places]; one of: OR, TH'),
        ('wave = "shock"', 'wave = "shok"', 'key wave: "shok" is not the id of an event; one of: shock'),
        ("asof = 2022-12-31", "asof = 2022", 'key asof: "2022" must be a date without quotes'),
        ("asof = 2022-12-31", 'asof = "2022-12-31"', "must be a date without quotes"),
        ("asof = 2022-12-31", "asof = 2021-12-31", 'key asof: "2021-12-31" is before start (2022-01-01)'),
        ('name = "Hostland"', 'name = "Hostland"\nparent = "TH"', "key host:"),
        ('name = "Thirdland"', 'name = "Thirdland"\nparent = "XX"', 'key places.TH.parent: "XX" is not a place of [places]'),
        ('name = "Thirdland"', 'name = "Thirdland"\nexcursions_to = { XX = 1 }', 'key places.TH.excursions_to: "XX" is not another place of [places]'),
        ('name = "Thirdland"', 'name = "Thirdland"\nstock = { low = 0.1, high = 0.2 }', "key places.TH: has arrivals or stock"),
        ("[visitors.HO]", "[visitors.XX]", 'key visitors.XX: "XX" is not a country of [places]'),
        ("median = 5_000", 'median = "5,000"', 'key visitors.HO.level.median: "5,000" must be a number, without quotes'),
        ("median = 5_000", "median = true", 'key visitors.HO.level.median: "true" must be a number'),
        ("median = 5_000", "median = inf", "key visitors.HO.level.median: \"inf\" must be a finite number"),
        ("median = 5_000, factor = 1.5", "median = 5_000, factor = 1", 'key visitors.HO.level.factor: "1" must be above 1'),
        ("date = 2022-03-01", "date = 2021-03-01", 'key events[1].date: "2021-03-01" is outside the calendar'),
        ("{ HO = { median", "{ XX = { median", 'key events[1].arrivals: "XX" is not a country of [places]'),
        ("[[regimes]]", '[[events]]\nid = "shock"\ndate = 2022-04-01\n[[regimes]]', 'key events[2]: "shock" is already the id of events[1]'),
        ('place = "HO"', 'place = "XX"', 'key regimes[1].place: "XX" is not a place of [places]'),
        ('kind = "entry" ', 'kind = "rolling" ', "key regimes[1].days: must be at least cap (90) for a rolling window"),
        ('kind = "entry" ', 'kind = "exit" ', 'key regimes[1].kind: "exit" is not allowed; one of: entry, rolling'),
        ("cap = 90", "cap = 0", 'key regimes[1].cap: "0" must be above 0'),
        ("cap = 90", "cap = 90\nend = 2021-01-01", "key regimes[1].end: \"2021-01-01\" is before the start"),
        ('source = "ho_border"', 'source = "hoborder"', 'key anchors[1].source: "hoborder" is not a source of sources.csv; one of: ho_border'),
        ('kind = "crossings"', 'kind = "crossing"', 'key anchors[1].kind: "crossing" is not allowed; one of: crossings,'),
        ("[[anchors]]", "[hedges]\nabot = [1, 1]\n[[anchors]]", "key hedges.abot: \"[1, 1]\" is not a hedge that can be changed"),
        ("[[anchors]]", "[hedges]\nabout = [1, 1.5]\n[[anchors]]", "key hedges.about: \"[1, 1.5]\" must add up to a whole number of grains"),
        ("[[anchors]]", "[hedges]\nhalf = [0.6, 0.4]\n[[anchors]]", "key hedges.half: \"[0.6, 0.4]\" must be two proportions"),
        ("[[anchors]]", "[priors]\nx = { low = 0.5, high = 0.2 }\n[[anchors]]", "key priors.x: low (0.5) must be below high (0.2)"),
        ("[[anchors]]", "[priors]\nx = { a = 1 }\n[[anchors]]", "key priors.x: must be one of { median, factor }"),
        ("[[anchors]]", '[[strata]]\nid = "a"\n[[strata]]\nid = "b"\n[[anchors]]', "key strata[1].share: is missing"),
        ("[[anchors]]", '[[schemes]]\nid = "a b"\nplace = "HO"\n[[anchors]]', 'key schemes[1].id: "a b" is not an id'),
        ("[[anchors]]", '[[schemes]]\nid = "a"\nplace = "HO"\npurges = [2025-01-01]\n[[anchors]]', 'key schemes[1].purges: "2025-01-01" is outside'),
    ],
)  # fmt: skip
def test_wrong_settings(wrong, old: str, new: str, expected: str) -> None:
    lines = wrong("case.toml", old, new)
    assert any(expected in line for line in lines), lines


def test_all_at_once(wrong) -> None:
    lines = wrong("case.toml", 'origin = "OR"\nhost = "HO"', 'origin = 3\nhosst = "HO"')
    assert len(lines) == 3


def test_bad_settings_do_not_hide_bad_tables(files) -> None:
    from tests.case.conftest import problems

    lines = problems({**files, "case.toml": b"x", "sources.csv": b"source\n"})
    assert {line.split(",")[0].split(":")[0].split(" ")[0] for line in lines} == {"case.toml", "sources.csv"}


def test_priors_that_differ_from_the_defaults(case) -> None:
    assert changed_priors(case.settings) == []
    event = case.settings.events[0].model_copy(
        update={"duration": LogNormal(median=3, factor=1.8, why="slow")}
    )
    priors = {"sigma.crossings": LogNormal(median=0.1, factor=2)}
    settings = case.settings.model_copy(update={"events": (event,), "priors": priors})
    assert [str(change) for change in changed_priors(settings)] == [
        "events.shock.duration = { median = 3, factor = 1.8 } (default { median = 2, factor = 1.8 }): slow",
        "priors.sigma.crossings = { median = 0.1, factor = 2 }",
    ]
    assert len(changed_priors(settings, priors)) == 1


def test_the_shipped_case_says_what_it_changes() -> None:
    changes = changed_priors(read_case("kazakhstan-2022").settings)
    assert changes
    assert all(change.default for change in changes if not change.key.startswith("priors."))
