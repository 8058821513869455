"""The outcome rule the plain way, for one person: every completion, or a walk over feasible futures.

A history is a list of crossings (day, arrives), in order; days are whole numbers. What is not known is free:
the day of a hidden crossing between two of the same direction, every day from the end of observation on, and
where a first day of observation is given, every day before it; else the first status.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

Crossing = tuple[int, bool]


@dataclass(frozen=True)
class Rule:
    """V of W days, observation from `since` (or None) until `until`, excluded."""

    threshold: int
    window: int
    until: int
    since: int | None = None


@dataclass
class Possible:
    """Which answers and statuses some completion has; the status before and after a crossing."""

    migrant: bool = False
    other: bool = False
    before: frozenset[bool] = frozenset()
    after: frozenset[bool] = frozenset()

    @property
    def answer(self) -> bool | None:
        return None if self.migrant and self.other else self.migrant


def filled(history: list[Crossing]) -> Iterator[list[tuple[int, bool, int | None]]]:
    """Every history without gaps: (day, arrives, place in the given history or None if hidden)."""
    gaps = [(place, range(a[0], b[0] + 1)) for place, (a, b) in enumerate(pairwise(history)) if a[1] == b[1]]
    for days in product(*(days for _, days in gaps)):
        hidden = {place: day for (place, _), day in zip(gaps, days, strict=True)}
        full: list[tuple[int, bool, int | None]] = []
        for place, (day, arrives) in enumerate(history):
            full.append((day, arrives, place))
            if place in hidden:
                full.append((hidden[place], not arrives, None))
        yield full


def by_completion(history: list[Crossing], rule: Rule, born: bool | None) -> list[Possible]:
    """Every completion day by day: only for windows of a few days."""
    found = [Possible() for _ in history]
    free = list(product((False, True), repeat=rule.window))
    known = [crossing for crossing in history if crossing[0] < rule.until]
    for full in filled(known):
        for past, status in _pasts(full, rule, born, free):
            for future in free:
                _walk(past + full, status, future, rule, found)
    for place, (_, arrives) in enumerate(history[len(known) :], len(known)):
        # Observation does not reach this crossing: all that is known is the status before it.
        before = (
            found[len(known) - 1].after if known else frozenset({True, False} if born is None else {born})
        )
        found[place] = Possible((not arrives) in before if arrives else True in before, True, before)
    return found


def _pasts(
    full: list[tuple[int, bool, int | None]], rule: Rule, born: bool | None, free: list[tuple[bool, ...]]
):
    """Crossings before observation, and the status before them."""
    if born is not None:
        yield [], born
        return
    if rule.since is None or not full:
        yield from (([], True), ([], False))
        return
    begin = min(rule.since, full[0][0])
    here = not full[0][1]
    for days in free:
        # In the distant past the person is where the first of these days finds them.
        where, crossings = days[0], []
        for day, inside in zip(range(begin - len(days), begin), (*days[:-1], here), strict=True):
            if inside != where:
                crossings.append((day, inside, None))
                where = inside
        yield crossings, days[0]


def _walk(
    full: list[tuple[int, bool, int | None]],
    status: bool,
    future: tuple[bool, ...],
    rule: Rule,
    found: list[Possible],
) -> None:
    days = _days(full, rule, future)
    for day, arrives, place in full:
        own = sum(days.get(t, days["ever"]) == arrives for t in range(day, day + rule.window))
        migrates = status != arrives and own >= rule.threshold
        before, status = status, arrives if own >= rule.threshold else status
        if place is not None:
            each = found[place]
            each.migrant |= migrates
            each.other |= not migrates
            each.before |= {before}
            each.after |= {status}


def _days(
    full: list[tuple[int, bool, int | None]], rule: Rule, future: tuple[bool, ...]
) -> dict[int | str, bool]:
    """Whether inside, by day."""
    days: dict[int | str, bool] = {"ever": False}
    ends = [day for day, _, _ in full[1:]] + [rule.until]
    for (day, arrives, _), end in zip(full, ends, strict=True):
        for t in range(day, end):
            days[t] = arrives
    days.update(zip(range(rule.until, rule.until + len(future)), future, strict=True))
    return days


def by_walk(history: list[Crossing], rule: Rule, born: bool | None) -> list[Possible]:
    """A walk over crossings with the set of feasible numbers of future days inside, for each status.

    The sets are bits of whole numbers: bit f is a future with f days inside up to the end of a window. Hidden
    crossings and, where observation has a first day, the last crossing before it, are tried on every day.
    """
    found = [Possible() for _ in history]
    for full in filled(history):
        for past, statuses in _last_pasts(full, rule, born):
            _walk_sets(past + full, statuses, rule, found)
    return found


def _last_pasts(full: list[tuple[int, bool, int | None]], rule: Rule, born: bool | None):
    if born is not None:
        yield [], {born}
    elif rule.since is None or not full:
        yield [], {True, False}
    else:
        begin, here = min(rule.since, full[0][0]), not full[0][1]
        yield [], {here}
        for day in range(begin - rule.window, begin):
            yield [(day, here, None)], {True, False}


def _walk_sets(
    full: list[tuple[int, bool, int | None]], statuses: set[bool], rule: Rule, found: list[Possible]
) -> None:
    sets = {True: int(True in statuses), False: int(False in statuses)}
    reached = 0
    for number, (day, arrives, place) in enumerate(full):
        ends = max(day + rule.window - rule.until, 0)
        sets = {status: _widen(bits, ends - reached) for status, bits in sets.items()}
        reached = ends
        own = _observed(full, number, rule)
        # Future days inside with which the crossing reaches its threshold.
        if arrives:
            least = max(rule.threshold - own, 0)
            good = ~((1 << least) - 1)
        else:
            most = ends - (rule.threshold - own)
            good = (1 << (most + 1)) - 1 if most >= 0 else 0
        against = sets[not arrives]
        after = {arrives: sets[arrives] | (against & good), not arrives: against & ~good}
        if place is not None:
            each = found[place]
            each.migrant |= bool(against & good)
            each.other |= bool(sets[arrives]) or bool(against & ~good)
            each.before |= {status for status, bits in sets.items() if bits}
            each.after |= {status for status, bits in after.items() if bits}
        sets = after


def _widen(bits: int, days: int) -> int:
    """Every number of the set, plus 0 to `days` more."""
    done = 0
    while done < days:
        step = min(done or 1, days - done)
        bits |= bits << step
        done += step
    return bits


def _observed(full: list[tuple[int, bool, int | None]], number: int, rule: Rule) -> int:
    """Observed days of a crossing's window in the state that it leads to."""
    day, arrives, _ = full[number]
    end = min(day + rule.window, rule.until)
    days = 0
    for at in range(number, len(full)):
        start, inside, _ = full[at]
        if start >= end:
            break
        stop = full[at + 1][0] if at + 1 < len(full) else end
        if inside == arrives:
            days += max(min(stop, end) - start, 0)
    return days
