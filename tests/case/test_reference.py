"""The reference page names every file, column, word and key, and its examples hold."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from sojourn.case import settings
from sojourn.case.hedges import WIDTHS, intervals
from sojourn.case.schema import HEDGES, INTERESTS, KINDS, MEASURES, PER, STATUSES, TABLES, WHO, WHO_OF
from sojourn.case.settings_read import read_settings
from sojourn.case.tables import Hedge

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "case.md"
TEXT = PAGE.read_text(encoding="utf-8")
SECTIONS = {
    part.partition("\n")[0].strip(): part for part in re.split(r"^#{2,3} ", TEXT, flags=re.MULTILINE)[1:]
}
MODELS = {
    "The question": None,
    "[places.ID]": settings.Place,
    "[visitors.ID]": settings.Visitors,
    "[[events]]": settings.Event,
    "[[regimes]]": settings.Regime,
    "[[stay_rules]]": settings.StayRule,
    "[[schemes]]": settings.Scheme,
    "[[strata]]": settings.Stratum,
    "[[anchors]]": settings.Anchor,
}


def keys(section: str) -> list[str]:
    """The names in the first column of the section's tables."""
    return re.findall(r"^\| `([^`]+)` \|", SECTIONS[section], flags=re.MULTILINE)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_every_column_is_explained(table) -> None:
    names = [column.name for column in table.columns]
    assert keys(table.file)[: len(names)] == names
    for column in table.columns:
        row = next(
            line for line in SECTIONS[table.file].splitlines() if line.startswith(f"| `{column.name}` |")
        )
        assert row.count("|") >= 4, column.name


@pytest.mark.parametrize(("section", "model"), [item for item in MODELS.items() if item[1]])
def test_every_key_is_explained(section: str, model: type[BaseModel]) -> None:
    assert set(keys(section)) == set(model.model_fields)


def test_every_key_of_the_case_has_a_place() -> None:
    headings = {re.sub(r"[\[\]]|\.ID", "", name) for name in SECTIONS if name.startswith("[")}
    assert headings | set(keys("The question")) == set(settings.CaseSettings.model_fields)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("sources.csv", INTERESTS),
        ("claims.csv", (*HEDGES, *STATUSES)),
        ("readings.csv", (*MEASURES, *WHO, *PER)),
        ("[[anchors]]", KINDS),
    ],
)
def test_every_word_is_explained(section: str, words: tuple[str, ...]) -> None:
    missing = [word for word in words if f"`{word}`" not in SECTIONS[section]]
    assert not missing


def test_the_examples_make_a_case() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
    read = read_settings("\n".join(blocks).encode())
    assert read.host == "HO"
    unused = {name for name, field in settings.CaseSettings.model_fields.items() if not getattr(read, name)}
    assert not unused


def test_defaults_are_those_of_the_model() -> None:
    for section, model in MODELS.items():
        for key, field in model.model_fields.items() if model else ():
            row = next(line for line in SECTIONS[section].splitlines() if line.startswith(f"| `{key}` |"))
            if isinstance(field.default, settings.Settings):
                numbers = {k: v for k, v in field.default.model_dump().items() if k != "why"}
                written = "{ " + ", ".join(f"{k} = {v:g}" for k, v in numbers.items()) + " }"
                assert written in row, f"{section} {key}"


def test_the_table_of_hedges_is_the_code() -> None:
    for hedge in get_args(Hedge):
        row = next(line for line in SECTIONS["claims.csv"].splitlines() if line.startswith(f"| `{hedge}` |"))
        bounds = [float(number.replace(",", "")) for number in re.findall(r"\d+,\d+", row.split("|")[3])]
        if hedge in WIDTHS and len(bounds) == 2:
            (span,) = intervals(100_000, hedge)
            assert bounds == [span.low, span.high], hedge


def test_who_may_be_counted_is_the_code() -> None:
    for measure, who in WHO_OF.items():
        row = next(
            line for line in SECTIONS["readings.csv"].splitlines() if line.startswith(f"| `{measure}` |")
        )
        said = row.strip("| ").rpartition("|")[2].strip()
        assert said == ("any" if who == WHO else ", ".join(who)), measure
