"""Linkage of documents against a register of which it is known who is who."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from scipy.stats import t

from sojourn.borders import BordersError, manifest
from sojourn.borders.engine import Engine, connected
from sojourn.borders.linkage.consistency import Rates, after, clash_rates
from sojourn.borders.linkage.links import Linkage, link_step
from sojourn.borders.stages import StageContext

FIELDS = ("name", "birth", "sex", "nationality")
HOW = Linkage(compare=FIELDS, block=("birth", "name"))
FIRST = date(2005, 1, 1)
Rows = list[tuple[Any, ...]]
Path_ = list[tuple[int, bool]]

pytest.importorskip("splink", reason="the extra `link` is not installed")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with connected("duckdb", "1GB", 1, writes=[tmp_path_factory.getbasetemp() / "any"]) as made:
        yield made


def skewed(rng: random.Random, words: int) -> int:
    """A word of a few common and many rare ones (Zipf)."""
    return rng.choices(range(words), [1 / (k + 1) for k in range(words)])[0]


def drawn(rng: random.Random) -> dict[str, str | None]:
    """Some person's fields: names and nationalities are shared by many."""
    return {
        "name": f"{skewed(rng, 100)} {skewed(rng, 100)}",
        "birth": f"b{rng.randrange(50 * 365)}",
        "sex": rng.choice("fm"),
        "nationality": f"c{skewed(rng, 20)}",
    }


def rows_of(document: int, path: Path_, fields: dict[str, Any]) -> Rows:
    words = {True: "arrival", False: "departure"}
    return [
        (document, FIRST + timedelta(days=day), words[arrives], 0, *fields.values()) for day, arrives in path
    ]


def register(
    people: int, seed: str, wrong: float = 0.02, missing: float = 0.02
) -> tuple[Rows, dict[int, int]]:
    """Rows of persons with one to three documents in turn, and whose each document is."""
    rng = random.Random(seed)
    numbers = iter(rng.sample(range(10**9), 3 * people))
    rows: Rows = []
    owner: dict[int, int] = {}
    for person in range(people):
        true, day, arrives = drawn(rng), rng.randrange(1000), rng.random() < 0.7
        for _ in range(rng.choice([1, 1, 2, 2, 3])):
            document, said = next(numbers), drawn(rng)
            owner[document] = person
            for name in FIELDS:
                luck = rng.random()
                said[name] = None if luck < missing else said[name] if luck < missing + wrong else true[name]
            path: Path_ = []
            for _ in range(rng.randint(1, 4)):
                path.append((day, arrives))
                arrives, day = not arrives, day + rng.randint(1, 200)
            rows += rows_of(document, path, said)
    return rows, owner


def linked(
    engine: Engine, folder: Path, rows: Rows, how: Linkage, more: tuple[str, ...] = ()
) -> tuple[dict[int, dict[str, Any]], dict[str, Any]]:
    """What is said of each document, and the counts of the record."""
    names = ["person", "day", "direction", "sequence", *FIELDS, *more]
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(
        pa.table(list(map(list, zip(*rows, strict=True))), names=names), folder / "in.parquet"
    )
    out, links = folder / "out.parquet", folder / "links.parquet"
    assert link_step(StageContext(engine, "1"), folder / "in.parquet", out, links, how)
    counts = manifest.read_counts(out)
    assert counts is not None
    assert counts["in"] == counts["out"] == len(rows)
    found = {row["document"]: row for row in parquet.read_table(links).to_pylist()}
    persons = Counter(found[row[0]]["person"] for row in rows)
    assert Counter(parquet.read_table(out)["person"].to_pylist()) == persons
    return found, counts


def pairs_of(whose: dict[int, Any]) -> dict[Any, set[tuple[int, ...]]]:
    """The pairs of documents of each person."""
    held: dict[Any, list[int]] = defaultdict(list)
    for document, person in sorted(whose.items()):
        held[person].append(document)
    return {person: set(combinations(documents, 2)) for person, documents in held.items()}


