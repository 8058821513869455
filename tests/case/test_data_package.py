"""The Data Package descriptor names what is there, and the rows obey it."""

import csv
import io
import json
import re

from sojourn.case import Case, describe_package, parse_case
from sojourn.case.data_package import package_bytes


def test_every_column_is_described(case: Case) -> None:
    package = describe_package(case)
    assert re.fullmatch(r"[a-z0-9._/-]+", package["name"])
    assert [resource["path"] for resource in package["resources"]] == [
        "sources.csv",
        "claims.csv",
        "readings.csv",
        "contacts.csv",
    ]
    for resource in package["resources"]:
        rows = list(csv.DictReader(io.StringIO(case.files[resource["path"]].decode())))
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        assert list(fields) == list(rows[0])
        for row in rows:
            for name, cell in row.items():
                allowed = fields[name].get("constraints", {})
                assert cell or not allowed.get("required"), name
                assert not cell or cell in allowed.get("enum", [cell]), name


def test_foreign_keys_hold(case: Case) -> None:
    resources = {resource["name"]: resource for resource in describe_package(case)["resources"]}
    rows = {
        name: list(csv.DictReader(io.StringIO(case.files[r["path"]].decode())))
        for name, r in resources.items()
    }
    seen = 0
    for name, resource in resources.items():
        for key in resource["schema"].get("foreignKeys", []):
            target = key["reference"]["resource"] or name
            known = {row[key["reference"]["fields"][0]] for row in rows[target]}
            assert {row[key["fields"][0]] for row in rows[name]} - {""} <= known
            seen += 1
    assert seen == 4


def test_the_dialect_is_that_of_the_file(files: dict[str, bytes]) -> None:
    text = files["readings.csv"].replace(b",", b";").replace(b"\n", b"\r\n")
    case = parse_case({**files, "readings.csv": text, "series/daily.csv": b"date\tn\n"}, "Small")
    package = json.loads(package_bytes(case))
    assert package["name"] == "small"
    dialects = {resource["path"]: resource["dialect"] for resource in package["resources"]}
    assert dialects["readings.csv"] == {"delimiter": ";", "lineTerminator": "\r\n"}
    assert dialects["series/daily.csv"]["delimiter"] == "\t"
