"""The likelihood of the claims: intervals of a figure, readings of a claim, meanings of a series."""

from __future__ import annotations

import math

from sojourn._core.arrays import Indices, Real
from sojourn.inference.kernel.compilation import compiled
from sojourn.inference.kernel.elementary import exp, log

FIRST, SECOND, SCALE, SIGMA, BIAS, COMMON, MEANING, ELASTICITY, TREND = range(9)
"""Columns of `reading`: terms, scale, positions of unknowns (-1: none), and the meaning in a series."""
LOG, LOGIT, NET, LINEAR = 0, 1, 2, 3
"""Scales, as in `likelihood.SCALES`."""
LONE_VARIANCE, YEARS, DWELLINGS = 0, 1, 2
"""Columns of `reading_number`."""


@compiled
def expect(
    reading: Indices,
    reading_number: Real,
    value: Real,
    terms: Real,
    expected: Real,
    unit: Real,
    error: Real,
    location: Real,
) -> None:
    """Fill what each reading expects, (readings,), on its scale.

    `expected` is the value before bias, `location` after it; the logistic scale is `error` · `unit`.
    """
    for i in range(reading.shape[0]):
        scale = reading[i, SCALE]
        a = max(terms[reading[i, FIRST]], 1e-3)
        b = max(terms[reading[i, SECOND]], 1e-3) if reading[i, SECOND] >= 0 else 1.0
        shift = value[reading[i, COMMON]]
        if reading[i, BIAS] >= 0:
            shift += value[reading[i, BIAS]]
        unit[i] = 1.0
        if scale == LOGIT:
            expected[i] = math.log(a) - math.log(max(b - a, 1e-6 * b))
        elif scale == NET:
            expected[i] = a - b
            unit[i] = math.sqrt(a * a + b * b)
        elif scale == LINEAR:
            dwellings = reading_number[i, DWELLINGS]
            growth = math.log1p(a / dwellings) - math.log1p(b / dwellings)
            trend = value[reading[i, TREND]] * reading_number[i, YEARS]
            expected[i] = value[reading[i, ELASTICITY]] * growth + trend
        else:
            expected[i] = math.log(a)
        location[i] = expected[i] * math.exp(shift) if scale == NET else expected[i] + shift
        sigma = value[reading[i, SIGMA]]
        error[i] = math.sqrt(sigma * sigma + reading_number[i, LONE_VARIANCE])


@compiled
def score_readings(
    interval_start: Indices,
    low: Real,
    high: Real,
    interval_weight: Real,
    scored: Indices,
    unit: Real,
    error: Real,
    location: Real,
    score: Real,
    of_location: Real,
    of_spread: Real,
    interval: Real,
) -> None:
    """Fill `score`, log P(figure | reading), and its derivatives by location and by spread, (readings,).

    The figure's intervals are [low, high], with log weights `interval_weight`, and follow one another;
    `interval` (5, I) is scratch. Readings that are not `scored` get 0.
    """
    lows, highs, inside, each, slope = interval[0], interval[1], interval[2], interval[3], interval[4]
    for i in range(scored.size):
        inverse = 1 / (error[i] * unit[i])
        for j in range(interval_start[i], interval_start[i + 1]):
            lows[j] = (low[j] - location[i]) * inverse
            highs[j] = (high[j] - location[i]) * inverse
            inside[j] = -math.expm1(lows[j] - highs[j]) if scored[i] != 0 else 1.0
    for j in range(low.size):
        lo, hi = lows[j], highs[j]
        above, below = exp(-abs(hi)), exp(-abs(lo))
        tails = min(hi, 0.0) - log(1 + above) + min(-lo, 0.0) - log(1 + below)
        each[j] = interval_weight[j] + tails + log(inside[j])
        ratio = (1 - inside[j]) / inside[j]
        of_high = (above if hi > 0 else 1.0) / (1 + above) + ratio
        of_low = -(1.0 if lo > 0 else below) / (1 + below) - ratio
        slope[j] = of_low + of_high
        inside[j] = of_low * lo + of_high * hi
    for i in range(scored.size):
        score[i], of_location[i], of_spread[i] = 0.0, 0.0, 0.0
        if scored[i] == 0:
            continue
        highest, total = -1e300, 0.0
        for j in range(interval_start[i], interval_start[i + 1]):
            highest = max(highest, each[j])
        inverse = 1 / (error[i] * unit[i])
        for j in range(interval_start[i], interval_start[i + 1]):
            weight = math.exp(each[j] - highest)
            total += weight
            of_location[i] -= weight * slope[j] * inverse
            of_spread[i] -= weight * inside[j] * inverse
        score[i] = highest + math.log(total)
        of_location[i] /= total
        of_spread[i] /= total


