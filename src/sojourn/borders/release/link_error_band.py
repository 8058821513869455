"""How far the counts would move if links between a person's crossings were missing.

A broken link makes one departure and one arrival of somebody who did neither. Links are removed at random,
at a rate drawn between two bounds (uniform on the log scale), the outcome rule is applied again to the
persons concerned, and the difference they make is added to the count. Which links break is drawn by hashing
crossing and seed, so that a seed gives the same band on any engine.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table, add_state_days, number_days, with_history
from sojourn.borders.engine import Engine
from sojourn.borders.errors import BordersError
from sojourn.borders.materialised import materialise
from sojourn.borders.outcome.classification import answered
from sojourn.borders.outcome.rule import DIRECTIONS, OutcomeRule

DIGITS, EACH = 6, 5
"""A hash of 32 digits gives five numbers of six."""
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


def estimate_link_error_band(
    worker: Engine, classified: Table, rule: OutcomeRule, errors: LinkErrors
) -> list[dict[str, Any]]:
    """For each of `MEASURES` the count, and over draws the mean, least and greatest with broken links.

    `classified` comes from `classify`. The rule is applied again to persons with a broken link only: what
    they counted before is taken away, what their pieces count is added. Nobody else's answer can change.
    """
    whole = _migrants(worker, classified.filter(classified.long_term_migrant))
    pieces = _broken(classified, errors)
    apart = pieces.mutate(person=_named(pieces, pieces.draw, pieces.piece), initial=_first_initial(pieces))
    less = _counts(worker, pieces.mutate(person=_named(pieces, pieces.draw)), rule)
    more = _counts(worker, apart, rule)
    drawn = [
        [whole[n] - less[draw][n] + more[draw][n] for n in range(len(MEASURES))]
        for draw in range(errors.draws)
    ]
    return [
        {
            "measure": name,
            "value": whole[n],
            "mean": sum(each[n] for each in drawn) / len(drawn),
            "low": min(each[n] for each in drawn),
            "high": max(each[n] for each in drawn),
            "draws": len(drawn),
        }
        for n, name in enumerate(MEASURES)
    ]


def _broken(classified: Table, errors: LinkErrors) -> Table:
    """Crossings of persons with a broken link, for every `draw`; `piece` is how many broke before a crossing.

    The digits of a hash of crossing and seed are as even as a uniform number, and independent of one another.
    """
    ibis = engine()

    def md5(text: str) -> str: ...

    md5_of = ibis.udf.scalar.builtin(md5, name="md5", signature=(("string",), "string"))
    rng = random.Random(errors.seed)
    rates = [math.exp(rng.uniform(math.log(errors.low), math.log(errors.high))) for _ in range(errors.draws)]
    given = [name for name in ("sequence", "initial_status") if name in classified.columns]
    rows = number_days(classified.select("person", "day", "direction", *given))
    rows = rows.select("person", "d", "arr", "initial", "sequence")
    words = [rows[name].cast("string") for name in ("person", "d", "arr", "sequence")]
    drawn = rows
    for block in range(-(-errors.draws // EACH)):
        text = ibis.literal(f"{errors.seed}/{block}")
        for word in words:
            text = text + "/" + word
        drawn = drawn.mutate(**{f"digits{block}": md5_of(text)})
    hits = [
        drawn[f"digits{draw // EACH}"].substr(draw % EACH * DIGITS, DIGITS) < f"{int(rate * 16**DIGITS):06x}"
        for draw, rate in enumerate(rates)
    ]
    some = materialise(
        drawn.mutate(**{f"hit{draw}": hit for draw, hit in enumerate(hits)}).filter(ibis.or_(*hits))
    )
    parts: list[Table] = []
    for draw in range(errors.draws):
        hit = some.filter(some[f"hit{draw}"])
        parts.append(hit.select(of="person", on="d", way="arr", at="sequence", of_draw=ibis.literal(draw)))
    broken = materialise(ibis.union(*parts))
    touched = broken.select("of", draw="of_draw").distinct()
    mine = materialise(rows.inner_join(touched, [("person", "of")]).drop("of"))
    keys = [("person", "of"), ("d", "on"), ("arr", "way"), ("sequence", "at"), ("draw", "of_draw")]
    mine = mine.left_join(broken.mutate(breaks=1), keys)
    order = {"group_by": [mine.person, mine.draw], "order_by": [mine.d, mine.sequence]}
    first = ibis.row_number().over(ibis.window(**order)) == 0  # no link is before it
    mine = mine.mutate(breaks=first.ifelse(0, mine.breaks.fill_null(0)))
    so_far = ibis.window(group_by=["person", "draw"], order_by=["d", "sequence"], preceding=None, following=0)
    mine = mine.mutate(piece=mine.breaks.sum().over(so_far))
    return materialise(mine.select("person", "d", "arr", "initial", "sequence", "draw", "piece"))


def _named(rows: Table, *parts: Any) -> Any:
    name = rows.person.cast("string")
    for part in parts:
        name = name + "/" + part.cast("string")
    return name


def _first_initial(pieces: Table) -> Any:
    """Only the first piece keeps a given status."""
    return (pieces.piece == 0).ifelse(pieces.initial, engine().null("int32"))


def _counts(worker: Engine, rows: Table, rule: OutcomeRule) -> dict[int, tuple[int, ...]]:
    """The certain migrations of every draw."""
    draws = materialise(rows.select("draw", of="person").distinct())
    laid_rows = materialise(add_state_days(with_history(rows.drop("draw", "piece"), rule), rule))
    found = answered(laid_rows, rule)
    found = found.filter(found.answer & ~found.history).inner_join(draws, [("person", "of")])
    found = found.group_by("draw").aggregate(came=found.arr.sum(), went=(~found.arr).sum())
    counts: dict[int, tuple[int, ...]] = defaultdict(lambda: (0,) * len(MEASURES))
    for draw, came, went in worker.rows(found):
        counts[int(draw)] = (int(came), int(went), int(came) - int(went))
    return counts


def _migrants(worker: Engine, sure: Table) -> tuple[int, ...]:
    arrives = sure.direction == DIRECTIONS[0]
    came, went = worker.rows(sure.aggregate(came=arrives.sum(), went=(~arrives).sum()))[0]
    came, went = int(came or 0), int(went or 0)
    return came, went, came - went