def test_false_and_missed_links_are_as_many_as_stated(engine: Engine, tmp_path: Path) -> None:
    """What is stated less what is true, over registers drawn anew, has mean nought (t-test at 1 in 100).

    Registers are the draws, since what was learnt errs for all pairs of a register together.
    """
    registers, told = 8, []
    for number in range(registers):
        rows, owner = register(500, f"known {number}")
        how = Linkage(HOW.compare, HOW.block, threshold=0.5)
        found, counts = linked(engine, tmp_path / str(number), rows, how)
        truth = set().union(*pairs_of(owner).values())
        made = set().union(*pairs_of({each: row["person"] for each, row in found.items()}).values())
        assert counts["links"] == len(made)
        missed = counts["expected_missed_links"] + counts["expected_missed_links_never_compared"]
        told.append((len(made - truth), counts["expected_false_links"], len(truth - made), missed))
    for true, stated in ((0, 1), (2, 3)):
        apart = [each[stated] - each[true] for each in told]
        error = stdev(apart) / math.sqrt(registers)
        assert abs(mean(apart)) < t.ppf(0.995, registers - 1) * error, told
    assert sum(each[0] for each in told) > 10
    assert sum(each[2] for each in told) > 100


def planted(
    rng: random.Random, rows: Rows, first: int, paths: tuple[Path_, Path_], pairs: int
) -> list[tuple[int, int]]:
    """Pairs of documents that agree on every field, on one path each; adds their rows."""
    made: list[tuple[int, int]] = []
    for number in range(pairs):
        # The greater number now first, now second: ties must not hang on it.
        documents = (first + 2 * number, first + 2 * number + 1)[:: rng.choice([1, -1])]
        fields = {**drawn(rng), "birth": f"planted {first} {number}"}
        for document, path in zip(documents, paths, strict=True):
            rows += rows_of(document, path, fields)
        made.append(documents)
    return made


def test_documents_that_cannot_be_one_person_are_never_linked_and_else_they_are(
    engine: Engine, tmp_path: Path
) -> None:
    rng = random.Random("planted")
    rows, _ = register(300, "planted")
    stay = [(100, True), (200, False)]
    cannot = {
        "in two places": [(150, True), (250, False)],
        "within a stay": [(120, True), (150, False)],
        "arrives twice": [(50, True)],
        "departs twice": [(300, False)],
    }
    can = {
        "later": [(250, True), (300, False)],
        "the same day": [(200, True), (300, False)],
        "gone within the stay": [(120, False), (150, True)],
        "with a gap of its own": [(250, True), (260, True), (300, False)],
    }
    pairs = {
        name: planted(rng, rows, 10**10 + 10**6 * number, (stay, path), 15)
        for number, (name, path) in enumerate((cannot | can).items())
    }
    found, _ = linked(engine, tmp_path, rows, HOW)
    for name, made in pairs.items():
        together = {found[one]["person"] == found[other]["person"] for one, other in made}
        assert together == {name in can}, name


def test_a_third_document_links_no_two_that_clash(engine: Engine, tmp_path: Path) -> None:
    """If it fits both, nothing is linked, since who is who cannot be told; if it fits one, that one is."""
    rows, _ = register(300, "third")
    rng = random.Random("third")
    paths: tuple[Path_, Path_] = [(100, True), (200, False)], [(150, True), (250, False)]
    both = planted(rng, rows, 10**10, paths, 15)
    first = planted(rng, rows, 2 * 10**10, paths, 15)
    fields = {row[0]: dict(zip(FIELDS, row[4:], strict=True)) for row in rows}
    thirds: dict[int, int] = {}
    for number, (one, _) in enumerate([*both, *first]):
        thirds[one] = 3 * 10**10 + number
        path: Path_ = [(400, True), (500, False)] if number < 15 else [(220, True), (300, False)]
        rows += rows_of(thirds[one], path, fields[one])
    found, counts = linked(engine, tmp_path, rows, HOW)
    person = {document: row["person"] for document, row in found.items()}
    assert all(len({person[one], person[other], person[thirds[one]]}) == 3 for one, other in both)
    assert counts["groups_refused_because_directions_do_not_alternate"] >= 15
    assert all(person[one] == person[thirds[one]] != person[other] for one, other in first)


