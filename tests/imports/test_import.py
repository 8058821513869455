"""Published tables become claims: four formats, repeated imports, and everything that may be wrong."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from sojourn.case import CaseError, check_case, new_case, read_case
from sojourn.cli import main
from sojourn.imports import import_table, read_mapping, read_table
from sojourn.imports.cell_patterns import fill_pattern
from sojourn.imports.periods import period_days

TABLES = Path(__file__).parents[1] / "data" / "imports"
KINDS = ("unhcr", "eurostat", "hdx", "worldbank")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["import", *(str(argument) for argument in arguments)])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_case(tmp_path / "case")
    for name in KINDS:
        shutil.copy(TABLES / f"{name}.csv", tmp_path)
        shutil.copy(TABLES / f"{name}.toml", tmp_path)
    return tmp_path / "case"


def arguments(folder: Path, name: str) -> list[object]:
    return [folder.parent / f"{name}.csv", "--mapping", folder.parent / f"{name}.toml", "--into", folder]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


EXPECTED = {
    "unhcr": {"UNHCR-refugees-HO-2022": 1250, "UNHCR-asylum-HO-2022": 3310, "UNHCR-refugees-TH-2022": 90},
    "eurostat": {"ESTAT-HO-2022-09": 4105, "ESTAT-HO-2022-10": 4390},
    "hdx": {"HDX-HO-2022-10-31": 41200, "HDX-TH-2022-10-31": 3050},
    "worldbank": {"WB-HO-2021": 165, "WB-HO-2022": 1370, "WB-TH-2022": 90},
}


@pytest.mark.parametrize("name", KINDS)
def test_each_format_gives_its_claims_and_keeps_its_mapping(capsys, folder: Path, name: str) -> None:
    before = read_case(folder)
    code, out, err = run(capsys, *arguments(folder, name))
    assert (code, err) == (0, "")
    case = read_case(folder)
    added = {claim.claim: claim.value for claim in case.claims if claim.claim not in before.claims_by_id}
    assert added == EXPECTED[name]
    assert f"{len(added)} claims added" in out
    assert case.claims[: len(before.claims)] == before.claims
    assert all(case.claims_by_id[claim].url and case.claims_by_id[claim].quote for claim in added)
    assert (folder / "imports" / f"{name}.toml").read_bytes() == (TABLES / f"{name}.toml").read_bytes()
    assert not [finding for finding in check_case(case) if finding.topic == "quote"]


def test_candidate_readings_flags_and_dates_of_a_row(capsys, folder: Path) -> None:
    for name in ("unhcr", "eurostat"):
        assert run(capsys, *arguments(folder, name))[0] == 0
    case = read_case(folder)
    asylum = case.readings_by_claim["UNHCR-asylum-HO-2022"]
    assert [(item.reading, item.weight, item.place, item.end) for item in asylum] == [
        ("present", 0.7, "HO", date(2022, 12, 31)),
        ("stayed", 0.3, "HO", date(2022, 12, 31)),
    ]
    september, october = (case.claims_by_id[f"ESTAT-HO-2022-{month}"] for month in ("09", "10"))
    assert (september.hedge, september.note, september.published) == ("exact", "", date(2022, 12, 10))
    assert (october.hedge, october.note) == ("about", "estimated, provisional")
    assert case.readings_by_claim["ESTAT-HO-2022-10"][0].end == date(2022, 10, 31)
    assert case.sources_by_id["eurostat"].name == "Eurostat, temporary protection, monthly"


def test_a_repeated_import_changes_nothing_and_keeps_edited_readings(capsys, folder: Path) -> None:
    run(capsys, *arguments(folder, "unhcr"))
    edit(folder / "readings.csv", "UNHCR-asylum-HO-2022,present,0.7", "UNHCR-asylum-HO-2022,present,0.9")
    tables = {name: (folder / name).read_bytes() for name in ("claims.csv", "readings.csv", "sources.csv")}
    kept = folder / "imports" / "unhcr.toml"
    code, out, _ = run(capsys, folder.parent / "unhcr.csv", "--mapping", kept, "--into", folder)
    assert (code, "3 unchanged" in out) == (0, True)
    assert {name: (folder / name).read_bytes() for name in tables} == tables
    assert len((folder / "imports" / "log.csv").read_text().splitlines()) == 3


def test_a_revised_figure_needs_update_and_new_rows_are_added(capsys, folder: Path) -> None:
    run(capsys, *arguments(folder, "eurostat"))
    edit(folder.parent / "eurostat.csv", "2022-09,4105", "2022-09,4200")
    edit(folder.parent / "eurostat.csv", "2022-11,,,C", "2022-11,4500,,")
    before = everything(folder)
    code, _, err = run(capsys, *arguments(folder, "eurostat"))
    assert code == 2
    assert (
        err
        == 'eurostat.csv row 2: "4200" claim ESTAT-HO-2022-09 of the case says 4,105; --update replaces it\n'
    )
    assert everything(folder) == before
    code, out, _ = run(capsys, *arguments(folder, "eurostat"), "--update")
    assert (code, "1 claims added with 1 readings, 1 revised, 1 unchanged" in out) == (0, True)
    case = read_case(folder)
    assert case.claims_by_id["ESTAT-HO-2022-09"].value == 4200
    assert case.claims_by_id["ESTAT-HO-2022-11"].value == 4500


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "problem"),
    [
        (
            "unhcr",
            "csv",
            '"1250"',
            '"12 50"',
            'unhcr.csv row 3, column Refugees under UNHCR\'s mandate: "12 50" is not a number',
        ),
        (
            "unhcr",
            "csv",
            '"1250"',
            '"*"',
            "is not a number; write digits only, with a point for decimals; a cell without",
        ),
        (
            "unhcr",
            "csv",
            '"HOS","1250"',
            '"HOX","1250"',
            'column Country of asylum (ISO): "HOX" is no code in [places] of',
        ),
        (
            "unhcr",
            "csv",
            '"1250","3310","0"',
            '"1250","3310"',
            "unhcr.csv row 3: this row has 7 cells, the header has 8",
        ),
        (
            "unhcr",
            "toml",
            "{Year:end}",
            "{Country of asylum:end}",
            'row 3, column Country of asylum: "Hostland" is not a period',
        ),
        (
            "unhcr",
            "toml",
            'value = "Asylum-seekers"',
            'value = "Asylum seekers"',
            '"Asylum seekers" is no column of unhcr.csv',
        ),
        (
            "unhcr",
            "toml",
            'value = "Asylum-seekers"',
            'value = "Asylum seekers"',
            '(did you mean "Asylum-seekers"?)',
        ),
        ("unhcr", "toml", "{Year:end}", "{Year:last}", "is no filter; one of: start, end, day, id, place"),
        (
            "unhcr",
            "toml",
            'interest = "international"',
            'interest = "un"',
            'key source.interest: "un" is not allowed; one of: host_',
        ),
        ("unhcr", "toml", "weight = 0.7", "weigth = 0.7", "claims[2].readings[1].weigth"),
        (
            "unhcr",
            "toml",
            'name = "UNHCR, Refugee Data Finder"',
            'name = "TODO"',
            'key source.name: "TODO" is still to be completed',
        ),
        ("unhcr", "toml", "[rows]", "[row]", "key row: is not a key of a mapping"),
        ("unhcr", "toml", 'published = "2023-06-14"\n', "", "key claims[1].published: is missing"),
        (
            "unhcr",
            "toml",
            'measure = "present"',
            'measure = "stock"',
            'row 3, column measure: "stock" is not allowed; one of: entries',
        ),
        ("unhcr", "toml", "[source]", "[source", "is not valid TOML"),
        (
            "unhcr",
            "toml",
            'status = "context"\n',
            "",
            'row 3, column claim: "UNHCR-refugees-HO-2022" has status use but no row',
        ),
        (
            "unhcr",
            "toml",
            'Year = "2022"',
            'Year = "1999"',
            "no row is left: 4 were not asked for, 0 have no figure",
        ),
        (
            "eurostat",
            "toml",
            'sex = "T"',
            "",
            "is the id of row 2, too; name more columns in id, or fewer rows",
        ),
        (
            "eurostat",
            "toml",
            'end = "{TIME_PERIOD:end}"',
            'end = "2031-01-01"',
            "(claim ESTAT-HO-2022-09, readings.csv)",
        ),
        (
            "hdx",
            "toml",
            'thousands = ","',
            "",
            'hdx.csv row 3, column #affected+refugees: "41,200" is not a plain number',
        ),
        (
            "worldbank",
            "toml",
            "header = 5",
            "header = 2",
            "worldbank.csv row 2: is empty; the headings are expected here",
        ),
        ("worldbank", "toml", r"'(\d{4})'", r"'\d{4}'", "must have a group for the period"),
        ("worldbank", "toml", r"'(\d{4})'", "'(Y.*)'", "no heading is such a period; one of: Country Name"),
        ("worldbank", "toml", r"'(\d{4})'", "'('", "is not a regular expression"),
    ],
)
def test_each_fault_is_named_and_nothing_is_written(
    capsys, folder: Path, name: str, file: str, old: str, new: str, problem: str
) -> None:
    edit(folder.parent / f"{name}.{file}", old, new)
    before = everything(folder)
    code, out, err = run(capsys, *arguments(folder, name))
    assert (code, out) == (2, "")
    assert problem in err
    assert everything(folder) == before


def test_a_column_with_personal_data_is_refused(capsys, folder: Path) -> None:
    edit(
        folder.parent / "hdx.csv", "Country,Code,Date,Refugees,Source", "Country,Code,Date,Refugees,Telephone"
    )
    edit(folder.parent / "hdx.toml", "{#meta+source}", "{Telephone}")
    code, _, err = run(capsys, *arguments(folder, "hdx"))
    assert (code, "seems to hold personal data" in err) == (2, True)


def test_a_zero_is_kept_as_context() -> None:
    mapping, _ = read_mapping(TABLES / "unhcr.toml")
    table = read_table(TABLES / "unhcr.csv", mapping)
    zero = mapping.claims[1].model_copy(update={"value": "Other people in need of international protection"})
    changed = mapping.model_copy(update={"claims": (zero,), "places": {"HOS": "PL", "THI": "UA"}})
    found = import_table(read_case("poland-2022"), table, changed, "m.toml")
    assert [(claim.value, claim.status) for claim in found.case.claims[-1:]] == [(0, "context")]


@pytest.mark.parametrize("name", KINDS)
def test_a_sketch_fits_its_table_once_it_is_completed(capsys, folder: Path, name: str) -> None:
    code, out, _ = run(capsys, folder.parent / f"{name}.csv", "--sketch")
    assert code == 0
    sketch = folder.parent / "sketch.toml"
    sketch.write_text(out, encoding="utf-8")
    assert run(capsys, folder.parent / f"{name}.csv", "--mapping", sketch, "--into", folder)[0] == 2
    text = out.replace('reading = "TODO"', 'reading = "present"').replace('"TODO"', '"agency"')
    text = text.replace('"HOS" = "HOS"', '"HOS" = "HO"').replace('"THI" = "THI"', '"THI" = "TH"')
    text = text.replace('"HL" = "HL"', '"HL" = "HO"').replace('"TL" = "TL"', '"TL" = "TH"')
    text = (
        text.replace("2023-01-31", "2022-12-31")
        .replace('["ORI", "ELS"]', '["ORI"]')
        .replace('["T", "F"]', '["T"]')
    )
    sketch.write_text(text + ('\n[skip]\nYear = "2021"\n' if name == "unhcr" else ""), encoding="utf-8")
    if name == "worldbank":
        sketch.write_text(text.replace("[rows]", '[rows]\nperiod = "2022"'), encoding="utf-8")
    if name == "hdx":
        sketch.write_text('thousands = ","\n' + text, encoding="utf-8")
    code, out, err = run(capsys, folder.parent / f"{name}.csv", "--mapping", sketch, "--into", folder)
    assert (code, err) == (0, "")
    assert "0 claims added" not in out


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("2022-S2", date(2022, 7, 1), date(2022, 12, 31)),
        ("2022Q1", date(2022, 1, 1), date(2022, 3, 31)),
        ("Q4 2022", date(2022, 10, 1), date(2022, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2022M11", date(2022, 11, 1), date(2022, 11, 30)),
        ("2022-W01", date(2022, 1, 3), date(2022, 1, 9)),
        ("2022-03-05T10:00:00Z", date(2022, 3, 5), date(2022, 3, 5)),
        ("10/02/23 11:00:00", date(2023, 2, 10), date(2023, 2, 10)),
        ("05.03.2022", date(2022, 3, 5), date(2022, 3, 5)),
    ],
)
def test_periods(text: str, first: date, last: date) -> None:
    assert period_days(text) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "2022-13", "2022-02-30", "Q5 2022", "2022-W60", "last year", "22", "2022-Q3-1"]
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="is not a period"):
        period_days(text)


def test_hashtags_match_in_any_order_of_their_attributes() -> None:
    table = read_table(TABLES / "hdx.csv")
    (row, _) = table
    assert fill_pattern("{#affected+refugees}", row.cells, {}) == "41,200"
    assert row.row == 3


def test_the_source_needs_its_name_if_the_case_does_not_have_it(folder: Path) -> None:
    mapping, _ = read_mapping(TABLES / "hdx.toml")
    bare = mapping.model_copy(update={"source": mapping.source.model_copy(update={"name": ""})})
    with pytest.raises(CaseError, match=r"source\.name: must be given"):
        import_table(read_case(folder), read_table(TABLES / "hdx.csv", bare), bare, "m.toml")
