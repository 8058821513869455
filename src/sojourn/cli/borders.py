"""`sojourn borders`: from a register of crossings to people, stays, migrants, and claims of a case."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from sojourn.borders.engine import Progress
    from sojourn.borders.steps import Desk

HELP = """\
From border crossings to people: stays, long-term migrants, tables, claims.

Each step reads and writes files; beside every output lies a record (.json) of its
settings, version, hashes and counts. Exit status: 0 done, 2 cannot be read.

  sojourn borders run register.toml
  sojourn borders clean raw.csv crossings.parquet --key-file key.txt
  sojourn borders classify crossings.parquet migrants.parquet \\
      --threshold 365 --window 487 --from 2019-01-01 --until 2024-01-01
"""

app = App(name="borders", help=HELP, help_format="plaintext")

Url = Annotated[str, Parameter(help="duckdb, or spark://… (spark://local[2] on this machine).")]
Memory = Annotated[str, Parameter(help="Limit for all the work.")]
Since = Annotated[date | None, Parameter(name="--from", help="First day of observation.")]
Until = Annotated[date, Parameter(help="First day that is no longer observed.")]


@contextmanager
def _desk(url: str, memory: str, out: Path) -> Generator[Desk]:
    import sys

    import sojourn
    from sojourn.borders.engine import connected
    from sojourn.borders.steps import Desk, quiet

    with connected(url, memory, spill=out.parent / ".spill") as engine:
        yield Desk(engine, sojourn.__version__, _report if sys.stderr.isatty() else quiet)


def _report(step: str, rows: int) -> Progress:
    """A line on the terminal: seconds; and of the query under way share, rows per second and time left."""
    import sys

    began, last = 0.0, 0.0

    def tell(share: float, seconds: float) -> None:
        nonlocal began, last
        if share < last:
            began = seconds  # another query
        last, spent = share, seconds - began
        line = f"{step}: {rows:,} rows, {seconds:.0f} s"
        if share > 0 and spent > 0:
            left = spent * (1 - share) / share
            line += f"; this query {100 * share:.0f} %, {rows * share / spent:,.0f} rows/s, {left:.0f} s left"
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    return tell


def _said(out: Path, done: bool) -> int:
    """Print what the record says; the record is there because the step is done."""
    import json

    from sojourn.borders import beside

    record = beside.read(out)
    assert record is not None
    print(f"{out}: {'written' if done else 'was already done with these settings and inputs'}")
    shown = {name: value for name, value in record.counts.items() if name != "verdicts"}
    print(json.dumps(shown, ensure_ascii=False, indent=2))
    return 0


@app.command
def clean(
    source: str,
    out: Path,
    /,
    *,
    rejects: Path | None = None,
    key_file: Path | None = None,
    pseudonymous: Annotated[bool, Parameter(negative="")] = False,
    column: tuple[str, ...] = (),
    since: Since = None,
    until: date | None = None,
    engine: Url = "duckdb",
    memory: Memory = "4GB",
) -> int:
    """Raw crossings (Parquet, CSV, or FILE.duckdb::TABLE) to clean ones, and rejects with reasons.

    Identifiers are replaced by a keyed hash. The key comes from --key-file or from the
    environment variable SOJOURN_BORDERS_KEY.

    Parameters
    ----------
    rejects
        Where rejected rows go (default: rejects.parquet beside OUT).
    key_file
        File with the secret, at least 16 bytes.
    pseudonymous
        Identifiers are pseudonyms already; keep them.
    column
        NAME=RAW, as often as needed: which raw column is person, day, direction …
    """
    from sojourn.borders.clean import Cleaning
    from sojourn.borders.errors import BordersError
    from sojourn.borders.people import read_key
    from sojourn.borders.steps import clean_step

    wrong = [text for text in column if "=" not in text]
    if wrong:
        raise BordersError(f"--column {wrong[0]!r}: allowed is NAME=RAW, such as person=passport")
    how = Cleaning(dict(text.split("=", 1) for text in column), since=since, until=until)
    key = None if pseudonymous else read_key(key_file)
    rejected = rejects or out.with_name("rejects.parquet")
    with _desk(engine, memory, out) as desk:
        return _said(out, clean_step(desk, source, out, rejected, how, key))


@app.command
def link(
    source: Path,
    out: Path,
    /,
    *,
    links: Path | None = None,
    compare: tuple[str, ...] = ("name", "birth", "nationality"),
    block: tuple[str, ...] = ("birth", "name"),
    threshold: float = 0.95,
    engine: Url = "duckdb",
    memory: Memory = "4GB",
) -> int:
    """Find persons who crossed with several documents (needs the extra `link`).

    Parameters
    ----------
    links
        Where documents, persons and probabilities go (default: links.parquet beside OUT).
    compare
        Columns that two documents of one person should share.
    block
        Columns of which at least one must be equal for a pair to be looked at.
    threshold
        Least probability of a match that links.
    """
    from sojourn.borders.link import Linkage, link_step

    with _desk(engine, memory, out) as desk:
        linkage = Linkage(compare, block, threshold)
        return _said(out, link_step(desk, source, out, links or out.with_name("links.parquet"), linkage))


@app.command
def stays(
    source: Path,
    out: Path,
    /,
    *,
    until: Until,
    since: Since = None,
    engine: Url = "duckdb",
    memory: Memory = "4GB",
) -> int:
    """Crossings paired into stays; a missing crossing is an interval of days."""
    from sojourn.borders.rule import OutcomeRule
    from sojourn.borders.steps import stays_step

    with _desk(engine, memory, out) as desk:
        return _said(out, stays_step(desk, source, out, OutcomeRule(until, since)))


@app.command
def classify(
    source: Path,
    out: Path,
    /,
    *,
    until: Until,
    since: Since = None,
    threshold: int = 365,
    window: int = 487,
    engine: Url = "duckdb",
    memory: Memory = "4GB",
) -> int:
    """Which crossings are long-term migrations, by the outcome rule.

    SOURCE (CSV or Parquet) has person, day, direction (arrival or departure) and
    optionally initial_status (resident or non_resident) and sequence (order within a
    day). OUT has them and status_before, status_after, long_term_migrant (true, false,
    or null for not yet determined), final_on and p_migrant.

    Parameters
    ----------
    threshold
        Days in the new state.
    window
        Days after the crossing in which they count.
    """
    from sojourn.borders.rule import OutcomeRule
    from sojourn.borders.steps import classify_step

    with _desk(engine, memory, out) as desk:
        return _said(out, classify_step(desk, source, out, OutcomeRule(until, since, threshold, window)))


@app.command
def summarise(
    classified: Path,
    stays: Path,
    out: Path,
    /,
    *,
    until: Until,
    since: Since = None,
    threshold: int = 365,
    window: int = 487,
    by: tuple[str, ...] = (),
    minimum: int = 10,
    rounding: int = 5,
    link_errors: tuple[float, float] | None = (0.0005, 0.002),
    draws: int = 5,
    seed: int = 1,
    engine: Url = "duckdb",
    memory: Memory = "4GB",
) -> int:
    """Tables that may be released: small cells withheld, totals checked, counts rounded.

    Parameters
    ----------
    by
        Columns to tabulate: border, nationality, purpose.
    minimum
        Least count that is shown.
    rounding
        Base to which counts are rounded.
    link_errors
        Broken links per link, least and most, for the band.
    """
    from sojourn.borders.band import LinkErrors
    from sojourn.borders.protect import Release
    from sojourn.borders.rule import OutcomeRule
    from sojourn.borders.steps import summarise_step

    rule = OutcomeRule(until, since, threshold, window)
    errors = None if link_errors is None else LinkErrors(*link_errors, draws, seed)
    with _desk(engine, memory, out) as desk:
        release = Release(minimum, rounding)
        return _said(out, summarise_step(desk, classified, stays, out, rule, by, release, errors))


@app.command
def check(summary: Path, /, *, minimum: int | None = None, rounding: int | None = None) -> int:
    """Which tables of a summary are safe to release. Exit status 1 if one is not.

    Parameters
    ----------
    minimum
        Least count that may be shown (default: as the summary was made).
    rounding
        Base to which counts must be rounded (default: as the summary was made).
    """
    from sojourn.borders import beside
    from sojourn.borders.errors import BordersError
    from sojourn.borders.protect import Release
    from sojourn.borders.protect import check as checked
    from sojourn.borders.steps import read_cells

    record = beside.read(summary)
    made = None if record is None else record.settings.get("release")
    if made is None and (minimum is None or rounding is None):
        raise BordersError(f"{summary}: has no record of how it was made; give --minimum and --rounding")
    made = made or {}
    release = Release(minimum or made["minimum"], rounding or made["rounding"])
    found = checked(read_cells(summary), release)
    for (table, measure), wrong in found.items():
        print(f"{table}/{measure}: {'; '.join(wrong) or 'safe'}")
    return int(any(found.values()))


@app.command
def claims(
    summary: Path,
    case: Path,
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
    """
    from sojourn.borders.config import ClaimSettings
    from sojourn.borders.run import claim

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
    with _desk("duckdb", "1GB", summary) as desk:
        changed = claim(desk, summary, wanted)
    print(f"{case}: {'written' if changed else 'had these claims already'}")
    return 0


@app.command
def run(config: Path, /) -> int:
    """All steps with the settings of a TOML file; a rerun continues after the last finished one."""
    import sys

    import sojourn
    from sojourn.borders.config import read_config
    from sojourn.borders.run import run as run_all
    from sojourn.borders.steps import quiet

    report = _report if sys.stderr.isatty() else quiet
    for step, now in run_all(read_config(config), sojourn.__version__, report).items():
        print(f"{step}: {'done' if now else 'was done'}")
    return 0
