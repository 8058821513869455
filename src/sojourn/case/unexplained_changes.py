"""Changes of a flow or a stock that two figures imply and that no event explains.

Two figures for one flow over windows that overlap imply daily rates; two figures for one stock imply a change
between their days. A large change needs an event, stay rule or scheme as its explanation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import inf

from sojourn._core.ledger_labels import measure_title
from sojourn.case.case import Case
from sojourn.case.change_days import is_explained, list_change_days
from sojourn.case.containment import count_without_dates, mirrored
from sojourn.case.contradictions import Bounds, country_of
from sojourn.case.row_checks import is_share
from sojourn.case.schema import FLOWS

RATE_FACTOR = 3.0
"""Factor by which a daily rate changes that needs an event as its explanation."""
STOCK_FACTOR = 1.5
"""Factor by which a stock changes within a month that needs an event as its explanation."""
MONTH = timedelta(days=31)
DAY = timedelta(days=1)
Stretch = tuple[date, date]


def find_unexplained_change(case: Case, a: Bounds, b: Bounds) -> tuple[float, str] | None:
    """Return by how much a count would have had to change for both readings to be true, and how.

    Args:
        case: the case, with regimes in place of stay rules (see `list_change_days`).
        a: one reading with the bounds of its figure.
        b: the other reading.

    Returns:
        The ratio of the change and a clause that describes it; None if the readings count different things,
        both can be true without a large change, or the case explains the change.
    """
    one, other = mirrored(case, a.reading), mirrored(case, b.reading)
    same = count_without_dates(one) == count_without_dates(other)
    if not same or is_share(one) or is_share(other) or one.measure in ("net", "rent"):
        return None
    change = _change_of_rate(a, b) if one.measure in FLOWS else _change_of_stock(a, b)
    if change is None:
        return None
    days = list_change_days(case, country_of(case, one))
    if any(is_explained(days, *stretch) for stretch in change.dates):
        return None
    what = measure_title(one.measure, one.who)
    return change.ratio, f"{what} would have had to change {change.words}, and no event is given"


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that both figures imply: its ratio, in words, and the days that may have its explanation.

    An event during the days with the higher rate explains it too: a surge declines by itself.
    """

    ratio: float
    words: str
    dates: tuple[Stretch, ...]


def _change_of_rate(a: Bounds, b: Bounds) -> _Change | None:
    """Compare the daily rates of windows that overlap, or of a window and the days around it in the other."""
    (start, end), (other_start, other_end) = _window(a), _window(b)
    if max(start, other_start) > min(end, other_end) or (start, end) == (other_start, other_end):
        return None
    days, other_days = (end - start).days + 1, (other_end - other_start).days + 1
    firsts, lasts = sorted((start, other_start)), sorted((end, other_end))
    ends = ((firsts[0], firsts[1] - DAY), (lasts[0] + DAY, lasts[1]))
    apart = tuple((first, last) for first, last in ends if first <= last)
    one = _Rate(a.low, a.high, days, ((start, end),))
    other = _Rate(b.low, b.high, other_days, ((other_start, other_end),))
    if (start <= other_start and other_end <= end) or (other_start <= start and end <= other_end):
        part, whole = sorted((one, other), key=lambda rate: rate.days)
        rest = max(whole.low - part.high, 0), whole.high - part.low
        one, other = part, _Rate(*rest, whole.days - part.days, apart)
    return _ratio_of_rates(one, other, apart) or _ratio_of_rates(other, one, apart)


@dataclass(frozen=True, slots=True)
class _Rate:
    """The lowest and highest total of some days, which are one or two stretches of dates."""

    low: float
    high: float
    days: int
    stretches: tuple[Stretch, ...]

    def __str__(self) -> str:
        return " and ".join(_dates(*stretch) for stretch in self.stretches)


def _ratio_of_rates(slow: _Rate, fast: _Rate, apart: tuple[Stretch, ...]) -> _Change | None:
    most, least = slow.high / slow.days, fast.low / fast.days
    if least <= RATE_FACTOR * most:
        return None
    words = f"from at most {_round(most)} a day ({slow}) to at least {_round(least)} a day ({fast})"
    return _Change(least / most if most > 0 else inf, words, (*apart, *fast.stretches))


def _change_of_stock(a: Bounds, b: Bounds) -> _Change | None:
    """Compare stocks of two days that are at most a month apart."""
    early, late = sorted((a, b), key=_last_day)
    first, last = _last_day(early), _last_day(late)
    if not timedelta(0) < last - first <= MONTH:
        return None
    for low, high, words in (
        (late.low, early.high, "from at most {high} on {first} to at least {low} on {last}"),
        (early.low, late.high, "from at least {low} on {first} to at most {high} on {last}"),
    ):
        if low > STOCK_FACTOR * high:
            text = words.format(high=_round(high), low=_round(low), first=first, last=last)
            return _Change(low / high if high > 0 else inf, text, ((first, last),))
    return None


def _last_day(b: Bounds) -> date:
    return b.reading.end or b.claim.published_until


def _window(b: Bounds) -> tuple[date, date]:
    return b.reading.start or _last_day(b), _last_day(b)


def _dates(first: date, last: date) -> str:
    return f"{first} to {last}" if first < last else str(first)


def _round(number: float) -> str:
    """A number with three significant digits."""
    return f"{float(f'{number:.3g}'):,.12g}"
