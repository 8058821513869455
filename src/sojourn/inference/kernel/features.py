"""What the readings count: moves between places, crossings, visitors and residents in windows.

Rows of `features` are windows; the columns of a block begin at its `offset`. Sums of other flows and
stocks are plain running sums (`sparse.combine`).
"""

from __future__ import annotations

from sojourn._core.arrays import Indices, Real
from sojourn.inference.kernel.compilation import compiled
from sojourn.inference.kernel.elementary import exp

MOVES, MOVES_OUT, MOVES_IN, CROSSED, CROSSED_OUT, CROSSED_IN = 0, 1, 2, 3, 4, 5
"""Positions of the blocks in `move_offset`; -1 stands for a block that no reading uses."""


@compiled
def sum_movers(at: Indices, by: Real, group: Real, row_class: Indices, moved: Real, by_class: Real) -> None:
    """Fill `by_class` (Q, S): people of a group of rows who left each state in one window."""
    by_class[:] = 0
    for r in range(row_class.size):
        if group[r] != 0:
            own = by_class[row_class[r]]
            for m in range(at.size):
                if by[m] != 0:
                    total, weight = moved[at[m], r], by[m]
                    for s in range(own.size):
                        own[s] += weight * total[s]


@compiled
def count_moves(
    window_at: Indices,
    window_by: Real,
    window_group: Indices,
    mover_row: Real,
    row_class: Indices,
    place: Indices,
    split: Real,
    via_origin: Real,
    moved: Real,
    move_offset: Indices,
    features: Real,
    moves: Real,
    crossed: Real,
    by_class: Real,
) -> None:
    """Fill the features of moves for every used pair of a window and a group of rows, `window_group` (P, 2).

    `moved` (T+1, R, S) are running sums of movers; `moves` (P, D, D) is kept for the reverse pass;
    `crossed` (D, D) and `by_class` (Q, S) are scratch.
    """
    Q, S, D = split.shape
    for i in range(window_group.shape[0]):
        w, g = window_group[i, 0], window_group[i, 1]
        sum_movers(window_at[w], window_by[w], mover_row[g], row_class, moved, by_class)
        here, row = moves[i], features[w]
        here[:] = 0
        for s in range(S):
            to = here[place[s]]
            for q in range(Q):
                people, shares = by_class[q, s], split[q, s]
                for j in range(D):
                    to[j] += people * shares[j]
        for d in range(D):
            for j in range(D):
                if move_offset[MOVES] >= 0:
                    row[move_offset[MOVES] + (g * D + d) * D + j] = here[d, j]
        sum_rows_and_columns(here, row, move_offset[MOVES_OUT], move_offset[MOVES_IN], g * D)
        if g == 0:
            cross_borders(here, via_origin, crossed)
            if move_offset[CROSSED] >= 0:
                for d in range(D):
                    for j in range(D):
                        row[move_offset[CROSSED] + d * D + j] = crossed[d, j]
            sum_rows_and_columns(crossed, row, move_offset[CROSSED_OUT], move_offset[CROSSED_IN], 0)


@compiled
def sum_rows_and_columns(table: Real, features: Real, out: int, into: int, shift: int) -> None:
    """Write the sums of the rows of a table from `out` on, and those of its columns from `into` on."""
    D = table.shape[0]
    for d in range(D):
        of_row, of_column = 0.0, 0.0
        for j in range(D):
            of_row += table[d, j]
            of_column += table[j, d]
        if out >= 0:
            features[out + shift + d] = of_row
        if into >= 0:
            features[into + shift + d] = of_column


@compiled
def cross_borders(moves: Real, via_origin: Real, crossed: Real) -> None:
    """Fill crossings by next border: a share of moves between other places goes through the origin."""
    D = moves.shape[0]
    for d in range(D):
        for j in range(D):
            crossed[d, j] = moves[d, j]
    for d in range(1, D):
        for j in range(1, D):
            through = moves[d, j] * via_origin[d]
            crossed[d, j] -= through
            crossed[d, 0] += through
            crossed[0, j] += through


