"""Changes of a daily rate that no event explains, from successive figures of one source.

A rate comes from a figure over a window, or from the difference of two cumulative totals since the same day.
Each claim is taken in its most probable reading; figures are intervals (see `hedges`), so that rounding is
no change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from sojourn._core.ledger_labels import measure_title
from sojourn.case.case import Case
from sojourn.case.change_days import is_explained, list_change_days
from sojourn.case.containment import count_without_dates, mirrored
from sojourn.case.contradictions import Bounds, bounds, country_of
from sojourn.case.findings import Finding
from sojourn.case.row_checks import is_share
from sojourn.case.schema import FLOWS
from sojourn.case.unexplained_changes import RATE_FACTOR

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DailyRate:
    """The interval of a mean per day between two dates, and the claims from which it was computed."""

    start: date
    end: date
    low: float
    high: float
    claims: tuple[str, ...]

    def __str__(self) -> str:
        """The middle of the interval and its dates."""
        middle = float(f"{(self.low + self.high) / 2:.2g}")
        dates = f"{self.start} to {self.end}" if self.start < self.end else f"on {self.start}"
        return f"about {middle:,.12g} a day ({dates})"


def rate_remarks(case: Case) -> Iterator[Finding]:
    """Yield changes of a source's daily rate by more than a factor of three without an event between or near.

    Args:
        case: the case, with regimes in place of stay rules (see `list_change_days`).
    """
    groups: dict[tuple[str, ...], list[Bounds]] = defaultdict(list)
    for claim in case.claims:
        if not case.is_counted(claim) or claim.claim not in case.readings_by_claim:
            continue
        reading = max(case.readings_by_claim[claim.claim], key=lambda r: r.weight)
        if reading.measure in FLOWS and reading.measure != "net" and not is_share(reading):
            key = count_without_dates(mirrored(case, reading))
            groups[claim.source, *key].append(bounds(case, claim, reading))
    for group in groups.values():
        reading = group[0].reading
        days = list_change_days(case, country_of(case, mirrored(case, reading)))
        for early, late in pair_successive(daily_rates(group)):
            factor = max(_ratio(late.low, early.high), _ratio(early.low, late.high))
            if factor > RATE_FACTOR and not is_explained(days, early.start, late.end):
                what = measure_title(reading.measure, reading.who)
                message = f"no event is given for the change of {what} from {early} to {late}"
                yield Finding("rate", message, tuple(dict.fromkeys((*early.claims, *late.claims))))


def _ratio(high: float, low: float) -> float:
    return high / low if low > 0 else 0.0


def daily_rates(figures: Iterable[Bounds]) -> list[DailyRate]:
    """Return the daily rates that figures about one flow imply.

    Figures since the same day are cumulative totals: the first gives a rate, and so does each difference.

    Args:
        figures: figures of one source about one flow, as totals of their windows.

    Returns:
        Rates by the last day, then the first.
    """
    by_start: dict[date, list[tuple[date, Bounds]]] = defaultdict(list)
    for figure in figures:
        start, end = figure.reading.start, figure.reading.end
        if start is not None and end is not None:
            by_start[start].append((end, figure))
    rates: list[DailyRate] = []
    for start, totals in by_start.items():
        totals.sort(key=lambda item: item[0])
        end, first = totals[0]
        rates.append(_rate(start, end, first.low, first.high, (first.claim.claim,)))
        for (before, less), (after, more) in pairwise(totals):
            if before < after and more.high > less.low:
                low, high = max(more.low - less.high, 0.0), more.high - less.low
                rates.append(_rate(before + DAY, after, low, high, (less.claim.claim, more.claim.claim)))
    return sorted(rates, key=lambda rate: (rate.end, rate.start))


def _rate(start: date, end: date, low: float, high: float, claims: tuple[str, ...]) -> DailyRate:
    days = (end - start).days + 1
    return DailyRate(start, end, low / days, high / days, claims)


def pair_successive(rates: list[DailyRate]) -> Iterator[tuple[DailyRate, DailyRate]]:
    """Yield each rate with the first rate whose days all come later."""
    for early in rates:
        late = next((rate for rate in rates if rate.start > early.end), None)
        if late is not None:
            yield early, late
