"""Claims from a world's border register, processed by `sojourn borders` and added to its case.

Monthly entries, exits and distinct people, for citizens of the origin, become claims with a
single reading, beside the figures of officials. Counts of people present are dropped, because
a register of crossings does not include people who lived there before it began.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from sojourn._core.version import __version__
from sojourn.borders.pipeline import run_pipeline
from sojourn.borders.settings import RunSettings
from sojourn.case import Case, read_case, write_case
from sojourn.simulation.records import Records
from sojourn.simulation.settings import WorldSettings
from sojourn.simulation.write import crossing_table

SOURCE = "own"


def with_register(world: WorldSettings, records: Records, seed: int, case: Case, folder: Path) -> Case:
    """Add the counts of the host's register to a case; `folder` receives the case and working files."""
    import pyarrow.parquet as parquet

    work = folder / "register"
    work.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 0x4E61])
    alias = rng.permutation(len(records.passport))
    rows = records.crossings.take(records.crossings.place == world.place_ids.index(world.host))
    parquet.write_table(crossing_table(world, records, rows, alias, rng), work / "raw.parquet")
    write_case(case, folder)
    settings = RunSettings.model_validate(
        {
            "input": str(work / "raw.parquet"),
            "out": work,
            "from": world.start,
            "until": world.until + timedelta(days=1),
            "by": ("nationality",),
            "read": {"columns": {"day": "time", "border": "counterpart"}, "pseudonymous": True},
            "link_errors": None,
            "claims": {
                "case": folder,
                "source": SOURCE,
                "name": "Own count of the register",
                "place": world.host,
                "published": world.until,
                "table": "nationality",
                "category": world.nationality,
            },
        }
    )
    run_pipeline(settings, __version__)
    return without_stocks(read_case(folder))


def without_stocks(case: Case) -> Case:
    """Return the case without own counts of people present."""
    readings = case.readings_by_claim
    dropped = {
        claim.claim
        for claim in case.claims
        if claim.source == SOURCE and readings[claim.claim][0].measure == "present"
    }
    return replace(
        case,
        claims=tuple(claim for claim in case.claims if claim.claim not in dropped),
        readings=tuple(reading for reading in case.readings if reading.claim not in dropped),
    )
