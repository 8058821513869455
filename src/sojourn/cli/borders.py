"""`sojourn borders`: from a register of crossings to people, stays, migrants, and claims of a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from sojourn.cli.borders_steps import classify, clean, lawful, link, stays
from sojourn.cli.borders_tables import check, claims, summarise

HELP = """\
From border crossings to people: stays, long-term migrants, tables, claims.

Each step reads and writes files; beside every output lies a record (.json) of
its settings, version, hashes and counts. Exit status: 0 done, 2 cannot be read.

  sojourn borders run register.toml
  sojourn borders clean raw.csv crossings.parquet --key-file key.txt
  sojourn borders classify crossings.parquet migrants.parquet \\
      --threshold 365 --window 487 --from 2019-01-01 --until 2024-01-01
"""

app = App(name="borders", help=HELP, help_format="plaintext")


@app.command
def run(config: Annotated[Path, Parameter(help="Its keys: docs/reference/borders.md.")], /) -> int:
    """All steps with the settings of a TOML file; a rerun continues after the last finished one.

    sojourn borders run register.toml
    """
    import sys

    import sojourn
    from sojourn.borders.config import read_config
    from sojourn.borders.run import run as run_all
    from sojourn.borders.steps import quiet
    from sojourn.cli.borders_desk import CLEARED, report

    def tell(step: str, now: bool) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(CLEARED)
        print(f"{step}: {'done' if now else 'was done'}", flush=True)

    run_all(read_config(config), sojourn.__version__, report if sys.stderr.isatty() else quiet, tell)
    return 0


for command in (clean, link, stays, classify, lawful, summarise, check, claims):
    app.command(command)
