"""`sojourn borders summarise|check|claims`: from rows to tables, and to claims of a case."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from sojourn.cli.borders_desk import (
    HERE,
    USUAL,
    Many,
    Observed,
    Threshold,
    Work,
    desk_at,
    print_counts,
    rule_of,
)

Summary = Annotated[Path, Parameter(help="What summarise wrote, Parquet or CSV.")]


def summarise(
    classified: Annotated[Path, Parameter(help="What classify wrote.")],
    stays: Annotated[Path, Parameter(help="What stays wrote.")],
    out: Annotated[Path, Parameter(help="Table to be written, .parquet or .csv.")],
    /,
    *,
    observed: Observed,
    how: Threshold = USUAL,
    by: Annotated[tuple[str, ...], Many] = (),
    minimum: int = 10,
    rounding: int = 5,
    link_errors: Annotated[tuple[float, float] | None, Parameter(negative="--no-link-errors")] = (
        0.0005,
        0.002,
    ),
    draws: int = 5,
    seed: int = 1,
    work: Work = HERE,
) -> int:
    """Tables with small cells withheld, totals checked, and counts rounded.

    The rule must be the one that classify was given. Tables are not yet verified
    together or against earlier releases: do not publish them. Exit status 1 says so.

      sojourn borders summarise migrants.parquet stays.parquet summary.csv \\
          --by nationality --from 2019-01-01 --until 2024-01-01

    Parameters
    ----------
    by
        Columns to tabulate: border, nationality, purpose.
    minimum
        Least count that is shown.
    rounding
        Base to which counts are rounded, at least 3.
    link_errors
        Broken links per link, least and most, for the band.
    draws
        Times that links are broken for the band.
    seed
        The same seed breaks the same links.
    """
    from sojourn.borders.release.disclosure import Release
    from sojourn.borders.release.link_error_band import LinkErrors
    from sojourn.borders.stages import summarise_step

    rule = rule_of(observed, how)
    errors = None if not link_errors else LinkErrors(*link_errors, draws, seed)
    with desk_at(work, [classified, stays], [out]) as desk:
        release = Release(minimum, rounding)
        return print_counts(out, summarise_step(desk, classified, stays, out, rule, by, release, errors))


def check(summary: Summary, /, *, minimum: int | None = None, rounding: int | None = None) -> int:
    """What is wrong with the tables of a summary. Exit status 1: never publish on this check alone.

    Counts are looked at as they are in the file, whoever wrote it; each table by
    itself. What follows from two tables or two releases is not found, so that
    even without a fault the verdict is "not verified".

      sojourn borders check summary.csv
      sojourn borders check summary.csv --minimum 20 --rounding 10

    Parameters
    ----------
    minimum
        Least count that may be shown (usually: as the summary was made).
    rounding
        Base to which counts must be rounded (usually: as the summary was made).
    """
    from sojourn.borders import manifest
    from sojourn.borders.errors import BordersError
    from sojourn.borders.release.disclosure import NOT_VERIFIED
    from sojourn.borders.release.disclosure import check as validate_crossings
    from sojourn.borders.stages import read_cells

    record = manifest.read(summary)
    made = None if record is None else record.settings.get("release")
    if made is None and (minimum is None or rounding is None):
        raise BordersError(f"{summary}: has no record of how it was made; give --minimum and --rounding")
    release: dict[str, Any] = made or {}
    least: int = release["minimum"] if minimum is None else minimum
    base: int = release["rounding"] if rounding is None else rounding
    if least < 2 or base < 1:
        raise BordersError(f"--minimum {least} --rounding {base}: allowed are at least 2 and 1")
    found = validate_crossings(read_cells(summary), least, base)
    for (table, measure), faults in found.items():
        print(f"{table}/{measure}: {'unsafe: ' + '; '.join(faults) if faults else 'no fault found'}")
    print(f"{summary}: {'unsafe, and ' if any(found.values()) else ''}{NOT_VERIFIED}")
    return 1


def claims(
    summary: Annotated[Path, Parameter(help="What summarise wrote, with its record.")],
    case: Annotated[Path, Parameter(help="Folder of the case.")],
    /,
    *,
    source: str,
    name: str,
    place: str,
    published: date,
    who: str = "all",
    table: str = "months",
    category: str = "all",
) -> int:
    """Write released monthly counts into a case, as claims of an own count.

    Claims that the same source made before are replaced.

      sojourn borders claims summary.parquet my-case --source register \\
          --name 'Border service' --place HO --published 2024-02-01

    Parameters
    ----------
    source
        Id of the source in the case; it is added if it is new.
    name
        Who counted.
    place
        Id of the place whose border it is.
    published
        Day from which the counts were known.
    who
        Whom they count, in the words of the case: displaced, visitors, residents or all.
    table
        Which table of the summary: months, or one of --by.
    category
        Which of its categories, such as a nationality; all for all.
    """
    from sojourn.borders.pipeline import claim
    from sojourn.borders.settings import ClaimSettings

    wanted = ClaimSettings.model_validate(
        {
            "case": case,
            "source": source,
            "name": name,
            "place": place,
            "published": published,
            "who": who,
            "table": table,
            "category": category,
        }
    )
    changed = claim(summary, wanted)
    print(f"{case}: {'written' if changed else 'had these claims already'}")
    return 0
