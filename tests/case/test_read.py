"""Reading: the good in any dress, the bad with its place and what is allowed."""

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest

from sojourn.case import CaseError, parse_case, read_case, shipped_cases
from sojourn.case.template import TEMPLATE
from tests.case.conftest import problems


def folder(tmp_path: Path, **changes: bytes) -> Path:
    for name, text in TEMPLATE.items():
        (tmp_path / name).write_bytes(text.encode())
    for name, data in changes.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def refused(path: Path | str) -> str:
    with pytest.raises(CaseError) as caught:
        read_case(path)
    return str(caught.value)


def test_a_folder_is_read(tmp_path: Path) -> None:
    case = read_case(folder(tmp_path))
    assert case.name == tmp_path.name
    assert [claim.claim for claim in case.claims] == ["IN", "OUT", "HERE", "HERE-2", "BACK"]
    assert case.claims[2].published == date(2022, 9, 1)
    assert case.claims[2].published_until == date(2022, 9, 30)
    assert case.claims[4].high == 40
    assert [reading.reading for reading in case.readings_by_claim["IN"]] == ["crossings", "persons"]
    assert case.claims_by_id["OUT"].row == 3
    assert case.contacts[0].moved_on == "half"
    assert case.readings[-1].of_start == date(2022, 3, 1)


def test_the_shipped_case_is_read_by_name() -> None:
    assert "kazakhstan-2022" in shipped_cases()
    case = read_case("kazakhstan-2022")
    assert case.name == "kazakhstan-2022"
    assert len(case.claims) == 197


def test_a_folder_without_case_hides_no_shipped_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kazakhstan-2022").mkdir()
    monkeypatch.chdir(tmp_path)
    assert read_case("kazakhstan-2022").settings.host == "KZ"


def test_the_truth_is_never_opened(tmp_path: Path) -> None:
    (folder(tmp_path) / "truth.toml").mkdir()
    assert "truth.toml" not in read_case(tmp_path).files


@pytest.mark.parametrize(
    ("delimiter", "newline", "bom"),
    [(";", "\r\n", True), ("\t", "\n", False), (",", "\r\n", True), (";", "\n", False), (",", "\r", False)],
)
def test_the_habits_of_spreadsheets_do_not_matter(
    files: dict[str, bytes], delimiter: str, newline: str, bom: bool
) -> None:
    plain = parse_case(files, "small")
    dressed = dict(files)
    for name in files:
        if name.endswith(".csv"):
            out = io.StringIO()
            rows = csv.reader(io.StringIO(files[name].decode()))
            csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(rows)
            dressed[name] = (("\ufeff" if bom else "") + out.getvalue()).encode()
    dressed["case.toml"] = b"\xef\xbb\xbf" + files["case.toml"].replace(b"\n", b"\r\n")
    again = parse_case(dressed, "small")
    assert (again.claims, again.readings, again.contacts, again.settings) == (
        plain.claims,
        plain.readings,
        plain.contacts,
        plain.settings,
    )


def test_cyrillic_line_breaks_and_blank_rows(files: dict[str, bytes]) -> None:
    extra = '\n,,,,,,,,,,,,\n\nИН-1,ho_border,2022,5,,reported,persons,"«Приехали\n""все""»",,,,context,\n'
    case = parse_case({**files, "claims.csv": files["claims.csv"] + extra.encode()}, "small")
    claim = case.claims[-1]
    assert claim.claim == "ИН-1"
    assert claim.quote == '«Приехали\n"все"»'
    assert claim.row == 10
    assert (claim.published, claim.published_until) == (date(2022, 1, 1), date(2022, 12, 31))


def test_unknown_columns_are_kept(files: dict[str, bytes]) -> None:
    text = files["sources.csv"].decode().replace("note\n", "note,colour\n", 1)
    text = re.sub(r"(official,)\n", r"\1,blue\n", text).replace("name\n", "name,\n")
    case = parse_case({**files, "sources.csv": text.encode()}, "small")
    assert case.sources[0].extra == {"colour": "blue"}


def test_series_are_read_and_checked(files: dict[str, bytes]) -> None:
    good = {**files, "series/daily.csv": b"date,entries\n2022-03-01,500\n"}
    assert parse_case(good, "small").series[0].rows == (("2022-03-01", "500"),)
    bad = {**files, "series/daily.csv": b"date,phone\n2022-03-01\n"}
    assert problems(bad) == [
        "series/daily.csv row 1, column phone: seems to hold personal data, which a ledger must not "
        "contain; remove this column, or rename it if it holds none",
        "series/daily.csv row 2: this row has 1 cells, the header has 2",
    ]


def test_everything_missing_is_told_at_once(tmp_path: Path) -> None:
    (folder(tmp_path) / "claims.csv").unlink()
    (tmp_path / "readings.csv").unlink()
    (tmp_path / "readings.csv").mkdir()
    (tmp_path / "series").write_text("")
    message = refused(tmp_path)
    assert "claims.csv: this file is missing" in message
    assert "readings.csv: is a folder; it must be a file" in message
    assert "series: is a file" in message


