"""Checks within a row, and between a claim and its readings: errors that make a case unusable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from sojourn._core.errors import Problem, one_of
from sojourn._core.outcomes import FATES
from sojourn.case.hedges import SHARES
from sojourn.case.rows import Rows
from sojourn.case.schema import (
    CHANGES,
    CLAIMS,
    CONTACTS,
    FLOWS,
    READINGS,
    SCHEMED,
    SHARE_UNITS,
    SIDED,
    STATES,
    STOCKS,
    WHO_OF,
)
from sojourn.case.tables import Claim, ContactGroup, Reading

Complaint = tuple[str, str | None, str]
"""Column, value to show (or None), message."""


def is_share(reading: Reading) -> bool:
    """Tell whether a reading is a proportion, that is, has a denominator.

    Example:
        >>> from sojourn.case import read_case
        >>> [r.measure for r in read_case("kazakhstan-2022").readings if is_share(r)][:1]
        ['returned']
    """
    return bool(reading.of_measure) or reading.measure == "rate"


def row_problems(tables: dict[str, Rows]) -> Iterator[Problem]:
    """Yield problems of the rows of all tables; rows with invalid cells are skipped."""
    claims, readings = tables[CLAIMS.file], tables[READINGS.file]
    by_claim: dict[str, list[Reading]] = {}
    for reading in readings.rows:
        by_claim.setdefault(reading.claim, []).append(reading)
    unread = {reading.claim for reading in readings.rows if reading.row in readings.invalid_rows}
    whole = not readings.unreadable
    yield from _complaints(claims, _claim)
    yield from _complaints(readings, _reading)
    yield from _complaints(tables[CONTACTS.file], _contact)
    for claim in claims.rows:
        if claim.row in claims.invalid_rows or claim.claim in unread:
            continue
        for column, value, message in _meaning(claim, by_claim.get(claim.claim, []), whole):
            yield Problem(CLAIMS.file, message, claim.row, column, value)


def _complaints(table: Rows, check: Callable[[Any], Iterable[Complaint]]) -> Iterator[Problem]:
    for row in table.rows:
        if row.row not in table.invalid_rows:
            for column, value, message in check(row):
                yield Problem(table.table.file, message, row.row, column, value)


def _claim(claim: Claim) -> Iterator[Complaint]:
    """Check a claim by itself."""
    counted = claim.status in ("use", "copy")
    if claim.value is None and counted and claim.hedge not in SHARES:
        yield (
            "value",
            None,
            f"must not be empty for a claim with status {claim.status} and hedge {claim.hedge}",
        )
    if claim.hedge in SHARES and counted and claim.unit not in SHARE_UNITS:
        yield "unit", claim.unit, f"must be percent or share where the hedge is {claim.hedge}"
    if claim.hedge == "range" and claim.high is None and counted:
        yield "high", None, "must not be empty where the hedge is range"
    if claim.high is not None:
        if claim.hedge != "range":
            yield "high", f"{claim.high:g}", f"must be empty unless the hedge is range (it is {claim.hedge})"
        elif claim.value is not None and claim.high <= claim.value:
            yield "high", f"{claim.high:g}", f"must be above value ({claim.value:g})"
    if claim.status == "copy" and not claim.copy_of:
        yield "copy_of", None, "must be the id of the claim that this one repeats, since status is copy"
    if claim.status == "use" and claim.copy_of:
        yield (
            "status",
            "use",
            "must be copy (or context, withdrawn) for a claim with copy_of; otherwise it would count twice",
        )


def _meaning(claim: Claim, readings: list[Reading], whole: bool) -> Iterator[Complaint]:
    """Check a claim against its readings; `whole` is True if readings.csv could be read."""
    if claim.status == "use" and not readings and whole:
        yield (
            "claim",
            claim.claim,
            "has status use but no row in readings.csv; add one, or set status to context",
        )
    if claim.status not in ("use", "copy"):
        return
    signed = bool(readings) and all(reading.measure in ("net", "rent") for reading in readings)
    for column, value in (("value", claim.value), ("high", claim.high)):
        if value is None or value > 0:
            continue
        if value == 0:
            yield column, "0", "must not be 0; describe the statement in note, and set status to context"
        elif not signed and (readings or claim.status == "use"):
            yield (
                column,
                f"{value:g}",
                "must be above 0; a claim may be negative only if all its readings are net or rent",
            )
    scale = SHARE_UNITS.get(claim.unit)
    shares = [reading for reading in readings if is_share(reading)]
    if shares and scale is None:
        names = ", ".join(reading.reading for reading in shares)
        yield "unit", claim.unit, f"must be percent or share, since it has readings that are shares ({names})"
    if scale is None:
        return
    others = [reading.reading for reading in readings if not is_share(reading) and reading.measure != "rent"]
    if others:
        message = (
            f"is a unit of proportions, but the claim has readings that are counts ({', '.join(others)})"
        )
        yield "unit", claim.unit, message + "; give these an of_measure, or give the claim another unit"
    for column, value in (("value", claim.value), ("high", claim.high)):
        if shares and value is not None and value > scale:
            yield column, f"{value:g}", f"must be at most {scale:g}: a share cannot exceed the whole"


def _reading(reading: Reading) -> Iterator[Complaint]:
    """Check a reading by its measure."""
    measure = reading.measure
    yield from _window(measure, reading.start, reading.end)
    yield from _allowed(reading)
    if measure == "rate":
        if reading.of_measure not in STATES:
            message = f"must give the state at the first date; {one_of(sorted(STATES))}"
            yield "of_measure", reading.of_measure or None, message
        for column, value in (("of_start", reading.of_start), ("of_end", reading.of_end)):
            if value is not None:
                yield column, str(value), "must be empty for a rate, whose dates are start and end"
    elif reading.of_measure:
        yield from _denominator(reading)
    else:
        for column in ("of_place", "of_who", "of_wave", "of_start", "of_end"):
            if value := getattr(reading, column):
                yield column, str(value), "must be empty without of_measure"


def _window(measure: str, start: date | None, end: date | None) -> Iterator[Complaint]:
    if end is None:
        yield "end", None, f"must not be empty for {measure}"
    if measure in STOCKS and start is not None:
        yield "start", str(start), f"must be empty for {measure}, which refers to one date (end)"
    elif measure not in STOCKS and start is None:
        yield "start", None, f"must not be empty for {measure}"
    elif start is not None and end is not None:
        if start > end:
            yield "start", str(start), f"is after end ({end}): the window is empty"
        elif measure in CHANGES and start == end:
            yield "start", str(start), f"is the same day as end; {measure} needs two dates"


def _allowed(reading: Reading) -> Iterator[Complaint]:
    measure = reading.measure
    if reading.who not in WHO_OF[measure]:
        yield "who", reading.who, f"cannot be counted by {measure}; {one_of(WHO_OF[measure])}"
    if reading.counterpart and measure not in SIDED:
        yield (
            "counterpart",
            reading.counterpart,
            f"must be empty for {measure}; only {', '.join(sorted(SIDED))} have a counterpart",
        )
    if reading.per != "total" and measure not in FLOWS:
        yield "per", reading.per, f"must be total (or empty) for {measure}, which is not a flow"
    schemed = measure in SCHEMED or reading.of_measure in SCHEMED
    if schemed and not reading.scheme:
        yield "scheme", None, f"must be the id of a scheme of case.toml for {measure}"
    if reading.scheme and not schemed:
        yield "scheme", reading.scheme, f"must be empty for {measure}; only issued and register have a scheme"
    if measure == "rent" and not reading.place:
        yield "place", None, "must not be empty for rent"


def _denominator(reading: Reading) -> Iterator[Complaint]:
    """Check the `of_` columns of a share; empty ones take the value of the numerator."""
    measure, of = reading.measure, reading.of_measure
    if measure == "rent" or of in CHANGES or "net" in (measure, of):
        yield "of_measure", of, f"cannot be the denominator of {measure}; rate, rent and net cannot be shares"
        return
    who = reading.of_who or reading.who
    if of and who not in WHO_OF[of]:
        yield "of_who", reading.of_who or None, f"must be given for {of}; {one_of(WHO_OF[of])}"
    end = reading.of_end or reading.end
    if of in STOCKS:
        if reading.of_start is not None:
            yield (
                "of_start",
                str(reading.of_start),
                f"must be empty for {of}, which refers to one date (of_end)",
            )
        return
    start = reading.of_start or reading.start
    if start is None:
        yield "of_start", None, f"must not be empty for {of}, since the numerator has no window"
    elif end is not None and start > end:
        yield "of_start", str(start), f"is after the end of the denominator ({end}): the window is empty"


def _contact(group: ContactGroup) -> Iterator[Complaint]:
    """Check a contact group."""
    parts = {name: getattr(group, name) for name in (*FATES, "unknown")}
    if not any(parts.values()):
        yield "stayed", None, "must not be empty; give at least one of stayed, moved_on, returned, unknown"
    if group.size is None:
        if group.size_hedge:
            yield "size_hedge", group.size_hedge, "must be empty without size"
        return
    if group.size_hedge in (*SHARES, "range"):
        yield "size_hedge", group.size_hedge, "cannot be the hedge of a size"
    counted = sum(int(part) for part in parts.values() if part.isdigit())
    if counted > group.size and group.size_hedge in ("", "exact", "reported"):
        yield "size", f"{group.size:g}", f"is less than the {counted} people counted in its parts"
