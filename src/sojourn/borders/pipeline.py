"""All steps of a run, one after the other; those that are done are passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sojourn.borders import manifest
from sojourn.borders.case_claims import Speaker, with_claims
from sojourn.borders.cleaning import Cleaning
from sojourn.borders.engine import connected
from sojourn.borders.errors import BordersError
from sojourn.borders.outcome.rule import OutcomeRule
from sojourn.borders.pseudonyms import read_key
from sojourn.borders.release.disclosure import Release
from sojourn.borders.release.link_error_band import LinkErrors
from sojourn.borders.release.tables import COLUMNS
from sojourn.borders.settings import ClaimSettings, RunSettings
from sojourn.borders.stages import (
    Report,
    StageContext,
    classify_step,
    clean_step,
    quiet,
    read_cells,
    stays_step,
    summarise_step,
)
from sojourn.case import read_case, render_case, write_case

Tell = Callable[[str, bool], None]
"""Told the name of a step that has ended, and whether it was done now."""


def run_pipeline(
    settings: RunSettings, version: str, report: Report = quiet, tell: Tell | None = None
) -> dict[str, bool]:
    """Clean, link where asked, stays, classify, summarise and claim; for each step whether it was done now.

    Raises BordersError (and `sojourn.case.CaseError` for the case) with everything before it whole.
    """
    if settings.claims is not None:
        read_case(settings.claims.case)  # better known to be wrong now than after the work
    done: dict[str, bool] = {}
    for name, now in _steps(settings, version, report):
        done[name] = now
        if tell is not None:
            tell(name, now)
    return done


def _steps(settings: RunSettings, version: str, report: Report) -> Iterator[tuple[str, bool]]:
    """The steps, each done when it is asked for."""
    out = settings.out
    out.mkdir(parents=True, exist_ok=True)
    rule = OutcomeRule(settings.until, settings.since, settings.rule.threshold, settings.rule.window)
    read = settings.read
    key = None if read.pseudonymous else read_key(read.key_file)
    days = (settings.since, settings.until)
    how = Cleaning(read.columns, read.arrival, read.departure, *days, {**read.labels}, read.least_people)
    release = Release(settings.release.minimum, settings.release.rounding)
    errors = None if settings.link_errors is None else LinkErrors(**settings.link_errors.model_dump())
    engine = settings.engine
    summary = out / "summary.parquet"
    where = (engine.url, engine.memory, engine.threads)
    with connected(*where, spill=out, reads=[settings.input], writes=[summary]) as worker:
        desk = StageContext(worker, version, report)
        crossings = out / "crossings.parquet"
        yield "clean", clean_step(desk, settings.input, crossings, out / "rejects.parquet", how, key)
        if settings.link is not None:
            from sojourn.borders.linkage.links import Linkage, link_step

            linked = out / "linked.parquet"
            linkage = Linkage(**settings.link.model_dump())
            yield "link", link_step(desk, crossings, linked, out / "links.parquet", linkage)
            crossings = linked
        yield "stays", stays_step(desk, crossings, out / "stays.parquet", rule)
        classified = out / "classified.parquet"
        yield "classify", classify_step(desk, crossings, classified, rule)
        made = summarise_step(
            desk, classified, out / "stays.parquet", summary, rule, settings.by, release, errors
        )
        yield "summarise", made
    if settings.claims is not None:
        yield "claims", claim(summary, settings.claims)


def claim(summary: Path, wanted: ClaimSettings) -> bool:
    """Write the released counts into a case; True if the case changed."""
    record = manifest.read(summary)
    if record is None or record.step != "summarise":
        raise BordersError(f"{summary}: has no record of how it was made beside it; make it with `summarise`")
    release: dict[str, Any] = record.settings["release"]
    case = read_case(wanted.case)
    speaker = Speaker(**wanted.model_dump(exclude={"case"}))
    cells = sorted(read_cells(summary), key=lambda cell: [cell[name] for name in COLUMNS[:4]])
    made = with_claims(case, cells, speaker, release["rounding"])
    if render_case(made) == render_case(case):
        return False
    write_case(made, wanted.case)
    return True
