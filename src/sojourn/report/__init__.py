"""Report: the answer and its audit as a page, tables and interchange files.

In: the folder that `sojourn estimate --out` wrote, with `audit.json` where `sojourn audit`
was run. Out: one file (HTML, Markdown, a workbook, SDMX-CSV) or a folder of CSV, and the
provenance beside it. Reads files only: no model is run. Knows `audit` and `inference` by
their schemas.
"""

from sojourn.report.write import NAMES, Format, write_report

__all__ = ["NAMES", "Format", "write_report"]