@compiled
def count_moves_back(
    window_at: Indices,
    window_by: Real,
    window_group: Indices,
    mover_row: Real,
    row_class: Indices,
    place: Indices,
    split: Real,
    via_origin: Real,
    moved: Real,
    move_offset: Indices,
    features_bar: Real,
    moves: Real,
    moved_bar: Real,
    split_bar: Real,
    via_origin_bar: Real,
    moves_bar: Real,
    crossed: Real,
    by_class: Real,
    by_class_bar: Real,
) -> None:
    """Add to `moved_bar`, `split_bar` and `via_origin_bar`; the last four arrays are scratch."""
    Q, S, D = split.shape
    for i in range(window_group.shape[0]):
        w, g = window_group[i, 0], window_group[i, 1]
        row = features_bar[w]
        moves_bar[:] = 0
        if g == 0:
            cross_borders_back(moves[i], via_origin, move_offset, row, moves_bar, crossed, via_origin_bar)
        for d in range(D):
            left = row[move_offset[MOVES_OUT] + g * D + d] if move_offset[MOVES_OUT] >= 0 else 0.0
            for j in range(D):
                moves_bar[d, j] += left
                if move_offset[MOVES_IN] >= 0:
                    moves_bar[d, j] += row[move_offset[MOVES_IN] + g * D + j]
                if move_offset[MOVES] >= 0:
                    moves_bar[d, j] += row[move_offset[MOVES] + (g * D + d) * D + j]
        sum_movers(window_at[w], window_by[w], mover_row[g], row_class, moved, by_class)
        for q in range(Q):
            for s in range(S):
                to, shares, own, people, total = moves_bar[place[s]], split[q, s], split_bar[q, s], 0.0, 0.0
                people = by_class[q, s]
                for j in range(D):
                    total += shares[j] * to[j]
                    own[j] += people * to[j]
                by_class_bar[q, s] = total
        for r in range(row_class.size):
            if mover_row[g, r] != 0:
                bar = by_class_bar[row_class[r]]
                for m in range(window_at.shape[1]):
                    if window_by[w, m] != 0:
                        total_bar, weight = moved_bar[window_at[w, m], r], window_by[w, m]
                        for s in range(S):
                            total_bar[s] += weight * bar[s]


@compiled
def cross_borders_back(
    moves: Real,
    via_origin: Real,
    move_offset: Indices,
    features_bar: Real,
    moves_bar: Real,
    crossed_bar: Real,
    via_origin_bar: Real,
) -> None:
    """Add to `moves_bar` (D, D) and `via_origin_bar` (D,); `crossed_bar` (D, D) is scratch."""
    D = moves.shape[0]
    for d in range(D):
        for j in range(D):
            bar = 0.0
            if move_offset[CROSSED] >= 0:
                bar += features_bar[move_offset[CROSSED] + d * D + j]
            if move_offset[CROSSED_OUT] >= 0:
                bar += features_bar[move_offset[CROSSED_OUT] + d]
            if move_offset[CROSSED_IN] >= 0:
                bar += features_bar[move_offset[CROSSED_IN] + j]
            crossed_bar[d, j] = bar
            moves_bar[d, j] += bar
    for d in range(1, D):
        for j in range(1, D):
            change = crossed_bar[d, 0] + crossed_bar[0, j] - crossed_bar[d, j]
            moves_bar[d, j] += via_origin[d] * change
            via_origin_bar[d] += moves[d, j] * change


VISITORS_IN, VISITORS_OUT, VISITOR_PEOPLE, RESIDENT_TRIPS, RESIDENT_PEOPLE = 0, 1, 2, 3, 4
"""Positions of the blocks in `travel_offset`."""


@compiled
def count_travellers(
    years: Real,
    travel_offset: Indices,
    trips: Real,
    from_origin: Real,
    residents: Real,
    resident_trips: Real,
    entered: Real,
    grown: Real,
    features: Real,
) -> None:
    """Fill the features of visitors and residents.

    `entered` and `grown` (W, N) are visitors' entries in each window and the growth of those present.
    """
    inward, outward = travel_offset[VISITORS_IN], travel_offset[VISITORS_OUT]
    for w in range(years.size):
        row = features[w]
        for n in range(trips.size):
            entries, exits, share = entered[w, n], entered[w, n] - grown[w, n], from_origin[n]
            if inward >= 0:
                row[inward + 2 * n], row[inward + 2 * n + 1] = entries * share, entries * (1 - share)
            if outward >= 0:
                row[outward + 2 * n], row[outward + 2 * n + 1] = exits * share, exits * (1 - share)
            if travel_offset[VISITOR_PEOPLE] >= 0:
                again = 1 + max(trips[n] - 1, 0.0) * years[w]
                row[travel_offset[VISITOR_PEOPLE] + n] = entries / again
        for d in range(residents.size):
            expected = resident_trips[d] * years[w]
            if travel_offset[RESIDENT_TRIPS] >= 0:
                row[travel_offset[RESIDENT_TRIPS] + d] = residents[d] * expected
            if travel_offset[RESIDENT_PEOPLE] >= 0:
                row[travel_offset[RESIDENT_PEOPLE] + d] = residents[d] * (1 - exp(-expected))


