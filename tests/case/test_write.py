"""Writing: an untouched case keeps its bytes, a touched one keeps everything around the change."""

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sojourn.case import Case, CaseError, parse_case, read_case, render_case, shipped_cases, write_case
from sojourn.case.case import Series
from sojourn.case.settings import LogNormal

CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)


def claims(case: Case, **changes: object) -> Case:
    """The case with its first claim changed."""
    return replace(case, claims=(replace(case.claims[0], **changes), *case.claims[1:]))


def lines(case: Case, file: str) -> list[str]:
    return render_case(case)[file].decode().splitlines()


def test_untouched_is_identical(case: Case, files: dict[str, bytes], tmp_path: Path) -> None:
    assert render_case(case) == files
    write_case(case, tmp_path / "copy")
    assert {item.name: item.read_bytes() for item in (tmp_path / "copy").iterdir()} == files


@pytest.mark.parametrize("name", shipped_cases())
def test_shipped_cases_are_written_as_they_are(name: str) -> None:
    case = read_case(name)
    assert render_case(case) == case.files


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=5),
    delimiter=st.sampled_from(",;\t"),
    newline=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    bom=st.booleans(),
    ended=st.booleans(),
    order=st.permutations(["source", "name", "interest", "note", "odd", "strange"]),
)
def test_any_dress_survives(files, rows, delimiter, newline, quoting, bom, ended, order) -> None:
    """Untouched, whatever the columns, order and habits; and one added row leaves the others be."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerow(order)
    for place, (note, odd, strange) in enumerate([("", "", ""), *rows]):
        source = ("ho_border", "ho_labour", "resident_a")[place] if place < 3 else f"s{place}"
        cells = {
            "source": source,
            "name": "N",
            "interest": "media",
            "note": note,
            "odd": odd,
            "strange": strange,
        }
        writer.writerow([cells[name] for name in order])
    for place in range(len(rows) + 1, 3):
        cells = {"source": ("ho_border", "ho_labour", "resident_a")[place], "name": "N", "interest": "media"}
        writer.writerow([cells.get(name, "") for name in order])
    text = out.getvalue() if ended else out.getvalue().removesuffix(newline)
    data = (("\ufeff" if bom else "") + text).encode()
    case = parse_case({**files, "sources.csv": data}, "small")
    assert render_case(case)["sources.csv"] == data
    new = replace(case.sources[0], source="new", note='a;b,c\t"d"', row=0)
    grown = render_case(replace(case, sources=(*case.sources, new)))["sources.csv"]
    assert grown.startswith(data)
    again = parse_case({**files, "sources.csv": grown}, "small")
    assert again.sources[:-1] == case.sources
    assert replace(again.sources[-1], row=0) == new


def test_a_changed_cell_leaves_its_neighbours(files: dict[str, bytes]) -> None:
    odd = files["claims.csv"].replace(
        b"IN,ho_border,2022-07-04,212000,", b' IN ,"ho_border",2022-07-04,212000.0,'
    )
    case = parse_case({**files, "claims.csv": odd}, "small")
    changed = lines(claims(case, hedge="more_than"), "claims.csv")
    before = odd.decode().splitlines()
    assert changed[1].startswith(" IN ,ho_border,2022-07-04,212000.0,,more_than,persons,")
    assert changed[:1] + changed[2:] == before[:1] + before[2:]


def test_values_are_written_as_people_write_them(case: Case) -> None:
    values = {"value": 1234567.0, "published": date(2022, 7, 1), "published_until": date(2022, 7, 31)}
    assert lines(claims(case, **values), "claims.csv")[1].startswith("IN,ho_border,2022-07,1234567,,about")
    year = {"value": 1e21, "published": date(2022, 1, 1), "published_until": date(2022, 12, 31)}
    assert lines(claims(case, **year), "claims.csv")[1].startswith(
        "IN,ho_border,2022,1000000000000000000000,,"
    )
    assert ",0.00001," in lines(claims(case, value=1e-5), "claims.csv")[1]


def test_rows_may_go_and_move(case: Case) -> None:
    text = lines(case, "contacts.csv")
    assert lines(replace(case, contacts=()), "contacts.csv") == text[:1]
    moved = replace(case, sources=case.sources[::-1])
    assert lines(moved, "sources.csv")[1:] == lines(case, "sources.csv")[1:][::-1]


def test_new_columns_come_last(case: Case) -> None:
    text = lines(claims(case, extra={"colour": "blue"}), "claims.csv")
    assert text[0].endswith(",note,colour")
    assert text[1].endswith(",use,,blue")
    assert text[2].endswith(",use,,")


def test_a_column_that_the_file_lacked(files: dict[str, bytes]) -> None:
    rows = list(csv.reader(io.StringIO(files["sources.csv"].decode())))
    short = "\n".join(",".join(f'"{cell}"' for cell in row[:-1]) for row in rows) + "\n"
    case = parse_case({**files, "sources.csv": short.encode()}, "small")
    noted = replace(case, sources=(replace(case.sources[0], note="said twice"), *case.sources[1:]))
    assert lines(noted, "sources.csv")[:2] == [
        "source,name,role,interest,note",
        "ho_border,Border Service of Hostland,counts crossings at passport control,host_official,said twice",
    ]


def test_settings_keep_comments_and_layout(case: Case) -> None:
    event = case.settings.events[0]
    second = event.model_copy(update={"id": "second", "date": date(2022, 6, 1)})
    changed = case.settings.model_copy(
        update={
            "asof": date(2022, 11, 30),
            "events": (event.model_copy(update={"duration": LogNormal(median=3, factor=2)}), second),
            "hedges": {"about": (3.0, 1.0)},
            "wave": "second",
        }
    )
    before, after = lines(case, "case.toml"), lines(replace(case, settings=changed), "case.toml")
    assert "asof = 2022-11-30            # the day that the question is about" in after
    assert (
        'wave = "second"               # the event that people came with; leave it out to ask about all'
        in after
    )
    kept = [line for line in before if line in after]
    assert len(before) - len(kept) == 2
    again = parse_case(render_case(replace(case, settings=changed)), "small")
    assert again.settings == changed


def test_settings_may_lose_what_they_had(case: Case) -> None:
    bare = case.settings.model_copy(update={"regimes": (), "visitors": {}})
    text = render_case(replace(case, settings=bare))
    again = parse_case(text, "small").settings
    assert (again.regimes, again.visitors) == ((), {})


def test_windows_line_ends_of_settings(files: dict[str, bytes]) -> None:
    case = parse_case({**files, "case.toml": files["case.toml"].replace(b"\n", b"\r\n")}, "small")
    changed = case.settings.model_copy(update={"question": "Why?", "hedges": {"about": (3.0, 1.0)}})
    data = render_case(replace(case, settings=changed))["case.toml"]
    assert data.count(b"\r\n") == data.count(b"\n")


def test_a_case_made_by_hand(case: Case) -> None:
    series = (Series("daily", ("date", "entries"), (("2022-03-01", "500"),)),)
    made = replace(case, files={}, series=series)
    files = render_case(made)
    assert files["series/daily.csv"] == b"date,entries\n2022-03-01,500\n"
    again = parse_case(files, "small")
    assert (again.claims, again.readings, again.settings, again.series) == (
        case.claims,
        case.readings,
        case.settings,
        series,
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"hedge": "arround"}, '"arround" is not allowed'),
        ({"source": "nobody"}, "is not a source of sources.csv"),
        ({"published_until": date(2022, 7, 6)}, "is not one day, one month or one year"),
        ({"value": -1.0}, "must be above 0"),
    ],
)
def test_nothing_is_written_that_could_not_be_read(
    case: Case, tmp_path: Path, change: dict[str, object], expected: str
) -> None:
    with pytest.raises(CaseError, match=expected):
        write_case(claims(case, **change), tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_other_files_stay(case: Case, tmp_path: Path) -> None:
    (tmp_path / "truth.toml").write_text("stayed = 1")
    stamp = write_case(case, tmp_path).joinpath("claims.csv").stat().st_mtime_ns
    write_case(claims(case, note="seen"), tmp_path)
    assert (tmp_path / "truth.toml").read_text() == "stayed = 1"
    assert (tmp_path / "sources.csv").exists()
    assert (tmp_path / "claims.csv").stat().st_mtime_ns >= stamp
    assert not list(tmp_path.glob(".*"))
    with pytest.raises(CaseError, match="is a file"):
        write_case(case, tmp_path / "truth.toml")