def test_no_folder_and_no_shipped_case(tmp_path: Path) -> None:
    assert 'name of a shipped case (did you mean "kazakhstan-2022"?)' in refused("kazakhstan-2023")
    assert "cannot be read: File name too long" in refused("x" * 5000)
    (tmp_path / "file").write_text("")
    assert "is a file; a case is a folder" in refused(tmp_path / "file")


def test_contacts_are_optional(tmp_path: Path) -> None:
    (folder(tmp_path) / "contacts.csv").unlink()
    assert read_case(tmp_path).contacts == ()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "row 1: is empty"),
        (b"\n\n", "row 1: is empty"),
        ("claim,source".encode("utf-16"), "is UTF-16 text"),
        (b"claim,source\nA,\xff\n", "row 2: is not UTF-8 text (byte 0xff)"),
        (b"claim,source\nA,\x00\n", "row 2: contains a NUL byte"),
        (b"claim,claim,source\n", "row 1, column claim: this column appears twice"),
        (b"claim,,source\n", "row 1: column number 2 has no name"),
        (b"claim,hegde\n", 'row 1, column hedge: this column is missing (did you mean "hegde"?)'),
        (b"claim,birthday\n", "row 1, column birthday: seems to hold personal data"),
        (b"claim,E-Mail\n", "row 1, column E-Mail: seems to hold personal data"),
    ],
)
def test_files_that_are_no_tables(files: dict[str, bytes], data: bytes, expected: str) -> None:
    lines = problems({**files, "claims.csv": data})
    assert any(f"claims.csv {expected}" in line or f"claims.csv: {expected}" in line for line in lines), lines
    # An unreadable table must not breed errors in those that refer to it.
    assert all(line.startswith("claims.csv") for line in lines)


def test_quotes_that_never_close(files: dict[str, bytes]) -> None:
    lines = problems({**files, "claims.csv": files["claims.csv"] + b'X,ho_border,"2022\n'})
    assert lines == [
        "claims.csv row 7: quotes do not match (unexpected end of data); "
        "write a quote inside a quoted cell twice"
    ]


def test_rows_of_other_widths(files: dict[str, bytes]) -> None:
    lines = problems({**files, "sources.csv": files["sources.csv"] + b"a,b\nc,d,e,media,f,g\n"})
    assert lines[0].startswith("sources.csv row 5: this row has 2 cells, the header has 5")
    assert lines[1].startswith("sources.csv row 6: this row has 6 cells, the header has 5")


def test_one_bad_cell_is_one_problem(wrong) -> None:
    """The row's id still counts: no claim without readings, no reading without claim."""
    lines = wrong("claims.csv", "212000,,about", "212000,,arround")
    assert len(lines) == 1
    assert lines[0].startswith('claims.csv row 2, column hedge: "arround" is not allowed; one of: exact,')
    assert lines[0].endswith('(did you mean "about"?)')
    assert len(wrong("readings.csv", "IN,crossings,0.9", "IN,crossings,heavy")) == 1


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("212,000", 'row 2, column value: "212,000" is not a plain number; write digits without thousands'),
        ("212 000", "such as 212000"),
        ("31,5", "has a decimal comma; write 31.5"),
        ("2.1E+05", "scientific notation"),
        ("many", "is not a number"),
        ("0", '"0" must not be 0'),
        ("-5", '"-5" must be above 0'),
        ("", "must not be empty for a claim with status use"),
        ("nan", "is not a number"),
        ("9" * 400, "is too long for a number"),
        ("inf", "is not a number"),
    ],
)
def test_figures(wrong, cell: str, expected: str) -> None:
    lines = wrong("claims.csv", "2022-07-04,212000", f'2022-07-04,"{cell}"')
    assert len(lines) == 1
    assert expected in lines[0]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("04.07.2022", "is not a date; write year-month-day"),
        ("2022-13", "is not a month or a year"),
        ("2022-02-30", "is not a date in the calendar"),
        ("20220704", "is not a date"),
        ("0000", "is not a month or a year"),
        ("", "must not be empty"),
    ],
)
def test_dates_of_publication(wrong, cell: str, expected: str) -> None:
    assert expected in wrong("claims.csv", "2022-07-04,212000", f"{cell},212000")[0]


def test_readings_have_full_dates(wrong) -> None:
    line = wrong("readings.csv", "all,,2022-03-01", "all,,2022-03")[0]
    assert 'readings.csv row 2, column start: "2022-03" is not a full date' in line


def test_too_many_rows(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sojourn.case.rows.LIMIT", 3)
    assert problems(files)[0] == (
        "claims.csv: has more than 3 rows; a ledger lists published figures, not individual records"
    )


def test_errors_are_capped_but_counted(files: dict[str, bytes]) -> None:
    rows = "".join(f"C{i},ho_border,2022-07-04,{i + 1},,maybe,persons,,,,,context,\n" for i in range(70))
    with pytest.raises(CaseError) as caught:
        parse_case({**files, "claims.csv": files["claims.csv"] + rows.encode()}, "small")
    assert len(caught.value.problems) == 70
    lines = str(caught.value).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "… and 20 more"


def test_ids(wrong) -> None:
    assert "is not an id; use letters, digits" in wrong("claims.csv", "IN,ho_border", "I N,ho_border")[0]
