"""`sojourn report`: write an answer as a page, tables or interchange files."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from sojourn._core.errors import InputError, Problem

NEEDED = ("altair", "jinja2", "jsonschema", "openpyxl", "vl_convert")


def report(
    folder: Path,
    /,
    *,
    out: Path | None = None,
    format: Annotated[Literal["html", "md", "csv", "xlsx", "sdmx"], Parameter(show_choices=True)] = "html",
) -> int:
    """Write the report of an answer that `sojourn estimate --out` saved.

    The page is one file that works offline, can be printed, and loads nothing.
    Sections that need `sojourn audit`, `vintages`, `worth` or `whatif` stay
    empty until these commands have been run. prov.json and
    ro-crate-metadata.json, written beside the page, give the provenance of each
    number. The same answer gives the same bytes. Exit status: 0 done, 2 cannot
    be read or written.

      sojourn report answers/kz                   answers/kz/report.html
      sojourn report answers/kz --format xlsx     every table as a sheet
      sojourn report answers/kz --format csv --out tables

    Parameters
    ----------
    folder
        The folder given to --out of estimate.
    out
        File to write, or folder for csv (default: in the folder of the answer).
    format
        html: the page; md: text and tables; csv: one file for each table; xlsx: a workbook;
        sdmx: the numbers as SDMX-CSV 2.0.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        message = f"needs {', '.join(missing)}: pip install 'sojourn[report]'"
        raise InputError([Problem("sojourn report", message)])
    from sojourn.report import write_report

    sys.stdout.write(f"{write_report(folder, out, format)}\n")
    return 0
