"""Checks across the tables of a case: ids are unique, references exist, dates lie in the calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import date
from operator import attrgetter
from typing import Any

from sojourn._core.errors import Problem, did_you_mean, one_of
from sojourn.case.rows import Rows
from sojourn.case.schema import CLAIMS, CONTACTS, READINGS
from sojourn.case.settings import CaseSettings
from sojourn.case.tables import Claim

ELSEWHERE = "elsewhere"
MANY = 12


def calendar_limits(settings: CaseSettings) -> tuple[date, date]:
    """Return the first and the last day that a reading may refer to."""
    return settings.start, max(settings.asof, settings.claims_until)


def cross_table_problems(tables: Mapping[str, Rows], settings: CaseSettings | None) -> Iterator[Problem]:
    """Yield duplicate ids, unknown references and dates outside the calendar.

    References to `case.toml` are checked only if it could be read (`settings` is not None).
    """
    for table in tables.values():
        yield from _duplicates(table)
        yield from _links(table, tables)
    yield from _copies(tables[CLAIMS.file])
    yield from _series(tables)
    if settings is None:
        return
    yield from _names(tables[READINGS.file], settings)
    yield from _names(tables[CONTACTS.file], settings)
    yield from _third_places(tables[READINGS.file], settings)
    yield from _dates(tables, settings)


def _unknown(file: str, row: Any, column: str, value: str, what: str, known: Mapping[str, Any]) -> Problem:
    allowed = (
        one_of(known, value) if len(known) <= MANY else f"{len(known)} are known" + did_you_mean(value, known)
    )
    article = "an" if what.startswith(tuple("aeiou")) else "a"
    return Problem(file, f"is not {article} {what}; {allowed}", row.row, column, value)


def _duplicates(table: Rows) -> Iterator[Problem]:
    key = attrgetter(*table.table.key)
    if len(set(map(key, table.rows))) == len(table.rows):
        return
    within = len(table.table.key) > 1
    first: dict[Any, int] = {}
    for row in table.rows:
        seen = first.setdefault(key(row), row.row)
        value = getattr(row, table.table.key[-1])
        if seen != row.row and value:
            message = f"is already the id of row {seen}" + (f", for claim {row.claim}" if within else "")
            yield Problem(table.table.file, message, row.row, table.table.key[-1], value)


def _named(table: Rows, column: str, what: str, known: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield rows whose cell refers to something that does not exist."""
    strange = set(map(attrgetter(column), table.rows)) - known.keys() - {""}
    if strange:
        for row in table.rows:
            if (value := getattr(row, column)) in strange:
                yield _unknown(table.table.file, row, column, value, what, known)


def _links(table: Rows, tables: Mapping[str, Rows]) -> Iterator[Problem]:
    for column, target in table.table.links:
        other = tables[target]
        if not other.unreadable:
            known = {getattr(row, other.table.key[0]): None for row in other.rows}
            yield from _named(table, column, f"{column} of {target}", known)


def _copies(claims: Rows) -> Iterator[Problem]:
    by_id: dict[str, Claim] = {claim.claim: claim for claim in claims.rows}
    for claim in claims.rows:
        if not claim.copy_of or claim.row in claims.invalid_rows:
            continue
        original = by_id.get(claim.copy_of)
        if original is None:
            yield _unknown(CLAIMS.file, claim, "copy_of", claim.copy_of, "claim of claims.csv", by_id)
        elif original.claim == claim.claim:
            yield Problem(
                CLAIMS.file,
                "is the id of this claim; give the claim that it repeats",
                claim.row,
                "copy_of",
                claim.copy_of,
            )
        elif original.copy_of:
            message = f"is itself a copy; give the original claim, {original.copy_of}"
            yield Problem(CLAIMS.file, message, claim.row, "copy_of", claim.copy_of)


def _series(tables: Mapping[str, Rows]) -> Iterator[Problem]:
    """Yield claims of a series that differ in source, readings or weights from its first claim."""
    claims, readings = tables[CLAIMS.file], tables[READINGS.file]
    if claims.unreadable or readings.unreadable or not any(claim.series for claim in claims.rows):
        return
    weights: dict[str, dict[str, float]] = {}
    for reading in readings.rows:
        weights.setdefault(reading.claim, {})[reading.reading] = reading.weight
    first: dict[str, Claim] = {}
    for claim in claims.rows:
        if not claim.series:
            continue
        leader = first.setdefault(claim.series, claim)
        if claim.source != leader.source:
            message = f"is also the series of {leader.claim} by {leader.source}: a series has one source"
            yield Problem(CLAIMS.file, message, claim.row, "series", claim.series)
        elif weights.get(claim.claim) != weights.get(leader.claim):
            message = (
                f"has other readings or weights in claim {leader.claim}: all claims of a series share them"
            )
            yield Problem(CLAIMS.file, message, claim.row, "series", claim.series)


def _names(table: Rows, settings: CaseSettings) -> Iterator[Problem]:
    """Yield places, waves, schemes and strata that case.toml does not define."""
    places = settings.places
    columns: list[tuple[str, str, Mapping[str, Any]]] = [
        ("place", "place of case.toml", places),
        ("counterpart", "place of case.toml", places),
        ("of_place", "place of case.toml", places),
        ("wave", "event of case.toml", {event.id: None for event in settings.events}),
        ("of_wave", "event of case.toml", {event.id: None for event in settings.events}),
        ("scheme", "scheme of case.toml", {scheme.id: None for scheme in settings.schemes}),
        ("stratum", "stratum of case.toml", {stratum.id: None for stratum in settings.strata}),
    ]
    present = {column.name for column in table.table.columns}
    for column, what, known in columns:
        if column in present:
            yield from _named(table, column, what, known)


def _third_places(readings: Rows, settings: CaseSettings) -> Iterator[Problem]:
    """Yield counts of people who "moved on" to the host or to the origin, which are other outcomes."""
    for row in readings.rows:
        if row.measure != "moved_on" or not row.counterpart:
            continue
        if row.counterpart == settings.origin:
            where, instead = "the origin", "returned"
        elif row.counterpart == (row.place or settings.host):
            where, instead = "the host", "stayed"
        else:
            continue
        message = (
            f"is {where}, not a third place; leave it empty for all third places, or use measure {instead}"
        )
        yield Problem(READINGS.file, message, row.row, "counterpart", row.counterpart)


def _dates(tables: Mapping[str, Rows], settings: CaseSettings) -> Iterator[Problem]:
    """Yield dates outside the calendar; only claims that the model uses must lie inside it."""
    first, last = calendar_limits(settings)
    claims = tables[CLAIMS.file]
    free: Set[str] = {
        claim.claim
        for claim in claims.rows
        if claim.status not in ("use", "copy") or claim.published_until > settings.claims_until
    }
    message = f"is outside the calendar of the case, {first} to {last}"
    message += " (start, and asof or claims_until in case.toml)"
    for table, columns in (
        (tables[READINGS.file], ("start", "end", "of_start", "of_end")),
        (tables[CONTACTS.file], ("asof",)),
    ):
        for column in columns:
            days = set(map(attrgetter(column), table.rows))
            strange = {day for day in days if day is not None and not first <= day <= last}
            for row in table.rows if strange else ():
                value = getattr(row, column)
                exempt = row.row in table.invalid_rows or (table.table is READINGS and row.claim in free)
                if value in strange and not exempt:
                    yield Problem(table.table.file, message, row.row, column, str(value))
