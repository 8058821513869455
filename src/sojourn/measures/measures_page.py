"""The reference page of measures, from the code: `python -m sojourn.measures.measures_page`.

In: nothing. Out: `docs/reference/measures.md`, the kind and the scale of every measure; a test keeps
it current.
"""

from __future__ import annotations

import sys
from typing import get_args

from sojourn.case.schema import CHANGES, FLOWS, WHO_OF
from sojourn.case.tables import Measure, Reading
from sojourn.measures.kinds import kind_of, scale_of

HEAD = """\
# Measures and their kinds

A reading names one of these measures. Figures of one kind from one source share that source's bias and an
error of measurement, and an anchor of a source names a kind. The scale is that on which the model compares
a published figure with its expectation: `log` for counts, `logit` for shares, `net` for differences of two
flows, whose error is proportional to the gross flow, and `linear` for rents. A reading that names a
denominator (`of_measure`) is of the kind `shares`, whatever its measure. What a measure counts is in [the
files of a case](case.md). This page is made from the code.

| measure | kind | scale | counted | people it can count |
|---|---|---|---|---|
"""


def page() -> str:
    """The page as Markdown."""
    measures: tuple[Measure, ...] = get_args(Measure)
    return HEAD + "".join(_row(measure) for measure in measures)


def _row(measure: Measure) -> str:
    reading = Reading("", "", 1.0, measure)
    when = "over a window" if measure in FLOWS else "between two dates" if measure in CHANGES else "on a day"
    people = ", ".join(f"`{who}`" for who in WHO_OF[measure])
    return f"| `{measure}` | {kind_of(reading)} | {scale_of(reading)} | {when} | {people} |\n"


if __name__ == "__main__":
    sys.stdout.write(page())
