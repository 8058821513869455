"""Raw crossings to clean ones; every row that is not kept is rejected with a reason.

The day of a crossing is the local one at the border. A date is taken as it is; a text such as
`2023-01-01T23:30:00+05:00` says its own local time, and the offset only orders crossings of one day; an
instant without a place falls on two days in two time zones and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sojourn.borders.days import dated, engine, first_row, number
from sojourn.borders.errors import BordersError
from sojourn.borders.lane import after, before, in_order, placed, streams
from sojourn.borders.order import Table, alternating
from sojourn.borders.people import with_pseudonyms
from sojourn.borders.rule import DIRECTIONS, STATUSES
from sojourn.borders.scratch import kept

ISO = r"^\d{4}-\d{2}-\d{2}$"
ISO_TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$"
WORDS: dict[str, tuple[str, ...]] = {
    "arrival": ("arrival", "arrive", "entry", "in", "a"),
    "departure": ("departure", "depart", "exit", "out", "d"),
}
TRAITS = ("border", "nationality", "purpose")
LINKING = ("document", "name", "birth", "sex")
TIES = 2**13
"""Crossings of one moment are put in an order by direction, and by a number below this for their border."""


@dataclass(frozen=True)
class Cleaning:
    """How raw columns are read: the column of each name, words for directions, and the days that can be."""

    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    arrival: tuple[str, ...] = WORDS["arrival"]
    departure: tuple[str, ...] = WORDS["departure"]
    since: date | None = None
    until: date | None = None

    def settings(self) -> dict[str, Any]:
        """As written beside the result."""
        return {
            "columns": dict(self.columns),
            "arrival": list(self.arrival),
            "departure": list(self.departure),
            "from": None if self.since is None else self.since.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
        }


def clean(table: Table, how: Cleaning, key: bytes | None = None) -> tuple[Table, Table]:
    """Clean crossings, and rejected rows with a `reason`; together as many rows as the table.

    Clean: `person` (a pseudonym where there is a key), `day`, `direction`, `sequence`, `border`,
    `nationality`, `purpose`, `initial_status` and further columns for linkage where the table has them.
    Raises BordersError for a missing or mistyped column.
    """
    rows = _named(table, how)
    kept_names = [name for name in (*TRAITS, "initial_status") if name in rows.columns]
    hidden = [name for name in LINKING if name in rows.columns]
    rows = _with_reason(_read(rows, how), how, kept_names)
    rows = with_pseudonyms(rows, ["person", *hidden], key)
    good, twice = _in_sequence(rows.filter(rows.reason.isnull()).drop("reason"))
    bad = [rows.filter(rows.reason.notnull()), twice.mutate(reason=engine().literal("duplicate"))]
    told = [
        each.select("person", "said_direction", *kept_names, "reason", said_day=_said_day(each))
        for each in bad
    ]
    return good.select("person", "day", "direction", "sequence", *kept_names, *hidden), told[0].union(told[1])


def _said_day(rows: Table) -> Any:
    """The day as it was written; a date or time is not carried along a second time as text."""
    return rows.said_day if "said_day" in rows.columns else rows.day.cast("string")


def _named(table: Table, how: Cleaning) -> Table:
    """The table with the columns under the names of this room."""
    lacking = [f"{raw!r} (for {name})" for name, raw in how.columns.items() if raw not in table.columns]
    if lacking:
        raise BordersError(
            f"crossings: column {', '.join(lacking)} is missing; there are {', '.join(table.columns)}"
        )
    renamed = {name: raw for name, raw in how.columns.items() if raw != name}
    rows = table.drop(*[name for name in renamed if name in table.columns]).rename(**renamed)
    for name in ("person", "day", "direction"):
        if name not in rows.columns:
            raise BordersError(f"crossings: column {name!r} is missing; there are {', '.join(table.columns)}")
    kind = rows.day.type()
    if kind.is_timestamp() and kind.timezone is not None:
        raise BordersError(
            "crossings, column day: holds instants; give the local day or time, or text with an "
            "offset such as 2023-01-01T23:30:00+05:00, since an instant falls on two days in two time zones"
        )
    if not (kind.is_date() or kind.is_timestamp() or kind.is_string()):
        raise BordersError(
            f"crossings, column day: is of type {kind}; allowed are dates, local times and text"
        )
    if not rows.direction.type().is_string():
        raise BordersError(f"crossings, column direction: is of type {rows.direction.type()}, not text")
    return rows


def _read(rows: Table, how: Cleaning) -> Table:
    """Adds `day` as a date, `moment` (seconds that order crossings, or null), `direction` in our words."""
    ibis = engine()
    rows = _directed(rows, how)
    if rows.day.type().is_string():
        text = rows.day.strip()
        good: Any = text.re_search(ISO) | text.re_search(ISO_TIME)
        head = good.ifelse(text.substr(0, 10), ibis.null("string"))
        timed = text.length() > 10
        zoned = text.replace("Z", "+00:00")
        moment = (good & timed).ifelse(_seconds(zoned), ibis.null("int64"))
        return rows.mutate(said_day=rows.day, day=head.try_cast("date"), moment=moment)
    if rows.day.type().is_timestamp():
        moment = rows.day.hour() * 3600 + rows.day.minute() * 60 + rows.day.second()
        return rows.mutate(day=rows.day.cast("date"), moment=moment.cast("int64"))
    return rows.mutate(moment=ibis.null())


def _directed(rows: Table, how: Cleaning) -> Table:
    """The rows with `direction` in our words; what was said is `said_direction`."""
    ibis = engine()
    # A register has a handful of words for directions: each is read once, not once a row.
    words = rows.select(said_direction="direction").distinct()
    said = words.said_direction.strip().lower()
    direction = ibis.cases(
        (said.isin(how.arrival), DIRECTIONS[0]),
        (said.isin(how.departure), DIRECTIONS[1]),
        else_=ibis.null("string"),
    )
    words = kept(words.mutate(meant=direction))
    found = rows.rename(said="direction").left_join(words, [("said", "said_direction")])
    return found.rename(direction="meant").drop("said_direction").rename(said_direction="said")


def _seconds(text: Any) -> Any:
    """Seconds of an ISO time since midnight of its day, in universal time where it has an offset."""
    ibis = engine()

    def digits(start: int, source: Any) -> Any:
        return source.substr(start, 2).try_cast("int64").fill_null(0)

    clock = (
        digits(11, text) * 3600
        + digits(14, text) * 60
        + text.re_extract(r":\d{2}:(\d{2})", 1).try_cast("int64").fill_null(0)
    )
    offset = text.re_extract(r"([+-]\d{2}:?\d{2})$", 1).replace(":", "")
    sign = offset.startswith("-").ifelse(-1, 1)
    away = (digits(1, offset) * 3600 + digits(3, offset) * 60) * sign
    return clock - (text.length() > 16).ifelse(away, ibis.literal(0, "int64"))


def _with_reason(rows: Table, how: Cleaning, kept: list[str]) -> Table:
    """Adds why a row cannot be used, or null."""
    ibis = engine()
    nobody = rows.person.isnull()
    if rows.person.type().is_string():
        nobody = rows.person.fill_null("").strip() == ""
    unsaid = (rows.said_day.fill_null("") == "") if "said_day" in rows.columns else rows.day.isnull()
    reasons = [
        (nobody, "no person"),
        (unsaid, "no day"),
        (rows.day.isnull(), "day cannot be read: allowed are dates such as 2023-01-31 and ISO times"),
        (rows.direction.isnull(), "unknown direction"),
        (rows.day < ibis.date(1900, 1, 1), "impossible date: before 1900"),
    ]
    if how.since is not None:
        reasons.append((rows.day < ibis.literal(how.since), "before observation"))
    if how.until is not None:
        reasons.append((rows.day >= ibis.literal(how.until), "after observation"))
    if "initial_status" in kept:
        status = rows.initial_status.cast("string")
        rows = rows.mutate(initial_status=(status == "").ifelse(ibis.null("string"), status))
        reasons.append(
            (rows.initial_status.notnull() & ~rows.initial_status.isin(STATUSES), "unknown initial status")
        )
    return rows.mutate(reason=ibis.cases(*reasons, else_=ibis.null("string")))


def _in_sequence(good: Table) -> tuple[Table, Table]:
    """Crossings with `sequence`, by person, day and sequence; and those that say the same of the same moment.

    Crossings of a day are in the order of their times; those without times alternate.
    """
    ibis = engine()
    arr = good.direction == DIRECTIONS[0]
    tie = arr.ifelse(TIES, 0) + good.moment.isnull().ifelse(2 * TIES, 0)
    if "border" in good.columns:
        # A number, as text is dear to sort by. That two borders may share one changes only their order.
        tie = tie + (good.border.cast("string").fill_null("").hash() & (TIES - 1))
    timed = not good.moment.type().is_null()
    good = good.mutate(
        d=number(good.day),
        arr=arr,
        untimed=good.moment.isnull(),
        sequence=ibis.coalesce(good.moment, 0).cast("int64") if timed else ibis.literal(0, "int64"),
        tie=tie.cast("int16"),
    ).drop("moment", "direction", "day")
    also = ("tie",)
    good = in_order(good, also, timed)
    # Where rows do not lie in an order, those of one moment keep the places that they get once.
    rows = placed(good, also) if streams(good) else kept(placed(good, also))
    # Most days have one crossing; what follows is about the others. Spark's dialect wants them marked first.
    same_day = [(beside(rows, rows.d) == rows.d).fill_null(False) for beside in (before, after)]
    marked = rows.mutate(crowd=same_day[0] | same_day[1])
    crowded = kept(marked.filter(marked.crowd).drop("crowd"))
    if first_row(crowded.aggregate(size=crowded.count()))[0] == 0:
        return _dated(good), _dated(crowded)
    names = [name for name in ("border",) if name in rows.columns]
    moment = [crowded[name] for name in ("person", "d", "sequence", "untimed", "arr", *names)]
    again = ibis.row_number().over(ibis.window(group_by=moment, order_by=crowded.n)) > 0
    day = ibis.window(group_by=[crowded.person, crowded.d])
    way = crowded.untimed.ifelse(crowded.arr.cast("int32"), ibis.null("int32"))
    crowded = kept(
        crowded.mutate(again=again, mixed=(way.max().over(day) > way.min().over(day)).fill_null(False))
    )
    twice, mixed = crowded.filter(crowded.again), crowded.filter(crowded.mixed).select(of="person").distinct()
    counts = crowded.aggregate(again=crowded.again.sum(), mixed=crowded.mixed.sum())
    some_again, some_mixed = (bool(count) for count in first_row(counts))
    single = good
    if some_again:
        gone = twice.select(of="person", at="n")
        single = rows.anti_join(gone, [("person", "of"), ("n", "at")])
        single = single if some_mixed else single.order_by(["person", "d", "sequence"])
    return _dated(_alternating(single, mixed) if some_mixed else single), _dated(twice)


def _alternating(rows: Table, mixed: Table) -> Table:
    """The rows with those of a day that have no time in an order in which they alternate."""
    ibis = engine()
    status = ibis.null("boolean")
    if "initial_status" in rows.columns:
        status = rows.initial_status == STATUSES[0]
    rows = rows.mutate(initial=status.cast("int32"))
    timed = rows.filter(~rows.untimed)
    untimed = alternating(rows.filter(rows.untimed).drop("sequence"), mixed)
    return timed.union(untimed.select(timed.columns)).order_by(["person", "d", "sequence"])


def _dated(rows: Table) -> Table:
    ibis = engine()
    direction = rows.arr.ifelse(ibis.literal(DIRECTIONS[0]), ibis.literal(DIRECTIONS[1]))
    return rows.mutate(day=dated(rows.d), direction=direction)
