"""A simulated world against itself: nobody is lost, borders and lives agree, the lawful keep the law."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import ibis
import numpy as np
import pyarrow.parquet as parquet
import pytest

from sojourn import stay_rules
from sojourn.case import CaseError, Reading
from sojourn.simulation.durations import log_logistic
from sojourn.simulation.lawful_stays import Spells, VectorStayRule
from sojourn.simulation.records import DISPLACED, OPEN, RESIDENT, VISITOR, Records
from sojourn.simulation.settings import WorldSettings, parse_world
from sojourn.simulation.simulate import simulate
from sojourn.simulation.true_counts import Counts
from sojourn.simulation.write import write_world
from tests.simulation.conftest import WORLD

RULE = "KZ.visa_free.EAEU"


def reading(measure: Any, **fields: Any) -> Reading:
    return Reading("c", "r", 1.0, measure, **fields)


def changed(world: WorldSettings, **behaviour: float) -> WorldSettings:
    return world.model_copy(update={"behaviour": world.behaviour.model_copy(update=behaviour)})


def test_everybody_is_in_one_place_from_arrival_on(world: WorldSettings, records: Records) -> None:
    s, people = records.sojourns, records.displaced
    for day in range(0, world.days, 13):
        here = (s.start <= day) & (s.end > day)
        where = np.bincount(s.person[here], minlength=len(people))
        assert np.array_equal(where, (people.arrival <= day).astype(int))


def test_outcomes_add_up_to_those_who_arrived(world: WorldSettings, counts: Counts) -> None:
    for day in (date(2022, 9, 5), date(2022, 12, 31), world.until):
        found = counts.outcomes(day)
        assert found["arrived"] == found["stayed"] + found["moved_on"] + found["returned"] > 0
        assert found["arrived"] == counts.figure(reading("arrivals", wave="shock", end=day))
        for name in ("stayed", "moved_on", "returned"):
            assert counts.figure(reading(name, wave="shock", end=day)) == found[name] > 0


def test_borders_agree_with_lives(world: WorldSettings, records: Records) -> None:
    """Who crossed into a place last lives there; who lives there without it comes back from a trip."""
    c, s = records.crossings, records.sojourns
    last: dict[int, tuple[int, bool]] = {}
    for i in np.flatnonzero(c.kind == DISPLACED):
        last[int(c.person[i])] = (int(c.place[i]), bool(c.arrival[i]))
    living = {int(p): int(k) for p, k in zip(s.person[s.end == OPEN], s.place[s.end == OPEN], strict=True)}
    away = 0
    for person, place in living.items():
        if last[person] != (place, True) and place > 0:
            away += 1
        if place == 0:
            assert not last[person][1]
    recent = np.sum((c.day >= world.days - 6) & (c.kind == DISPLACED) & ~c.arrival)
    assert 0 < away <= recent


@pytest.mark.parametrize("kind", [DISPLACED, VISITOR, RESIDENT])
def test_directions_alternate_for_every_person_and_place(records: Records, kind: int) -> None:
    c = records.crossings.take(records.crossings.kind == kind)
    order = np.lexsort((np.arange(len(c)), c.day, c.place, c.person))
    c = c.take(order)
    same = (np.diff(c.person) == 0) & (np.diff(c.place) == 0)
    assert same.sum() > 100
    assert (c.arrival[1:] != c.arrival[:-1])[same].all()


def test_present_is_what_the_border_counts_say(
    world: WorldSettings, records: Records, counts: Counts
) -> None:
    """Visitors inside on a day, person by person."""
    c = counts.crossings.take((counts.crossings.kind == VISITOR) & (counts.crossings.place == 1))
    history: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for person, day, arrival in zip(c.person, c.day, c.arrival, strict=True):
        history[int(person)].append((int(day), not arrival))
    for day in (0, 45, 300):
        inside = 0
        for crossings in history.values():
            crossings.sort()
            state = crossings[0][1]
            for when, leaving in crossings:
                state = not leaving if when <= day else state
            inside += state
        assert (
            counts.figure(reading("present", who="visitors", end=world.start + timedelta(days=int(day))))
            == inside
            > 0
        )


def stays_of(records: Records, world: WorldSettings, persons: set[int]) -> list[dict[str, Any]]:
    """Stays in the host by its border's own records, in the columns of `stay_rules.assess_register`."""
    c = records.crossings
    rows: list[dict[str, Any]] = []
    entered: dict[int, int] = {}
    for i in np.flatnonzero((c.kind == DISPLACED) & (c.place == 1)):
        person, day = int(c.person[i]), int(c.day[i])
        if person not in persons:
            continue
        if c.arrival[i]:
            entered[person] = day
        else:
            begin = entered.pop(person)
            rows.append(
                {
                    "person": person,
                    "entry": world.start + timedelta(days=int(begin)),
                    "exit": world.start + timedelta(days=int(day)),
                }
            )
    for person, begin in entered.items():
        rows.append({"person": person, "entry": world.start + timedelta(days=int(begin)), "exit": None})
    return rows


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12 on DuckDB 2
def test_the_lawful_keep_the_law_and_others_do_not(world: WorldSettings, tmp_path: Path) -> None:
    """The finished register under the library's own engine: another algorithm than the simulation's."""
    strict = changed(world, overstay=0.0, lawful=0.7, errands=2.0)
    found = simulate(strict, seed=3)
    people = found.displaced
    permitted = set(found.documents.person[found.documents.scheme == 1].tolist())
    unlawful: dict[bool, int] = {}
    for keeps in (True, False):
        chosen = set(np.flatnonzero((people.lawful == keeps) & ~people.settles).tolist()) - permitted
        rows = stays_of(found, strict, chosen)
        parquet.write_table(_columns(rows), tmp_path / "stays.parquet")
        connection = ibis.duckdb.connect()
        table = connection.read_parquet(tmp_path / "stays.parquet")
        assessed = stay_rules.assess_register(table, RULE, nationality="RU", until=strict.until)
        total = connection.compile(assessed.unlawful_days.sum())
        unlawful[keeps] = int(connection.raw_sql(str(total)).fetchall()[0][0])
        assert len(rows) > 1000
    assert unlawful[True] == 0
    assert unlawful[False] > 1000


