"""Hedged figures as intervals: the numbers that "about 100,000" or "more than 64,000" may stand for.

**Units.** A figure counts in *grains*, units of its last significant digit, as in the
conventions that Ferson, O'Rawe, Antonenko, Siegrist, Mickley, Luhmann, Sentz and Finkel
(2015, International Journal of Approximate Reasoning 57:19-39) start from: a bare figure
is accurate to half a unit, "about" to two units. Williams and Power (2013, Pragmatics & Cognition
21:193-223) find that round numbers without a hedge are heard as approximations, others
as precise; the grain of a figure captures both. We read at least two significant digits, so
that "100,000" is [95,000, 105,000] and not [50,000, 150,000].

**One-sided hedges.** "More than" has no upper end in logic, but listeners supply one,
and it lies closer if the figure is finer (Cummins, Sauerland and Solt 2012, Linguistics
and Philosophy 35:135-169). We therefore give it a tail that is measured in grains and decays.

**Judgement.** Half a grain around a bare figure and two around "about" are that
convention. Every other width is our judgement: one grain for "almost" and "just over", five for
"towards"; for the tail a mixture of 1, 3, 10 and 30 grains with weights 4:3:2:1 (half of
it lies within a grain of the figure, nine tenths within ten), above "more than" and "at
least" and below "up to" and "less than"; and the three words for shares. The 2015 study
warns that readers vary widely and tell fewer hedges apart than dictionaries do: a case
may replace any width (`hedges` in case.toml), and should see whether it matters.

**Normalisation.** Widths are whole numbers of grains. At a given grain a quantity is
then covered by as many possible figures as the interval has grains. Each figure gets an
equal share, so that the probabilities of all possible figures sum to one.
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
"""Hedge → nested intervals, each as (grains below the figure, grains above it, weight)."""

SHARES: Mapping[str, tuple[float, float]] = {
    "half": (0.4, 0.6),
    "most": (0.5, 0.95),
    "some": (0.02, 0.5),
}
"""Word → the proportions that it may mean. "Half" is a guessed fraction and gets a tenth on either
side; "most" is more than half, but more than 95 % would be "nearly all"; "some" is neither "nobody"
nor "most"."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval that a figure may stand for, in its unit, and log P(figure | true value inside)."""

    low: float
    high: float
    log_weight: float


def grain(value: float, hedge: Hedge = "reported") -> float:
    """Return the grain of a figure: the unit of its last significant digit, in the unit of the figure.

    At least two digits are taken as significant: 100,000 → 10,000; 837,000 → 1,000; 68,743 → 1.
    The grain is at least 1 for a whole number and at least 0.01 otherwise, unless the figure has more
    decimals: 5 → 1; 31.8 → 0.1; 0.5 → 0.01.

    Args:
        value: the figure.
        hedge: with `exact` the last digit counts: the grain is 1, or the last decimal.

    Raises:
        ValueError: the figure is 0 or not finite.

    Example:
        >>> [grain(figure) for figure in (100_000, 837_000, 68_743, 31.8)]
        [10000.0, 1000.0, 1.0, 0.1]
    """
    _, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    if not isinstance(exponent, int) or digits == (0,):
        raise ValueError(f"a figure must be a finite number other than 0, not {value}")
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
    """Return the intervals that a hedged figure may stand for, in the unit of `value`.

    Several intervals form a mixture: P(figure | x) is the sum of exp(log_weight) over the intervals
    that contain x. Intervals of positive figures do not extend below 0; those of negative figures
    are mirror images.

    Args:
        value: the figure; `half`, `most` and `some` need none.
        hedge: how the figure was qualified.
        high: upper end, for hedge `range`.
        unit: `percent` if `half`, `most` and `some` are to be percentages, not proportions.
        overrides: widths that `case.toml` sets: hedge → grains below, grains above.

    Raises:
        ValueError: the hedge needs a figure and `value` is None.

    Example:
        >>> [(span.low, span.high) for span in intervals(100_000, "about")]
        [(80000.0, 120000.0)]
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
    """Return a range extended by half of the finer grain at both ends, weighted by the number of grains."""
    low, high = min(low, high), max(low, high)
    fine = min(grain(low), grain(high))
    return Interval(max(0.0, low - fine / 2), high + fine / 2, -log((high - low) / fine + 1))


def claim_intervals(
    claim: Claim, overrides: Mapping[str, tuple[float, float]] | None = None
) -> tuple[Interval, ...]:
    """Return the intervals of a claim in its own unit; see `intervals`.

    Example:
        >>> from sojourn.case import read_case
        >>> claim = read_case("kazakhstan-2022").claims[0]
        >>> figure_text(claim), [(span.low, span.high) for span in claim_intervals(claim)]
        ('towards 500,000 persons', [(450000.0, 500000.0)])
    """
    return intervals(claim.value, claim.hedge, claim.high, claim.unit, overrides)


def override_problem(word: str, below: float, above: float) -> str:
    """Return why an override of a hedge is not allowed, or an empty string.

    For hedges of counts, `below` and `above` are numbers of grains that add up to a whole number;
    for `half`, `most` and `some` they are the lowest and the highest proportion.
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
    """Return a claim's figure in words, such as "more than 64,000 persons"."""
    words = claim.hedge.replace("_", " ")
    if claim.value is None:
        return f"{words} ({claim.unit})"
    number = f"{claim.value:,.12g}"
    if claim.hedge == "range" and claim.high is not None:
        return f"{number} to {claim.high:,.12g} {claim.unit}"
    return (
        f"{number} {claim.unit}" if claim.hedge in ("reported", "exact") else f"{words} {number} {claim.unit}"
    )
