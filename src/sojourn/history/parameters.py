"""The parameters of a history on their natural scale."""

from __future__ import annotations

from typing import NamedTuple

from jax import Array


class Parameters(NamedTuple):
    """Parameters on their natural scale.

    C cohorts, C′ their hosts, D places (the origin first), S states, M places with permits,
    N visited places, P parts, G schemes, L strata, W waves, E regimes; K knots (months) and
    Q slow knots (quarters).
    Rates are per week, unless said otherwise.
    """

    size: Array  # (C,) persons in the surge of arrivals
    duration: Array  # (W,) scale of the surge, weeks
    background: Array  # (C,) arrivals per week after the surge, as a share of its size
    background_walk: Array  # (Q,) log deviations of the background
    passing: Array  # (C,) share of arrivals on their way through
    leave: Array  # (S,) log rate of leaving the place
    leave_walk: Array  # (K, C′) log deviations, for the C′ hosts of cohorts
    regime_push: Array  # (E,) change in the log rate of leaving under a regime
    regime_settle: Array  # (E,) change in the log rate of settling
    run_out: Array  # (E,) share leaving in the fortnight in which permitted days run out together
    settle: Array  # (M,) log rate of settling
    pull: Array  # (D,) attraction of a destination, log
    pair: Array  # (C′, D) extra attraction from a host of a cohort, log
    back: Array  # (3,) extra attraction of the origin when staying, settled, passing
    stratum_share: Array  # (L,) shares, sum 1
    stratum_push: Array  # (L,) log contrast in the rate of leaving
    stratum_back: Array  # (L,) log contrast in the attraction of the origin
    via_origin: Array  # (D,) share of moves to third places that go through the origin
    excursions: Array  # (D + E,) per staying person, without a regime and under each
    visitors: Array  # (N,) log entries per week, midway between peak and trough
    season: Array  # (N,) log of the entries at the peak over those midway
    visitor_step: Array  # (number of steps,) lasting changes of the log level
    visitor_walk: Array  # (K, N) log deviations
    visit_days: Array  # (N,) mean stay, days
    trips: Array  # (N,) trips per visitor and year
    from_origin: Array  # (N,) share whose last border is the origin's
    residents: Array  # (D,) persons who lived there before, constant
    resident_trips: Array  # (D,) trips abroad per resident and year
    part_arrivals: Array  # (P,) a part's share of its country's arrivals
    part_stock: Array  # (P,) a part's share of its country's stock
    uptake: Array  # (G,) share of the displaced who come in and get a document; no permits
    delay: Array  # (G′,) mean days from arrival to the document, of the G′ schemes that have one
    leak: Array  # (G,) documents per visitor's entry
    renewal: Array  # (G,) permits renewed per resident or settled person and year
    struck: Array  # (G,) share of leavers struck off