def _columns(rows: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    schema = pa.schema([("person", pa.int64()), ("entry", pa.date32()), ("exit", pa.date32())])
    return pa.Table.from_pylist(rows, schema=schema)


def test_last_lawful_day_is_the_library_s(world: WorldSettings) -> None:
    """Random histories around the change of rule, against `stay_rules.assess` one by one."""
    rng = np.random.default_rng(7)
    start, until = date(2022, 9, 1), date(2023, 12, 31)
    rule = VectorStayRule(RULE, "RU", start, until)
    checked = 0
    for _ in range(60):
        cuts = np.sort(rng.choice(300, 7, replace=False))
        spells = [(int(a), int(b)) for a, b in zip(cuts[:-1:2], cuts[1::2], strict=True)]
        entry = int(cuts[-1])
        past = [(start + timedelta(days=a), start + timedelta(days=b)) for a, b in spells]
        before = Spells(np.array([[a for a, _ in spells]]), np.array([[b for _, b in spells]]))
        last = int(rule.last_day(np.array([entry]), before)[0])
        on = start + timedelta(days=entry)
        answer = stay_rules.assess(RULE, [*past, (on, None)], on=on, nationality="RU")
        if answer.latest_lawful_exit is None or answer.unlawful_days:
            continue
        checked += 1
        assert start + timedelta(days=last) == answer.latest_lawful_exit
    assert checked > 30


def test_rules_of_another_kind_are_refused() -> None:
    with pytest.raises(CaseError, match="neither a rule"):
        VectorStayRule("XX.nothing", "RU", date(2022, 1, 1), date(2022, 12, 31))
    with pytest.raises(CaseError, match="a world supports only the kinds"):
        VectorStayRule("EU.short_stay", "RU", date(2012, 1, 1), date(2012, 12, 31))


def test_moves_through_the_origin_are_recorded_as_exits_to_it(world: WorldSettings) -> None:
    for share, seen in ((0.0, False), (1.0, True)):
        found = simulate(changed(world, via_origin=share, errands=0.0, lawful=0.0), seed=2)
        counts = Counts(world, found)
        to_third = counts.figure(reading("departures", counterpart="TH"))
        exits = counts.figure(reading("exits", who="displaced", counterpart="TH"))
        assert to_third > 100
        assert exits == (0 if seen else to_third)


def test_friends_leave_together(world: WorldSettings) -> None:
    """Pairs of one circle that leave the host within a fortnight of each other."""

    def together(contagion: float) -> float:
        found = simulate(changed(world, contagion=contagion, lawful=0.0), seed=4)
        people, s = found.displaced, found.sojourns
        first = s.start == people.arrival[s.person]
        left = np.full(len(people), OPEN)
        left[s.person[first]] = s.end[first]
        pair = (np.diff(people.circle) == 0) & ~people.passing[1:] & ~people.passing[:-1]
        pair &= (left[1:] < OPEN) | (left[:-1] < OPEN)
        return float(np.mean(np.abs(np.diff(left))[pair] <= 14))

    assert together(0.9) > 2 * together(0.0)


def test_durations_have_their_median_and_a_heavy_tail() -> None:
    drawn = log_logistic(np.random.default_rng(1), 10.0, 1.4, 100_000)
    assert np.mean(drawn < 10.0) == pytest.approx(0.5, abs=0.007)
    assert np.mean(drawn > 100.0) == pytest.approx(1 / (1 + 10**1.4), abs=0.003)


def test_registers_forget_to_delete(world: WorldSettings, records: Records, counts: Counts) -> None:
    day = date(2023, 2, 28)
    issued = counts.figure(reading("issued", scheme="TAX", who="displaced", end=day))
    on = counts.figure(reading("register", scheme="TAX", who="displaced", end=day))
    purged = counts.figure(reading("register", scheme="TAX", who="displaced", end=date(2023, 3, 2)))
    stale = _stale(world, records, 272)
    assert issued > on > purged > 0
    assert stale > 0.3 * on
    assert _stale(world, records, world.day(date(2023, 3, 1))) == 0


def _stale(world: WorldSettings, records: Records, day: int) -> int:
    """Displaced persons on the register who have left the host."""
    d = records.documents
    rows = (d.scheme == 0) & (d.kind == DISPLACED) & (d.issued <= day) & (d.struck > day)
    where = Counts(world, records).whereabouts(day)
    later = {int(p) for p, b in zip(records.sojourns.person, records.sojourns.start, strict=True) if b > day}
    return sum(where[p] != 1 and int(p) not in later for p in d.person[rows])


def test_files_are_the_same_for_the_same_seed(world: WorldSettings, records: Records, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_world(world, simulate(world, 5), 5, tmp_path / name)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
    other = simulate(world, 6)
    assert len(other.crossings) != len(records.crossings)


def test_written_register_alternates_and_hides_who_is_displaced(
    world: WorldSettings, records: Records, tmp_path: Path
) -> None:
    out = write_world(world, records, 5, tmp_path / "world")
    file = out / "crossings-HO.parquet"
    table = parquet.read_table(file)
    assert table.column_names[:4] == ["person", "day", "time", "direction"]
    assert "kind" not in table.column_names
    assert table.num_rows == int((records.crossings.place == 1).sum())
    turns = """with x as (select direction, lag(direction) over (partition by person order by {}) as before
               from '{}') select count(*) from x where direction = before"""
    for order in ("day, time", "time"):
        assert duckdb.sql(turns.format(order, file)).fetchall() == [(0,)]
    truth = parquet.read_table(out / "truth.parquet").to_pylist()
    found = {
        row["outcome"]: row["persons"] for row in truth if row["date"] == world.until and row["host"] == "HO"
    }
    assert found == Counts(world, records).outcomes(world.until)


def test_a_failed_write_leaves_an_earlier_world(
    world: WorldSettings, records: Records, tmp_path: Path
) -> None:
    file = tmp_path / "world"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(CaseError, match="is a file"):
        write_world(world, records, 5, file)
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("until = 2023-06-30", "until = 2021-06-30", "until: must be after start"),
        ('host = "HO"', 'host = "HX"', 'host: unknown id "HX"; one of: HO, TH, XX'),
        ("share = 0.6", "share = -1", "strata[1].share"),
        ("residents = 500", "residence = 500", "places.TH.residence: is not a key"),
        (
            'rules = "KZ.visa_free.EAEU"',
            'rules = "KZ.nothing"',
            "key places.HO.rules: 'KZ.nothing' is neither a rule",
        ),
        ("HO = 8_000", "HO = 80_000_000", "at most 20,000,000"),
        ("arrivals = {", "arrivals = ", "not valid TOML"),
    ],
)
def test_what_is_wrong_with_settings_is_said(old: str, new: str, words: str) -> None:
    text = WORLD.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(CaseError) as error:
        simulate(parse_world(text.replace(old, new)), 1)
    assert words in str(error.value)


def test_all_problems_are_told_at_once() -> None:
    text = WORLD.read_text(encoding="utf-8")
    text = text.replace("until = 2023-06-30", "until = 2021-06-30").replace('wave = "shock"', 'wave = "x"')
    with pytest.raises(CaseError) as error:
        parse_world(text)
    assert len(error.value.problems) >= 2


def test_the_world_of_the_documentation_runs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "howto" / "simulation.md").read_text(encoding="utf-8")
    world = parse_world(page.split("```toml\n")[1].split("```")[0])
    assert world.officials is not None
    assert Counts(world, simulate(world, 1)).outcomes(world.until)["arrived"] > 50_000
