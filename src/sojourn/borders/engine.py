"""The engine that does the work: embedded DuckDB, or Spark. Reading, and writing whole or not at all."""

from __future__ import annotations

import glob
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sojourn._core.csv_safety import tame_formula
from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.errors import BordersError
from sojourn.borders.materialised import keeping_file_order
from sojourn.borders.normal_form import per_value
from sojourn.borders.private_files import cleaning_up_on_signals, make_private, private_umask, spill_folder
from sojourn.borders.small_tables import all_rows
from sojourn.borders.sources import absolute, exact_pattern, quoted, read_duckdb, read_spark

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

        Only the file named is read: marks such as `*` or `[` in its name are parts of the name.

        Raises:
            BordersError: It cannot be read, with the reason of the engine.
        """
        return self._read(path, numbered=False)

    def read_numbered(self, path: str | Path) -> Table:
        """What `read` gives, with `source_row`: its place in the file, from 1, without the header.

        A folder has a further column `source_file`, the name of the file within it.
        """
        table = self._read(path, numbered=True)
        return table.mutate(source_row=table.source_row.cast("int64"))

    def _read(self, path: str | Path, numbered: bool) -> Table:
        file, _, name = str(path).partition("::")
        if not Path(file).exists():
            raise BordersError(f"{file}: there is no such file")
        with translate_backend_errors(file):
            if self.name == "duckdb":
                return read_duckdb(self.connection, Path(file), name, numbered)
            return read_spark(self.connection, Path(file), name, numbered)

    def write(self, table: Table, path: str | Path, ordered: bool = False) -> None:
        """Write Parquet or CSV for its owner alone, whole or not at all: what was there stays until then.

        `ordered` keeps the order of rows where the engine has one (DuckDB). Text of a CSV file that a
        spreadsheet would run as a formula is written behind an apostrophe.
        """
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        for leftover in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
            discard(leftover)
        part = target.with_name(f".{target.name}.{uuid4().hex[:8]}.part")
        csv = target.suffix == ".csv"
        sql = str(self.connection.compile(with_tame_text(table) if csv else table))
        try:
            with translate_backend_errors(str(target)), private_umask():
                if self.name == "duckdb":
                    form = "CSV, HEADER" if csv else "PARQUET, COMPRESSION zstd"
                    with keeping_file_order(self.connection, ordered):
                        self.connection.raw_sql(f"COPY ({sql}) TO {quoted(absolute(part))} (FORMAT {form})")
                else:
                    frame = self.connection._session.sql(sql)
                    if csv:
                        raise BordersError(f"{target}: Spark writes Parquet; give a name without .csv")
                    frame.write.parquet(str(absolute(part)))
                make_private(part)
                replace(part, target)
        finally:
            discard(part)

    def rows(self, table: Table) -> list[tuple[Any, ...]]:
        """A small result as tuples: counts and totals, never a column of the register."""
        with translate_backend_errors("query"):
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
    url: str = "duckdb",
    memory: str = MEMORY,
    threads: int | None = None,
    spill: str | Path | None = None,
    reads: Iterable[str | Path] = (),
    writes: Iterable[str | Path] = (),
) -> Generator[Engine]:
    """An engine for as long as it is needed: `duckdb`, or `spark://…` (`spark://local[2]` for this machine).

    Args:
        url: Which engine.
        memory: Limit for all the work, in the words of the engine (`4GB`).
        threads: Threads of the engine (usually: one for each core).
        spill: Folder in which a private one holds what does not fit in memory, encrypted, until the end.
        reads: Inputs, as `read` gets them: files, folders, `FILE::TABLE`.
        writes: Outputs. DuckDB reaches the inputs and the folders of the outputs, and nothing else.

    Raises:
        BordersError: The engine is unknown, not installed, or refuses a setting.
    """
    with cleaning_up_on_signals(), ExitStack() as stack:
        place = None if spill is None else stack.enter_context(spill_folder(Path(spill)))
        if url == "duckdb":
            made = _duckdb(memory, threads, place, _Reach.of(reads, writes))
        elif url.startswith("spark://"):
            made = _spark(url, memory, threads, place, stack)
        else:
            raise BordersError(f"engine {url!r}: allowed are duckdb and spark://…")
        stack.callback(made.connection.disconnect)
        yield made


@dataclass(frozen=True)
class _Reach:
    """What DuckDB may touch: files to read, folders to read and write."""

    files: tuple[str, ...]
    folders: tuple[str, ...]

    @classmethod
    def of(cls, reads: Iterable[str | Path], writes: Iterable[str | Path]) -> _Reach:
        """The files and folders of inputs and outputs; a write-ahead log belongs to its DuckDB file."""
        inputs = [absolute(Path(str(path).partition("::")[0])) for path in reads]
        files = [path for path in inputs if not path.is_dir()]
        folders = {
            *(path for path in inputs if path.is_dir()),
            *(absolute(Path(path)).parent for path in writes),
        }
        logs = [f"{file}.wal" for file in files]
        return cls((*_both_forms(files), *logs), tuple(_both_forms(sorted(folders))))


def _both_forms(paths: Iterable[Path]) -> list[str]:
    """Paths as they are and as patterns, since DuckDB asks whether the pattern is allowed, too."""
    return sorted({form for path in paths for form in (str(path), exact_pattern(path))})


def _duckdb(memory: str, threads: int | None, spill: Path | None, reach: _Reach) -> Engine:
    ibis = engine()
    import duckdb

    options: dict[str, Any] = {
        "memory_limit": memory,
        "temp_directory": "" if spill is None else str(absolute(spill)),
        # Temporary files are encrypted under a key that is never written. DuckDB calls its built-in module
        # unsafe for its random numbers; the better one is an extension, which would have to be downloaded.
        "force_mbedtls_unsafe": True,
        "temp_file_encryption": True,
        # The order of rows costs memory and says nothing: results are sets of rows.
        "preserve_insertion_order": False,
    }
    if threads is not None:
        options["threads"] = threads
    with translate_backend_errors("engine duckdb", about_data=False):
        connection = ibis.duckdb.from_connection(duckdb.connect(config=options))
        for setting in (
            "enable_progress_bar = true",
            "enable_progress_bar_print = false",
            f"allowed_paths = {_sql_list(reach.files)}",
            f"allowed_directories = {_sql_list(reach.folders)}",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "allow_community_extensions = false",
            "enable_external_access = false",
            "allowed_configs = ['preserve_insertion_order']",
            "lock_configuration = true",
        ):
            connection.raw_sql(f"SET {setting}")
    return Engine(connection, "duckdb", f"duckdb {duckdb.__version__}")


def _sql_list(paths: Iterable[str]) -> str:
    return "[" + ", ".join(quoted(path) for path in paths) + "]"


def _spark(url: str, memory: str, threads: int | None, spill: Path | None, stack: ExitStack) -> Engine:
    """The engine; `stack` ends its session, unless the session is the caller's."""
    try:
        from pyspark import __version__
        from pyspark.sql import SparkSession
    except ImportError:
        raise BordersError("engine spark: install sojourn[spark], and a Java runtime") from None
    ibis = engine()
    master = url.removeprefix("spark://") if url.startswith("spark://local") else url
    builder = (
        SparkSession.builder.master(master)
        .appName("sojourn borders")
        .config("spark.driver.memory", memory.lower().removesuffix("b"))
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.eventLog.enabled", "false")  # it would hold the queries, and they the key
        .config("spark.io.encryption.enabled", "true")
        .config("spark.hadoop.fs.permissions.umask-mode", "077")
        .config("spark.sql.shuffle.partitions", str(threads or 200))
    )
    if master.startswith("local"):
        builder = builder.config("spark.pyspark.python", sys.executable)
    if spill is not None:
        builder = builder.config("spark.local.dir", str(absolute(spill)))
    found = SparkSession.getActiveSession()
    with private_umask():
        session = builder.getOrCreate()
    if found is None:
        stack.callback(session.stop)  # before its temporary files are removed
    return Engine(ibis.pyspark.connect(session), "pyspark", f"spark {__version__}")


