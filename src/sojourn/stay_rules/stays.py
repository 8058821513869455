"""Stays of a traveller: reading, validation row by row, and conversion to spans."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sojourn.stay_rules.counting import Span
from sojourn.stay_rules.dates import parse
from sojourn.stay_rules.errors import StayError, StayRuleError
from sojourn.stay_rules.schema import Rule, Zone

if TYPE_CHECKING:
    from narwhals.typing import IntoDataFrame

COLUMNS = ("entry", "exit", "permit", "member")


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay: the day of entry, the day of exit (None while open), and what qualifies it."""

    entry: date
    exit: date | None = None
    permit: str = ""
    """The document under which days do not count, by its id in the rule; empty for a visa-free stay."""
    member: str = ""
    """The member country of the stay, for zones that countries joined over time."""
    row: str = "stay"
    """Where it was read, for messages."""


StayLike = Stay | Mapping[str, object] | Sequence[object]


def read_stays(source: Path | str | Iterable[StayLike] | IntoDataFrame, on: date | None = None) -> list[Stay]:
    """Read stays and sort them by entry.

    An open stay may be followed by stays that begin after `on`; it is then assumed to end by that day.

    Args:
        source: a CSV file or a data frame (pandas, Polars, Arrow, …) with the columns entry, exit and
            optionally permit and member; or tuples, mappings or stays.
        on: the reference day.

    Raises:
        StayError: a row is not a stay, ends before it begins, or overlaps another one by more than a
            shared day of exit and entry; the message has the file, the row, the field and the value.

    Example:
        >>> read_stays([("2023-05-01", "2023-05-20"), ("2023-02-01", "2023-03-01")])[0].entry
        datetime.date(2023, 2, 1)
    """
    if isinstance(source, str | Path):
        stays = _read_csv(Path(source))
    else:
        stays = [_coerce(item, f"stay {number}") for number, item in enumerate(_items(source), 1)]
    stays.sort(key=lambda s: (s.entry, s.exit or date.max))
    for before, after in pairwise(stays):
        end = before.exit or (max(on, before.entry) if on else date.max)
        if after.entry < end or (before.exit is None and after.entry == end):
            until = f"to {before.exit}" if before.exit else "that is still open"
            raise StayError(
                f"{after.row}, entry: {after.entry} is within the stay from {before.entry} {until} "
                f"({before.row}); stays may share only a day of exit and entry"
            )
    return stays


def _items(source: Any) -> Iterable[StayLike]:
    """The rows of a data frame as mappings; anything else is returned as it is."""
    import narwhals

    frame = narwhals.from_native(source, eager_only=True, pass_through=True)
    if not isinstance(frame, narwhals.DataFrame):
        return source
    rows: Iterable[dict[str, Any]] = frame.iter_rows(named=True)
    return ({name: _as_day(value) for name, value in row.items()} for row in rows)


def _as_day(value: Any) -> object:
    """A cell of a data frame: None if it is missing, and a date for a time stamp at midnight.

    A pandas column of days has time stamps; any other time of day is refused later.
    """
    if value is None or value != value:
        return None
    is_day = isinstance(value, datetime) and value.tzinfo is None and value.time() == time()
    return value.date() if is_day else value


def _read_csv(path: Path) -> list[Stay]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StayError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise StayError(f"{path}: is not UTF-8 text") from None
    reader = csv.DictReader(text.splitlines())
    columns = reader.fieldnames or []
    if "entry" not in columns or "exit" not in columns:
        raise StayError(
            f"{path}: the first line must have the columns entry,exit; it is {','.join(columns)!r}"
        )
    strange = [name for name in columns if name not in COLUMNS]
    if strange:
        raise StayError(f"{path}: column {strange[0]!r} is unknown; allowed are {', '.join(COLUMNS)}")
    stays: list[Stay] = []
    for number, record in enumerate(reader, 2):
        if None in record or None in record.values():
            raise StayError(
                f"{path} row {number}: has a different number of fields than the first line ({len(columns)})"
            )
        stays.append(_coerce({k: v.strip() for k, v in record.items()}, f"{path} row {number}"))
    return stays


