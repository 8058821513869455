"""Raw crossings to clean ones; every row that is not kept is rejected with a reason.

Identifiers are brought to a normal form and replaced by pseudonyms in the same pass that reads them. A
rejected row is described by its number, the reason, and the length and kinds of characters of the text that
could not be read, never by the text.

The day of a crossing is the local one at the border. A date is taken as it is; a text such as
`2023-01-01T23:30:00+05:00` says its own local time, and the offset only orders crossings of one day; an
instant without a place falls on two days in two time zones and is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sojourn._core.ibis_tools import dated, engine, first_row, number
from sojourn.borders.column_names import PLACE, list_columns
from sojourn.borders.crossings import Table, order_within_day
from sojourn.borders.errors import BordersError
from sojourn.borders.labels import LABELLED, LEAST_PEOPLE, with_known_labels
from sojourn.borders.materialised import materialise
from sojourn.borders.neighbours import after, before, in_order, number_within_person, scans_sorted_rows
from sojourn.borders.normal_form import DESCRIPTION, classed, normal_name, normalised
from sojourn.borders.outcome.rule import DIRECTIONS, STATUSES
from sojourn.borders.pseudonyms import pseudonym
from sojourn.borders.small_tables import all_rows

ISO = r"^\d{4}-\d{2}-\d{2}$"
ISO_TIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$"
WORDS: dict[str, tuple[str, ...]] = {
    "arrival": ("arrival", "arrive", "entry", "in", "a"),
    "departure": ("departure", "depart", "exit", "out", "d"),
}
LINKING = ("document", "name", "birth", "sex")
WHOLE_NUMBER = r"^[+-]?[0-9]{1,19}$"
UNREADABLE = {
    "day": "day cannot be read: allowed are dates such as 2023-01-31 and ISO times",
    "direction": "unknown direction",
    "initial_status": "unknown initial status",
}
"""Reasons about what somebody wrote, by column."""
TIES = 2**13
"""Crossings of one moment are put in an order by direction, and by a number below this for their border."""


@dataclass(frozen=True)
class Cleaning:
    """How raw columns are read: the column of each name, words for directions, and the days that can be.

    `labels` lists the words that are kept of a border, nationality or purpose; where it has none of a column,
    words are kept that at least `least_people` people have, and all others become `other`.
    """

    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    arrival: tuple[str, ...] = WORDS["arrival"]
    departure: tuple[str, ...] = WORDS["departure"]
    since: date | None = None
    until: date | None = None
    labels: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])
    least_people: int = LEAST_PEOPLE

    def __post_init__(self) -> None:
        """Raises BordersError for labels of other columns, and for a number of people that hides nobody."""
        wrong = sorted(set(self.labels) - set(LABELLED))
        if wrong:
            raise BordersError(f"labels: {', '.join(wrong)}: allowed are {', '.join(LABELLED)}")
        if self.least_people < 3:
            raise BordersError(f"least_people {self.least_people}: at least 3 are needed")

    def settings(self) -> dict[str, Any]:
        """As written beside the result."""
        return {
            "columns": dict(self.columns),
            "arrival": list(self.arrival),
            "departure": list(self.departure),
            "from": None if self.since is None else self.since.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "labels": {name: sorted(words) for name, words in sorted(self.labels.items())},
            "least_people": self.least_people,
            "normal_form": DESCRIPTION,
        }


def clean(table: Table, how: Cleaning, key: bytes | None = None) -> tuple[Table, Table]:
    """Clean crossings, and rejected rows with a `reason`; together as many rows as the table.

    Without a key, persons must be whole numbers, which are taken to be pseudonyms and kept; documents, names
    and births are dropped, since nothing would hide them.

    Args:
        table: Raw crossings, with the columns of `Engine.read_numbered` where rejects shall say their row.
        how: How they are read.
        key: The key of the register.

    Returns:
        Clean crossings: `person` (a pseudonym), `day`, `direction`, `sequence`, `border`, `nationality`,
        `purpose`, `initial_status` and hashed columns for linkage where the table has them. And rejects:
        `source_file`, `source_row`, `reason`, and of what was not understood `column`, `length` (characters)
        and `characters` (their kinds, see `normal_form.character_class`).

    Raises:
        BordersError: A column is missing or mistyped, or persons are no whole numbers and there is no key.
    """
    rows = _named(table, how)
    if key is None and holds_identifiers(rows):
        raise BordersError(
            "crossings, column person: holds something else than whole numbers, so these are no pseudonyms; "
            "give a key, which replaces identifiers"
        )
    rows = rows.mutate(person=normalised(rows.person))
    labelled = [name for name in LABELLED if name in rows.columns]
    rows = with_known_labels(rows, labelled, how.labels, how.least_people)
    kept_names = [*labelled, *(name for name in ("initial_status",) if name in rows.columns)]
    hidden = [name for name in LINKING if name in rows.columns and key is not None]
    place = [name for name in PLACE if name in rows.columns]
    rows = _with_reason(_read(rows, how), how, kept_names)
    bad = _rejected(rows.filter(rows.reason.notnull()), place)
    told = ("person", "day", "moment", "direction", *kept_names, *hidden, *place)
    good = _hashed(rows.filter(rows.reason.isnull()).select(*told), hidden, key)
    good, twice = _in_sequence(good)
    nothing = engine().null("string")
    again = twice.select(
        *place,
        reason=engine().literal("duplicate"),
        column=nothing,
        length=nothing.length(),
        characters=nothing,
    )
    return good.select("person", "day", "direction", "sequence", *kept_names, *hidden), bad.union(again)


def holds_identifiers(rows: Table) -> bool:
    """Whether a person is anything but a whole number of 64 bits, as pseudonyms are."""
    kind = rows.person.type()
    if kind.is_integer() or kind.is_null():
        return False
    if not kind.is_string():
        return True
    text = normalised(rows.person)
    is_number = text.re_search(WHOLE_NUMBER) & text.try_cast("int64").notnull()
    others = rows.filter(text.notnull(), ~is_number)
    return bool(all_rows(others.select("person").mutate(person=1).limit(1)))


def _hashed(rows: Table, hidden: list[str], key: bytes | None) -> Table:
    """The rows with pseudonyms for persons and for the columns of linkage."""
    if key is None:
        return rows.mutate(person=rows.person.cast("int64"))
    forms = {name: normalised(rows[name], fold_case=name == "name") for name in hidden}
    hashes = {name: pseudonym(form, key, name) for name, form in {"person": rows.person, **forms}.items()}
    return rows.mutate(**hashes)


def _rejected(rows: Table, place: list[str]) -> Table:
    """Where rejected rows stand, why, and the length and kinds of characters of what was not understood."""
    ibis = engine()
    nothing = ibis.null("string")
    texts = {
        name: rows[f"said_{name}"]
        for name in ("day", "direction", "initial_status")
        if f"said_{name}" in rows.columns
    }
    column = ibis.cases(*((rows.reason == UNREADABLE[name], name) for name in texts), else_=nothing)
    text = ibis.cases(
        *((rows.reason == UNREADABLE[name], said) for name, said in texts.items()), else_=nothing
    )
    found = rows.mutate(column=column, text=text)
    return found.select(
        *place, "reason", "column", length=found.text.length(), characters=classed(found.text)
    )


def _named(table: Table, how: Cleaning) -> Table:
    """The table with the columns under the names of this room."""
    lacking = [f"{raw!r} (for {name})" for name, raw in how.columns.items() if raw not in table.columns]
    if lacking:
        raise BordersError(f"crossings: column {', '.join(lacking)} is missing; {list_columns(table)}")
    renamed = {name: raw for name, raw in how.columns.items() if raw != name}
    rows = table.drop(*[name for name in renamed if name in table.columns]).rename(**renamed)
    for name in ("person", "day", "direction"):
        if name not in rows.columns:
            raise BordersError(f"crossings: column {name!r} is missing; {list_columns(table)}")
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
        text = normalised(rows.day)
        good: Any = (text.re_search(ISO) | text.re_search(ISO_TIME)).fill_null(False)
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
    """The rows with `direction` in our words; what was written is `said_direction`."""
    ibis = engine()
    word = normalised(rows.direction, fold_case=True)
    direction = ibis.cases(
        (word.isin([normal_name(each) for each in how.arrival]), DIRECTIONS[0]),
        (word.isin([normal_name(each) for each in how.departure]), DIRECTIONS[1]),
        else_=ibis.null("string"),
    )
    return rows.mutate(said_direction=rows.direction, direction=direction)


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
    unsaid = (rows.said_day.fill_null("").strip() == "") if "said_day" in rows.columns else rows.day.isnull()
    reasons = [
        (rows.person.isnull(), "no person"),
        (unsaid, "no day"),
        (rows.day.isnull(), UNREADABLE["day"]),
        (rows.direction.isnull(), UNREADABLE["direction"]),
        (rows.day < ibis.date(1900, 1, 1), "impossible date: before 1900"),
    ]
    if how.since is not None:
        reasons.append((rows.day < ibis.literal(how.since), "before observation"))
    if how.until is not None:
        reasons.append((rows.day >= ibis.literal(how.until), "after observation"))
    if "initial_status" in kept:
        status = normalised(rows.initial_status)
        rows = rows.mutate(initial_status=status, said_initial_status=rows.initial_status.cast("string"))
        reasons.append((status.notnull() & ~status.isin(STATUSES), UNREADABLE["initial_status"]))
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
    rows = (
        number_within_person(good, also)
        if scans_sorted_rows(good)
        else materialise(number_within_person(good, also))
    )
    # Most days have one crossing; what follows is about the others. Spark's dialect wants them marked first.
    same_day = [(beside(rows, rows.d) == rows.d).fill_null(False) for beside in (before, after)]
    marked = rows.mutate(crowd=same_day[0] | same_day[1])
    crowded = materialise(marked.filter(marked.crowd).drop("crowd"))
    if first_row(crowded.aggregate(size=crowded.count()))[0] == 0:
        return _dated(good), _dated(crowded)
    names = [name for name in ("border",) if name in rows.columns]
    moment = [crowded[name] for name in ("person", "d", "sequence", "untimed", "arr", *names)]
    # Of crossings told twice the first row of the file is kept, whatever order the engine had them in.
    first = [crowded[name] for name in (*PLACE, "n") if name in crowded.columns]
    again = ibis.row_number().over(ibis.window(group_by=moment, order_by=first)) > 0
    day = ibis.window(group_by=[crowded.person, crowded.d])
    way = crowded.untimed.ifelse(crowded.arr.cast("int32"), ibis.null("int32"))
    crowded = materialise(
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
    untimed = order_within_day(rows.filter(rows.untimed).drop("sequence"), mixed)
    return timed.union(untimed.select(timed.columns)).order_by(["person", "d", "sequence"])


def _dated(rows: Table) -> Table:
    ibis = engine()
    direction = rows.arr.ifelse(ibis.literal(DIRECTIONS[0]), ibis.literal(DIRECTIONS[1]))
    return rows.mutate(day=dated(rows.d), direction=direction)
