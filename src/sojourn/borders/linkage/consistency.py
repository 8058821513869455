"""A person is in one place at a time: which documents can belong to one person.

Documents are inconsistent if merging their crossings in order implies more missing crossings than the
documents imply separately: two arrivals in a row, or two departures. Inconsistent documents are never linked.
Consistency is evidence that two documents belong to one person, since documents of two people are often
inconsistent; how often either happens is estimated from the pairs themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table, find_mixed_days, number_days, order_within_day

STEPS = 1000


def added_gaps(crossings: Table, groups: Table) -> Table:
    """`group` and `added`: missing crossings implied by merging a group of documents, beyond their own.

    `groups` has `group` and `document`. Zero is a history that one person may have. Crossings of two
    documents on one day, at the same time or at none, are in whatever order alternates.
    """
    ibis = engine()
    rows = number_days(crossings).inner_join(groups, [("person", "document")])
    apart = ibis.window(group_by=["group", "document"], order_by=["d", "sequence"])
    moments = ibis.window(group_by="group", order_by=["d", "sequence"])
    rows = rows.mutate(
        own=(rows.arr.lag().over(apart) == rows.arr).fill_null(False).cast("int32"),
        moment=ibis.dense_rank().over(moments).cast("int32"),
    )
    rows = rows.select("arr", "own", person="group", d="moment", initial=ibis.null("int32"))
    rows = order_within_day(rows, find_mixed_days(rows))
    together = ibis.window(group_by="person", order_by=["d", "sequence"])
    rows = rows.mutate(joint=(rows.arr.lag().over(together) == rows.arr).fill_null(False).cast("int32"))
    return rows.group_by(group="person").aggregate(added=rows.joint.sum() - rows.own.sum())


@dataclass(frozen=True)
class Rates:
    """The share of pairs of documents that clash, of one person and of two."""

    same: float
    other: float


def clash_rates(cells: list[tuple[float, bool, int]]) -> Rates:
    """From `p` (of one person), whether they clash, and the number of such pairs, the likeliest rates.

    By expectation maximisation; the likelihood is concave in the two rates, so where it begins does not
    matter.
    """
    same, other = 0.5, 0.5
    for _ in range(STEPS):
        ones = twos = ones_clash = twos_clash = 1e-12
        for p, clash, pairs in cells:
            mine = pairs * after(p, clash, Rates(same, other))
            ones, twos = ones + mine, twos + pairs - mine
            if clash:
                ones_clash, twos_clash = ones_clash + mine, twos_clash + pairs - mine
        was, (same, other) = (same, other), (ones_clash / ones, twos_clash / twos)
        if abs(same - was[0]) + abs(other - was[1]) < 1e-9:
            break
    return Rates(same, other)


def after(p: float, clash: bool, rates: Rates) -> float:
    """The probability of one person, knowing whether two documents clash."""
    same, other = (rates.same, rates.other) if clash else (1 - rates.same, 1 - rates.other)
    both = p * same + (1 - p) * other
    return p * same / both if both > 0 else p
