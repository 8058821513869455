"""The engine that does the work: embedded DuckDB, or Spark. Reading, and writing whole or not at all."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sojourn.borders.days import all_rows, engine
from sojourn.borders.errors import BordersError
from sojourn.borders.order import Table
from sojourn.borders.scratch import in_file_order

MEMORY = "4GB"
TICK = 0.5
Progress = Callable[[float, float], None]
"""Told the share done of the query under way (0 to 1, or less than 0 where the engine does not say) and the
seconds since the step began."""


@dataclass(frozen=True)
class Engine:
    """A connection and what to do with it: `name` is `duckdb` or `pyspark`."""

    connection: Any
    name: str
    version: str

    def read(self, path: str | Path) -> Table:
        """Parquet (a file or folder), CSV (all columns as text), or a table of a DuckDB file (`FILE::TABLE`).

        Raises BordersError with the engine's reason where that cannot be read.
        """
        text = str(path)
        file, _, table = text.partition("::")
        if not Path(file).exists():
            raise BordersError(f"{file}: there is no such file")
        with told(file):
            if table and self.name == "duckdb":
                self.connection.raw_sql(f"ATTACH IF NOT EXISTS {quoted(file)} AS source (READ_ONLY)")
                return self.connection.table(table, database="source.main")
            if file.lower().endswith((".csv", ".csv.gz")):
                words = {"all_varchar": True} if self.name == "duckdb" else {"inferSchema": False}
                return self.connection.read_csv(file, header=True, **words)
            pattern = f"{file}/**/*.parquet" if Path(file).is_dir() and self.name == "duckdb" else file
            return self.connection.read_parquet(pattern)

    def write(self, table: Table, path: str | Path, ordered: bool = False) -> None:
        """Write Parquet or CSV, whole or not at all: what was there stays until the new is complete.

        `ordered` keeps the order of rows where the engine has one (DuckDB).
        """
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{uuid4().hex[:8]}.part")
        csv = target.suffix == ".csv"
        sql = str(self.connection.compile(table))
        try:
            with told(str(target)):
                if self.name == "duckdb":
                    form = "CSV, HEADER" if csv else "PARQUET, COMPRESSION zstd"
                    with in_file_order(self.connection, ordered):
                        self.connection.raw_sql(f"COPY ({sql}) TO {quoted(part)} (FORMAT {form})")
                else:
                    frame = self.connection._session.sql(sql)
                    if csv:
                        raise BordersError(f"{target}: Spark writes Parquet; give a name without .csv")
                    frame.write.parquet(str(part))
                replace(part, target)
        finally:
            discard(part)

    def rows(self, table: Table) -> list[tuple[Any, ...]]:
        """A small result as tuples: counts and totals, never a column of the register."""
        with told("query"):
            return all_rows(table)

    @contextmanager
    def watched(self, progress: Progress | None) -> Generator[None]:
        """Tell `progress` twice a second how far the query under way is, and since when there is work."""
        if progress is None:
            yield
            return
        done, start = threading.Event(), time.monotonic()

        def look() -> None:
            while not done.wait(TICK):
                progress(self._share(), time.monotonic() - start)

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _share(self) -> float:
        """Share done of the query under way; -1 where the engine does not say."""
        if self.name == "duckdb":
            return self.connection.con.query_progress() / 100
        tracker = self.connection._session.sparkContext.statusTracker()
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        tasks = sum(stage.numTasks for stage in stages if stage is not None)
        ended = sum(stage.numCompletedTasks for stage in stages if stage is not None)
        return ended / tasks if tasks else -1.0


@contextmanager
def connected(
    url: str = "duckdb", memory: str = MEMORY, threads: int | None = None, spill: str | Path | None = None
) -> Generator[Engine]:
    """An engine for as long as it is needed: `duckdb`, or `spark://…` (`spark://local[2]` for this machine).

    `memory` is a limit for all the work, in the words of the engine (`4GB`); DuckDB spills what does not fit
    into the folder `spill`.
    """
    if url == "duckdb":
        made = _duckdb(memory, threads, spill)
    elif url.startswith("spark://"):
        made = _spark(url, memory, threads)
    else:
        raise BordersError(f"engine {url!r}: allowed are duckdb and spark://…")
    try:
        yield made
    finally:
        made.connection.disconnect()


def _duckdb(memory: str, threads: int | None, spill: str | Path | None) -> Engine:
    ibis = engine()
    import duckdb

    options: dict[str, Any] = {"memory_limit": memory}
    if threads is not None:
        options["threads"] = threads
    if spill is not None:
        options["temp_directory"] = str(spill)
    with told("engine duckdb"):
        connection = ibis.duckdb.connect(**options)
    # The order of rows costs memory and says nothing: results are sets of rows.
    connection.raw_sql("SET preserve_insertion_order = false")
    connection.raw_sql("SET enable_progress_bar = true")
    connection.raw_sql("SET enable_progress_bar_print = false")
    return Engine(connection, "duckdb", f"duckdb {duckdb.__version__}")


def _spark(url: str, memory: str, threads: int | None) -> Engine:
    try:
        from pyspark import __version__
        from pyspark.sql import SparkSession
    except ImportError:
        raise BordersError("engine spark: install sojourn[spark], and a Java runtime") from None
    ibis = engine()
    master = url.removeprefix("spark://") if url.startswith("spark://local") else url
    session = (
        SparkSession.builder.master(master)
        .appName("sojourn borders")
        .config("spark.driver.memory", memory.lower().removesuffix("b"))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(threads or 200))
        .getOrCreate()
    )
    return Engine(ibis.pyspark.connect(session), "pyspark", f"spark {__version__}")


@contextmanager
def told(where: str) -> Generator[None]:
    """What the engine cannot read, write or hold, in a sentence; a query of ours that is wrong is raised."""
    import duckdb

    theirs = (
        OSError,
        duckdb.IOException,
        duckdb.InvalidInputException,
        duckdb.ConversionException,
        duckdb.OutOfMemoryException,
        duckdb.OutOfRangeException,
    )
    try:
        yield
    except theirs as error:
        raise BordersError(f"{where}: {_sentence(error)}") from error
    except Exception as error:
        if type(error).__name__ in ("Py4JJavaError", "SparkRuntimeException", "NumberFormatException"):
            raise BordersError(f"{where}: {_sentence(error)}") from error
        raise


def _sentence(error: Exception) -> str:
    """The first line of an engine's message, without its kind."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].removeprefix("Invalid Input Error: ") if lines else type(error).__name__


def quoted(path: str | Path) -> str:
    """A path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def replace(part: Path, target: Path) -> None:
    """Put a finished file, or folder of files, in the place of the old one."""
    if part.is_dir() and target.exists():
        old = target.with_name(f".{target.name}.{uuid4().hex[:8]}.old")
        target.rename(old)
        part.rename(target)
        discard(old)
    else:
        part.replace(target)


def discard(path: Path) -> None:
    """Remove a file or folder if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
