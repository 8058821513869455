"""All steps of a run, one after the other; those that are done are passed over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sojourn.borders import beside
from sojourn.borders.band import LinkErrors
from sojourn.borders.claims import Speaker, with_claims
from sojourn.borders.clean import Cleaning
from sojourn.borders.config import ClaimSettings, RunSettings
from sojourn.borders.engine import connected
from sojourn.borders.errors import BordersError
from sojourn.borders.people import read_key
from sojourn.borders.protect import Release
from sojourn.borders.rule import OutcomeRule
from sojourn.borders.steps import Desk, Report, classify_step, clean_step, quiet, stays_step, summarise_step
from sojourn.case import read_case, render_case, write_case


def run(settings: RunSettings, version: str, report: Report = quiet) -> dict[str, bool]:
    """Clean, link where asked, stays, classify, summarise and claim; for each step whether it was done now.

    Raises BordersError (and `sojourn.case.CaseError` for the case) with everything before it whole.
    """
    out = settings.out
    out.mkdir(parents=True, exist_ok=True)
    rule = OutcomeRule(settings.until, settings.since, settings.rule.threshold, settings.rule.window)
    read = settings.read
    key = None if read.pseudonymous else read_key(read.key_file)
    how = Cleaning(read.columns, read.arrival, read.departure, settings.since, settings.until)
    release = Release(settings.release.minimum, settings.release.rounding)
    errors = None if settings.link_errors is None else LinkErrors(**settings.link_errors.model_dump())
    done: dict[str, bool] = {}
    engine = settings.engine
    with connected(engine.url, engine.memory, engine.threads, out / ".spill") as worker:
        desk = Desk(worker, version, report)
        crossings = out / "crossings.parquet"
        done["clean"] = clean_step(desk, settings.input, crossings, out / "rejects.parquet", how, key)
        if settings.link is not None:
            from sojourn.borders.link import Linkage, link_step

            linked = out / "linked.parquet"
            linkage = Linkage(**settings.link.model_dump())
            done["link"] = link_step(desk, crossings, linked, out / "links.parquet", linkage)
            crossings = linked
        done["stays"] = stays_step(desk, crossings, out / "stays.parquet", rule)
        classified = out / "classified.parquet"
        done["classify"] = classify_step(desk, crossings, classified, rule)
        summary = out / "summary.parquet"
        done["summarise"] = summarise_step(
            desk, classified, out / "stays.parquet", summary, rule, settings.by, release, errors
        )
        if settings.claims is not None:
            done["claims"] = claim(desk, summary, settings.claims)
    return done


def claim(desk: Desk, summary: Path, wanted: ClaimSettings) -> bool:
    """Write the released counts into a case; True if the case changed."""
    record = beside.read(summary)
    if record is None or record.step != "summarise":
        raise BordersError(f"{summary}: has no record of how it was made beside it; make it with `summarise`")
    release: dict[str, Any] = record.settings["release"]
    table = desk.engine.read(summary)
    names = ["table", "measure", "month", "category", "value"]
    rows = desk.engine.rows(table.select(*names).order_by(names[:4]))
    case = read_case(wanted.case)
    speaker = Speaker(**wanted.model_dump(exclude={"case"}))
    made = with_claims(
        case, [dict(zip(names, row, strict=True)) for row in rows], speaker, release["rounding"]
    )
    if render_case(made) == render_case(case):
        return False
    write_case(made, wanted.case)
    return True
