"""A summary as claims of a ledger with definite readings: register and newspaper meet in one model."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sojourn.borders.errors import BordersError
from sojourn.borders.release.tables import ALL
from sojourn.case import Case, Claim, Reading, Source

COUNTED = {"entries": "crossings", "exits": "crossings", "people": "persons", "present": "persons"}
"""Measures of a summary that the ledger knows by the same name, and their units."""


@dataclass(frozen=True)
class Speaker:
    """Who counted, where, and whom: `source` is the id in the ledger, `who` a word of its readings."""

    source: str
    name: str
    place: str
    published: date
    who: str = "all"
    table: str = "months"
    category: str = ALL


def with_claims(case: Case, released: list[dict[str, Any]], speaker: Speaker, rounding: int) -> Case:
    """The case with a claim and a reading for every released count of a month within its calendar.

    Counts that were rounded are claimed as `about` their half base would have it: a range from half a base
    below to half a base above. Claims of a former call of the same source are replaced. Raises BordersError
    for a source that is somebody else in the case, and where nothing can be claimed.
    """
    known = case.sources_by_id.get(speaker.source)
    if known is not None and known.interest != "own_count":
        raise BordersError(
            f"sources.csv: {speaker.source!r} is {known.name}, not an own count; take another id"
        )
    source = Source(speaker.source, speaker.name, "counts crossings of a register", "own_count")
    begin, end = case.settings.start, max(case.settings.asof, case.settings.claims_until)
    pairs = [_claim(row, speaker, rounding) for row in released if _claimable(row, speaker)]
    pairs = [
        (claim, reading) for claim, reading in pairs if begin <= _first(reading) and _last(reading) <= end
    ]
    if not pairs:
        raise BordersError(
            f"summary: no released monthly count of table {speaker.table!r}, category {speaker.category!r} "
            f"lies within the calendar of the case, {begin} to {end}"
        )
    old = {claim.claim for claim in case.claims if claim.source == speaker.source}
    return replace(
        case,
        sources=(*case.sources, *(() if known else (source,))),
        claims=(*(c for c in case.claims if c.claim not in old), *(claim for claim, _ in pairs)),
        readings=(*(r for r in case.readings if r.claim not in old), *(reading for _, reading in pairs)),
    )


def _last(reading: Reading) -> date:
    assert reading.end is not None
    return reading.end


def _first(reading: Reading) -> date:
    return reading.start or _last(reading)


def _claimable(row: dict[str, Any], speaker: Speaker) -> bool:
    table = "present" if row["measure"] == "present" else speaker.table
    return (
        row["measure"] in COUNTED
        and row["table"] == table
        and row["category"] == (ALL if table == "present" else speaker.category)
        and row["month"] != ALL
        and bool(row["value"])
    )


def _claim(row: dict[str, Any], speaker: Speaker, rounding: int) -> tuple[Claim, Reading]:
    year, month = map(int, row["month"].split("-"))
    start, end = date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    name = f"{speaker.source}_{row['measure']}_{row['month']}"
    stock = row["measure"] == "present"
    value = float(row["value"])
    half = rounding // 2
    claim = Claim(
        claim=name,
        source=speaker.source,
        published=max(speaker.published, end),
        published_until=max(speaker.published, end),
        value=max(value - half, 1.0) if half else value,
        high=value + half if half else None,
        hedge="range" if half else "exact",
        unit=COUNTED[row["measure"]],
        note="counted from a register with sojourn borders",
    )
    reading = Reading(
        claim=name,
        reading="counted",
        weight=1.0,
        measure=row["measure"],
        place=speaker.place,
        who=speaker.who,  # pyright: ignore[reportArgumentType] - a word that the configuration checked
        start=None if stock else start,
        end=end,
        why="definite: this is what was counted",
    )
    return claim, reading
