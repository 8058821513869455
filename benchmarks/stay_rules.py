"""Stay rules for a register: time and memory against a bare sort and against one row per day.

    python benchmarks/stay_rules.py                     # 20 million stays, 2 threads, 4 GB
    python benchmarks/stay_rules.py --stays 1e6 --days 2e5

Prints ratios, since seconds belong to the machine. Each measurement runs in a process of its own. The
register is made up: three in five persons come seldom and briefly, three in ten often, one in ten stays
as long as visa runs allowed; rows lie in no order. The rule is 90 days in 180 (`EU.short_stay`).
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

MEMORY = "4GB"
THREADS = 2


def connect(folder: str) -> Any:
    import ibis

    connection = ibis.duckdb.connect(threads=THREADS, memory_limit=MEMORY, temp_directory=f"{folder}/spill")
    connection.raw_sql("SET preserve_insertion_order = false")
    return connection


def make(folder: str, stays: int) -> None:
    """A register of about so many stays of about a fifth as many persons, from 2019 on."""
    connect(folder).raw_sql(f"""
        COPY (
            WITH persons AS (
                SELECT range AS person, hash(range * 13 + 5) % 100 AS kind,
                    hash(range * 7 + 1) % 1200 AS start
                FROM range({stays // 5 + 1})
            ), visits AS (
                SELECT person, kind, start, unnest(range((CASE
                    WHEN kind < 60 THEN 1 + hash(person) % 4
                    WHEN kind < 90 THEN 3 + hash(person) % 10
                    ELSE 4 + hash(person) % 16 END)::BIGINT)) AS visit
                FROM persons
            ), lengths AS (
                SELECT person, visit, start,
                    (CASE WHEN kind < 90 THEN 5 + hash(person * 100 + visit) % 200
                        ELSE 1 + hash(person * 100 + visit) % 60 END)::INT AS gap,
                    (CASE WHEN kind < 60 THEN hash(person * 100 + visit + 77) % 15
                        WHEN kind < 90 THEN hash(person * 100 + visit + 77) % 30
                        ELSE hash(person * 100 + visit + 77) % 80 END)::INT AS length
                FROM visits
            ), ends AS (
                SELECT person, visit, length,
                    start::INT + (sum(gap + length) OVER (PARTITION BY person ORDER BY visit))::INT AS last
                FROM lengths
            )
            SELECT person, DATE '2019-01-01' + (last - length) AS entry, DATE '2019-01-01' + last AS exit
            FROM ends ORDER BY hash(person * 31 + visit)
        ) TO '{folder}/{stays}.parquet'""")


def sort(folder: str, stays: int) -> None:
    """The file sorted by person and day of entry, and nothing else."""
    connect(folder).raw_sql(
        f"COPY (SELECT * FROM '{folder}/{stays}.parquet' ORDER BY person, entry) TO '{folder}/sorted.parquet'"
    )


def assess(folder: str, stays: int) -> None:
    """First unlawful day, unlawful days, binding limit and days used of every stay."""
    from sojourn.stay_rules import assess_register

    connection = connect(folder)
    table = connection.read_parquet(f"{folder}/{stays}.parquet")
    result = assess_register(table, "EU.short_stay", nationality="US")
    connection.raw_sql(f"COPY ({connection.compile(result)}) TO '{folder}/assessed.parquet'")


def explode(folder: str, stays: int) -> None:
    """The same figures the plain way: a row per day of stay, a window over the days of each person."""
    connect(folder).raw_sql(f"""
        COPY (
            WITH days AS (
                SELECT person, entry, exit, unnest(range(entry - DATE '1970-01-01',
                    exit - DATE '1970-01-01' + 1)) AS day
                FROM '{folder}/{stays}.parquet'
            ), counted AS (
                SELECT *, count(*) OVER (PARTITION BY person ORDER BY day RANGE 179 PRECEDING) AS used
                FROM days
            )
            SELECT person, entry, exit, min(day) FILTER (used > 90) AS first_unlawful,
                count(*) FILTER (used > 90) AS unlawful_days, max_by(used, day) AS used_at_exit
            FROM counted GROUP BY ALL
        ) TO '{folder}/exploded.parquet'""")


def same(folder: str) -> tuple[int, int]:
    """Rows, and rows on which the two ways differ."""
    return (
        connect(folder)
        .raw_sql(f"""
        SELECT count(*), count(*) FILTER (a.unlawful_days <> b.unlawful_days
            OR a.used_at_exit <> b.used_at_exit
            OR a.first_unlawful IS DISTINCT FROM DATE '1970-01-01' + b.first_unlawful::INT)
        FROM '{folder}/assessed.parquet' a FULL JOIN '{folder}/exploded.parquet' b USING (person, entry, exit)
    """)
        .fetchall()[0]
    )


def _measured(task: Any, folder: str, stays: int, pipe: Any) -> None:
    from sojourn.stay_rules.register import limit_columns  # noqa: F401 - imports are not part of the time

    connect(folder)
    start = time.perf_counter()
    task(folder, stays)
    seconds = time.perf_counter() - start
    pipe.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20))


def measure(task: Any, folder: str, stays: int) -> tuple[float, float]:
    """Seconds and peak memory (GiB) of a task in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_measured, args=(task, folder, stays, there))
    process.start()
    there.close()
    result = here.recv()
    process.join()
    return result


def best(task: Any, folder: str, stays: int, times: int = 3) -> tuple[float, float]:
    """The fastest of some runs, since others use the machine too, and the highest peak."""
    runs = [measure(task, folder, stays) for _ in range(times)]
    return min(seconds for seconds, _ in runs), max(peak for _, peak in runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--stays", type=float, default=2e7, help="stays of the largest register")
    parser.add_argument("--days", type=float, default=5e6, help="stays for the comparison with a row per day")
    parser.add_argument("--folder", help="where the files go; a temporary folder by default")
    options = parser.parse_args()
    large, small = int(options.stays), int(options.days)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or temporary
        Path(folder).mkdir(exist_ok=True)
        cost: dict[int, float] = {}
        for size in sorted({large // 20, large}):
            measure(make, folder, size)
            plain, _ = best(sort, folder, size)
            ours, peak = best(assess, folder, size)
            cost[size] = ours / size
            print(
                f"{size:>12,} stays: {ours / plain:.1f} × a bare sort, peak memory {peak:.1f} GiB of {MEMORY}"
            )
        print(f"cost per stay from {large // 20:,} to {large:,}: × {cost[large] / cost[large // 20]:.2f}")
        measure(make, folder, small)
        ours, _ = best(assess, folder, small)
        exploded, peak = measure(explode, folder, small)
        rows, different = same(folder)
        print(f"{small:>12,} stays: a row per day takes {exploded / ours:.1f} × as long, peak {peak:.1f} GiB")
        print(f"rows compared {rows:,}, different {different}")


if __name__ == "__main__":
    main()
