"""Reading the file named, and no other: Parquet, CSV, and tables of DuckDB files.

Marks of patterns in a name (`*`, `[`) stand for themselves, a table is read from its own file, and a view is
refused, since it could read anything.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.errors import BordersError

CHUNK = 2**22


def absolute(path: Path) -> Path:
    """A path from the root, with links as they are, since DuckDB compares allowed paths letter by letter."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def quoted(path: str | Path) -> str:
    """A path or text as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def files_of(path: str | Path) -> list[Path]:
    """The file named, or the Parquet files of a folder in order; of `FILE::TABLE` the file."""
    place = Path(str(path).partition("::")[0])
    return sorted(place.rglob("*.parquet")) if place.is_dir() else [place]


def chunks_of(file: Path) -> Iterator[bytes]:
    """The bytes of a file, a few million at a time."""
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def read_duckdb(connection: Any, file: Path, name: str, numbered: bool) -> Table:
    """A file, a folder, or the table `name` of a DuckDB file; `numbered` adds `source_row` (see `Engine`)."""
    if name:
        return _duckdb_table(connection, file, name, numbered)
    if file.name.lower().endswith((".csv", ".csv.gz")):
        number = ", row_number() OVER () AS source_row" if numbered else ""
        source = f"read_csv([{_exactly(file)}], header = true, all_varchar = true)"
        return _view(connection, f"SELECT *{number} FROM {source}")
    files = files_of(file)
    if not files:
        raise BordersError(f"{file}: the folder holds no Parquet file")
    listed = ", ".join(_exactly(each) for each in files)
    if not numbered:
        return _view(connection, f"SELECT * FROM read_parquet([{listed}])")
    columns = "* EXCLUDE (file_row_number), file_row_number + 1 AS source_row"
    options = "file_row_number = true"
    if file.is_dir():
        columns = "* EXCLUDE (file_row_number, filename), file_row_number + 1 AS source_row"
        columns += ", parse_filename(filename) AS source_file"
        options += ", filename = true"
    return _view(connection, f"SELECT {columns} FROM read_parquet([{listed}], {options})")


def _view(connection: Any, sql: str) -> Table:
    """A query as a table of the connection."""
    name = engine().util.gen_name("sojourn_source")
    connection.raw_sql(f"CREATE TEMP VIEW {name} AS {sql}")
    return connection.table(name)


def exact_pattern(path: Path) -> str:
    """The pattern that only this path matches: DuckDB takes every name of an input for a pattern."""
    return re.sub(r"([\[*?])", r"[\1]", str(absolute(path)))


def _exactly(path: Path) -> str:
    return quoted(exact_pattern(path))


def _duckdb_table(connection: Any, file: Path, name: str, numbered: bool) -> Table:
    """A base table of another DuckDB file, attached under a name of its own."""
    source = f"source_{hashlib.sha256(str(absolute(file)).encode()).hexdigest()[:16]}"
    connection.raw_sql(f"ATTACH IF NOT EXISTS {quoted(absolute(file))} AS {source} (READ_ONLY)")
    listed = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND database_name = "
    tables = sorted(row[0] for row in connection.raw_sql(listed + quoted(source)).fetchall())
    if name not in tables:
        raise BordersError(
            f"{file}: has no table {name!r} (a view is not read); its tables: {', '.join(tables) or 'none'}"
        )
    number = ", rowid + 1 AS source_row" if numbered else ""
    identifier = '"' + name.replace('"', '""') + '"'
    return _view(connection, f"SELECT *{number} FROM {source}.main.{identifier}")


def read_spark(connection: Any, file: Path, name: str, numbered: bool) -> Table:
    """A file or a folder; `numbered` adds `source_row` (see `Engine`)."""
    from pyspark.sql import functions

    if name:
        raise BordersError(f"{file}::{name}: Spark does not read DuckDB files; give Parquet or CSV")
    reader, place = connection._session.read, re.sub(r"([\[\]{}*?\\])", r"\\\1", str(absolute(file)))
    if file.name.lower().endswith((".csv", ".csv.gz")):
        frame = reader.csv(place, header=True, inferSchema=False)
        frame = _with_row_numbers(frame) if numbered else frame
    else:
        frame = reader.parquet(place)
        if numbered:
            row = (functions.col("_metadata.row_index") + 1).alias("source_row")
            named = [functions.col("_metadata.file_name").alias("source_file")] if file.is_dir() else []
            frame = frame.select("*", row, *named)
    view = engine().util.gen_name("sojourn_source")
    frame.createOrReplaceTempView(view)
    return connection.table(view)


def _with_row_numbers(frame: Any) -> Any:
    """A data frame of one text file with `source_row`: rows before its part, and its place in the part."""
    from pyspark.sql import functions

    part = functions.spark_partition_id()
    counts = dict(frame.groupBy(part.alias("part")).count().collect())
    before = [
        sum(counts.get(earlier, 0) for earlier in range(each)) for each in range(max(counts, default=0) + 1)
    ]
    offsets = functions.array(*(functions.lit(each).cast("long") for each in before))
    place = functions.monotonically_increasing_id().bitwiseAND(functions.lit(2**33 - 1))
    return frame.withColumn("source_row", functions.get(offsets, part) + place + 1)
