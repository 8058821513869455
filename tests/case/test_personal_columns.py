"""Columns of a person are refused in every table, language and disguise; other columns are not."""

from __future__ import annotations

import csv
import doctest
import io
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sojourn.audit.candidates import TABLE as CANDIDATES
from sojourn.case import lookalikes, personal_columns, read_case, shipped_cases, write_case
from sojourn.case.errors import CaseError
from sojourn.case.lookalikes import CYRILLIC, GREEK, LATIN
from sojourn.case.personal_columns import is_personal, phrases
from sojourn.case.schema import TABLES
from sojourn.case.template import TEMPLATE
from sojourn.cli import main

from .conftest import Files, problems

PHRASES = sorted(set(phrases()))
FOUND = """
    e_mail dob Telefon tel surname full_name address geburtsdatum паспорт pаssport телефон имя фио иин
    E-Mail email phone passport_no birthday birth Birth_Date contactName respondentName
    name_of_interviewee ФИО Ф.И.О. ім’я Ім'я_респондента номер_телефона pass_port_number Reisepassnummer
    Handy-Nr. DOBYear tel1 Прізвище imię_i_nazwisko IMIE prenom PRÉNOM Doğum_Tarihi dogumTarihi TCKN
    ПАСПОРТ Passpоrt төлқұжат толкужат ЖСН პასპორტის_ნომერი ᲒᲕᲐᲠᲘ հեռախոսահամար ԱԶԳԱՆՈՒՆ رقم_الهاتف
    الإسم_الكامل تاريخ_الميلاد
"""
INNOCENT = """
    name note url place address_of_text telegram_channel naming hotel intel title telework tell until
    birthplace_share births country_of_birth hostname filename rename bypass_port_calls compass ports
    seaport web_address phoneme microphone named nominal adverb inn person people respondent sex age
    nationality colour office region week date entries exits source_language page archive_url mail_order
    smartphones область город страна показатель источник примечание дата число адресат телеканал
    гостиница рождений Geburten Geburtenrate Herkunft Quelle Anmerkung naissances pays nombre źródło
    uwagi liczba urodzeń kaynak sayı дереккөз жылы წყარო աղբյուր المصدر
"""
LOOKS = {
    meant: [seen for pair in (CYRILLIC, GREEK, LATIN) for seen, m in zip(*pair, strict=True) if m == meant]
    for meant in "abcdefghijklmnopqrstuvwxyz"
}
WIDE = {chr(n): chr(n + 0xFEE0) for n in range(0x21, 0x7F)}


@pytest.mark.parametrize("phrase", PHRASES)
def test_every_phrase_is_refused_in_any_dress(phrase: str) -> None:
    rng = random.Random(phrase)
    dressed = {
        "upper": phrase.upper(),
        "title": phrase.title(),
        "snake": phrase.replace(" ", "_"),
        "joined": phrase.replace(" ", ""),
        "camel": phrase.title().replace(" ", ""),
        "numbered": f"{phrase} 2",
        "separated": rng.choice("_-. /").join(phrase.replace(" ", "")),
        "wide": "".join(WIDE.get(c, c) for c in phrase),
        "invisible": "\u200b".join(phrase),
        "alike": "".join(rng.choice(LOOKS.get(c) or [c]) for c in phrase),
        "part alike": "".join(rng.choice([c, *LOOKS.get(c, ())]) for c in phrase),
    }
    assert not [name for name, text in dressed.items() if not is_personal(text)]


@given(
    st.sampled_from(PHRASES),
    st.lists(st.booleans(), min_size=60, max_size=60),
    st.sampled_from("_-. "),
    st.sampled_from(["respondent", "респондента", "number", "1", ""]),
    st.booleans(),
)
def test_case_company_and_look_alikes_do_not_help(
    phrase: str, flips: list[bool], separator: str, company: str, before: bool
) -> None:
    mixed = "".join(
        (LOOKS.get(c) or [c])[0] if flip else c for c, flip in zip(phrase, flips, strict=False)
    ).replace(" ", separator)
    parts = [company, mixed] if before else [mixed, company]
    assert is_personal(separator.join(filter(None, parts)))


@given(st.text())
def test_any_text_gets_an_answer(header: str) -> None:
    assert is_personal(header) in (True, False)


def test_a_long_header_takes_no_time() -> None:
    assert not is_personal("ab cd " * 20_000)


@pytest.mark.parametrize("header", [*FOUND.split(), "pass port", "Full Name", "father's name"])
def test_headers_that_were_found_in_ledgers(header: str) -> None:
    assert is_personal(header)


@pytest.mark.parametrize("header", INNOCENT.split())
def test_innocent_headers_stay(header: str) -> None:
    assert not is_personal(header)


@pytest.mark.parametrize("table", [*TABLES, CANDIDATES], ids=lambda table: table.file)
def test_no_column_of_the_schema_is_refused(table) -> None:
    assert not [column.name for column in table.columns if is_personal(column.name)]


@pytest.mark.parametrize("file", [table.file for table in TABLES])
@pytest.mark.parametrize("header", ["паспорт", "pаssport", "e_mail", "Telefon", "full_name", "иин"])
def test_every_table_refuses_them_in_one_line(files: Files, file: str, header: str) -> None:
    changed = with_column(files[file], header)
    assert problems({**files, file: changed}) == [
        f"{file} row 1, column {header}: seems to hold personal data, which a ledger must not "
        "contain; remove this column, or rename it if it holds none"
    ]


def test_a_name_is_of_a_source_but_not_of_a_contact(files: Files) -> None:
    assert not problems({**files, "claims.csv": with_column(files["claims.csv"], "name")})
    assert len(problems({**files, "contacts.csv": with_column(files["contacts.csv"], "name")})) == 1


def test_a_header_with_line_breaks_is_one_line(files: Files) -> None:
    found = problems(
        {**files, "sources.csv": with_column(files["sources.csv"], "phone\nnumber " + "x" * 500)}
    )
    assert len(found) == 1
    assert "\n" not in found[0]
    assert len(found[0]) < 250


@pytest.mark.parametrize("file", ["candidates.csv", "series/daily.csv", "sources.csv"])
def test_the_command_ends_with_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str
) -> None:
    for name, text in TEMPLATE.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("source,name,role,interest,note,паспорт\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path)])
    assert ended.value.code == 2
    assert f"{file} row 1, column паспорт: seems to hold personal data" in capsys.readouterr().err


@pytest.mark.parametrize("name", shipped_cases())
def test_shipped_cases_are_read_and_written(name: str, tmp_path: Path) -> None:
    case = read_case(name)
    again = read_case(write_case(case, tmp_path / name))
    assert again.claims == case.claims


def test_a_case_with_such_a_column_is_not_written(files: Files, case, tmp_path: Path) -> None:
    from dataclasses import replace

    sources = tuple(replace(source, extra={"паспорт": "N1"}) for source in case.sources)
    with pytest.raises(CaseError, match="seems to hold personal data"):
        write_case(replace(case, sources=sources), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("module", [lookalikes, personal_columns])
def test_the_examples_run(module) -> None:
    assert doctest.testmod(module).failed == 0


def with_column(data: bytes, header: str) -> bytes:
    """A table with one more column, empty but for its name."""
    rows = list(csv.reader(io.StringIO(data.decode())))
    out = io.StringIO()
    csv.writer(out).writerows([[*row, header if i == 0 else ""] for i, row in enumerate(rows)])
    return out.getvalue().encode()
