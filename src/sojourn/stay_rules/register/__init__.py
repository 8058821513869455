"""Assessment of a register of stays under one rule, as Ibis expressions.

The backend that holds the table (DuckDB, Spark) does the computation, out of core and without a row per
day. The stages are in `counted_days` (which days count), `prescreen` (people who cannot have broken a
limit), `limit_columns` (one expression per kind of limit) and here (versions, pieces of stays, and the
row of each stay).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sojourn._core import ibis_tools
from sojourn.stay_rules.dates import FIRST, LAST, parse
from sojourn.stay_rules.errors import StayRuleError
from sojourn.stay_rules.rule_files import Rules, find_rules
from sojourn.stay_rules.timeline import Timeline, choose, timelines

if TYPE_CHECKING:
    import ibis.expr.types as ir

RESULT = ("first_unlawful", "unlawful_days", "binding_limit", "used_at_exit")


def assess_register(
    table: ir.Table,
    rules: Rules,
    *,
    nationality: str,
    until: date | str | None = None,
    reading: str | None = None,
) -> ir.Table:
    """Return an expression with a row per stay of a register: its unlawful days and its binding limit.

    Invalid rows (exit before entry, overlap, a day that no version covers, an unknown permit or member)
    stop the query when it runs, with a message that has the person and the days.

    Args:
        table: an Ibis table with the columns `person`, `entry`, `exit` (dates) and optionally `permit`
            and `member` (text; empty or null for none).
        rules: as in `assess`.
        nationality: two-letter country code.
        until: the day up to which open stays are counted.
        reading: id of one reading of a disputed rule; by default the first.

    Returns:
        The columns above and `first_unlawful` (date or null), `unlawful_days`, `binding_limit` (the limit
        broken first; if none is broken, the one with the fewest days left) and `used_at_exit` (days used
        under that limit on the last counted day). For rules on absence, a row describes the absence before
        the stay. A stay that does not count has 0 days and an empty limit.

    Raises:
        StayRuleError: a column is missing or has the wrong type, or no rule applies.

    Example:
        >>> import ibis
        >>> connection = ibis.duckdb.connect()
        >>> stay = "SELECT 1 AS person, DATE '2026-01-01' AS entry, DATE '2026-04-09' AS exit"
        >>> _ = connection.raw_sql(f"CREATE TABLE stays AS {stay}")
        >>> found = assess_register(connection.table("stays"), "EU.short_stay", nationality="US")
        >>> found.select("unlawful_days", "used_at_exit").to_pyarrow().to_pylist()
        [{'unlawful_days': 9, 'used_at_exit': 99}]
    """
    from sojourn.stay_rules.register import counted_days, prescreen

    ibis = ibis_tools.engine()
    rule = choose(find_rules(rules), nationality)
    lines = [line for line in timelines(rule, nationality) if reading in (None, line.reading)]
    if not lines:
        raise StayRuleError(f"reading {reading!r}: {rule.id} has no such reading")
    line = _trimmed(lines[0], table, until)
    stays: Any = counted_days.number_days(table, line, until)
    names = [name for name in ("person", "entry", "exit", "permit", "member") if name in table.columns]
    eras = list(line.eras)
    if not rule.absence and len(eras) == 1 and prescreen.applies_to(eras[0]):
        rows = prescreen.screen_stays(stays, eras[0])
        doubt = prescreen.find_doubtful(rows)
        plain, odd = doubt.filter(~doubt.odd), doubt.filter(doubt.odd)
        sure = prescreen.summarise_lawful(rows.anti_join(doubt, rows.person == doubt.of), eras[0])
        over = prescreen.summarise_overstays(rows.semi_join(plain, rows.person == plain.of), eras[0])
        again = rows.semi_join(odd, rows.person == odd.of).select(*names)
        rest = _exact(counted_days.number_days(again, line, until), line)
        return ibis.union(*(part.select(*names, *RESULT) for part in (sure, over, rest)))
    return _exact(stays, line).select(*names, *RESULT)


def _exact(stays: Any, line: Timeline) -> Any:
    """Apply every limit of every era to every stay."""
    from sojourn.stay_rules.register import counted_days
    from sojourn.stay_rules.register.calendar_windows import needs_cutting

    whole = len(line.eras) == 1 and not any(needs_cutting(era) for era in line.eras)
    if line.rule.absence or not whole:
        stays = counted_days.number_stays(stays)
    rows = counted_days.absences(stays) if line.rule.absence else stays
    parts = [_pieces(rows, line, era) for era in range(len(line.eras))]
    return parts[0] if whole else _merged(stays, parts)


def _trimmed(line: Timeline, table: Any, until: date | str | None) -> Timeline:
    """Drop the eras that neither include a day of the register nor govern an open stay.

    One cheap query finds the first and the last day of the register.
    """
    from sojourn._core.ibis_tools import first_row

    if len(line.eras) == 1 or not {"entry", "exit"} <= set(table.columns):
        return line
    low, high, last = first_row(
        table.aggregate(low=table.entry.min(), high=table.exit.max(), last=table.entry.max())
    )
    if low is None:
        return line
    ends = [parse(day, "until") for day in (high, last, until) if day is not None]
    first, end = low.toordinal(), max(ends).toordinal()
    kept = [era for era in line.eras if era.last >= first and era.first <= end]
    if not kept or (kept[0].first > first):
        return line
    return replace(line, eras=tuple(replace(e, since=FIRST if e.since <= first else e.since) for e in kept))


@dataclass(frozen=True)
class EraStep:
    """The days on which one era governs the stays that began in another (or the same) era."""

    started: tuple[int, int]
    governed: tuple[int, int]
    expired: bool = False


def era_steps(line: Timeline, era: int) -> list[EraStep]:
    """Return when an era governs stays, by the era in which they began; see `Breaches.parts`."""
    found: list[EraStep] = []
    for start in range(era + 1):
        chain = [(start, line.eras[start].first, False), *line.successors(start)]
        for position, (number, first, expired) in enumerate(chain):
            if number == era:
                last = chain[position + 1][1] - 1 if position + 1 < len(chain) else LAST
                begun = line.eras[start]
                opens = 0 if start == 0 else begun.first
                if chain[position + 1 :] and chain[position + 1][2]:
                    last = line.eras[chain[position + 1][0]].first - 1
                found.append(EraStep((opens, begun.last), (max(first, begun.first), last), expired))
    return found


def _pieces(rows: Any, line: Timeline, number: int) -> Any:
    """Return the pieces of stays that an era governs, each with its own result."""
    from sojourn._core.ibis_tools import epoch
    from sojourn.stay_rules.register import counted_days, limit_columns
    from sojourn.stay_rules.register.calendar_windows import cut_pieces, needs_cutting

    ibis = ibis_tools.engine()
    era = line.eras[number]
    laid = limit_columns.add_limit_columns(counted_days.count_days(rows, era), era)
    first, last, expired = ibis.null("int32"), ibis.null("int32"), ibis.literal(False)
    for step in era_steps(line, number):
        begun = laid.e.between(*map(ibis_tools.epoch, step.started))
        since, until = map(ibis_tools.epoch, step.governed)
        mine = begun & (laid.x >= since) & (laid.e <= until)
        first = mine.ifelse(ibis.greatest(laid.e, since), first)
        last = mine.ifelse(ibis.least(laid.x, until), last)
        expired = mine.ifelse(step.expired, expired)
    pieces = laid.mutate(from_day=first, to_day=last, expired=expired)
    if len(line.eras) > 1 or needs_cutting(era):
        pieces = pieces.filter(pieces.from_day.notnull())
    else:  # every stay keeps its row, even if it ended before the first version
        never = epoch(LAST)
        pieces = pieces.mutate(from_day=pieces.from_day.fill_null(never), to_day=pieces.to_day.fill_null(0))
    if needs_cutting(era):
        pieces = cut_pieces(pieces, laid, era)
    return limit_columns.summarise_pieces(pieces, era)


def _merged(stays: Any, parts: list[Any]) -> Any:
    """Merge the results of the pieces to one row per stay."""
    ibis = ibis_tools.engine()
    pieces = ibis.union(*parts) if len(parts) > 1 else parts[0]
    pieces = pieces.mutate(rank=pieces.first.fill_null(LAST * 2 - pieces.to_day))
    merged = pieces.group_by("person", "n").aggregate(
        unlawful_days=pieces.unlawful_days.sum().cast("int32").cast("int64"),
        first_unlawful=pieces.first_unlawful.min(),
        binding_limit=pieces.binding_limit.argmin(pieces.rank),
        used_at_exit=pieces.used_at_exit.argmin(pieces.rank),
    )
    merged = merged.rename(of="person", number="n")
    joined = stays.left_join(merged, [stays.person == merged.of, stays.n == merged.number])
    return joined.mutate(
        unlawful_days=joined.unlawful_days.fill_null(0),
        binding_limit=joined.binding_limit.fill_null(""),
        used_at_exit=joined.used_at_exit.fill_null(0),
    )
