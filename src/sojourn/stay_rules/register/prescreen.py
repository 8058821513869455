"""Prescreening of a register: one window over each person's stays is sufficient for most people.

For stays that share no day and always count, the days used at exit are the days of the stays in the
window. Within a stay they never fall, so people within every cap at every exit broke no limit
(`summarise_lawful`). People who are above a cap but have only such stays need a second window, which
finds the day (`summarise_overstays`). All others are assessed by the exact method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sojourn._core.ibis_tools import Table, engine, epoch
from sojourn.stay_rules.dates import FIRST, LAST
from sojourn.stay_rules.limits import EntryLimit, RollingLimit

if TYPE_CHECKING:
    from sojourn.stay_rules.timeline import Era


def applies_to(era: Era) -> bool:
    """Tell whether an era can be prescreened: only windows and entries in days, and all days count."""
    plain = all(isinstance(k, EntryLimit | RollingLimit) for k in era.limits)
    in_days = all(isinstance(k.cap, int) and isinstance(getattr(k, "window", 1), int) for k in era.limits)
    counted = era.counting.entry_day and era.counting.exit_day
    return bool(era.limits) and plain and in_days and counted and era.since == FIRST


def screen_stays(stays: Table, era: Era) -> Table:
    """Add the days used under the k-th limit at exit (`used_k`), and whether a stay is `odd` or `over` a cap.

    A stay is odd if it shares a day with the previous one, is cut off, or does not count.
    """
    ibis = engine()
    names = _names(stays)
    stays = stays.select(*names, "e", "x", odd=~(stays.counts & stays.inside & stays.entered))
    order: dict[str, Any] = {"group_by": stays.person, "order_by": stays.x}
    length = stays.x - stays.e + 1
    columns: dict[str, Any] = {}
    for k, limit in enumerate(era.limits):
        columns[f"used_{k}"] = length
        if isinstance(limit, RollingLimit):
            assert isinstance(limit.window, int)
            window = ibis.range_window(preceding=limit.window - 1, following=0, **order)
            cut = ibis.greatest(0, stays.x - (limit.window - 1) - stays.e.first().over(window))
            columns[f"used_{k}"] = length.sum().over(window).cast("int32") - cut
    rows = stays.mutate(**columns, prior=stays.x.lag().over(ibis.window(**order)))
    over = ibis.literal(False)
    for k, limit in enumerate(era.limits):
        assert isinstance(limit.cap, int)
        over = over | (rows[f"used_{k}"] > limit.cap)
    shared = rows.prior.fill_null(rows.e - 1) >= rows.e
    return rows.select(*names, "e", "x", *columns, odd=rows.odd | shared, over=over)


def find_doubtful(rows: Table) -> Table:
    """Return the people (`of`) with a stay that is odd or over a cap, and whether any is odd."""
    few = rows.filter(rows.odd | rows.over)
    return few.group_by(of=few.person).aggregate(odd=few.odd.any())


def summarise_lawful(rows: Table, era: Era) -> Table:
    """Return the result of lawful stays: no unlawful day, and the limit with the fewest days left."""
    ibis = engine()
    binding, least, at_exit = ibis.literal(""), ibis.literal(0), ibis.literal(0)
    for k, limit in reversed(list(enumerate(era.limits))):
        assert isinstance(limit.cap, int)
        left = limit.cap - rows[f"used_{k}"]
        tighter = left <= least if k < len(era.limits) - 1 else ibis.literal(True)
        binding = tighter.ifelse(limit.id, binding)
        at_exit = tighter.ifelse(rows[f"used_{k}"], at_exit)
        least = tighter.ifelse(left, least)
    if era.first > FIRST:
        governed = rows.x >= epoch(era.first)
        binding, at_exit = governed.ifelse(binding, ""), governed.ifelse(at_exit, 0)
    return rows.mutate(
        first_unlawful=ibis.null("date"),
        unlawful_days=ibis.literal(0, "int64"),
        binding_limit=binding,
        used_at_exit=at_exit.cast("int32").cast("int64"),
    )


def summarise_overstays(rows: Table, era: Era) -> Table:
    """Return the result of people whose stays are not odd and of which one is over a cap."""
    from sojourn.stay_rules.register.limit_columns import summarise_pieces

    ibis = engine()
    firsts: dict[str, Any] = {}
    rows = rows.mutate(len=rows.x - rows.e + 1)
    so_far = ibis.window(group_by=rows.person, order_by=rows.x, preceding=(None, 0))
    rows = rows.mutate(before=rows.len.sum().over(so_far).cast("int32") - rows.len)
    rows = rows.mutate(away=rows.e - 1 - rows.before)
    for k, limit in enumerate(era.limits):
        assert isinstance(limit.cap, int)
        first = rows.e + limit.cap
        if isinstance(limit, RollingLimit):
            assert isinstance(limit.window, int)
            free = limit.window - limit.cap
            order = ibis.range_window(preceding=(None, free), group_by=rows.person, order_by=rows.away)
            gone = (rows.before + rows.len).max().over(order).fill_null(0)
            first = rows.e + ibis.greatest(0, limit.cap - rows.before + gone)
            first = first if free > 0 else ibis.literal(epoch(LAST), "int32")
        firsts[f"first_{k}"] = first
    pieces = rows.mutate(
        **firsts,
        c=rows.e,
        cx=rows.x,
        from_day=(rows.x >= epoch(era.first)).ifelse(ibis.greatest(rows.e, epoch(era.first)), epoch(LAST)),
        to_day=rows.x,
        expired=ibis.literal(False),
    )
    return summarise_pieces(pieces, era)


def _names(stays: Table) -> list[str]:
    return [name for name in ("person", "entry", "exit", "permit", "member") if name in stays.columns]