def with_tame_text(table: Table) -> Table:
    """The table with an apostrophe before every text that a spreadsheet would run as a formula."""
    tame: dict[str, Any] = {}
    for name, kind in table.schema().items():
        if kind.is_string():
            harmless: Any = table[name].isnull() | table[name].re_search("^[A-Za-z0-9]")
            tame[name] = harmless.ifelse(table[name], per_value(tame_formula, table[name]))
    return table.mutate(**tame) if tame else table


@contextmanager
def translate_backend_errors(where: str, about_data: bool = True) -> Generator[None]:
    """Raise what the engine cannot read, write or hold as BordersError; let errors of our own queries pass.

    `about_data`: the engine's message may quote the data, so quotations are left out.
    """
    import duckdb

    theirs = (
        OSError,
        duckdb.IOException,
        duckdb.InvalidInputException,
        duckdb.ConversionException,
        duckdb.OutOfMemoryException,
        duckdb.OutOfRangeException,
        duckdb.PermissionException,
    )
    try:
        yield
    except theirs as error:
        raise BordersError(f"{where}: {_sentence(error, about_data)}") from None
    except Exception as error:
        if type(error).__name__ in ("Py4JJavaError", "SparkRuntimeException", "NumberFormatException"):
            raise BordersError(f"{where}: {_sentence(error, about_data)}") from None
        raise


def _sentence(error: Exception, about_data: bool) -> str:
    """The first line of an engine's message, without its kind; values of the data in it are left out."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines:
        return type(error).__name__
    line = lines[0].removeprefix("Invalid Input Error: ")
    about_files = isinstance(error, OSError) or type(error).__name__ in ("IOException", "PermissionException")
    return line if about_files or not about_data else re.sub(r"(['\"]).*\1", "…", line)


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