@compiled
def mix_meanings(
    reading: Indices,
    reading_weight: Real,
    meaning_prior: Real,
    series_start: Indices,
    series_meaning: Indices,
    score: Real,
    meaning: Real,
) -> float:
    """Return minus the log likelihood of all claims; leave the meanings' posterior weights in `meaning`."""
    for m in range(meaning.size):
        meaning[m] = meaning_prior[m]
    for i in range(reading.shape[0]):
        if reading_weight[i] != 0:
            meaning[reading[i, MEANING]] += reading_weight[i] * score[i]
    potential = 0.0
    for k in range(series_start.size - 1):
        highest, total = -1e300, 0.0
        for j in range(series_start[k], series_start[k + 1]):
            highest = max(highest, meaning[series_meaning[j]])
        for j in range(series_start[k], series_start[k + 1]):
            m = series_meaning[j]
            meaning[m] = math.exp(meaning[m] - highest)
            total += meaning[m]
        for j in range(series_start[k], series_start[k + 1]):
            meaning[series_meaning[j]] /= total
        potential -= highest + math.log(total)
    return float(potential)


@compiled
def expect_back(
    reading: Indices,
    reading_number: Real,
    reading_weight: Real,
    value: Real,
    terms: Real,
    expected: Real,
    unit: Real,
    error: Real,
    of_location: Real,
    of_spread: Real,
    meaning: Real,
    value_bar: Real,
    terms_bar: Real,
) -> None:
    """Add to `value_bar` (D,) and `terms_bar`, the derivatives of the claims' part of the potential."""
    for i in range(reading.shape[0]):
        weight = -meaning[reading[i, MEANING]] * reading_weight[i]
        if weight == 0:
            continue
        first, second, scale = reading[i, FIRST], reading[i, SECOND], reading[i, SCALE]
        a = max(terms[first], 1e-3)
        b = max(terms[second], 1e-3) if second >= 0 else 1.0
        bar, spread_bar = weight * of_location[i], weight * of_spread[i]
        shift_bar, a_bar, b_bar = bar, 0.0, 0.0
        if scale == NET:
            shift = value[reading[i, COMMON]]
            if reading[i, BIAS] >= 0:
                shift += value[reading[i, BIAS]]
            bar *= math.exp(shift)
            shift_bar = bar * expected[i]
            unit_bar = spread_bar * error[i]
            a_bar = bar + unit_bar * a / unit[i]
            b_bar = -bar + unit_bar * b / unit[i]
        elif scale == LOGIT:
            a_bar = bar / a
            if b - a > 1e-6 * b:
                a_bar += bar / (b - a)
                b_bar = -bar / (b - a)
            else:
                b_bar = -bar / b
        elif scale == LINEAR:
            dwellings, elasticity = reading_number[i, DWELLINGS], value[reading[i, ELASTICITY]]
            growth = math.log1p(a / dwellings) - math.log1p(b / dwellings)
            value_bar[reading[i, ELASTICITY]] += bar * growth
            value_bar[reading[i, TREND]] += bar * reading_number[i, YEARS]
            a_bar = bar * elasticity / (dwellings + a)
            b_bar = -bar * elasticity / (dwellings + b)
        else:
            a_bar = bar / a
        value_bar[reading[i, COMMON]] += shift_bar
        if reading[i, BIAS] >= 0:
            value_bar[reading[i, BIAS]] += shift_bar
        sigma = reading[i, SIGMA]
        value_bar[sigma] += spread_bar * unit[i] * value[sigma] / error[i]
        if terms[first] > 1e-3:
            terms_bar[first] += a_bar
        if second >= 0 and terms[second] > 1e-3:
            terms_bar[second] += b_bar
