"""How far the counts would move if links between a person's crossings were missing.

A broken link makes one departure and one arrival of somebody who did neither. Links are removed at random,
at a rate drawn between two bounds (uniform on the log scale), the outcome rule is applied again to the
persons concerned, and the difference they make is added to the count. Which links break is drawn by hashing
person, place and draw, so that a seed gives the same band on any engine.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

from sojourn.borders.classify import answered
from sojourn.borders.days import engine
from sojourn.borders.engine import Engine
from sojourn.borders.errors import BordersError
from sojourn.borders.order import Table, laid, numbered, with_history
from sojourn.borders.rule import OutcomeRule

MEASURES = ("migrant_arrivals", "migrant_departures", "net_migration")


@dataclass(frozen=True)
class LinkErrors:
    """Broken links per link between two crossings of a person: bounds, draws and seed."""

    low: float = 0.0005
    high: float = 0.002
    draws: int = 5
    seed: int = 1

    def __post_init__(self) -> None:
        """Raises BordersError for rates that are none."""
        if not 0 < self.low <= self.high < 1 or self.draws < 2:
            raise BordersError(
                f"link errors: low {self.low}, high {self.high}, draws {self.draws}; "
                "allowed is 0 < low ≤ high < 1 and at least 2 draws"
            )


def band(worker: Engine, crossings: Table, rule: OutcomeRule, errors: LinkErrors) -> list[dict[str, Any]]:
    """For each of `MEASURES` the count, and over draws the mean, least and greatest with broken links."""
    rows = numbered(crossings)
    whole = _counts(worker, rows, rule)
    drawn: list[dict[str, int]] = []
    rng = random.Random(errors.seed)
    for draw in range(errors.draws):
        rate = math.exp(rng.uniform(math.log(errors.low), math.log(errors.high)))
        broken = _broken(rows, rate, f"{errors.seed}/{draw}")
        touched = broken.filter(broken.pieces > 0)
        less = _counts(worker, touched.drop("pieces", "piece"), rule)
        more = _counts(worker, _split(touched), rule)
        drawn.append({name: whole[name] - less[name] + more[name] for name in MEASURES})
    return [
        {
            "measure": name,
            "value": whole[name],
            "mean": sum(each[name] for each in drawn) / len(drawn),
            "low": min(each[name] for each in drawn),
            "high": max(each[name] for each in drawn),
            "draws": len(drawn),
        }
        for name in MEASURES
    ]


def _broken(rows: Table, rate: float, salt: str) -> Table:
    """Adds how many links broke before a crossing (`piece`), and in the whole history (`pieces`)."""
    ibis = engine()

    def md5(text: str) -> str: ...

    md5_of = ibis.udf.scalar.builtin(md5, name="md5", signature=(("string",), "string"))
    rows = rows.select("person", "d", "arr", "initial", "sequence")
    order = ibis.window(group_by=rows.person, order_by=[rows.d, rows.sequence])
    rows = rows.mutate(n=ibis.row_number().over(order).cast("string"))
    drawn = md5_of(rows.person.cast("string") + "/" + rows.n + f"/{salt}")
    # A hash is below the threshold as often as a uniform number is; the first crossing has no link before it.
    breaks = ((drawn < f"{int(rate * 16**12):012x}") & (rows.n != "0")).cast("int32")
    before = ibis.window(group_by=rows.person, order_by=[rows.d, rows.sequence], preceding=None, following=0)
    whole = ibis.window(group_by=rows.person)
    return (
        rows.mutate(breaks=breaks)
        .mutate(
            piece=lambda each: each.breaks.sum().over(before),
            pieces=lambda each: each.breaks.sum().over(whole),
        )
        .drop("n", "breaks")
    )


def _split(touched: Table) -> Table:
    """The pieces as persons of their own; only the first keeps a given status."""
    ibis = engine()
    return touched.mutate(
        person=touched.person.cast("string") + "/" + touched.piece.cast("string"),
        initial=(touched.piece == 0).ifelse(touched.initial, ibis.null("int32")),
    ).drop("pieces", "piece")


def _counts(worker: Engine, rows: Table, rule: OutcomeRule) -> dict[str, int]:
    found = answered(laid(with_history(rows, rule), rule), rule)
    sure = found.filter(found.answer & ~found.history)
    came, went = worker.rows(sure.aggregate(came=sure.arr.sum(), went=(~sure.arr).sum()))[0]
    came, went = int(came or 0), int(went or 0)
    return dict(zip(MEASURES, (came, went, came - went), strict=True))