def _coerce(item: StayLike, row: str) -> Stay:
    if isinstance(item, Stay):
        row = row if item.row == "stay" else item.row
        fields: dict[str, object] = {name: getattr(item, name) for name in COLUMNS}
    elif isinstance(item, Mapping):
        fields = dict(item)
        strange = [name for name in fields if name not in COLUMNS]
        if strange or "entry" not in fields:
            raise StayError(
                f"{row}: needs entry and may have {', '.join(COLUMNS[1:])}; it has {', '.join(fields)}"
            )
    else:
        fields = dict(zip(COLUMNS, item, strict=False))
    try:
        entry = parse(fields.get("entry"), f"{row}, entry")
        left = fields.get("exit")
        leave = None if left is None or left == "" else parse(left, f"{row}, exit")
    except StayRuleError as error:
        raise StayError(str(error)) from None
    if leave is not None and leave < entry:
        raise StayError(f"{row}, exit: {leave} is before the entry {entry}")
    return Stay(entry, leave, str(fields.get("permit") or ""), str(fields.get("member") or ""), row)


def spans_of(rule: Rule, stays: Sequence[Stay], until: int) -> tuple[list[Span], list[Stay]]:
    """Convert stays to spans of the rule's zone.

    Days in a country before it joined the zone are cut off, and stays outside the zone are left out.

    Args:
        rule: the rule.
        stays: stays in order of entry.
        until: last day of open stays, an ordinal.

    Returns:
        The spans, and the stays that they come from.

    Raises:
        StayError: a permit under which days count all the same, or a country that is not in the zone.
    """
    stops = stopping_documents(rule)
    spans: list[Span] = []
    kept: list[Stay] = []
    for stay in stays:
        if stay.permit and stay.permit not in stops:
            allowed = ", ".join(sorted(stops)) or "none"
            raise StayError(
                f"{stay.row}, permit: {stay.permit!r} stops no clock of {rule.id}; allowed: {allowed}"
            )
        first, joined = stay.entry.toordinal(), _joined(rule, stay)
        last = stay.exit.toordinal() if stay.exit else max(first, until)
        if joined is None or last < joined:
            continue
        spans.append(Span(max(first, joined), last, not stay.permit, stay.exit is not None, joined <= first))
        kept.append(stay)
    return spans, kept


def stopping_documents(rule: Rule) -> set[str]:
    """Return the documents under which days do not count in some version of a rule."""
    stops = {name for version in rule.versions for name in version.clock_stops}
    for item in rule.exceptions:
        if item.replaces == "clock_stops":
            stops |= set(item.with_)
    return stops


def _joined(rule: Rule, stay: Stay) -> int | None:
    """Return the first day that counts in the country of a stay; None if its days never count."""
    if not stay.member:
        return 0
    if not isinstance(rule.zone, Zone):
        if stay.member == rule.zone:
            return 0
        raise StayError(
            f"{stay.row}, member: {stay.member!r} is not {rule.zone}, the only country of {rule.id}"
        )
    if stay.member in rule.zone.outside:
        return None
    if stay.member not in rule.zone.members:
        raise StayError(
            f"{stay.row}, member: {stay.member!r} is not in {rule.zone.name}; "
            f"allowed: {', '.join((*rule.zone.members, *rule.zone.outside))}"
        )
    since = rule.zone.members[stay.member]
    return since.toordinal() if since else 0


def plan_of(text: str) -> Stay:
    """Parse a planned stay, `A:B`.

    Raises:
        StayError: the text is not two dates with a colon.
    """
    first, colon, last = text.partition(":")
    if not colon:
        raise StayError(f"plan: {text!r} is not two dates with a colon, such as 2023-06-01:2023-06-20")
    return _coerce((first, last), f"plan {text}")
