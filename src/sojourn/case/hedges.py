"""A spoken figure is an interval: what "about 100,000" or "more than 64,000" may stand for.

**Units.** A figure counts in *grains*, units of its last significant digit, as in the
conventions that Ferson, O'Rawe, Antonenko, Siegrist, Mickley, Luhmann, Sentz and Finkel
(2015, International Journal of Approximate Reasoning 57:19-39) start from: a bare figure
is good to half a unit, "about" to two. Williams and Power (2013, Pragmatics & Cognition
21:193-223) find that round numbers without a hedge are heard as approximations, others
as precise: the grain of a figure says both. We read at least two significant digits, so
that "100,000" is [95,000, 105,000] and not [50,000, 150,000].

**One-sided hedges.** "More than" has no upper end in logic, but listeners supply one,
and it lies nearer the finer the figure (Cummins, Sauerland and Solt 2012, Linguistics
and Philosophy 35:135-169). Hence a tail that is measured in grains and decays.

**Judgement.** Half a grain around a bare figure and two around "about" are that
convention. Every other width is ours: one grain for "almost" and "just over", five for
"towards"; for the tail a mixture of 1, 3, 10 and 30 grains with weights 4:3:2:1 (half of
it lies within a grain of the figure, nine tenths within ten), above "more than" and "at
least" and below "up to" and "less than"; and the three words for shares. The 2015 study
warns that readers vary widely and tell fewer hedges apart than dictionaries do: a case
may replace any width (`hedges` in case.toml), and should see whether it matters.

**Normalisation.** Widths are whole numbers of grains. At a given grain a quantity is
then covered by as many sayable figures as its interval has grains, and each gets one
part of it, so that the probabilities of all that could have been said sum to one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import log

from sojourn._core.errors import one_of
from sojourn.case.schema import HEDGES
from sojourn.case.tables import Claim, Hedge

Widths = tuple[tuple[float, float, float], ...]

TAIL = ((1, 0.4), (3, 0.3), (10, 0.2), (30, 0.1))
ABOVE: Widths = tuple((0.0, float(width), weight) for width, weight in TAIL)
BELOW: Widths = tuple((float(width), 0.0, weight) for width, weight in TAIL)

WIDTHS: Mapping[str, Widths] = {
    "exact": ((0.5, 0.5, 1.0),),
    "reported": ((0.5, 0.5, 1.0),),
    "about": ((2.0, 2.0, 1.0),),
    "almost": ((1.0, 0.0, 1.0),),
    "towards": ((5.0, 0.0, 1.0),),
    "just_over": ((0.0, 1.0, 1.0),),
    "more_than": ABOVE,
    "at_least": ABOVE,
    "up_to": BELOW,
    "less_than": BELOW,
    "range": ((0.5, 0.5, 1.0),),
}
"""Word → (grains below the figure, grains above it, weight), one or several nested intervals."""

SHARES: Mapping[str, tuple[float, float]] = {
    "half": (0.4, 0.6),
    "most": (0.5, 0.95),
    "some": (0.02, 0.5),
}
"""Word → the proportions that it may mean. "Half" is a guess at a fraction and gets a tenth on
either side; "most" is more than half, but "nearly all" would have been said of more than 95 %;
"some" is neither nobody nor most."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What a figure may stand for, in the unit of the figure, and log P(said | inside)."""

    low: float
    high: float
    log_weight: float


def grain(value: float, hedge: Hedge = "reported") -> float:
    """The unit of the last significant digit of a figure, in its own unit.

    At least two digits are significant: 100,000 → 10,000; 837,000 → 1,000; 68,743 → 1.
    Never below 1 for a whole number, nor below 0.01 for another, unless its digits go
    further: 5 → 1; 31.8 → 0.1; 0.5 → 0.01. `exact` takes the last digit: 1, or the last decimal.
    Raises `ValueError` for 0 and what is no number.

    >>> [grain(figure) for figure in (100_000, 837_000, 68_743, 31.8)]
    [10000.0, 1000.0, 1.0, 0.1]
    """
    _, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    if not isinstance(exponent, int) or digits == (0,):
        raise ValueError(f"a figure must be a number other than 0, not {value}")
    whole = exponent >= 0
    if hedge == "exact":
        return float(Decimal(1).scaleb(min(exponent, 0)))
    second = exponent + len(digits) - 2
    floor = 0 if whole else -2
    return float(Decimal(1).scaleb(min(exponent, max(second, floor))))


