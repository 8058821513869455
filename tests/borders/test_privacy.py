"""Nothing that the borders write, print or leave behind when killed shows an identifier."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sojourn.borders import BordersError, manifest
from sojourn.borders.engine import connected
from sojourn.borders.normal_form import character_class, normal_name, normal_text, normalised
from sojourn.borders.pseudonyms import domain_key, make_key, read_key
from tests.borders.outcomes import fetch
from tests.borders.planted import NAMES, Register, found_in, shown_in, tokens_in
from tests.borders.test_pipeline import KEY, put_key, sojourn

CONFIG = """
input = "{source}"
out = "out"
from = 2019-01-01
until = 2023-01-01
by = ["border", "nationality", "purpose"]
[engine]
url = "{url}"
memory = "1GB"
threads = 2
[read]
key_file = "key"
[link]
compare = ["name", "birth", "document"]
block = ["birth", "name"]
[link_errors]
draws = 2
"""
ENGINES = ("duckdb", "spark://local[1]")


def needs(url: str) -> None:
    if url != "duckdb" and shutil.which("java") is None:
        pytest.skip("Spark needs Java")


def everybody_else(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o077


@pytest.mark.parametrize("name", ["raw.csv", "raw.parquet"])
def test_the_search_finds_what_the_inputs_hold(name: str, tmp_path: Path) -> None:
    register = Register("search", 20)
    file = register.write(tmp_path / name)
    assert tokens_in(file, register.tokens) == sorted(set(register.tokens))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (ENGINES[0], "raw.csv"),
        (ENGINES[0], "raw.parquet"),
        (ENGINES[0], "raw.duckdb::crossings"),
        (ENGINES[1], "raw.csv"),
    ],
)
def test_no_output_record_or_message_of_a_run_shows_an_identifier(
    url: str, name: str, tmp_path: Path
) -> None:
    needs(url)
    register = Register(f"run {name}", 120)
    source = register.write(tmp_path / name.partition("::")[0])
    put_key(tmp_path / "key")
    (tmp_path / "register.toml").write_text(CONFIG.format(source=name, url=url))
    done = sojourn("run", str(tmp_path / "register.toml"))
    assert done.returncode == 1, done.stderr
    assert "rows were rejected" in done.stderr
    assert "not verified against linked tables: do not publish" in done.stderr
    secrets = [*register.tokens, KEY.hex()]
    assert shown_in(done.stdout + done.stderr, secrets) == []
    assert found_in(tmp_path, secrets, besides=[source, tmp_path / "key"]) == {}
    assert not list(tmp_path.rglob(".spill*"))
    released = {tmp_path / "out/summary.parquet", tmp_path / "out/summary.parquet.json"}
    for path in (tmp_path / "out").rglob("*"):
        assert (everybody_else(path) == 0o044) if path in released else not everybody_else(path), path
    rejects = parquet.read_table(tmp_path / "out/rejects.parquet").to_pylist()
    assert rejects
    assert set(rejects[0]) == {"source_row", "reason", "column", "length", "characters"}
    for reject in rejects:  # the operator finds the row by its number
        row = register.rows[reject["source_row"] - 1]
        if reject["column"]:
            assert character_class(row[reject["column"]]) == reject["characters"]
            assert len(row[reject["column"]]) == reject["length"]
    labels = {row["purpose"] for row in parquet.read_table(tmp_path / "out/crossings.parquet").to_pylist()}
    assert {"work", "tourism", "other"} <= labels <= {"work", "tourism", "other", None}


def test_the_public_record_has_no_counts_and_the_released_table_no_causes(tmp_path: Path) -> None:
    Register("counts", 200).write(tmp_path / "raw.csv")
    put_key(tmp_path / "key")
    text = CONFIG.format(source="raw.csv", url="duckdb").replace("draws = 2", "draws = 3")
    (tmp_path / "register.toml").write_text(text)
    assert sojourn("run", str(tmp_path / "register.toml")).returncode == 1
    record = json.loads((tmp_path / "out/summary.parquet.json").read_text())
    assert set(record) == {"step", "settings", "inputs", "outputs", "engine", "version", "verification"}

    def numbers(value: Any) -> list[float]:
        if isinstance(value, dict):
            return [number for each in value.values() for number in numbers(each)]
        if isinstance(value, list):
            return [number for each in value for number in numbers(each)]
        return [value] if isinstance(value, (int, float)) else []

    assert sorted(numbers(record)) == sorted([365, 487, 10, 5, 0.0005, 0.002, 3, 1])
    assert "link_error_band" in (manifest.read_counts(tmp_path / "out/summary.parquet") or {})
    rows = parquet.read_table(tmp_path / "out/summary.parquet").to_pylist()
    assert {row["withheld"] for row in rows} == {"", "withheld"}
    assert all((row["value"] is None) == bool(row["withheld"]) for row in rows)


WORK = """
import sys
from sojourn.cli import main
main(["borders", *sys.argv[1:]])
"""


def large_register(path: Path, people: int) -> list[str]:
    """Many crossings, so that work under a small limit spills; and texts that all identifiers hold."""
    numbers = range(people)
    table = pa.table(
        {
            "person": [f"PASSPORT{10**7 + number * 7919 % 10**7}" for number in numbers] * 2,
            "day": [str(date(2022, 1, 1) + timedelta(days=number % 300)) for number in numbers] * 2,
            "direction": ["entry"] * people + ["exit"] * people,
            "border": ["A"] * (2 * people),
            "purpose": [f"visit to RELATIVE{number}" for number in numbers] * 2,
            "name": [f"NAME{number} SURNAME" for number in numbers] * 2,
        }
    )
    parquet.write_table(table, path, compression="none")
    return ["PASSPORT", "SURNAME", "RELATIVE"]


def until_it_spills(process: subprocess.Popen[str], folder: Path, least: int, before: set[Path]) -> bool:
    """Wait until new temporary files hold something; False if the process ends before."""
    end = time.monotonic() + 1200
    while process.poll() is None and time.monotonic() < end:
        new = [each for each in folder.glob(".spill-*") if each not in before]
        if sum(file.stat().st_size for each in new for file in each.rglob("*") if file.is_file()) >= least:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("url", ENGINES)
def test_what_a_killed_run_leaves_shows_nothing_and_is_cleared(url: str, tmp_path: Path) -> None:
    needs(url)
    raw, out = tmp_path / "raw.parquet", tmp_path / "work/x.parquet"
    tokens = large_register(raw, 300_000 if url == "duckdb" else 30_000)
    assert tokens_in(raw, tokens) == sorted(tokens)
    put_key(tmp_path / "key")
    memory = "80MB" if url == "duckdb" else "1GB"
    command = [sys.executable, "-c", WORK, "clean", str(raw), str(out), "--key-file", str(tmp_path / "key")]
    command += ["--memory", memory, "--engine", url]
    endings = (
        (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
        if url == "duckdb"
        else (signal.SIGKILL, signal.SIGTERM)
    )
    for ending in endings:
        before = set(out.parent.glob(".spill-*"))
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert until_it_spills(process, out.parent, 1_000_000 if url == "duckdb" else 1_000, before)
        folders = list(out.parent.glob(".spill-*"))
        assert len(folders) == 1, "what the run before left is cleared at the start"
        assert not everybody_else(folders[0])
        if ending == signal.SIGKILL:
            os.killpg(process.pid, ending)
        else:
            process.send_signal(ending)
        printed = process.communicate()
        assert shown_in("".join(printed), tokens) == []
        assert found_in(tmp_path, tokens, besides=[raw]) == {}
        assert bool(list(out.parent.glob(".spill-*"))) == (ending == signal.SIGKILL)
        if url == "duckdb" or ending == signal.SIGKILL:
            assert process.returncode == {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}[ending]
            assert "Traceback" not in printed[1]


def test_a_spill_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    with connected("duckdb", "100MB", 1, tmp_path), connected("duckdb", "100MB", 1, tmp_path):
        assert len(list(tmp_path.glob(".spill-*"))) == 2
    assert not list(tmp_path.iterdir())


def test_messages_about_bad_input_quote_nothing(tmp_path: Path) -> None:
    register = Register("messages", 30)
    put_key(tmp_path / "key")
    whole = register.write(tmp_path / "whole.csv")
    lines = whole.read_text().splitlines(keepends=True)
    (tmp_path / "headless.csv").write_text("".join(lines[1:]))
    (tmp_path / "longer.csv").write_text("".join([*lines, lines[1].strip() + ",more\n"]))
    (tmp_path / "days.csv").write_text(
        "person,day,direction\n" + "".join(f"{token},{token},arrival\n" for token in register.tokens[:9])
    )
    days = ("--from", "2019-01-01", "--until", "2023-01-01")
    key = ("--key-file", str(tmp_path / "key"))
    out = str(tmp_path / "out/x.parquet")
    for arguments in (
        ("clean", str(tmp_path / "headless.csv"), out, *key),
        ("clean", str(tmp_path / "longer.csv"), out, *key),
        ("clean", str(tmp_path / "days.csv"), out, *key),
        ("clean", str(whole), out, "--pseudonymous"),
        ("clean", str(whole), out, *key, "--column", "person=passport"),
        ("classify", str(tmp_path / "days.csv"), out, *days),
        ("stays", str(whole), out, *days),
    ):
        told = sojourn(*arguments)
        assert told.returncode == 2, (arguments, told)
        assert told.stderr.strip()
        assert shown_in(told.stdout + told.stderr, register.tokens) == [], arguments
        assert len(told.stderr.splitlines()) == 1
    assert not list((tmp_path / "out").glob("*.parquet"))


def test_identifiers_in_a_file_of_ones_own_are_replaced_too(tmp_path: Path) -> None:
    register = Register("own", 30)
    good = [
        row
        for row in register.rows
        if row["direction"] in ("arrival", "departure") and row["day"][:2] == "20"
    ]
    table = pa.table({name: [row[name] for row in good] for name in NAMES[:3]})
    raw = tmp_path / "raw.parquet"
    parquet.write_table(table, raw)
    days = ("--from", "2018-01-01", "--until", "2024-01-01")
    people: list[set[Any]] = []
    for step in ("classify", "stays"):
        done = sojourn(step, str(raw), str(tmp_path / f"{step}.parquet"), *days)
        assert done.returncode == 0, done.stderr
        people.append(set(parquet.read_table(tmp_path / f"{step}.parquet")["person"].to_pylist()))
    assert people[1] <= people[0]
    assert len(people[0]) == len({row["person"] for row in good})
    assert found_in(tmp_path, register.tokens, besides=[raw]) == {}


# Keys


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    assert sojourn("key", str(tmp_path / "key")).returncode == 0
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    first = (tmp_path / "key").read_text()
    assert len(read_key(tmp_path / "key")) == 32
    again = sojourn("key", str(tmp_path / "key"))
    assert (again.returncode, (tmp_path / "key").read_text()) == (2, first)
    make_key(tmp_path / "other")
    assert (tmp_path / "other").read_text() != first


WEAK: tuple[tuple[str, Callable[[Any], bytes]], ...] = (
    ("short", lambda draw: draw(st.binary(min_size=0, max_size=31).map(bytes.strip))),
    ("one byte", lambda draw: bytes([draw(st.integers(33, 126))]) * draw(st.integers(32, 90))),
    ("two bytes", lambda draw: bytes(draw(st.lists(st.sampled_from(b"ab"), min_size=32, max_size=80)))),
    ("NUL", lambda draw: b"x" + bytes(draw(st.integers(1, 9))) + os.urandom(40).hex().encode()),
    ("zeros in hexadecimal", lambda _: b"0" * 64),
    ("published", lambda draw: draw(st.sampled_from([b"a" * 16, bytes(16), b"password12345678"]))),
)


@pytest.mark.parametrize("weak", [make for _, make in WEAK], ids=[name for name, _ in WEAK])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_weak_keys_are_refused(weak: Callable[[Any], bytes], data: Any, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.touch(0o600)
    file.write_bytes(weak(data.draw))
    with pytest.raises(BordersError, match="make one with `sojourn borders key FILE`"):
        read_key(file)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mode=st.integers(0, 0o77))
def test_keys_that_others_may_read_or_change_are_refused(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "key"
    if not file.exists():
        make_key(file)
    file.chmod(0o600 | mode)
    if mode:
        with pytest.raises(BordersError, match="chmod 600"):
            read_key(file)
    else:
        assert len(read_key(file)) == 32


def test_equal_texts_in_two_columns_have_different_pseudonyms(tmp_path: Path) -> None:
    rows = "person,document,day,direction\nN1,N1,2020-01-01,arrival\nN2,N1,2020-01-02,arrival\n"
    (tmp_path / "raw.csv").write_text(rows)
    put_key(tmp_path / "key")
    out = tmp_path / "x.parquet"
    assert (
        sojourn("clean", str(tmp_path / "raw.csv"), str(out), "--key-file", str(tmp_path / "key")).returncode
        == 0
    )
    made = parquet.read_table(out).to_pylist()
    assert len({row["person"] for row in made}) == 2
    assert len({row["document"] for row in made}) == 1
    assert {row["document"] for row in made}.isdisjoint({row["person"] for row in made})
    assert domain_key(KEY, "person") != domain_key(KEY, "document")


identifiers = st.one_of(
    st.from_regex(r"\A[A-Z]{1,2}[0-9]{5,8}\Z"),
    st.from_regex(r"\A[0-9]{20,25}\Z"),
    st.from_regex(r"\A[0-9]{3,9}[.][0-9]{1,2}\Z"),
    st.from_regex(r"\A[0-9]e[0-9]\Z"),
    st.text("абвгдежз", min_size=3),
    st.sampled_from(["٣٤٥٦٧٨", "0x1F", "1_000"]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.lists(st.integers(-(2**63), 2**63 - 1).map(str), max_size=4), other=identifiers)
def test_pseudonymous_takes_whole_numbers_only(numbers: list[str], other: str, tmp_path: Path) -> None:
    from sojourn.borders.cleaning import Cleaning, clean

    def rows(people: list[str]) -> pa.Table:
        return pa.table(
            {"person": people, "day": ["2020-01-01"] * len(people), "direction": ["arrival"] * len(people)}
            | {name: ["secret"] * len(people) for name in ("name", "birth", "document", "sex")}
        )

    with connected("duckdb", "200MB", 1, writes=[tmp_path / "any"]) as engine:
        parquet.write_table(rows([*numbers, other]), tmp_path / "raw.parquet")
        with pytest.raises(BordersError, match="whole numbers"):
            clean(engine.read(tmp_path / "raw.parquet"), Cleaning())
        if numbers:
            parquet.write_table(rows(numbers), tmp_path / "raw.parquet")
            good, _ = clean(engine.read(tmp_path / "raw.parquet"), Cleaning())
            assert set(good.columns) == {"person", "day", "direction", "sequence"}
            assert {str(row["person"]) for row in fetch(good).to_pylist()} == set(numbers)


# One normal form

BLANKS = st.sampled_from([" ", "  ", "\t", "\u00a0", "\u2003", "\u3000", "\n"])
UNSEEN = st.sampled_from(["", "\u200b", "\ufeff", "\u00ad", "\u200e"])


@given(st.lists(st.text("ABCабвéЁ123", min_size=1, max_size=5), min_size=1, max_size=4), st.data())
def test_spellings_of_one_name_have_one_normal_form(words: list[str], data: Any) -> None:
    import unicodedata

    text = data.draw(BLANKS).join(word + data.draw(UNSEEN) for word in words)
    text = data.draw(BLANKS) + unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), text)
    assert normal_text(text) == unicodedata.normalize("NFC", " ".join(words))
    assert normal_name(text.upper()) == normal_name(text)
    assert normal_text(normal_text(text)) == normal_text(text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=20)
)
def test_the_engine_and_the_function_give_the_same_normal_form(texts: list[str], duck: Any) -> None:
    table = duck(pa.table({"text": texts, "n": list(range(len(texts)))}))
    found = table.select("n", plain=normalised(table.text), folded=normalised(table.text, fold_case=True))
    for row in fetch(found).to_pylist():
        assert row["plain"] == (normal_text(texts[row["n"]]) or None)
        assert row["folded"] == (normal_name(texts[row["n"]]) or None)


@given(st.text())
def test_a_character_class_tells_kinds_of_characters_and_no_more(text: str) -> None:
    assert set(character_class(text)) <= set("Aa9* -/.,:;+_…")


def test_persons_and_words_written_otherwise_are_the_same(tmp_path: Path) -> None:
    rows = [
        ("AB123\u00a0", "2020-01-10", "Въезд", "I\u0301van  Petrov"),
        ("AB123", "2021-06-10", " ВЫЕЗД", "\u00edvan petrov"),
        (" CD456", "2020-01-10", "въезд", "ANNA K"),
        ("CD456", "2021-06-10", "выезд\u00a0", "Anna K"),
    ]
    raw = "person,day,direction,name\n" + "".join(",".join(row) + "\n" for row in rows)
    (tmp_path / "raw.csv").write_text(raw, encoding="utf-8")
    put_key(tmp_path / "key")
    config = (
        'input = "raw.csv"\nout = "out"\nfrom = 2019-01-01\nuntil = 2022-01-01\n[read]\nkey_file = "key"\n'
    )
    (tmp_path / "r.toml").write_text(config + 'arrival = ["Въезд"]\ndeparture = ["Выезд"]\n')
    done = sojourn("run", str(tmp_path / "r.toml"))
    assert done.returncode == 1, done.stderr
    stays = parquet.read_table(tmp_path / "out/stays.parquet").to_pylist()
    assert [(stay["kind"], stay["days_from"]) for stay in stays] == [("complete", 517)] * 2
    crossings = parquet.read_table(tmp_path / "out/crossings.parquet").to_pylist()
    assert len({(row["person"], row["name"]) for row in crossings}) == 2
    record = manifest.read(tmp_path / "out/crossings.parquet")
    assert record is not None
    assert "NFC" in record.settings["normal_form"]
