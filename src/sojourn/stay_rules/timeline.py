"""From a rule and a nationality to dated eras: what held on which day, in which reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sojourn.stay_rules.countries import CODES
from sojourn.stay_rules.dates import FIRST, LAST, day, months
from sojourn.stay_rules.errors import NotCovered, StayRuleError
from sojourn.stay_rules.limits import EntryLimit, Limit, RollingLimit, YearLimit
from sojourn.stay_rules.limits_grouped import BlockLimit, GapLimit, SessionLimit, continuous
from sojourn.stay_rules.schema import Counting, Departure, LimitSpec, Rule, Version, replace


@dataclass(frozen=True)
class Era:
    """One version for one nationality in one reading; days are ordinals, both ends included."""

    first: int
    last: int
    limits: tuple[Limit, ...]
    counting: Counting
    version: Version
    position: int
    """Which version of the rule: eras cut out of one version by an exception share it."""
    since: int = FIRST
    """Days before it do not count."""
    exceptions: tuple[Departure, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether stays begun before `since` do not count at all."""
        return self.version.transition.prior_days == "ignore_open"

    @property
    def lookback(self) -> int:
        """Days before the first day that may matter on it."""
        if self.since > FIRST:
            return 0
        windows = (k.window for k in self.limits if isinstance(k, RollingLimit))
        return max((w - 1 if isinstance(w, int) else 31 * months(w) for w in windows), default=0)


@dataclass(frozen=True)
class Timeline:
    """The eras of a rule for one nationality, in order, in one reading."""

    rule: Rule
    reading: str
    eras: tuple[Era, ...]

    def at(self, ordinal: int, what: str) -> int:
        """The position of the era in force on a day. Raises NotCovered, saying what `what` is."""
        for position, era in enumerate(self.eras):
            if era.first <= ordinal <= era.last:
                return position
        raise NotCovered(f"{what} {day(ordinal)}: {self.rule.id} covers {self.covered()} only")

    def successors(self, start: int) -> Iterator[tuple[int, int, bool]]:
        """The later eras that govern a stay open since era `start`.

        Each is given by its position, the first day on which it governs, and whether the stay has
        lost its permission by then: that ends the row.
        """
        skipped: set[int] = set()
        for later in range(start + 1, len(self.eras)):
            era = self.eras[later]
            change = era.version.transition
            if era.position == self.eras[later - 1].position:
                if era.position in skipped:
                    continue
            elif change.open_stay == "old_version":
                skipped.add(era.position)
                continue
            elif change.until is not None:
                yield later, max(era.first, change.until.toordinal() + 1), True
                return
            yield later, era.first, False

    def covered(self) -> str:
        """In words, the days that the versions cover."""
        parts: list[str] = []
        for era in self.eras:
            start = "the beginning" if era.first == FIRST else day(era.first).isoformat()
            end = "until further notice" if era.last == LAST else f"to {day(era.last)}"
            if parts and parts[-1].endswith(f"to {day(max(FIRST, era.first - 1))}"):
                parts[-1] = parts[-1].rsplit(" to ", 1)[0] + f" {end}"
            else:
                parts.append(f"from {start} {end}")
        return ", ".join(parts)


def compile_limit(limit: LimitSpec) -> Limit:
    """The class of a limit's period kind, with its numbers."""
    period, window = limit.period, limit.period.days or limit.period.span or 0
    if period.kind == "entry":
        return EntryLimit(limit.id, limit.cap)
    cap = limit.cap
    assert isinstance(cap, int)
    if period.kind == "gap":
        assert period.outside is not None
        return GapLimit(limit.id, cap, period.outside)
    if period.kind == "session":
        assert period.days is not None
        return SessionLimit(limit.id, cap, period.days)
    if period.kind == "continuous":
        return continuous(limit.id, cap)
    if period.kind == "calendar_year":
        return YearLimit(limit.id, cap)
    return (
        BlockLimit(limit.id, cap, window) if period.kind == "block" else RollingLimit(limit.id, cap, window)
    )


def check_nationality(rule: Rule, nationality: str) -> None:
    """Raises NotCovered if the code is no country or the rule is not for it."""
    if nationality not in CODES:
        raise NotCovered(f"nationality {nationality!r} is not a two-letter country code such as RU or KG")
    allowed = rule.applies.nationality
    if allowed == "any" and nationality not in rule.applies.except_:
        return
    if allowed == "any" or nationality not in allowed:
        whom = f"any but {', '.join(rule.applies.except_)}" if allowed == "any" else ", ".join(allowed)
        raise NotCovered(f"nationality {nationality}: {rule.id} is for {whom}")


def choose(rules: Sequence[Rule], nationality: str) -> Rule:
    """The one rule that concerns a traveller. Raises NotCovered for none, StayRuleError for several."""
    if len(rules) == 1:
        check_nationality(rules[0], nationality)
        return rules[0]
    fitting: list[Rule] = []
    for rule in rules:
        try:
            check_nationality(rule, nationality)
            fitting.append(rule)
        except NotCovered:
            if nationality not in CODES:
                raise
    if not fitting:
        raise NotCovered(f"nationality {nationality}: none of {', '.join(r.id for r in rules)} is for it")
    if len(fitting) > 1:
        raise StayRuleError(
            f"nationality {nationality}: {len(fitting)} rules fit, {', '.join(r.id for r in fitting)}; "
            "name the one that is meant"
        )
    return fitting[0]


@lru_cache(maxsize=256)
def timelines(rule: Rule, nationality: str) -> tuple[Timeline, ...]:
    """One timeline per reading, the first-written reading first. Raises NotCovered."""
    check_nationality(rule, nationality)
    names = list(dict.fromkeys(reading.id for version in rule.versions for reading in version.readings))
    return tuple(
        Timeline(
            rule, name, tuple(e for i in range(len(rule.versions)) for e in _eras(rule, i, nationality, name))
        )
        for name in names or [""]
    )


def _eras(rule: Rule, position: int, nationality: str, reading: str) -> list[Era]:
    """A version cut at the days where an exception for this nationality begins or ends."""
    version = rule.versions[position]
    first, last = _ordinals(version.in_force.from_, version.in_force.to)
    fitting = [e for e in rule.exceptions if _concerns(e, nationality)]
    cuts = {first}
    for item in fitting:
        start, end = _ordinals(item.in_force.from_, item.in_force.to)
        cuts |= {cut for cut in (start, end + 1) if first < cut <= last}
    starts = sorted(cuts)
    eras: list[Era] = []
    for start, end in zip(starts, [*(s - 1 for s in starts[1:]), last], strict=True):
        now = tuple(e for e in fitting if _holds(e, start))
        held = version
        for item in now:
            held = replace(held, item.replaces, item.with_)
        limits, counting = held.limits, held.counting
        for choice in held.readings:
            if choice.id == reading:
                limits = limits if choice.limits is None else choice.limits
                counting = choice.counting or counting
        since = FIRST if version.transition.prior_days == "count" else first
        eras.append(Era(start, end, tuple(map(compile_limit, limits)), counting, held, position, since, now))
    return eras


def _ordinals(start: date | None, end: date | None) -> tuple[int, int]:
    return (start.toordinal() if start else FIRST), (end.toordinal() if end else LAST)


def _concerns(item: Departure, nationality: str) -> bool:
    whom = item.when.nationality
    return nationality == whom or nationality in (whom if isinstance(whom, tuple) else ())


def _holds(item: Departure, ordinal: int) -> bool:
    start, end = _ordinals(item.in_force.from_, item.in_force.to)
    return start <= ordinal <= end