def test_exact_keys_link_before_anything_is_compared_and_the_probability_is_kept(
    engine: Engine, tmp_path: Path
) -> None:
    rows, _ = register(300, "exact")
    rng = random.Random("exact")
    rows = [(*row, None) for row in rows]
    earlier, later, within = [(100, True), (200, False)], [(250, True)], [(150, True), (160, False)]
    start, same, clash = 10**10, [], []
    for number in range(10):
        for paths, made in (((earlier, later, [(300, False)]), same), ((earlier, within), clash)):
            documents = list(range(start, start + len(paths)))
            start += len(paths)
            for document, path in zip(documents, paths, strict=True):
                fields = drawn(rng)
                rows += [(*row, f"key {number} {len(paths)}") for row in rows_of(document, path, fields)]
            made.append(documents)
    # One document under two names: the identifier settles it.
    once, again = (
        start,
        rows_of(start, [(100, True)], drawn(rng)) + rows_of(start, [(200, False)], drawn(rng)),
    )
    rows += [(*row, None) for row in again]
    how = Linkage(HOW.compare, HOW.block, exact=("number",))
    found, _ = linked(engine, tmp_path, rows, how, ("number",))
    assert all(len({found[document]["person"] for document in made}) == 1 for made in same)
    assert all(found[document]["match_probability"] == 1.0 for made in same for document in made)
    assert all(found[one]["person"] != found[other]["person"] for one, other in clash)
    assert found[once]["person"] == once
    of = Counter(row["person"] for row in found.values())
    for row in found.values():
        p = row["match_probability"]
        assert p is None if of[row["person"]] == 1 else how.threshold <= p <= 1
    assert 0.95 < min(row["match_probability"] or 1 for row in found.values()) < 1


def test_rates_of_clashes_are_the_likeliest() -> None:
    rng = random.Random("rates")
    cells = [(rng.random(), rng.random() < 0.5, rng.randint(1, 50)) for _ in range(40)]

    def likelihood(rates: Rates) -> float:
        total = 0.0
        for p, clash, pairs in cells:
            share = p * rates.same + (1 - p) * rates.other
            total += pairs * math.log(share if clash else 1 - share)
        return total

    found = clash_rates(cells)
    around = [(found.same + a, found.other + b) for a in (-0.01, 0, 0.01) for b in (-0.01, 0, 0.01)]
    best = max(around, key=lambda each: likelihood(Rates(*each)))
    assert best == (found.same, found.other)
    assert after(0.5, True, Rates(0.1, 0.3)) == pytest.approx(0.25)
    assert after(0.5, False, Rates(0.1, 0.3)) == pytest.approx(0.9 / 1.6)


def test_registers_in_which_nobody_can_be_linked_and_settings_that_are_none(
    engine: Engine, tmp_path: Path
) -> None:
    rng = random.Random("alone")
    stay: Path_ = [(1, True), (9, False)]
    alone = [row for n in range(9) for row in rows_of(n, stay, {**drawn(rng), "name": n, "birth": n})]
    found, counts = linked(engine, tmp_path / "alone", alone, HOW)
    assert counts["links"] == 0
    assert {row["person"] for row in found.values()} == set(range(9))
    nobody = rows_of(1, stay, dict.fromkeys(FIELDS))
    assert linked(engine, tmp_path / "nobody", nobody, HOW)[0][1]["person"] == 1
    with pytest.raises(BordersError, match="at least three columns to compare"):
        Linkage(("name",), ("birth",))
    with pytest.raises(BordersError, match="column passport is missing"):
        linked(engine, tmp_path / "none", alone, Linkage(HOW.compare, HOW.block, exact=("passport",)))
