"""The command line as a user meets it: what is printed where, and the exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sojourn
from sojourn.cli import COMMANDS, main


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    code = left.value.code
    return code if isinstance(code, int) else 0, out, err


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert run(capsys, "new", tmp_path / "case")[0] == 0
    return tmp_path / "case"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(item): item.read_bytes() for item in sorted(folder.rglob("*")) if item.is_file()}


def test_help_teaches_by_example(capsys) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "sojourn estimate kazakhstan-2022" in out
    assert all(name in out for name, _, _ in COMMANDS)
    code, out, _ = run(capsys, "check", "--help")
    assert code == 0
    assert "0 clean, 1 findings, 2 cannot be read" in out


def test_version(capsys) -> None:
    assert run(capsys, "--version")[:2] == (0, sojourn.__version__ + "\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["chek", "x"], 'Unknown command "chek". Did you mean "sojourn check"?'),
        (["check"], "requires an argument"),
        (["check", "x", "--jsn"], "--json"),
        (["check", "x", "y"], "y"),
        (["new"], "requires an argument"),
        (["--nope"], "--nope"),
    ],
)
def test_usage_errors(capsys, arguments: list[str], expected: str) -> None:
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert expected in err


def test_a_new_case_is_clean(capsys, folder: Path) -> None:
    code, out, err = run(capsys, "check", folder)
    assert (code, err) == (0, "")
    assert "5 claims (4 in use), 3 sources, 7 readings, 1 contact group\n" in out
    assert "No findings" in out
    assert "\x1b" not in out


def test_a_copy_of_a_shipped_case(capsys, tmp_path: Path) -> None:
    """Byte for byte what a model reads."""
    shipped = Path(sojourn.__file__).parent / "cases" / "kazakhstan-2022"
    assert run(capsys, "new", tmp_path / "mine", "--like", "kazakhstan-2022")[0] == 0
    copied = {Path(name).name: data for name, data in contents(tmp_path / "mine").items()}
    assert set(copied) == {"case.toml", "claims.csv", "contacts.csv", "readings.csv", "sources.csv"}
    assert all((shipped / name).read_bytes() == data for name, data in copied.items())
    code, _, err = run(capsys, "new", tmp_path / "other", "--like", "kazakhstan-2023")
    assert code == 2
    assert "kazakhstan-2023" in err
    assert not (tmp_path / "other").exists()


def test_new_overwrites_nothing(capsys, folder: Path) -> None:
    before = contents(folder)
    code, out, err = run(capsys, "new", folder)
    assert (code, out) == (2, "")
    assert "is not empty" in err
    assert run(capsys, "new", folder / "case.toml")[0] == 2
    assert run(capsys, "new", folder / "case.toml" / "below")[0] == 2
    assert contents(folder) == before


def test_findings(capsys, folder: Path) -> None:
    claims = folder / "claims.csv"
    claims.write_text(claims.read_text().replace("212000", "151000"))
    code, out, _ = run(capsys, "check", folder)
    assert code == 1
    found = out.split("Figures that do not agree\n")[1].splitlines()[0]
    assert "gives 151,000 both as" in found
    assert found.endswith(" (IN, OUT)")
    assert "ho_border" not in out
    code, out, _ = run(capsys, "check", folder, "--json")
    assert code == 1
    found = json.loads(out)
    assert found["status"] == "findings"
    assert found["findings"][0]["claims"] == ["IN", "OUT"]
    assert found["counts"]["claims_in_use"] == 4


def test_remarks_name_both_speakers_and_change_no_exit_status(capsys, folder: Path) -> None:
    with (folder / "claims.csv").open("a") as file:
        file.write("OTHER,ho_border,2022-09-20,90000,,reported,persons,,,,,use,\n")
    with (folder / "readings.csv").open("a") as file:
        file.write("OTHER,all,0.5,present,HO,,all,,,2022-09-15,total,,,,,,,,\n")
        file.write("OTHER,visitors,0.5,present,HO,,visitors,,,2022-09-15,total,,,,,,,,\n")
    code, out, _ = run(capsys, "check", folder)
    assert code == 0
    found = out.split("Sources that contradict each other\n")[1].splitlines()[0].strip()
    assert found.startswith(
        "“almost 40,000 persons” (Labour Ministry of Hostland, HERE) and “90,000 persons” (Border"
    )
    assert "if HERE is read as all: both count people present" in found
    assert out.endswith("No findings, 3 remarks\n")
    assert "names anywhere else; nothing speaks to this: it is what is left over\n" in out
    code, out, _ = run(capsys, "check", folder, "--json")
    assert code == 0
    content = json.loads(out)
    assert (content["status"], content["findings"]) == ("clean", [])
    remark, *silent = content["remarks"]
    assert (remark["topic"], remark["claims"]) == ("sources", ["HERE", "OTHER"])
    assert {other["topic"] for other in silent} == {"reach"}
    pairs = [(pair["first"], pair["second"]) for pair in remark["readings"] if pair["contradict"]]
    assert pairs == [("all", "all"), ("all", "visitors")]


def test_long_lists_are_cut_except_in_json(capsys, folder: Path) -> None:
    with (folder / "claims.csv").open("a") as file:
        file.writelines(
            f"Q{i},ho_labour,2022-09-20,{i + 2_000},,exact,persons,{i + 5_000} people,,,,context,\n"
            for i in range(23)
        )
    code, out, _ = run(capsys, "check", folder)
    assert code == 1
    lines = out.split("Figures that their own quotation contradicts\n")[1].splitlines()
    assert lines[19].endswith("the value is 2,019 (Q19)")
    assert lines[20] == "  and 3 more: --json"
    assert out.endswith("23 findings, 2 remarks\n")
    _, out, _ = run(capsys, "check", folder, "--json")
    assert len(json.loads(out)["findings"]) == 23


def test_errors_go_to_stderr_and_nothing_is_written(capsys, folder: Path) -> None:
    claims = folder / "claims.csv"
    claims.write_text(claims.read_text().replace("about", "arround", 1).replace("151000", "0"))
    before = contents(folder)
    code, out, err = run(capsys, "check", folder, "--write")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        'claims.csv row 2, column hedge: "arround" is not allowed; one of: exact, reported, about, almost, '
        "towards, just_over, more_than, at_least, up_to, less_than, range, half, most, some "
        '(did you mean "about"?)',
        'claims.csv row 3, column value: "0" must not be 0; describe the statement in note, '
        "and set status to context",
    ]
    assert contents(folder) == before
    code, out, err = run(capsys, "check", folder, "--json", "--write")
    assert (code, err) == (2, "")
    problems = json.loads(out)["problems"]
    assert [(item["file"], item["row"], item["column"]) for item in problems] == [
        ("claims.csv", 2, "hedge"),
        ("claims.csv", 3, "value"),
    ]
    assert contents(folder) == before


def test_write_makes_a_data_package(capsys, folder: Path) -> None:
    code, out, _ = run(capsys, "check", folder, "--write")
    assert code == 0
    assert f"Wrote {folder / 'datapackage.json'}" in out
    package = json.loads((folder / "datapackage.json").read_text())
    assert package["resources"][0]["name"] == "sources"


def test_no_such_case(capsys, tmp_path: Path) -> None:
    code, out, err = run(capsys, "check", tmp_path / "nothing")
    assert (code, out) == (2, "")
    assert "is neither a folder nor the name of a shipped case" in err
    assert "shipped: kazakhstan-2022" in err


@pytest.mark.slow
def test_a_million_rows(capsys, folder: Path) -> None:
    row = "A{0},ho_border,2022-07-04,{0},,arround,persons,said,,,,use,\n"
    with (folder / "claims.csv").open("a") as file:
        file.writelines(row.format(number) for number in range(1, 1_000_001))
    code, out, err = run(capsys, "check", folder)
    assert (code, out) == (2, "")
    assert err.startswith("claims.csv: has more than 200,000 rows")
    assert len(err.splitlines()) == 51
    assert err.splitlines()[-1].startswith("… and 2")


def test_an_error_of_ours_is_not_the_users(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def broken(case: object) -> None:
        raise RuntimeError("a slip of ours")

    monkeypatch.setattr("sojourn.cli.check.check_case", broken)
    with pytest.raises(RuntimeError, match="ours"):
        main(["check", str(folder)])


def test_ctrl_c_is_quiet(monkeypatch: pytest.MonkeyPatch, folder: Path, capsys) -> None:
    def stopped(case: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sojourn.cli.check.read_case", stopped)
    assert run(capsys, "check", folder) == (130, "", "")


@pytest.mark.slow
def test_a_reader_that_leaves_is_no_error() -> None:
    program = f'"{sys.executable}" -c "from sojourn.cli import main; main()"'
    command = f"{program} check kazakhstan-2022 --json | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("{", "")
    command = f"{program} check kazakhstan-2022 | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_terminal_without_the_letters() -> None:
    """Half of the world's terminals have no Cyrillic: the message comes escaped, and whole."""
    program = [sys.executable, "-c", "from sojourn.cli import main; main()", "check", "нет-такого"]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(program, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 2
    assert "is neither a folder nor the name of a shipped case" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["check", "kazakhstan-2022"]])
def test_no_heavy_library_is_imported(arguments: list[str]) -> None:
    """Help and check must start at once, and work where only the light install is."""
    heavy = ("numpy", "pandas", "jax", "scipy", "xarray", "ibis", "pyarrow", "numba")
    code = f"""
import sys
from sojourn.cli import main
try:
    main({arguments!r})
except SystemExit:
    pass
print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.stderr == "[]\n"