@compiled
def count_travellers_back(
    years: Real,
    travel_offset: Indices,
    trips: Real,
    from_origin: Real,
    residents: Real,
    resident_trips: Real,
    entered: Real,
    grown: Real,
    features_bar: Real,
    entered_bar: Real,
    grown_bar: Real,
    trips_bar: Real,
    from_origin_bar: Real,
    residents_bar: Real,
    resident_trips_bar: Real,
) -> None:
    """Fill `entered_bar` and `grown_bar` (W, N); add to the derivatives of the parameters."""
    inward, outward = travel_offset[VISITORS_IN], travel_offset[VISITORS_OUT]
    for w in range(years.size):
        row = features_bar[w]
        for n in range(trips.size):
            entries, exits, share = entered[w, n], entered[w, n] - grown[w, n], from_origin[n]
            of_entries, of_exits, of_share = 0.0, 0.0, 0.0
            if inward >= 0:
                origin, others = row[inward + 2 * n], row[inward + 2 * n + 1]
                of_entries += origin * share + others * (1 - share)
                of_share += entries * (origin - others)
            if outward >= 0:
                origin, others = row[outward + 2 * n], row[outward + 2 * n + 1]
                of_exits += origin * share + others * (1 - share)
                of_share += exits * (origin - others)
            if travel_offset[VISITOR_PEOPLE] >= 0:
                again, bar = 1 + max(trips[n] - 1, 0.0) * years[w], row[travel_offset[VISITOR_PEOPLE] + n]
                of_entries += bar / again
                if trips[n] > 1:
                    trips_bar[n] -= bar * entries * years[w] / (again * again)
            from_origin_bar[n] += of_share
            entered_bar[w, n] = of_entries + of_exits
            grown_bar[w, n] = -of_exits
        for d in range(residents.size):
            if travel_offset[RESIDENT_TRIPS] >= 0:
                bar = row[travel_offset[RESIDENT_TRIPS] + d] * years[w]
                residents_bar[d] += bar * resident_trips[d]
                resident_trips_bar[d] += bar * residents[d]
            if travel_offset[RESIDENT_PEOPLE] >= 0:
                bar, never = row[travel_offset[RESIDENT_PEOPLE] + d], exp(-resident_trips[d] * years[w])
                residents_bar[d] += bar * (1 - never)
                resident_trips_bar[d] += bar * residents[d] * never * years[w]


@compiled
def state_residents(residents: Real, offset: int, features: Real) -> None:
    """Fill the residents of every place at every date, who are constant."""
    for i in range(features.shape[0]):
        for d in range(residents.size):
            features[i, offset + d] = residents[d]


@compiled
def state_residents_back(features_bar: Real, offset: int, residents_bar: Real) -> None:
    """Add to `residents_bar`."""
    for i in range(features_bar.shape[0]):
        for d in range(residents_bar.size):
            residents_bar[d] += features_bar[i, offset + d]


@compiled
def take_parts(
    part: Indices, of_stock: Indices, part_arrivals: Real, part_stock: Real, whole: Real, terms: Real
) -> None:
    """Fill the terms: those of a part of a country have its share of the whole."""
    for i in range(terms.size):
        terms[i] = whole[i]
        if part[i] >= 0:
            terms[i] *= part_stock[part[i]] if of_stock[i] != 0 else part_arrivals[part[i]]


@compiled
def take_parts_back(
    part: Indices,
    of_stock: Indices,
    part_arrivals: Real,
    part_stock: Real,
    whole: Real,
    terms_bar: Real,
    whole_bar: Real,
    part_arrivals_bar: Real,
    part_stock_bar: Real,
) -> None:
    """Fill `whole_bar`; add to the derivatives of the shares."""
    for i in range(terms_bar.size):
        bar, p = terms_bar[i], part[i]
        whole_bar[i] = bar
        if p >= 0 and of_stock[i] != 0:
            whole_bar[i] = bar * part_stock[p]
            part_stock_bar[p] += bar * whole[i]
        elif p >= 0:
            whole_bar[i] = bar * part_arrivals[p]
            part_arrivals_bar[p] += bar * whole[i]
