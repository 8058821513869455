"""Only the file named is read, whatever its name; and DuckDB reaches nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sojourn.borders import BordersError
from sojourn.borders.engine import connected
from tests.borders.test_pipeline import put_key, sojourn

PLAIN = "abx1"
MARKS = "[]*?{}!^-'"
names = st.text(PLAIN + MARKS, min_size=1, max_size=8).filter(lambda name: set(name) & set(MARKS))


def person_in(name: str) -> pa.Table:
    return pa.table({"person": [name], "day": ["2022-01-01"], "direction": ["arrival"]})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=names, kind=st.sampled_from(["csv", "parquet", "folder"]))
def test_marks_of_patterns_in_a_name_stand_for_themselves(
    name: str, kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("names")
    others = {name.replace(mark, other) for mark in MARKS for other in ("", "a", "1", "x1")} - {name}
    for each in {name, *others} - {""}:
        target = folder / (each if kind == "folder" else f"{each}.{kind}")
        if kind == "csv":
            target.write_text(f'person,day,direction\n"{each}",2022-01-01,arrival\n')
        elif kind == "parquet":
            parquet.write_table(person_in(each), target)
        else:
            target.mkdir()
            parquet.write_table(person_in(each), target / "part.parquet")
    named = folder / (name if kind == "folder" else f"{name}.{kind}")
    with connected("duckdb", "200MB", 1, reads=[named]) as engine:
        assert engine.rows(engine.read(named).select("person")) == [(name,)]
        assert engine.rows(engine.read_numbered(named).select("source_row")) == [(1,)]


def database(path: Path, person: str) -> Path:
    with duckdb.connect(str(path)) as made:
        made.execute("CREATE TABLE t AS SELECT ? AS person", [person])
        made.execute("CREATE VIEW secret AS SELECT content AS person FROM read_text('/etc/passwd')")
        made.execute("CREATE VIEW harmless AS FROM t")
    return path


def test_a_second_file_is_read_from_itself_and_views_are_refused(tmp_path: Path) -> None:
    files = [database(tmp_path / f"{name}.duckdb", name) for name in ("first", "second", "it's [odd]*")]
    reads = [f"{file}::t" for file in files]
    with connected("duckdb", "200MB", 1, reads=reads) as engine:
        found = [engine.rows(engine.read(each)) for each in [*reads, *reversed(reads)]]
        assert found == [[(file.stem,)] for file in [*files, *reversed(files)]]
        for view in ("secret", "harmless", "none", "information_schema.tables", 't" --', ""):
            with pytest.raises(BordersError):
                engine.read(f"{files[0]}::{view}").count().execute()


@pytest.mark.parametrize(
    "query",
    [
        "FROM read_text('/etc/passwd')",
        "FROM read_csv('{folder}/other.csv')",
        "FROM glob('/etc/*')",
        "COPY (SELECT 1) TO '/tmp/sojourn-borders-test.csv'",
        "ATTACH '{folder}/new.duckdb' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "FROM read_csv('https://example.org/x.csv')",
        "SET enable_external_access = true",
        "SET temp_directory = '/tmp'",
        "SET memory_limit = '1TB'",
        "SET lock_configuration = false",
        "RESET allowed_directories",
    ],
)
def test_duckdb_reaches_nothing_but_what_is_named(query: str, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("person\n1\n")
    (tmp_path / "other.csv").write_text("person\n2\n")
    (tmp_path / "out").mkdir()
    reads, writes = [tmp_path / "in.csv"], [tmp_path / "out/x.parquet"]
    with connected("duckdb", "200MB", 1, tmp_path / "out", reads=reads, writes=writes) as engine:
        table = engine.read(tmp_path / "in.csv")
        assert engine.rows(table) == [("1",)]
        engine.write(table, tmp_path / "out/x.parquet")
        with pytest.raises(duckdb.Error):
            engine.connection.raw_sql(query.format(folder=tmp_path))


def test_work_in_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    rows = "person,day,direction\n" + "".join(f"N{n},2022-01-{n % 28 + 1:02d},arrival\n" for n in range(500))
    (tmp_path / "raw.csv").write_text(rows)
    key = put_key(tmp_path / "key")
    out = tmp_path / "new/folder/x.parquet"
    done = sojourn("clean", str(tmp_path / "raw.csv"), str(out), "--key-file", str(key), "--memory", "60MB")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in out.parent.iterdir()) == [
        "rejects.parquet",
        "x.parquet",
        "x.parquet.json",
        "x.parquet.private.json",
    ]


FORMULAS = st.sampled_from(["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\n@", " =", "\u00a0="])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.tuples(FORMULAS, st.text("SUM(A1)", max_size=5)).map("".join), min_size=1, max_size=5)
)
def test_no_text_of_a_csv_file_begins_a_formula(texts: list[str], tmp_path: Path) -> None:
    import csv

    parquet.write_table(pa.table({"word": [*texts, "plain", None]}), tmp_path / "in.parquet")
    out = tmp_path / "out.csv"
    with connected("duckdb", "200MB", 1, reads=[tmp_path / "in.parquet"], writes=[out]) as engine:
        engine.write(engine.read(tmp_path / "in.parquet"), out, ordered=True)
    with out.open(newline="", encoding="utf-8") as file:
        written = [row[0] if row else "" for row in csv.reader(file)][1:]
    assert written == [*("'" + text for text in texts), "plain", ""]
