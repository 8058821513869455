"""`sojourn borders`: from a register of crossings to people, stays, migrants, and claims of a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from sojourn.cli.borders_steps import classify, clean, key, lawful, link, stays
from sojourn.cli.borders_tables import check, claims, summarise

HELP = """\
From border crossings to people: stays, long-term migrants, tables, claims.

Each step reads and writes files; beside every output lie a public record
(.json) of its settings, version and hashes, and a private one (.private.json) of
its counts. Exit status: 0 done, 1 rows rejected or a release not verified, 2
cannot be read.

  sojourn borders key /secure/place/key
  sojourn borders run register.toml
  sojourn borders clean raw.csv crossings.parquet --key-file /secure/place/key
  sojourn borders classify crossings.parquet migrants.parquet \\
      --threshold 365 --window 487 --from 2019-01-01 --until 2024-01-01
"""

app = App(name="borders", help=HELP, help_format="plaintext")


@app.command
def run(config: Annotated[Path, Parameter(help="Its keys: docs/reference/borders.md.")], /) -> int:
    """All steps with the settings of a TOML file; a rerun continues after the last finished one.

    Exit status 1: the tables are written, and not verified against one another.

    sojourn borders run register.toml
    """
    import sys

    import sojourn
    from sojourn.borders import manifest
    from sojourn.borders.pipeline import run_pipeline
    from sojourn.borders.release.disclosure import NOT_VERIFIED
    from sojourn.borders.settings import read_config
    from sojourn.borders.stages import quiet
    from sojourn.cli.borders_desk import CLEARED, report, warn_of_rejects

    def tell(step: str, now: bool) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(CLEARED)
        print(f"{step}: {'done' if now else 'up to date, skipped'}", flush=True)

    settings = read_config(config)
    run_pipeline(settings, sojourn.__version__, report if sys.stderr.isatty() else quiet, tell)
    crossings, summary = settings.out / "crossings.parquet", settings.out / "summary.parquet"
    warn_of_rejects(crossings, manifest.read_counts(crossings) or {})
    sys.stderr.write(f"{summary}: {NOT_VERIFIED}\n")
    return 1


for command in (key, clean, link, stays, classify, lawful, summarise, check, claims):
    app.command(command)
