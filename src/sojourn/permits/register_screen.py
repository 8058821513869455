"""The first look at a register: one window over each person's stays settles most persons.

For stays that share no day and are cut by no permit or zone, the days used at exit are the stays in the
window less the part of the first one that lies before it. Within a stay they never fall, so whoever is
within every cap at every exit broke none. Everybody else is in doubt and goes the exact way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sojourn.permits.days import FIRST
from sojourn.permits.limits import Entry, Rolling
from sojourn.permits.register_days import Table, engine

if TYPE_CHECKING:
    from sojourn.permits.regime import Era


def serves(era: Era) -> bool:
    """Whether the first look can settle anything: windows and entries in days, all days counted."""
    plain = all(isinstance(k, Entry | Rolling) for k in era.limits)
    in_days = all(isinstance(k.cap, int) and isinstance(getattr(k, "window", 1), int) for k in era.limits)
    counted = era.counting.entry_day and era.counting.exit_day
    return bool(era.limits) and plain and in_days and counted and era.since == FIRST


def screened(stays: Table, era: Era) -> Table:
    """Days used under the k-th limit at each exit (`used_k`), and whether the stay is in `doubt`."""
    ibis = engine()
    names = [name for name in ("person", "entry", "exit", "permit", "member") if name in stays.columns]
    stays = stays.select(*names, "e", "x", odd=~(stays.counts & stays.inside & stays.entered))
    order: dict[str, Any] = {"group_by": stays.person, "order_by": stays.x}
    length = stays.x - stays.e + 1
    used: list[Any] = []
    for limit in era.limits:
        if isinstance(limit, Rolling):
            assert isinstance(limit.window, int)
            window = ibis.range_window(preceding=limit.window - 1, following=0, **order)
            cut = ibis.greatest(0, stays.x - (limit.window - 1) - stays.e.first().over(window))
            used.append(length.sum().over(window).cast("int32") - cut)
        else:
            used.append(length)
    columns = {f"used_{k}": days for k, days in enumerate(used)}
    rows = stays.mutate(**columns, prior=stays.x.lag().over(ibis.window(**order)))
    doubt = rows.prior.fill_null(rows.e - 1) >= rows.e
    doubt = doubt | rows.odd
    for k, limit in enumerate(era.limits):
        assert isinstance(limit.cap, int)
        doubt = doubt | (rows[f"used_{k}"] > limit.cap)
    return rows.select(*names, *columns, doubt=doubt)


def settled(rows: Table, era: Era) -> Table:
    """The result for stays beyond doubt: no unlawful day, and the limit with the fewest days left."""
    ibis = engine()
    binding, least, at_exit = ibis.literal(""), ibis.literal(0), ibis.literal(0)
    for k, limit in reversed(list(enumerate(era.limits))):
        assert isinstance(limit.cap, int)
        left = limit.cap - rows[f"used_{k}"]
        tighter = left <= least if k < len(era.limits) - 1 else ibis.literal(True)
        binding = tighter.ifelse(limit.id, binding)
        at_exit = tighter.ifelse(rows[f"used_{k}"], at_exit)
        least = tighter.ifelse(left, least)
    return rows.mutate(
        first_unlawful=ibis.null("date"),
        unlawful_days=ibis.literal(0, "int64"),
        binding_limit=binding,
        used_at_exit=at_exit.cast("int32").cast("int64"),
    )
