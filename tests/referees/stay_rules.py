"""Stay rules day by day, straight from their definitions: slow, plain, and independent of the package.

A traveller is a list of stays `(first, last, counts)` in ordinals, sorted, sharing at most a day. Each
day of each stay touches one small machine, which says whether that day was unlawful; a day shared by two
stays belongs to the earlier one.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from dateutil.relativedelta import relativedelta

Stay = tuple[int, int, bool]


@dataclass(frozen=True)
class Spec:
    """A limit and how the days of crossing count."""

    kind: str
    cap: int | str
    days: int | None = None
    span: str | None = None
    outside: int | None = None
    entry_day: bool = True
    exit_day: bool = True


def ahead(ordinal: int, span: str, sign: int = 1) -> int:
    """A day shifted by P6M, P1Y and the like."""
    number, unit = sign * int(span[1:-1]), span[-1]
    step = relativedelta(years=number) if unit == "Y" else relativedelta(months=number)
    return (date.fromordinal(ordinal) + step).toordinal()


class Machine:
    """Steps through the days of one traveller; `used` is what stands against the traveller now."""

    def __init__(self, spec: Spec, base: int) -> None:
        self.spec = spec
        self.base = base
        self.used = 0
        self.out = 0
        self.opened = 0
        self.seen = bytearray()
        self.year = 0

    def copy(self) -> Machine:
        twin = copy.copy(self)
        twin.seen = bytearray(self.seen)
        return twin

    def idle(self, day: int) -> None:
        """A day outside."""
        self.out += 1
        self._window(day, False)

    def touch(self, day: int, arrives: bool, counting: bool, here: bool, claims: bool) -> bool:
        """A day of a stay: does it begin today, is it a counting stay, does today count in it, and is
        it the first stay to claim today? Returns whether the day is unlawful."""
        kind, spec = self.spec.kind, self.spec
        if kind in ("rolling", "absence_rolling", "calendar_year"):
            self._window(day, claims)
            return claims and self.used > spec.cap
        if kind in ("gap", "continuous"):
            if self.out >= (spec.outside if kind == "gap" else 1):
                self.used = 0
            self.out = 0
            self.used += claims
            return claims and self.used > spec.cap
        if arrives:
            self._arrive(day, counting)
        self.used += here if kind == "entry" else claims
        if isinstance(spec.cap, str):
            return claims and day > ahead(self.opened, spec.cap) - 1 + (not spec.entry_day)
        return claims and self.used > spec.cap

    def _arrive(self, day: int, counting: bool) -> None:
        spec = self.spec
        if spec.kind == "entry":
            ended = True
        elif not self.opened:
            ended = False
        elif spec.kind == "session":
            ended = day - self.opened >= spec.days
        else:
            ended = day >= (self.opened + spec.days if spec.days else ahead(self.opened, spec.span))
        if ended:
            self.used = self.opened = 0
        if counting and (spec.kind == "session" or not self.opened):
            self.opened = day

    def _window(self, day: int, claims: bool) -> None:
        spec = self.spec
        if spec.kind == "calendar_year":
            year = date.fromordinal(day).year
            self.used = (self.used if year == self.year else 0) + claims
            self.year = year
        elif spec.kind in ("rolling", "absence_rolling"):
            if day - self.base == len(self.seen):
                self.seen.append(claims)
            else:
                self.seen[-1] |= claims
            opens = day - spec.days + 1 if spec.days else ahead(day, spec.span, -1) + 1
            self.used = self.seen.count(1, max(0, opens - self.base))


@dataclass
class Account:
    """What a stay looks like in the end."""

    first: int | None = None
    unlawful: int = 0
    used: int = 0


def walk(spec: Spec, stays: list[Stay], open_last: bool = False) -> tuple[Machine, list[Account]]:
    """The machine after the last day of the last stay, and the account of every stay."""
    machine = Machine(spec, stays[0][0])
    found = [Account() for _ in stays]
    claimed, day = 0, stays[0][0]
    for number, (first, last, counting) in enumerate(stays):
        while day < first:
            machine.idle(day)
            day += 1
        for day in range(first, last + 1):
            ends = day == last and not (open_last and number == len(stays) - 1)
            here = counting and (day > first or spec.entry_day) and (not ends or spec.exit_day)
            claims = here and day > claimed
            if claims:
                claimed = day
            bad = machine.touch(day, day == first, counting, here, claims)
            if claims:
                found[number].used = machine.used
            if bad:
                found[number].first = found[number].first or day
                found[number].unlawful += 1
        day = last + 1
    return machine, found


def absences(stays: list[Stay]) -> list[Stay]:
    """The whole days outside between stays, as stays of the opposite; there may be none between two."""
    return [(a[1] + 1, b[0] - 1, True) for a, b in pairwise(stays)]


def absent(spec: Spec, stays: list[Stay]) -> list[Account]:
    """The account of the absence before each stay but the first."""
    machine = Machine(spec, stays[0][0])
    present = {d for s in stays for d in range(s[0], s[1] + 1)}
    bad: dict[int, bool] = {}
    used: dict[int, int] = {}
    for day in range(stays[0][0], stays[-1][1] + 1):
        out = day not in present
        bad[day], used[day] = machine.touch(day, False, True, out, out), machine.used
    found: list[Account] = []
    for first, last, _ in absences(stays):
        days = [d for d in range(first, last + 1) if bad[d]]
        found.append(Account(days[0] if days else None, len(days), used[last] if last >= first else 0))
    return found


@dataclass
class Outlook:
    """What lies ahead of a traveller on a day."""

    used: int
    unlawful: int
    further: int | None
    reentry: int | None


def outlook(spec: Spec, stays: list[Stay], on: int, horizon: int) -> Outlook:
    """Days used, unlawful days so far, days one may go on, first day of re-entry for one day.

    Stays after `on` are left out and one that holds `on` is cut there. Outside, `used` is what would
    stand against an entry on `on`.
    """
    past = [(a, min(b, on), c) for a, b, c in stays if a <= on]
    inside = bool(past) and past[-1][1] == on
    machine, found = walk(spec, past, open_last=inside and stays[len(past) - 1][1] > on)
    unlawful = sum(item.unlawful for item in found)
    leaving, _ = walk(spec, past)
    if inside:
        used, going = machine.used, walk(spec, past, open_last=True)[0]
        further = _on(going, past[-1], on + 1, horizon)
        if spec.kind == "entry" and not past[-1][2]:
            used = 0
        bad = found[-1].first is not None
        further = None if not past[-1][2] else 0 if bad and _bad_today(spec, past, on) else further
    else:
        for day in range(past[-1][1] + 1, on):
            machine.idle(day)
            leaving.idle(day)
        probe = machine.copy()
        if machine.spec.entry_day:
            probe.touch(on, True, True, True, True)
            used = probe.used - 1
        else:
            probe.touch(on, True, True, False, False)
            used = probe.used
        further = _on(machine, (on, on, True), on, horizon)
    return Outlook(used, unlawful, further, _reentry(spec, leaving, past, on, inside, horizon))


def _bad_today(spec: Spec, past: list[Stay], on: int) -> bool:
    first, _, counts = past[-1]
    today = walk(spec, past, open_last=True)[1][-1].unlawful
    if first == on:
        return today > 0
    return today > walk(spec, [*past[:-1], (first, on - 1, counts)], open_last=True)[1][-1].unlawful


def _on(machine: Machine, stay: Stay, day: int, horizon: int) -> int | None:
    machine = machine.copy()
    for n in range(horizon):
        arrives = day + n == stay[0]
        here = stay[2] and (not arrives or machine.spec.entry_day)
        if machine.touch(day + n, arrives, stay[2], here, here):
            return n
    return None


def _reentry(
    spec: Spec, machine: Machine, past: list[Stay], on: int, inside: bool, horizon: int
) -> int | None:
    for day in range(on, on + horizon):
        trial = machine.copy()
        already = inside and day == on
        shared = any(
            counts
            and first <= day <= last
            and (day > first or spec.entry_day)
            and (day < last or spec.exit_day)
            for first, last, counts in past
        )
        here = spec.entry_day
        bad = trial.touch(day, True, True, here, here and not shared)
        if shared or not here:
            bad |= trial.touch(day + 1, False, True, True, True)
        if not bad:
            return day
        if not already:
            machine.idle(day)
    return None
