"""What a reader of a ledger should know before a model runs: findings, never errors.

The ledger records what was said, and what was said may be wrong. `check_case` looks
for figures that do not fit their own source (`arithmetic`), for parts of the question
that no figure speaks to (`reach`), and for slips of the pen (`ledger`).
"""

from __future__ import annotations

from collections.abc import Iterator

from sojourn._core.errors import did_you_mean
from sojourn._core.outcomes import Outcome
from sojourn.case.case import Case
from sojourn.case.consistency import arithmetic_findings
from sojourn.case.contradictions import find_contradictions
from sojourn.case.findings import Finding
from sojourn.case.quotes import QUOTE_WORDS
from sojourn.case.row_checks import is_share
from sojourn.case.schema import TABLES
from sojourn.case.tables import Claim, Reading

TOUCHES: dict[Outcome, frozenset[str]] = {
    "arrived": frozenset({"arrivals", "people", "entries", "net"}),
    "stayed": frozenset({"stayed", "present", "settled", "register", "net", "rent"}),
    "moved_on": frozenset({"moved_on", "departures", "exits"}),
    "returned": frozenset({"returned", "departures", "exits"}),
}
"""Outcome → measures, of the host or a part of it, that depend on it."""


def check_case(case: Case) -> list[Finding]:
    """Everything worth a second look in a case that can be read.

    Each finding names its claims and, for arithmetic, says by how much. Only claims in
    use count; intervals, not points, must disagree.
    """
    arithmetic = list(arithmetic_findings(case))
    return [*arithmetic, *_contradictions(case, arithmetic), *_reach(case), *_ledger(case)]


def _contradictions(case: Case, arithmetic: list[Finding]) -> Iterator[Finding]:
    """Pairs of claims that cannot both be true under any reading, but for those listed already."""
    listed = {frozenset(finding.claims) for finding in arithmetic}
    for pair in find_contradictions(case):
        if frozenset((pair.first, pair.second)) not in listed:
            yield Finding("arithmetic", pair.sentence, (pair.first, pair.second))


def _ledger(case: Case) -> Iterator[Finding]:
    for claim in case.claims:
        words = len(claim.quote.split())
        if words > QUOTE_WORDS:
            yield Finding("ledger", f"quote of {words} words; keep it to {QUOTE_WORDS}", (claim.claim,))
        yield from _early(claim, case.readings_by_claim.get(claim.claim, ()))
    for table in TABLES:
        rows = {"sources.csv": case.sources, "claims.csv": case.claims, "readings.csv": case.readings}
        names = [column.name for column in table.columns]
        for row in rows.get(table.file, case.contacts)[:1]:
            for name in row.extra:
                if hint := did_you_mean(name, names):
                    message = f"column {name} of {table.file} is not known, and kept unread{hint}"
                    yield Finding("ledger", message)


def _early(claim: Claim, readings: tuple[Reading, ...]) -> Iterator[Finding]:
    """A figure published before its window is over counts something else, or foresees."""
    if claim.status != "use":
        return
    for reading in readings:
        if reading.end is not None and reading.end > claim.published_until:
            days = (reading.end - claim.published_until).days
            message = (
                f"published by {claim.published_until}, but reading {reading.reading} ends on {reading.end}"
            )
            yield Finding("arithmetic", f"{message}, {days} days later", (claim.claim,), float(days))


def _reach(case: Case) -> Iterator[Finding]:
    """Parts of the question that no figure in use depends on: their answer is the prior."""
    host = case.settings.host
    touched = _touched_by_contacts(case)
    used = {claim.claim for claim in case.claims if case.is_counted(claim)}
    for reading in case.readings:
        if reading.claim in used:
            touched |= set(_touched(case, reading))
    for outcome in TOUCHES:
        if outcome not in touched:
            message = f"no claim in use says anything about {outcome} for {host}"
            yield Finding("reach", f"{message}: its answer comes from priors alone")


def _touched(case: Case, reading: Reading) -> Iterator[Outcome]:
    sides = [(reading.measure, reading.place, reading.who)]
    if is_share(reading):
        sides.append(
            (reading.of_measure or "", reading.of_place or reading.place, reading.of_who or reading.who)
        )
    if reading.measure == "rate" and _home(case, reading.of_place or reading.place) == case.settings.host:
        place = _home(case, reading.place)
        yield (
            "returned"
            if place == case.settings.origin
            else "stayed"
            if place == case.settings.host
            else "moved_on"
        )
    for measure, place, who in sides:
        if _home(case, place) != case.settings.host or who not in ("displaced", "all"):
            continue
        for outcome, measures in TOUCHES.items():
            if measure in measures and not _other_way(case, outcome, measure, reading.counterpart):
                yield outcome


def _other_way(case: Case, outcome: Outcome, measure: str, counterpart: str) -> bool:
    """Departures to a named place speak of one outcome; exits do not, since routes are not destinations."""
    if measure != "departures" or not counterpart:
        return False
    return (counterpart == case.settings.origin) != (outcome == "returned")


def _home(case: Case, place: str) -> str:
    """The country of a place; an empty cell is the host."""
    place = place or case.settings.host
    about = case.settings.places.get(place)
    return about.parent or place if about else place


def _touched_by_contacts(case: Case) -> set[Outcome]:
    touched: set[Outcome] = set()
    for group in case.contacts:
        if _home(case, group.place) == case.settings.host:
            parts: tuple[tuple[Outcome, str], ...] = (
                ("stayed", group.stayed),
                ("moved_on", group.moved_on),
                ("returned", group.returned),
            )
            touched |= {outcome for outcome, cell in parts if cell}
    return touched
