"""The answer: what an estimate says, as data, as frames and as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sojourn._core.files import dump_json, staged_folder
from sojourn._core.outcomes import FATES

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

FILES = ("answer.json", "posterior.nc", "timeline.parquet", "claims.parquet")


@dataclass(frozen=True)
class Answer:
    """An estimate and everything to judge it by.

    `record` is `answer.json` (its JSON Schema: `sojourn/inference/answer.schema.json`);
    `posterior` holds the draws as ArviZ InferenceData, if they are at hand.
    """

    record: Mapping[str, Any] = field(repr=False)
    posterior: xr.DataTree | None = field(default=None, repr=False, compare=False)

    @property
    def warnings(self) -> list[str]:
        """What keeps the answer from being taken at face value; empty at best."""
        return list(self.record["warnings"])

    def outcomes(self) -> pd.DataFrame:
        """Persons arrived, stayed, moved on and returned on the day asked, a row each.

        Columns: mean, sd, and the quantiles q05, q25, q50, q75, q95.
        """
        return _frame(self.record["outcomes"], "outcome")

    def shares(self) -> pd.DataFrame:
        """Shares of those who arrived, between 0 and 1, a row each; columns as in `outcomes`."""
        return _frame(self.record["shares"], "outcome")

    def by_place(self) -> pd.DataFrame:
        """Where the cohort is on the day asked, persons, a row per place; columns as in `outcomes`."""
        return _frame(self.record["by_place"], "place")

    def timeline(self) -> pd.DataFrame:
        """Persons by date and outcome, long: date, outcome, mean, sd and quantiles."""
        import pandas as pd

        rows = [
            {"date": moment["date"], "outcome": outcome, **moment[outcome]}
            for moment in self.record["timeline"]
            for outcome in FATES
        ]
        frame = pd.DataFrame(rows)
        frame["date"] = pd.to_datetime(frame["date"])
        return frame

    def claims(self) -> pd.DataFrame:
        """Every reading of every claim: said, prior and posterior weight, what it expects.

        `expected_…` are in the unit of the claim, before any bias of its source.
        """
        import pandas as pd

        rows = [
            {
                **{key: claim[key] for key in ("claim", "source", "said", "status")},
                **{key: reading[key] for key in ("reading", "prior", "posterior")},
                **{f"expected_{key}": value for key, value in reading["expected"].items()},
            }
            for claim in self.record["claims"]
            for reading in claim["readings"]
        ]
        return pd.DataFrame(rows)

    def to_json(self) -> str:
        """`answer.json` as text."""
        return dump_json(self.record)

    def save(self, folder: str | Path) -> Path:
        """Write answer.json, posterior.nc, timeline.parquet and claims.parquet, all or none.

        The files are written beside the folder first and moved in when all are whole, so
        that an interrupted save leaves an earlier answer as it was.

        Raises:
            ValueError: the answer has no draws (it was read back from `answer.json`).
            NotADirectoryError: `folder` is a file.
        """
        if self.posterior is None:
            raise ValueError("an answer that was read back from answer.json has no draws to save")
        target = Path(folder)
        if target.exists() and not target.is_dir():
            raise NotADirectoryError(f"{target} is a file, not a folder")
        with staged_folder(target) as draft:
            (draft / "answer.json").write_text(self.to_json(), encoding="utf-8")
            self.posterior.to_netcdf(draft / "posterior.nc", engine="h5netcdf")
            self.timeline().to_parquet(draft / "timeline.parquet", index=False)
            self.claims().to_parquet(draft / "claims.parquet", index=False)
        return target


def _frame(rows: Mapping[str, Mapping[str, float]], name: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame.from_dict(dict(rows), orient="index").rename_axis(name)


def read_answer(folder: str | Path) -> Answer:
    """Read a saved answer back, without its draws.

    Raises:
        FileNotFoundError: there is no `answer.json` in the folder.
        ValueError: `answer.json` is not JSON, or not an answer of this version.
    """
    record = json.loads((Path(folder) / "answer.json").read_text(encoding="utf-8"))
    schema = json.loads(files("sojourn.inference").joinpath("answer.schema.json").read_text(encoding="utf-8"))
    if not isinstance(record, dict):
        raise ValueError("is not an answer of sojourn, which is a JSON object")
    if lacking := [key for key in schema["required"] if key not in record]:
        raise ValueError(f"it lacks {', '.join(lacking)}: no answer, or one of another version")
    return Answer(record)
