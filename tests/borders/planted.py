"""Registers with planted identifiers, and a search for them in everything that a run leaves behind."""

from __future__ import annotations

import base64
import csv
import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

NAMES = (
    "person",
    "day",
    "direction",
    "border",
    "nationality",
    "purpose",
    "name",
    "birth",
    "document",
    "initial_status",
    "phone",
)
Row = dict[str, str]


class Register:
    """Raw crossings with people's data in every column, where it belongs and where it does not."""

    def __init__(self, seed: str, people: int) -> None:
        """Make the rows: journeys, and slips of the keyboard."""
        self.rng = random.Random(seed)
        self._made: list[str] = []
        self.rows = [row for _ in range(people) for row in self._journeys()]
        for column in NAMES[1:]:  # slips of the keyboard: one column's content in another
            for _ in range(3):
                row = dict(self.rng.choice(self.rows))
                row[column] = self.rng.choice([self._passport, self._sentence])()
                self.rows.append(row)
        self.rng.shuffle(self.rows)

    @property
    def tokens(self) -> list[str]:
        """The texts that nothing may show: those made that stand in a row."""
        text = "\n".join(value for row in self.rows for value in row.values())
        return [token for token in self._made if token in text]

    def _token(self, text: str) -> str:
        self._made.append(text)
        return text

    def _passport(self) -> str:
        return self._token(f"N{self.rng.randrange(10**8, 10**9)}")

    def _phone(self) -> str:
        return self._token(f"+7701{self.rng.randrange(10**6, 10**7)}")

    def _name(self) -> str:
        letters = "БВГДЖЗКЛМНПРСТ" if self.rng.random() < 0.5 else "BCDFGHJKLMNPQRST"
        return self._token("".join(self.rng.choices(letters, k=10)) + " Ivan")

    def _sentence(self) -> str:
        return f"visit to {self._name()}, {self._phone()}"

    def _journeys(self) -> Iterable[Row]:
        who = {
            "person": self._passport(),
            "nationality": self.rng.choice(["RU", "KZ", "UZB"]),
            "name": self._name(),
            "birth": self._token(
                f"19{self.rng.randrange(40, 99)}-0{self.rng.randrange(1, 9)}-2{self.rng.randrange(9)}T"
            ),
            "document": self._passport(),
            "phone": self._phone(),
            "initial_status": "",
        }
        day = date(2019, 1, 1) + timedelta(days=self.rng.randrange(900))
        for number in range(self.rng.randrange(1, 6)):
            purpose = self._sentence() if self.rng.random() < 0.2 else self.rng.choice(["work", "tourism"])
            where = {"border": self.rng.choice(["Zhaisan", "Syrym"]), "purpose": purpose}
            yield {**who, **where, "day": day.isoformat(), "direction": ("arrival", "departure")[number % 2]}
            day += timedelta(days=self.rng.randrange(1, 300))

    def write(self, path: Path) -> Path:
        """As CSV, Parquet or a table of a DuckDB file, by the name."""
        if path.suffix == ".csv":
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, NAMES)
                writer.writeheader()
                writer.writerows(self.rows)
        elif path.suffix == ".parquet":
            parquet.write_table(pa.Table.from_pylist(self.rows), path)
        else:
            import duckdb

            with duckdb.connect(str(path)) as database:
                database.register("rows", pa.Table.from_pylist(self.rows))
                database.execute("CREATE TABLE crossings AS FROM rows")
        return path


def shown_in(text: str, tokens: Iterable[str]) -> list[str]:
    """The tokens that stand in a text, whatever its case."""
    lower = text.casefold()
    return [token for token in tokens if token.casefold() in lower]


def spellings(token: str) -> list[bytes]:
    """A token as a program may have written it."""
    plain = token.encode()
    return [
        plain,
        token.lower().encode(),
        token.encode("utf-16-le"),
        plain.hex().encode(),
        base64.b64encode(plain)[:-4],
    ]


def found_in(folder: Path, tokens: list[str], besides: Iterable[Path] = ()) -> dict[str, list[str]]:
    """Files of a folder, by name, and the tokens that stand in their bytes or in the values of their rows."""
    left_out = set(besides)
    found: dict[str, list[str]] = {}
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path not in left_out):
        told = tokens_in(file, tokens)
        if told:
            found[str(file.relative_to(folder))] = told
    return found


def tokens_in(file: Path, tokens: list[str]) -> list[str]:
    """The tokens in the bytes of a file, or in its values where it is a Parquet file that can be read."""
    content = file.read_bytes()
    told = {token for token in tokens if any(spelling in content for spelling in spellings(token))}
    if file.suffix == ".parquet":
        try:
            values: Any = parquet.read_table(file).to_pylist()
        except pa.ArrowException:
            values = ""
        told |= set(shown_in(str(values), tokens))
    return sorted(told)
