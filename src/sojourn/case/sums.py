"""Sums of figures that one source gave at once: on one day, or in one text if only the month is known.

Two figures add up to a third if both are parts of it, or if one is what left and the other what remained, to
the grain of the coarsest figure (see `hedges`). Figures not related by definition, or without a reading,
must agree to a thousandth and have three significant digits, since round figures agree by chance. Two figures
may also differ by exactly what another source had said about the same country. Parts that exceed their whole
contradict it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations

from sojourn.case.case import Case
from sojourn.case.containment import contained, exclusive
from sojourn.case.contradictions import bounds, country_of
from sojourn.case.findings import Finding
from sojourn.case.hedges import grain
from sojourn.case.row_checks import is_share
from sojourn.case.schema import FLOWS, SHARE_UNITS
from sojourn.case.tables import Claim, Reading

MOST = 60
"""Maximum number of figures said at once that are compared in threes."""
MONTH = timedelta(days=31)
SMALL = 100
"""Counts below this often add up by chance."""
DIGITS = 3
"""Least number of significant digits of a sum, and of one part, of figures not related by definition."""
CHANCE = 0.001
"""Largest difference of such a sum, as a proportion of the whole: larger ones occur by chance."""
OUTFLOWS = frozenset({"exits", "departures", "moved_on", "returned"})
REMAINDERS = frozenset({"net", "present", "stayed", "settled"})
INFLOWS = frozenset({"entries", "people", "arrivals"})


def sum_remarks(case: Case) -> Iterator[Finding]:
    """Yield figures of one statement of which one is the sum of two others, and shares of one whole."""
    for statement in _statements(case):
        for three in combinations(statement, 3):
            *parts, whole = sorted(three, key=_value)
            if _adds_up(case, parts[0], parts[1], whole):
                words = f"{_number(parts[0])} + {_number(parts[1])} = {_number(whole)}"
                yield Finding("sum", f"what was said at once adds up: {words}", tuple(c.claim for c in three))
        yield from _shares(case, statement)
    yield from _sums_with_another_source(case)


def _sums_with_another_source(case: Case) -> Iterator[Finding]:
    """Yield two figures of one statement that differ by exactly a figure of another source.

    It is about the same country and at most a month older: the statement may be built on it.
    """
    used = [c for c in case.claims if case.is_counted(c) and c.unit not in SHARE_UNITS and _value(c) >= SMALL]
    by_value: dict[tuple[float, str, str], list[Claim]] = defaultdict(list)
    for claim in used:
        by_value[_value(claim), claim.unit, country_of(case, _likeliest(case, claim))].append(claim)
    known = {claim.claim for claim in used}
    for statement in _statements(case):
        for pair in combinations([claim for claim in statement if claim.claim in known], 2):
            part, whole = sorted(pair, key=_value)
            key = _value(whole) - _value(part), whole.unit, country_of(case, _likeliest(case, whole))
            for other in by_value.get(key, ()):
                age = whole.published - other.published_until
                is_new = other.source != whole.source and timedelta(0) <= age <= MONTH
                digits = min(_digits(whole), max(_digits(part), _digits(other)))
                if is_new and digits >= DIGITS and part.unit == whole.unit:
                    words = f"{_number(other)} ({other.claim}) + {_number(part)} = {_number(whole)}"
                    message = (
                        f"what was said at once adds up with an earlier figure of another source: {words}"
                    )
                    yield Finding("sum", message, (part.claim, whole.claim, other.claim))


def part_findings(case: Case) -> Iterator[Finding]:
    """Yield two parts that do not overlap, and whose sum exceeds their whole in the same statement."""
    for statement in _statements(case):
        for whole in statement:
            others = [claim for claim in statement if claim is not whole]
            for one, other in combinations(others, 2):
                if not _are_parts(case, one, other, whole):
                    continue
                low = sum(bounds(case, part, _likeliest(case, part)).low for part in (one, other))
                gap = low - bounds(case, whole, _likeliest(case, whole)).high
                if gap > 0:
                    words = f"{_number(one)} + {_number(other)} exceed their whole, {_number(whole)}"
                    claims = (one.claim, other.claim, whole.claim)
                    yield Finding(
                        "arithmetic", f"parts said at once, {words}, by at least {gap:,.6g}", claims, gap
                    )


def _statements(case: Case) -> Iterator[list[Claim]]:
    """Yield the figures of each statement, context included; copies repeat a figure and are left out."""
    groups: dict[tuple[object, ...], list[Claim]] = defaultdict(list)
    for claim in case.claims:
        if claim.status in ("use", "context") and claim.value is not None and claim.hedge != "range":
            is_day = claim.published == claim.published_until
            text = "" if is_day else claim.url or claim.claim
            groups[claim.source, claim.published, claim.published_until, text].append(claim)
    yield from (group for group in groups.values() if 1 < len(group) <= MOST)


def _value(claim: Claim) -> float:
    return claim.value or 0.0


def _number(claim: Claim) -> str:
    return f"{_value(claim):,.12g}" + (" %" if claim.unit == "percent" else "")


def _likeliest(case: Case, claim: Claim) -> Reading:
    return max(case.readings_by_claim[claim.claim], key=lambda reading: reading.weight)


def _adds_up(case: Case, one: Claim, other: Claim, whole: Claim) -> bool:
    three = (one, other, whole)
    if len({c.unit for c in three}) > 1 or whole.unit in SHARE_UNITS or _value(one) < SMALL:
        return False
    miss = abs(_value(one) + _value(other) - _value(whole))
    if miss > max(grain(_value(claim), claim.hedge) for claim in three) / 2:
        return False
    if miss <= CHANCE * _value(whole) and min(_digits(whole), max(_digits(one), _digits(other))) >= DIGITS:
        return True
    return _are_parts(case, one, other, whole) or _is_balance(case, one, other, whole)


def _digits(claim: Claim) -> int:
    """Return the number of significant digits of a figure: 298,000 → 3."""
    return len(f"{_value(claim):.12g}".replace(".", "").strip("0"))


def _are_parts(case: Case, one: Claim, other: Claim, whole: Claim) -> bool:
    """Tell whether two claims count disjoint parts of the third, in their most probable readings."""
    if not all(claim.claim in case.readings_by_claim for claim in (one, other, whole)):
        return False
    a, b, c = (_likeliest(case, claim) for claim in (one, other, whole))
    if is_share(c) or any(contained(case, part, c) != "are part of" for part in (a, b)):
        return False
    return a.measure == b.measure == c.measure and _are_disjoint(case, a, b)


def _are_disjoint(case: Case, a: Reading, b: Reading) -> bool:
    if (
        a.measure in FLOWS
        and a.start
        and a.end
        and b.start
        and b.end
        and (a.end < b.start or b.end < a.start)
    ):
        return True
    if (a.start, a.end) != (b.start, b.end):
        return False
    places = case.settings.places
    siblings = (
        bool(places[a.place].parent and places[b.place].parent)
        if {a.place, b.place} <= set(places)
        else False
    )
    differences = (
        a.place != b.place and siblings,
        a.who != b.who and "all" not in (a.who, b.who),
        a.wave != b.wave and bool(a.wave and b.wave),
        a.counterpart != b.counterpart and bool(a.counterpart and b.counterpart),
    )
    return any(differences)


def _is_balance(case: Case, one: Claim, other: Claim, whole: Claim) -> bool:
    """Tell whether the whole is what came, and the others are what left and what remained, in one place."""
    if not all(claim.claim in case.readings_by_claim for claim in (one, other, whole)):
        return False
    a, b, c = (_likeliest(case, claim) for claim in (one, other, whole))
    sides = {
        a.measure in OUTFLOWS and b.measure in REMAINDERS,
        b.measure in OUTFLOWS and a.measure in REMAINDERS,
    }
    same_place = a.place == b.place == c.place and not any(map(is_share, (a, b, c)))
    return c.measure in INFLOWS and True in sides and same_place


def _shares(case: Case, statement: list[Claim]) -> Iterator[Finding]:
    """Yield two or three shares of one whole, of different outcomes, that add up to the whole."""
    shares = [c for c in statement if c.unit in SHARE_UNITS and c.claim in case.readings_by_claim]
    for size in (2, 3):
        for parts in combinations(shares, size):
            readings = [_likeliest(case, claim) for claim in parts]
            if not all(exclusive(a, b) for a, b in combinations(readings, 2)):
                continue
            low, high = (
                sum(getattr(bounds(case, c, r), end) for c, r in zip(parts, readings, strict=True))
                for end in ("low", "high")
            )
            if low <= 1 <= high and abs(sum(map(_value, parts)) - SHARE_UNITS[parts[0].unit]) < 1e-9:
                words = f"{' + '.join(map(_number, parts))} = the whole"
                yield Finding("sum", f"what was said at once adds up: {words}", tuple(c.claim for c in parts))
