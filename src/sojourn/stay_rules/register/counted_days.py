"""Counted days of a register under one version of a rule: the counterpart of `counting.count_days`.

Days are 32-bit numbers of days since 1970, so that windows are plain ranges.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from sojourn._core.ibis_tools import Table, engine, epoch, number
from sojourn.stay_rules.breaches import earliest_day
from sojourn.stay_rules.dates import FIRST, LAST, day, parse
from sojourn.stay_rules.errors import StayRuleError
from sojourn.stay_rules.limits_grouped import GapLimit, Grouped, SessionLimit
from sojourn.stay_rules.schema import Zone
from sojourn.stay_rules.stays import stopping_documents

if TYPE_CHECKING:
    from sojourn.stay_rules.timeline import Era, Timeline

OVERLAP = "overlaps the stay before it"


def stop(table: Table, bad: Any, text: str, value: Any) -> Any:
    """Return `value`, or stop the query with a message about the person if `bad` is true."""
    return stop_at(table, [(bad, text)], value)


def stop_at(table: Table, problems: list[tuple[Any, str]], value: Any) -> Any:
    """Return `value`, or stop the query with the message of the first problem that is true."""
    ibis = engine()
    name = "raise_error" if table.get_backend().name == "pyspark" else "error"

    def fail(message: str) -> int: ...

    fail.__name__ = name
    udf = ibis.udf.scalar.builtin(fail, name=name, signature=((("string",)), "int64"))
    message = (
        ibis.literal("person ")
        + table.person.cast("string").fill_null("without a name")
        + ", "
        + table.entry.cast("string").fill_null("no entry")
        + " to "
        + table.exit.cast("string").fill_null("open")
        + ": "
        + ibis.cases(*problems, else_="")
    )
    stops: Any = problems[0][0]
    for bad, _ in problems[1:]:
        stops = stops | bad
    return stops.ifelse(udf(message).cast("int32"), value)


def number_days(table: Table, line: Timeline, until: date | str | None) -> Table:
    """Return a register with numbered days `e`, `x`, and the flags `counts`, `inside`, `closed`, `entered`.

    Stays that began in a country before it joined the zone begin on the day on which it joined. Stays
    that never count remain, with `counts` and `inside` false.

    Raises:
        StayRuleError: a column is missing or has the wrong type.
    """
    ibis = engine()
    for name in ("person", "entry", "exit"):
        if name not in table.columns:
            raise StayRuleError(
                f"register: the column {name!r} is missing; it has {', '.join(table.columns)}"
            )
    for name in ("entry", "exit"):
        if not table[name].type().is_date():
            raise StayRuleError(
                f"register, column {name}: is of type {table[name].type()}, not date; "
                "give the day at the border, since an instant may be another day in another time zone"
            )
    last = None if until is None else epoch(parse(until, "until").toordinal())
    e, x = number(table.entry), number(table.exit)
    problems = [(table.person.isnull(), "has no person"), (table.entry.isnull(), "has no entry")]
    if last is not None:
        x = x.fill_null(ibis.greatest(e, last))
    else:
        problems.append((table.exit.isnull(), "is open, and `until`, the end of observation, is not given"))
    problems.append(((x < e).fill_null(False), "the exit is before the entry"))
    low, high = earliest_day(line), line.eras[-1].last
    if low > FIRST:
        problems.append((e < epoch(low), f"begins before {day(low)}; the rule covers {line.covered()}"))
    if high < LAST:
        problems.append((x > epoch(high), f"ends after {day(high)}; the rule covers {line.covered()}"))
    for old, new in zip(line.eras, line.eras[1:], strict=False):
        if old.last + 1 < new.first:
            gap = (e < epoch(new.first)) & (x > epoch(old.last))
            problems.append((gap, f"no version covers {day(old.last + 1)}; the rule covers {line.covered()}"))
    x = stop_at(table, problems, x)
    counts = _counts(table, line)
    joined = _joined(table, line)
    kept = table.mutate(e=e, x=x, counts=counts, joined=joined, closed=table.exit.notnull())
    kept = kept.mutate(
        inside=kept.joined <= kept.x,
        entered=kept.joined <= kept.e,
        e=ibis.greatest(kept.e, ibis.least(kept.joined, kept.x)),
    )
    names = [name for name in ("permit", "member") if name in table.columns]
    return kept.select("person", "entry", "exit", *names, "e", "x", "counts", "inside", "entered", "closed")


def number_stays(table: Table) -> Table:
    """Add the number `n` of each stay and the previous exit, `prior`; overlaps stop the query."""
    ibis = engine()
    order = ibis.window(group_by=table.person, order_by=[table.e, table.x])
    rows = table.mutate(n=ibis.row_number().over(order).cast("int32"), prior=table.x.lag().over(order))
    return rows.mutate(x=stop(rows, rows.e < rows.prior, OVERLAP, rows.x))


def _counts(table: Table, line: Timeline) -> Any:
    ibis = engine()
    if "permit" not in table.columns:
        return ibis.literal(True)
    permit = table.permit.fill_null("")
    known = sorted(stopping_documents(line.rule))
    allowed = f"its permit stops no clock of {line.rule.id}; allowed: {', '.join(known) or 'none'}"
    code = stop(table, (permit != "") & ~permit.isin([*known, "-"]), allowed, ibis.literal(0, "int32"))
    return (permit == "") & (code == 0)


def _joined(table: Table, line: Timeline) -> Any:
    """Return the first day that counts in the country of a stay; far in the future if none does."""
    ibis = engine()
    never, always = ibis.literal(epoch(LAST), "int32"), ibis.literal(epoch(FIRST), "int32")
    if "member" not in table.columns:
        return always
    zone, member = line.rule.zone, table.member.fill_null("")
    members: dict[str, date | None] = zone.members if isinstance(zone, Zone) else {zone: None}
    outside = zone.outside if isinstance(zone, Zone) else ()
    text = f"its member is unknown; allowed: {', '.join((*members, *outside))}"
    day_of = ibis.cases(
        (member == "", always),
        *(
            (member == code, ibis.literal(epoch(d.toordinal()) if d else epoch(FIRST), "int32"))
            for code, d in members.items()
        ),
        else_=never,
    )
    return stop(table, ~member.isin(["", *members, *outside]), text, day_of)


def absences(table: Table) -> Table:
    """Replace each stay by the absence before it; the first stay has none."""
    return table.mutate(
        e=table.prior.fill_null(table.e) + 1,
        x=table.e - 1,
        counts=table.prior.notnull(),
        closed=True,
        entered=True,
    )


def count_days(table: Table, era: Era) -> Table:
    """Add the counted days of each stay under a version: first `c`, last `cx` and number `len`.

    Further columns: `a`, the entry under this version; and, if a limit needs them, `seen`, the last
    earlier day inside, and `opened`, the last earlier counted entry. Stays without a number `n` are
    checked for overlaps here.
    """
    ibis = engine()
    counting, since = era.counting, epoch(era.since)
    begun = table.e >= since if era.whole else ibis.literal(True)
    keep = table.inside & (table.x >= since) & begun if era.since > FIRST else table.inside
    a = ibis.greatest(table.e, since) if era.since > FIRST else table.e
    grace = (
        (table.entered & (a == table.e)).ifelse(1, 0) if not counting.entry_day else ibis.literal(0, "int32")
    )
    last = table.x if counting.exit_day else table.x - table.closed.ifelse(1, 0)
    rows = table.mutate(a=a, grace=grace.cast("int32"), keep=keep, counts=table.counts & keep, last=last)
    nothing = ibis.null("int32")
    before = ibis.window(group_by=rows.person, order_by=[rows.e, rows.x], preceding=(None, 1))
    columns: dict[str, Any] = {"done": rows.counts.ifelse(rows["last"], nothing).max().over(before)}
    if any(isinstance(limit, GapLimit) for limit in era.limits):
        columns["seen"] = rows.keep.ifelse(rows.x, nothing).max().over(before)
    if any(isinstance(limit, SessionLimit) for limit in era.limits):
        columns["opened"] = rows.counts.ifelse(rows.a, nothing).max().over(before)
    order = ibis.window(group_by=rows.person, order_by=[rows.e, rows.x])
    fresh = "prior" not in table.columns
    if fresh:
        columns["prior"] = rows.x.lag().over(order)
        if any(isinstance(limit, Grouped) for limit in era.limits):
            columns["n"] = ibis.row_number().over(order).cast("int32")
    rows = rows.mutate(**columns)
    c = ibis.greatest(rows.a + rows.grace, rows.done.fill_null(epoch(FIRST)) + 1)
    rows = rows.mutate(c=stop(rows, rows.e < rows.prior, OVERLAP, c) if fresh else c)
    rows = rows.mutate(cx=rows.counts.ifelse(ibis.greatest(rows["last"], rows.c - 1), rows.c - 1))
    return rows.mutate(len=rows.cx - rows.c + 1)
