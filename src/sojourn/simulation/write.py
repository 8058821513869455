"""A simulated world as files: crossings, registers, and the truth.

People have random numbers instead of names, the same in all files of one world. Crossings and
registers do not say who is displaced and who is a visitor.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sojourn._core.errors import Problem
from sojourn._core.files import dump_json, staged_folder, write_atomically
from sojourn._core.version import __version__
from sojourn.case import CaseError
from sojourn.case.truth import FILE as TRUTH
from sojourn.case.truth import Known, Truth
from sojourn.simulation.records import OPEN, PURPOSES, Crossings, Records
from sojourn.simulation.settings import WorldSettings
from sojourn.simulation.true_counts import Counts

if TYPE_CHECKING:
    import pyarrow as pa

DAY_SECONDS = 24 * 3600


def write_world(world: WorldSettings, records: Records, seed: int, folder: str | Path) -> Path:
    """Write crossings-PLACE.parquet, registers.parquet, truth.parquet, truth.toml and world.json.

    The files are written to a temporary folder first and moved into place once all are complete.

    Returns:
        The folder.

    Raises:
        CaseError: `folder` is a file, or cannot be written.
    """
    import pyarrow.parquet as parquet

    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise CaseError([Problem(str(target), "is a file; a world is written into a folder")])
    rng = np.random.default_rng(np.random.SeedSequence(seed).spawn(10)[-1])
    alias = rng.permutation(len(records.passport))
    try:
        with staged_folder(target) as draft:
            for number, place in enumerate(world.places, 1):
                rows = records.crossings.take(records.crossings.place == number)
                table = crossing_table(world, records, rows, alias, rng)
                parquet.write_table(table, draft / f"crossings-{place}.parquet", compression="zstd")
            parquet.write_table(register_table(world, records, alias), draft / "registers.parquet")
            parquet.write_table(truth_table(world, records), draft / "truth.parquet")
            (draft / TRUTH).write_text(truth_toml(world, records), encoding="utf-8")
            (draft / "world.json").write_text(_made_by(world, records, seed), encoding="utf-8")
    except OSError as error:
        raise CaseError([Problem(str(target), f"cannot be written: {error.strerror}")]) from None
    return target


def crossing_table(
    world: WorldSettings, records: Records, rows: Crossings, alias: np.ndarray, rng: np.random.Generator
) -> pa.Table:
    """The register of one border service in chronological order, as `sojourn borders` reads it.

    Columns: person, day, time (distinct for the crossings of one person), direction (arrival or
    departure), place, counterpart, nationality and declared purpose.
    """
    import pyarrow as pa

    second, sequence = _moments(rows, rng)
    by_time = np.lexsort((sequence, second, rows.day))
    rows, second = rows.take(by_time), second[by_time]
    epoch = (world.start - date(1970, 1, 1)).days
    days = (rows.day + epoch).astype(np.int32)
    return pa.table(
        {
            "person": alias[rows.person].astype(np.int64),
            "day": pa.array(days, pa.int32()).cast(pa.date32()),
            "time": pa.array(days.astype(np.int64) * DAY_SECONDS + second).cast(pa.timestamp("s")),
            "direction": _words(rows.arrival.astype(np.int8), ("departure", "arrival")),
            "place": _words(rows.place, world.place_ids),
            "counterpart": _words(rows.counterpart, world.place_ids),
            "nationality": _words(records.passport[rows.person], records.passports),
            "purpose": _words(rows.purpose, PURPOSES),
        }
    )


def _moments(rows: Crossings, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Second of the day of every crossing, and its position among the person's crossings on that day.

    A person's crossings of one day are recorded in the order in which they happened.
    """
    visit = rows.person * np.int64(OPEN) + rows.day
    recorded = np.argsort(visit, kind="stable")
    fresh = np.r_[True, np.diff(visit[recorded]) != 0][: len(rows)]
    position = np.arange(len(rows)) - np.flatnonzero(fresh)[np.cumsum(fresh) - 1]
    drawn = rng.integers(0, DAY_SECONDS - 60, len(rows))
    ordered = drawn[np.lexsort((drawn, visit))] + position
    second, sequence = np.empty_like(drawn), np.empty_like(position)
    second[recorded], sequence[recorded] = ordered, position
    return second, sequence


def _words(codes: np.ndarray, words: tuple[str, ...]) -> Any:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int8)), pa.array(list(words)))


def register_table(world: WorldSettings, records: Records, alias: np.ndarray) -> pa.Table:
    """Every entry of every register: scheme, place, person, issued, struck (null if still registered)."""
    import pyarrow as pa

    d = records.documents
    epoch = (world.start - date(1970, 1, 1)).days
    on = d.struck >= world.days
    places = [scheme.place for scheme in world.schemes]
    names = tuple(scheme.id for scheme in world.schemes)
    return pa.table(
        {
            "scheme": _words(d.scheme, names),
            "place": _words(np.array([world.place_ids.index(p) for p in places])[d.scheme], world.place_ids)
            if places
            else pa.array([], pa.string()),
            "person": alias[d.person].astype(np.int64),
            "issued": pa.array((d.issued + epoch).astype(np.int32)).cast(pa.date32()),
            "struck": pa.array(np.where(on, 0, d.struck + epoch).astype(np.int32), mask=on).cast(pa.date32()),
        }
    )


def truth_table(world: WorldSettings, records: Records) -> pa.Table:
    """The true outcomes by week and on the last day, as columns date, host, wave, outcome and persons."""
    import pyarrow as pa

    counts = Counts(world, records)
    days = [world.start + timedelta(days=k) for k in range(6, world.days, 7)]
    if days[-1:] != [world.until]:
        days.append(world.until)
    cohorts = sorted({(host, wave.id) for wave in world.waves for host in wave.arrivals})
    rows = [
        {"date": day, "host": host, "wave": wave, "outcome": outcome, "persons": int(persons)}
        for host, wave in cohorts
        for day in days
        for outcome, persons in counts.outcomes(day, host, wave).items()
    ]
    return pa.Table.from_pylist(rows)


def truth_of(world: WorldSettings, records: Records, day: date | None = None) -> Truth:
    """The true outcomes of the question's cohort on a day (default: the last)."""
    asof = day or world.until
    outcomes = Counts(world, records).outcomes(asof)
    known: dict[Any, Known] = {name: Known(persons=persons) for name, persons in outcomes.items()}
    return Truth(asof=asof, outcomes=known, why="counted in a simulated world")


def write_truth(world: WorldSettings, records: Records, folder: Path) -> None:
    """Write truth.toml into the folder of a case, atomically."""
    write_atomically(folder / TRUTH, truth_toml(world, records).encode())


def truth_toml(world: WorldSettings, records: Records, day: date | None = None) -> str:
    """The true outcomes of the question's cohort as the text of truth.toml."""
    return render_truth(truth_of(world, records, day))


def render_truth(truth: Truth) -> str:
    """Render a truth as the text of truth.toml."""
    import tomlkit

    from sojourn.case.settings_write import plain

    return tomlkit.dumps(plain(truth.model_dump(exclude_unset=True)))


def _made_by(world: WorldSettings, records: Records, seed: int) -> str:
    """The text of world.json: settings, seed and version, and the numbers of rows."""
    content = {
        "version": __version__,
        "seed": seed,
        "settings": world.model_dump(mode="json", exclude_unset=True),
        "agents": len(records.passport),
        "displaced": len(records.displaced),
        "crossings": len(records.crossings),
        "documents": len(records.documents.person),
    }
    return dump_json(content)
