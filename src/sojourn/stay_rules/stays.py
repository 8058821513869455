"""Stays as people write them down, checked row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from sojourn.stay_rules.counting import Span
from sojourn.stay_rules.dates import parse
from sojourn.stay_rules.errors import StayError, StayRuleError
from sojourn.stay_rules.schema import Rule, Zone

COLUMNS = ("entry", "exit", "permit", "member")


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay: the day of entry, the day of exit (None while open), and what qualifies it."""

    entry: date
    exit: date | None = None
    permit: str = ""
    """The document that stops the clock, by its name in the rule; empty for a visa-free stay."""
    member: str = ""
    """The country of the zone where the stay began to count, for zones that countries joined."""
    row: str = "stay"
    """Where it was read, for messages."""


StayLike = Stay | Mapping[str, object] | Sequence[object]


def read_stays(source: Path | str | Iterable[StayLike], on: date | None = None) -> list[Stay]:
    """Stays from a CSV file (columns entry,exit and optionally permit,member), tuples or mappings.

    Sorted by entry. An open stay may be followed by stays that begin after `on`, by which day it is taken
    to have ended. Raises StayError naming file, row, field and value for whatever is no stay, ends
    before it begins, or overlaps another by more than a shared day of exit and entry.
    """
    if isinstance(source, str | Path):
        stays = _read_csv(Path(source))
    else:
        stays = [_coerce(item, f"stay {number}") for number, item in enumerate(source, 1)]
    stays.sort(key=lambda s: (s.entry, s.exit or date.max))
    for before, after in pairwise(stays):
        end = before.exit or (max(on, before.entry) if on else date.max)
        if after.entry < end or (before.exit is None and after.entry == end):
            until = f"to {before.exit}" if before.exit else "that is still open"
            raise StayError(
                f"{after.row}, entry: {after.entry} lies inside the stay from {before.entry} {until} "
                f"({before.row}); stays may share a day of exit and entry, no more"
            )
    return stays


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
            f"{path}: the first line must name the columns entry,exit; it reads {','.join(columns)!r}"
        )
    strange = [name for name in columns if name not in COLUMNS]
    if strange:
        raise StayError(f"{path}: column {strange[0]!r} is not known; allowed are {', '.join(COLUMNS)}")
    stays: list[Stay] = []
    for number, record in enumerate(reader, 2):
        if None in record or None in record.values():
            raise StayError(f"{path} row {number}: has not as many fields as the first line ({len(columns)})")
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
        raise StayError(f"{row}, exit: {leave} lies before the entry {entry}")
    return Stay(entry, leave, str(fields.get("permit") or ""), str(fields.get("member") or ""), row)


def spans_of(rule: Rule, stays: Sequence[Stay], until: int) -> tuple[list[Span], list[Stay]]:
    """The stays as spans of the rule's zone, open ones lasting to `until` (an ordinal), and the stays kept.

    Days in a country before it joined the zone are cut off; stays outside the zone are left out. Raises
    StayError for a permit that stops no clock or a country that the zone does not know.
    """
    stops = stopping_documents(rule)
    spans: list[Span] = []
    kept: list[Stay] = []
    for stay in stays:
        if stay.permit and stay.permit not in stops:
            allowed = ", ".join(sorted(stops)) or "none"
            raise StayError(
                f"{stay.row}, permit: {stay.permit!r} stops no clock under {rule.id}; allowed: {allowed}"
            )
        first, joined = stay.entry.toordinal(), _joined(rule, stay)
        last = stay.exit.toordinal() if stay.exit else max(first, until)
        if joined is None or last < joined:
            continue
        spans.append(Span(max(first, joined), last, not stay.permit, stay.exit is not None, joined <= first))
        kept.append(stay)
    return spans, kept


def stopping_documents(rule: Rule) -> set[str]:
    """The documents that stop the clock in some version of a rule."""
    stops = {name for version in rule.versions for name in version.clock_stops}
    for item in rule.exceptions:
        if item.replaces == "clock_stops":
            stops |= set(item.with_)
    return stops


def _joined(rule: Rule, stay: Stay) -> int | None:
    """The first day that counts in the stay's country; None where its days never count."""
    if not stay.member:
        return 0
    if not isinstance(rule.zone, Zone):
        if stay.member == rule.zone:
            return 0
        raise StayError(
            f"{stay.row}, member: {stay.member!r} is not {rule.zone}, all that {rule.id} is about"
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
    """A planned stay from `A:B`, two dates. Raises StayError."""
    first, colon, last = text.partition(":")
    if not colon:
        raise StayError(f"plan: {text!r} is not two dates with a colon, such as 2023-06-01:2023-06-20")
    return _coerce((first, last), f"plan {text}")
