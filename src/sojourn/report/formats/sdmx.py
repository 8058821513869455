"""The numbers of the answer as SDMX-CSV 2.0, one row for each observation.

Dimensions: FREQ, REF_AREA (where persons are, or where they went), COUNTERPART_AREA
(where they came from), INDICATOR, STATISTIC, TIME_PERIOD; measure OBS_VALUE;
attributes OBS_STATUS (E, estimated), UNIT_MEASURE, PRIOR_ONLY. Codes of places are
the case's. The rows follow the SDMX-CSV field guide, version 2.0.0.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from io import StringIO

from sojourn._core.thresholds import PRIOR_ONLY
from sojourn.report.formats.tables import safe
from sojourn.report.inputs import ReportInputs

HEADER = (
    *(
        "STRUCTURE",
        "STRUCTURE_ID",
        "ACTION",
        "FREQ",
        "REF_AREA",
        "COUNTERPART_AREA",
        "INDICATOR",
        "STATISTIC",
    ),
    *("TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "UNIT_MEASURE", "PRIOR_ONLY"),
)
STRUCTURE = ("dataflow", "SOJOURN:ANSWER(1.0)", "I")
ALL, NONE = "_T", "_Z"
"""SDMX's codes for a total and for "not applicable"."""
Numbers = Mapping[str, float]


def sdmx_csv(material: ReportInputs) -> str:
    """Outcomes, shares, places, flows and the timeline."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for row in _rows(material):
        writer.writerow([safe(cell) for cell in (*STRUCTURE, *row)])
    return out.getvalue()


def _rows(material: ReportInputs) -> Iterator[tuple[str | float, ...]]:
    answer = material.answer
    host, origin, asof = answer["host"], answer["origin"], answer["asof"]
    for name, numbers in answer["outcomes"].items():
        yield from _each(host, origin, name.upper(), asof, numbers, material.is_prior_only(name))
    for name, numbers in answer["shares"].items():
        prior_only = material.is_prior_only(f"share {name}")
        yield from _each(host, origin, f"SHARE_{name.upper()}", asof, numbers, prior_only, "PT")
    for place, numbers in (*answer["by_place"].items(), *answer["parts"].items()):
        yield from _each(place, ALL, "PRESENT", asof, numbers, material.is_prior_only(f"in {place}"))
    for flow in answer["flows"]:
        indicator = "FIRST_ARRIVALS" if flow["kind"] == "arrival" else "MOVES"
        prior_only = flow["contraction"] < PRIOR_ONLY
        yield from _each(flow["to"], flow["from"], indicator, asof, flow["persons"], prior_only)
    for moment in answer["timeline"]:
        if moment["date"] != asof:  # the day asked is above
            for name in answer["outcomes"]:
                prior_only = material.is_prior_only(name)
                yield from _each(host, origin, name.upper(), moment["date"], moment[name], prior_only)


def _each(
    area: str,
    counterpart: str,
    indicator: str,
    day: str,
    numbers: Numbers,
    only: bool,
    unit: str = "PS",
) -> Iterator[tuple[str | float, ...]]:
    """One observation per statistic; unit PS is persons, PT a proportion of one."""
    for statistic, value in numbers.items():
        key = ("D", area, counterpart or NONE, indicator, statistic.upper(), day)
        yield (*key, value, "E", unit, "Y" if only else "N")
