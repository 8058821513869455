"""Timelines: the versions of a rule for one nationality and reading, as dated eras."""

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
    """One version for one nationality and reading; days are ordinals, both ends included."""

    first: int
    last: int
    limits: tuple[Limit, ...]
    counting: Counting
    version: Version
    position: int
    """Position of the version; eras that an exception cuts out of one version share it."""
    since: int = FIRST
    """Earlier days do not count."""
    exceptions: tuple[Departure, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether stays begun before `since` do not count at all."""
        return self.version.transition.prior_days == "ignore_open"

    @property
    def lookback(self) -> int:
        """Number of days before the first day that may count on it."""
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
        """Return the position of the era in force on a day.

        Args:
            ordinal: the day.
            what: what the day is, for the message.

        Raises:
            NotCovered: no version covers the day.
        """
        for position, era in enumerate(self.eras):
            if era.first <= ordinal <= era.last:
                return position
        raise NotCovered(f"{what} {day(ordinal)}: {self.rule.id} covers {self.covered()} only")

    def successors(self, start: int) -> Iterator[tuple[int, int, bool]]:
        """Yield the later eras that govern a stay that has been open since era `start`.

        Yields:
            The position of the era, the first day on which it governs, and whether permission to
            stay has expired by then; no era follows an expiry.
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
        """Return the days that the versions cover, in words."""
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
    """Convert a limit of a rule file to the class of its kind."""
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
    """Check that a rule applies to a nationality.

    Raises:
        NotCovered: the code is not a country, or the rule does not apply to it.
    """
    if nationality not in CODES:
        raise NotCovered(f"nationality {nationality!r} is not a two-letter country code such as RU or KG")
    allowed = rule.applies.nationality
    if allowed == "any" and nationality not in rule.applies.except_:
        return
    if allowed == "any" or nationality not in allowed:
        whom = f"any but {', '.join(rule.applies.except_)}" if allowed == "any" else ", ".join(allowed)
        raise NotCovered(f"nationality {nationality}: {rule.id} applies to {whom}")


def choose(rules: Sequence[Rule], nationality: str) -> Rule:
    """Return the one rule that applies to a nationality.

    Raises:
        NotCovered: no rule applies.
        StayRuleError: several rules apply.
    """
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
        raise NotCovered(f"nationality {nationality}: none of {', '.join(r.id for r in rules)} applies")
    if len(fitting) > 1:
        raise StayRuleError(
            f"nationality {nationality}: {len(fitting)} rules apply, {', '.join(r.id for r in fitting)}; "
            "choose one"
        )
    return fitting[0]


@lru_cache(maxsize=256)
def timelines(rule: Rule, nationality: str) -> tuple[Timeline, ...]:
    """Return one timeline per reading, in the order of the rule file.

    Raises:
        NotCovered: the rule does not apply to the nationality.
    """
    check_nationality(rule, nationality)
    names = list(dict.fromkeys(reading.id for version in rule.versions for reading in version.readings))
    return tuple(
        Timeline(
            rule, name, tuple(e for i in range(len(rule.versions)) for e in _eras(rule, i, nationality, name))
        )
        for name in names or [""]
    )


def _eras(rule: Rule, position: int, nationality: str, reading: str) -> list[Era]:
    """Cut a version at the days on which an exception for this nationality begins or ends."""
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
