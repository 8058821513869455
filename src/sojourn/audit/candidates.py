"""Statistics not yet published: those listed in a case's `candidates.csv`, or a default set.

`candidates.csv` has the columns `candidate` (rows with the same id are published
together), `source` (who would publish it) or `size` (number of people asked, for a survey,
whose rows are shares), and then the columns of `readings.csv` from `measure` to `why`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sojourn._core.errors import Problem, one_of
from sojourn.case import Case, CaseError, Reading
from sojourn.case.csv_file import open_sheet
from sojourn.case.rows import read_rows
from sojourn.case.schema import READINGS, ColumnSchema, TableSchema
from sojourn.case.tables import Measure, Per, Who
from sojourn.measures.kinds import kind_of

FILE = "candidates.csv"
ASKED = 1000
"""Sample size of the survey in the default set."""


@dataclass(frozen=True)
class Proposal:
    """A statistic that might be published: what it counts, and its source or sample size."""

    name: str
    readings: tuple[Reading, ...]
    source: str = ""
    size: int | None = None
    note: str = ""
    purge: str = ""
    """Id of a register that is purged on the reference date, before it is counted."""


@dataclass(frozen=True, slots=True)
class CandidateReading:
    """One row of `candidates.csv`."""

    candidate: str
    source: str
    size: float | None
    measure: Measure
    place: str = ""
    counterpart: str = ""
    who: Who = "displaced"
    wave: str = ""
    start: date | None = None
    end: date | None = None
    per: Per = "total"
    of_measure: Measure | str = ""
    of_place: str = ""
    of_who: Who | str = ""
    of_wave: str = ""
    of_start: date | None = None
    of_end: date | None = None
    scheme: str = ""
    why: str = ""
    row: int = 0
    extra: Mapping[str, str] = field(default_factory=dict[str, str])


COUNTED = tuple(c for c in READINGS.columns if c.name not in ("claim", "reading", "weight"))
TABLE = TableSchema(
    FILE,
    CandidateReading,
    (
        ColumnSchema("candidate", "identifier", "short id of the statistic", "exits_by_border", True),
        ColumnSchema("source", "identifier", "who would publish it; empty for a survey", "kz_mvd"),
        ColumnSchema("size", "positive", "number of people asked, for a survey", "1000", empty=None),
        *COUNTED,
    ),
    key=("candidate",),
)


def proposals(case: Case) -> list[Proposal]:
    """Return the statistics that the case lists, or the default set if it has no `candidates.csv`.

    Raises:
        CaseError: `candidates.csv` is invalid.
    """
    file = case.path / FILE if case.path else None
    if file is None or not file.is_file():
        return list(generated(case))
    return listed(case, file.read_bytes())


def listed(case: Case, content: bytes) -> list[Proposal]:
    """Parse the content of a `candidates.csv`.

    Raises:
        CaseError: with every problem in the file.
    """
    table = read_rows(open_sheet(FILE, content), TABLE)
    problems = table.problems or [p for row in table.rows for p in _problems(case, row)]
    if problems:
        raise CaseError(problems)
    together: dict[str, list[CandidateReading]] = {}
    for row in table.rows:
        together.setdefault(row.candidate, []).append(row)
    return [
        Proposal(
            name,
            tuple(_reading(row, i) for i, row in enumerate(rows)),
            rows[0].source,
            int(rows[0].size) if rows[0].size else None,
            rows[0].why,
        )
        for name, rows in together.items()
    ]


def _reading(row: CandidateReading, number: int) -> Reading:
    cells: dict[str, Any] = {column.name: getattr(row, column.name) for column in COUNTED}
    return Reading(row.candidate, str(number), 1.0, row=row.row, **cells)


def _problems(case: Case, row: CandidateReading) -> Iterator[Problem]:
    """Yield names that are not in the case, and surveys of something that is not a share."""
    settings = case.settings
    known = {
        "source": case.sources_by_id,
        "place": settings.places,
        "counterpart": settings.places,
        "of_place": settings.places,
        "wave": [e.id for e in settings.events],
        "of_wave": [e.id for e in settings.events],
        "scheme": [s.id for s in settings.schemes],
    }
    for column, words in known.items():
        value = getattr(row, column)
        if value and value not in words:
            yield Problem(FILE, f"is not in the case; {one_of(words, value)}", row.row, column, value)
    if row.size and not row.of_measure:
        message = "must be empty unless the row is a share (of_measure): a survey estimates shares"
        yield Problem(FILE, message, row.row, "size", f"{row.size:g}")
    if not row.size and not row.source:
        yield Problem(FILE, "must name the publisher, unless size is given", row.row, "source")


def generated(case: Case) -> Iterator[Proposal]:
    """Yield the default set, as far as the case models it.

    It has exits by border, people who entered, people present, registers, documents, a register
    after a purge, and a survey.
    """
    s = case.settings
    wave = next((e for e in s.events if e.id == s.wave), s.events[0])
    since: dict[str, Any] = {"place": s.host, "start": wave.date, "end": s.asof}
    on: dict[str, Any] = {"place": s.host, "end": s.asof}
    border = publisher(case, "crossings")
    if s.host in s.visitors:
        borders = dict.fromkeys((s.origin, *s.places[s.host].excursions_to))
        rows = [_new("exits", who="all", counterpart=there, **since) for there in borders]
        yield Proposal("exits_by_border", tuple(rows), border, note="all exits, by border crossed")
        yield Proposal("people_entered", (_new("people", who="all", **since),), publisher(case, "persons"))
        yield Proposal("all_present", (_new("present", who="all", **on),), publisher(case, "stocks"))
    yield Proposal(
        "displaced_present",
        (_new("present", **on),),
        publisher(case, "stocks"),
        note="a count of those who fled",
    )
    for scheme in s.schemes:
        if scheme.place != s.host:
            continue
        register = _new("register", who="all", scheme=scheme.id, **on)
        yield Proposal(f"register_{scheme.id}", (register,), publisher(case, "stocks"))
        if not scheme.permit:
            issued = _new("issued", who="all", scheme=scheme.id, **since)
            yield Proposal(f"issued_{scheme.id}", (issued,), publisher(case, "documents"))
            yield Proposal(
                f"purged_{scheme.id}",
                (register,),
                publisher(case, "stocks"),
                note="the register, once people who left are removed",
                purge=scheme.id,
            )
    shares = tuple(
        _new(m, wave=s.wave, of_measure="arrivals", of_start=wave.date, of_end=s.asof, **on)
        for m in ("stayed", "returned")
    )
    yield Proposal("survey", shares, size=ASKED, note="people asked wherever they are now; nobody refuses")


def _new(measure: Measure, **cells: Any) -> Reading:
    return Reading("candidate", measure, 1.0, measure, **cells)


def publisher(case: Case, kind: str) -> str:
    """Id of the likeliest publisher of a kind of figure.

    It is the source with an anchor for that kind, else the host's official source that reports it most.
    """
    for anchor in case.settings.anchors:
        if anchor.kind == kind:
            return anchor.source
    source = {claim.claim: claim.source for claim in case.claims if claim.status == "use"}
    spoken = Counter(source[r.claim] for r in case.readings if r.claim in source and kind_of(r) == kind)
    officials = [s.source for s in case.sources if s.interest == "host_official"]
    ranked = sorted(officials or [s.source for s in case.sources], key=lambda s: -spoken[s])
    return ranked[0]
