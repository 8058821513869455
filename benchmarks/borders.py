"""A register of crossings end to end: time and memory against a bare sort by person and day.

    python benchmarks/borders.py                         # 15 and 60 million crossings, 2 threads, 4 GB
    python benchmarks/borders.py --crossings 1e6 4e6

Prints seconds, peak memory, the ratio to `ORDER BY person, day` of the same file, and the slope of log time
on log rows; in brackets the same in seconds of processors, which tell more where others use the machine. Each
measurement runs in a process of its own. The register is made up: 85 in 100 persons are
visitors who come one to four times for some days, ten come and go every few weeks, five move here or away;
one crossing in 200 is lost. Steps: clean (with a key), stays, classify, and the counts of the summary
without the link-error band, which is timed by itself.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import resource
import tempfile
import time
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

MEMORY = "4GB"
THREADS = 2
SINCE, UNTIL = date(2017, 1, 1), date(2023, 1, 1)
STEPS = ("clean", "stays", "classify", "summarise", "band")


def make(folder: str, crossings: int) -> None:
    """A register of about so many crossings, in no order."""
    persons = int(crossings / 6.9)
    _connection(folder).raw_sql(f"""
        COPY ( WITH persons AS ( SELECT range AS person, hash(range * 13 + 5) % 100 AS kind, hash(range * 7
        + 1) % 1500 AS start FROM range({persons}) ), visits AS ( SELECT person, kind, start,
        unnest(range((CASE WHEN kind < 85 THEN 1 + hash(person) % 4 WHEN kind < 95 THEN 5 + hash(person) %
        12 ELSE 1 + hash(person) % 4 END)::BIGINT)) AS visit FROM persons ), lengths AS ( SELECT *, (CASE
        WHEN kind < 85 THEN 20 + hash(person * 100 + visit) % 500 ELSE 3 + hash(person * 100 + visit) % 60
        END)::INT AS gap, (CASE WHEN kind < 85 THEN 1 + hash(person * 100 + visit + 77) % 20 WHEN kind < 95
        THEN 1 + hash(person * 100 + visit + 77) % 40 ELSE 100 + hash(person * 100 + visit + 77) % 700
        END)::INT AS length FROM visits ), ends AS ( SELECT *, start::INT + (sum(gap + length) OVER
        (PARTITION BY person ORDER BY visit))::INT AS last FROM lengths ), crossed AS ( SELECT person,
        visit, kind, DATE '2017-01-01' + (last - length) AS day, 'arrival' AS direction FROM ends UNION ALL
        SELECT person, visit, kind, DATE '2017-01-01' + last, 'departure' FROM ends ) SELECT person, day,
        direction, ('B' || (hash(person + 3) % 20)::INT) AS border, ('N' || (hash(person + 11) % 40)::INT)
        AS nationality FROM crossed WHERE day < DATE '2023-01-01' AND hash(person * 31 + visit * 2 +
        (direction = 'arrival')::INT) % 200 > 0 ORDER BY hash(person * 37 + visit * 2 + (direction =
        'arrival')::INT) ) TO '{folder}/{crossings}.parquet'""")


def _connection(folder: str) -> Any:
    import ibis

    connection = ibis.duckdb.connect(threads=THREADS, memory_limit=MEMORY, temp_directory=f"{folder}/spill")
    connection.raw_sql("SET preserve_insertion_order = false")
    return connection


def sort(folder: str, crossings: int) -> None:
    """The file sorted by person and day, and nothing else."""
    _connection(folder).raw_sql(
        f"COPY (SELECT * FROM '{folder}/{crossings}.parquet' ORDER BY person, day) "
        f"TO '{folder}/sorted.parquet' (FORMAT PARQUET, COMPRESSION zstd)"
    )


def end_to_end(folder: str, crossings: int) -> dict[str, tuple[float, float]]:
    """Seconds on the clock and of processors of every step."""
    from sojourn.borders.cleaning import Cleaning, clean
    from sojourn.borders.engine import connected
    from sojourn.borders.materialised import drop_materialised
    from sojourn.borders.outcome.classification import classify
    from sojourn.borders.outcome.rule import OutcomeRule
    from sojourn.borders.release.disclosure import Release, suppress
    from sojourn.borders.release.link_error_band import LinkErrors, estimate_link_error_band
    from sojourn.borders.release.tables import COLUMNS, summarise
    from sojourn.borders.stays import pair_stays

    rule, key = OutcomeRule(UNTIL, SINCE), bytes(range(32))
    out = Path(folder)
    seconds: dict[str, tuple[float, float]] = {}
    with connected("duckdb", MEMORY, THREADS, out, writes=[out / "any"]) as engine:

        def timed(name: str, work: Any) -> None:
            start, used = time.perf_counter(), time.process_time()
            work()
            drop_materialised(engine.connection)
            seconds[name] = time.perf_counter() - start, time.process_time() - used

        def cleaned() -> None:
            raw = engine.read_numbered(out / f"{crossings}.parquet")
            good, bad = clean(raw, Cleaning(since=SINCE, until=UNTIL), key)
            engine.write(good, out / "clean.parquet", ordered=True)
            engine.write(bad, out / "rejects.parquet", ordered=True)

        def summed() -> None:
            rows, spells = engine.read(out / "classified.parquet"), engine.read(out / "stays.parquet")
            suppress(engine.rows(summarise(rows, spells, rule, ("nationality",)).select(*COLUMNS)), Release())

        timed("clean", cleaned)
        timed(
            "stays",
            lambda: engine.write(pair_stays(engine.read(out / "clean.parquet"), rule), out / "stays.parquet"),
        )
        timed(
            "classify",
            lambda: engine.write(
                classify(engine.read(out / "clean.parquet"), rule), out / "classified.parquet"
            ),
        )
        timed("summarise", summed)
        timed(
            "band",
            lambda: estimate_link_error_band(
                engine, engine.read(out / "classified.parquet"), rule, LinkErrors()
            ),
        )
    return seconds


def _measured(task: Any, folder: str, crossings: int, pipe: Any) -> None:
    import ibis

    ibis.duckdb.connect().disconnect()  # imports are not part of the time
    start, used = time.perf_counter(), time.process_time()
    parts = task(folder, crossings)
    seconds = time.perf_counter() - start, time.process_time() - used
    pipe.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, parts))


def measure(task: Any, folder: str, crossings: int) -> tuple[tuple[float, float], float, Any]:
    """Seconds (clock, processors), peak memory (GiB) and parts of a task in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_measured, args=(task, folder, crossings, there))
    process.start()
    there.close()
    result = here.recv()
    process.join()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--crossings", type=float, nargs="+", default=[1.5e7, 6e7])
    parser.add_argument("--folder", help="where the files go; a temporary folder by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or temporary
        Path(folder).mkdir(exist_ok=True)
        times: list[tuple[int, float, float]] = []
        for size in sorted(int(number) for number in options.crossings):
            measure(make, folder, size)
            rows = _connection(folder).read_parquet(f"{folder}/{size}.parquet").count().to_pyarrow().as_py()
            sorts = [measure(sort, folder, size)[0] for _ in range(2)]
            clock, used = (min(each[n] for each in sorts) for n in (0, 1))
            _, peak, parts = measure(end_to_end, folder, size)
            total, busy = (sum(parts[name][n] for name in STEPS if name != "band") for n in (0, 1))
            times.append((rows, total, busy))
            print(
                f"{rows:,} crossings: bare sort {clock:.1f} s ({used:.1f} s), all steps {total:.1f} s "
                f"({busy:.1f} s), {total / clock:.1f} × ({busy / used:.1f} ×); peak {peak:.1f} GiB"
            )
            print(
                "  "
                + ", ".join(
                    f"{name} {parts[name][0]:.1f} s ({parts[name][1]:.1f} s, {parts[name][1] / used:.1f} ×)"
                    for name in STEPS
                ),
                flush=True,
            )
        for (n, a, c), (m, b, d) in pairwise(times):
            slopes = [math.log(y / x) / math.log(m / n) for x, y in ((a, b), (c, d))]
            print(f"slope of log time on log rows, {n:,} to {m:,}: {slopes[0]:.2f} ({slopes[1]:.2f})")


if __name__ == "__main__":
    main()