def intervals(
    value: float | None,
    hedge: Hedge,
    high: float | None = None,
    unit: str = "",
    overrides: Mapping[str, tuple[float, float]] | None = None,
) -> tuple[Interval, ...]:
    """The intervals, in the unit of `value`, that a hedged figure may stand for.

    Several intervals are a mixture: P(said | x) is the sum of exp(log_weight) over those
    that contain x. Positive figures stay above 0; a negative one is the mirror image of
    its size. `half`, `most` and `some` need no value; `unit` says whether they come as
    `percent` or as proportions. `overrides` are those of `case.toml`. Raises `ValueError`
    where a figure is needed and missing.
    """
    if hedge in SHARES:
        low, top = (overrides or {}).get(hedge, SHARES[hedge])
        scale = 100.0 if unit == "percent" else 1.0
        return (Interval(low * scale, top * scale, 0.0),)
    if value is None:
        raise ValueError(f"the hedge {hedge} needs a value")
    if value < 0:
        mirrored = intervals(-value, hedge, None if high is None else -high, unit, overrides)
        return tuple(Interval(-item.high, -item.low, item.log_weight) for item in mirrored)
    if hedge == "range":
        return (_range(value, value if high is None else high),)
    widths = WIDTHS[hedge]
    if overrides and hedge in overrides:
        widths = ((*overrides[hedge], 1.0),)
    unit_of_last_digit = grain(value, hedge)
    return tuple(
        Interval(
            max(0.0, value - below * unit_of_last_digit),
            value + above * unit_of_last_digit,
            log(weight) - log(below + above),
        )
        for below, above, weight in widths
    )


def _range(low: float, high: float) -> Interval:
    """From half a grain below to half a grain above, the finer grain of the two; covers as it is wide."""
    low, high = min(low, high), max(low, high)
    fine = min(grain(low), grain(high))
    return Interval(max(0.0, low - fine / 2), high + fine / 2, -log((high - low) / fine + 1))


def claim_intervals(
    claim: Claim, overrides: Mapping[str, tuple[float, float]] | None = None
) -> tuple[Interval, ...]:
    """The intervals of a claim in its own unit; see `intervals`."""
    return intervals(claim.value, claim.hedge, claim.high, claim.unit, overrides)


def override_problem(word: str, below: float, above: float) -> str:
    """Why an override of a hedge is not allowed, or nothing.

    Counts: grains below and above, neither negative, together a whole number of grains.
    `half`, `most`, `some`: the lowest and highest proportion.
    """
    allowed = [hedge for hedge in HEDGES if hedge != "range"]
    if word not in allowed:
        return f"is not a hedge that can be changed; {one_of(allowed, word)}"
    if word in SHARES:
        return "" if 0 <= below < above <= 1 else "must be two proportions between 0 and 1, the lower first"
    if below < 0 or above < 0:
        return "must be two numbers of grains, neither negative"
    total = below + above
    return "" if total >= 1 and total == int(total) else "must add up to a whole number of grains, at least 1"


def figure_text(claim: Claim) -> str:
    """A claim's figure as a reader would say it."""
    words = claim.hedge.replace("_", " ")
    if claim.value is None:
        return f"{words} ({claim.unit})"
    number = f"{claim.value:,.12g}"
    if claim.hedge == "range" and claim.high is not None:
        return f"{number} to {claim.high:,.12g} {claim.unit}"
    return (
        f"{number} {claim.unit}" if claim.hedge in ("reported", "exact") else f"{words} {number} {claim.unit}"
    )
