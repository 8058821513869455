"""The answer to a case: typed parts, data frames, draws and files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from importlib import import_module
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sojourn._core.answer_warnings import AnswerWarning, has_converged, warnings_of
from sojourn._core.defaults import REFITS
from sojourn._core.files import dump_json, sha256, staged_folder
from sojourn._core.headline_labels import state_caveat
from sojourn._core.outcomes import FATES, Outcome
from sojourn.inference.answer_display import describe_outcomes, outcomes_as_html
from sojourn.inference.answer_parts import (
    ClaimAnswer,
    Diagnostics,
    FlowEstimate,
    OutcomeEstimate,
    PlaceEstimate,
    QuantityContraction,
    SourceBias,
    read_biases,
    read_claims,
    read_contractions,
    read_flows,
    read_outcomes,
    read_places,
)
from sojourn.inference.prior_ledger import PriorLedger, frame_of_headlines

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sojourn.case import Case

FILES = ("answer.json", "posterior.nc", "timeline.parquet", "claims.parquet")
SCHEMA = "urn:sojourn:schema:answer:1"
"""The value of `schema` in answer.json; the number rises when a key changes its meaning or goes."""


@dataclass(frozen=True, repr=False)
class Answer:
    """An estimate, with everything that is needed to judge it.

    `sojourn.estimate` and `sojourn.read_answer` make answers. Properties give the typed parts, and the
    methods `outcomes`, `shares`, `by_place`, `timeline`, `headlines` and `claims` give data frames.
    `to_dict` gives the content of `answer.json` (its JSON Schema: `sojourn/inference/answer.schema.json`).

    Example:
        >>> import sojourn
        >>> answer = sojourn.read_answer("my-answer")
        >>> stayed = answer.outcome("stayed").persons
        >>> stayed.q05 < stayed.q50 < stayed.q95
        True
        >>> answer.claim("HERE").likeliest.reading
        'displaced'
        >>> answer.outcomes().columns.tolist()
        ['mean', 'sd', 'q05', 'q25', 'q50', 'q75', 'q95']
    """

    _record: Mapping[str, Any]
    _draws: xr.DataTree | Path | None = field(default=None, compare=False)
    _case: Case | None = field(default=None, compare=False)

    @property
    def case(self) -> str:
        """Name of the case."""
        return self._record["case"]

    @property
    def question(self) -> str:
        """The question of the case."""
        return self._record["question"]

    @property
    def host(self) -> str:
        """Code of the first host of the cohort that the question is about."""
        return self._record["host"]

    @property
    def origin(self) -> str:
        """Code of the place that the cohort left."""
        return self._record["origin"]

    @property
    def wave(self) -> str:
        """Id of the event that the cohort came with; empty if the question is about all arrivals."""
        return self._record["wave"]

    @property
    def asof(self) -> date:
        """The day on which persons are counted."""
        return date.fromisoformat(self._record["asof"])

    @property
    def claims_until(self) -> date:
        """The last day on which a claim may have been published to be used."""
        return date.fromisoformat(self._record["claims_until"])

    @property
    def seed(self) -> int:
        """The seed of the draws."""
        return self._record["seed"]

    @property
    def version(self) -> str:
        """The version of sojourn that made the answer."""
        return self._record["version"]

    @property
    def draws_by_chain(self) -> Mapping[str, int]:
        """The number of `chains`, and of kept `draws` in each."""
        return {key: self._record["draws"][key] for key in ("chains", "draws")}

    @property
    def stopped_by(self) -> str:
        """What ended the run: `converged`, `limit` (of time) or `draws` (as many as were asked for)."""
        return self._record["draws"].get("stopped_by", "draws")

    @property
    def is_draft(self) -> bool:
        """Whether the run was cut short on purpose: such an answer is not to be quoted."""
        return self._record.get("draft", False)

    @property
    def inputs(self) -> Mapping[str, str]:
        """SHA-256 of every file of the case, by name."""
        return self._record["inputs"]

    @property
    def model_hash(self) -> str:
        """SHA-256 of the compiled model that the draws belong to; see `inference.model_hash`."""
        return self._record["model_hash"]

    @property
    def sha256(self) -> str:
        """SHA-256 of `answer.json`."""
        return sha256(self.to_json().encode())

    @cached_property
    def warnings(self) -> tuple[AnswerWarning, ...]:
        """Reasons not to take the answer at face value; empty if there is none."""
        return warnings_of(self._record)

    @property
    def has_converged(self) -> bool:
        """Whether the draws represent the posterior, as far as the diagnostics can tell."""
        return has_converged(self.warnings)

    @cached_property
    def outcome_estimates(self) -> Mapping[Outcome, OutcomeEstimate]:
        """Persons arrived, stayed, moved on and returned on the day asked, by outcome."""
        return read_outcomes(self._record)

    @cached_property
    def place_estimates(self) -> Mapping[str, PlaceEstimate]:
        """Where the cohort is on the day asked, by code of the place, host and origin included."""
        return read_places(self._record)

    @cached_property
    def flows(self) -> tuple[FlowEstimate, ...]:
        """The arrivals, then every move from one place to another, until the day asked."""
        return read_flows(self._record)

    @cached_property
    def claim_answers(self) -> Mapping[str, ClaimAnswer]:
        """What each claim most likely counts, by id of the claim, in the order of the ledger."""
        return read_claims(self._record)

    @cached_property
    def biases(self) -> tuple[SourceBias, ...]:
        """The bias of every source, by kind of measure."""
        return read_biases(self._record)

    @cached_property
    def contractions(self) -> tuple[QuantityContraction, ...]:
        """How far the figures reduced the variance of each quantity."""
        return read_contractions(self._record)

    @cached_property
    def prior_ledger(self) -> PriorLedger | None:
        """What each headline rests on: figures or assumptions; None for an answer of an earlier version."""
        record = self._record.get("prior_ledger")
        return None if record is None else PriorLedger.from_record(record)

    @property
    def diagnostics(self) -> Diagnostics:
        """Convergence of the draws, and the cost of the run."""
        return Diagnostics.from_record(self._record["diagnostics"])

    @cached_property
    def posterior(self) -> xr.DataTree | None:
        """The draws as ArviZ InferenceData; None if a saved answer has no `posterior.nc`.

        The draws of a saved answer are read when they are first asked for.

        Raises:
            OSError: `posterior.nc` cannot be read.
        """
        if not isinstance(self._draws, Path):
            return self._draws
        if not self._draws.is_file():
            return None
        import xarray as xr

        with xr.open_datatree(self._draws, engine="h5netcdf") as tree:
            return tree.load()

    @property
    def folder(self) -> Path | None:
        """The folder that the answer was read from; None for an answer that was just estimated."""
        return self._draws.parent if isinstance(self._draws, Path) else None

    @property
    def estimated_case(self) -> Case | None:
        """The case that `sojourn.estimate` was given; None for an answer that was read from a folder."""
        return self._case

    @cached_property
    def kept_case(self) -> Case | None:
        """The case that was estimated, kept in `case.private.zip` by a saved answer; None without the file.

        It is read when it is first asked for.

        Raises:
            CaseError: the file cannot be read.
        """
        if self._case is not None or self.folder is None:
            return self._case
        from sojourn.case.archive import ARCHIVE, read_archive

        return read_archive(self.folder / ARCHIVE, self.case)

    def outcome(self, name: Outcome) -> OutcomeEstimate:
        """Persons with one outcome on the day asked.

        Raises:
            KeyError: `name` is not an outcome.
        """
        return self.outcome_estimates[name]

    def place(self, code: str) -> PlaceEstimate:
        """Persons of the cohort in one place on the day asked.

        Raises:
            KeyError: the case has no such place.
        """
        return self.place_estimates[code]

    def claim(self, id: str) -> ClaimAnswer:
        """What one claim most likely counts.

        Raises:
            KeyError: the case has no such claim, or the claim has no readings.
        """
        return self.claim_answers[id]

    def outcomes(self) -> pd.DataFrame:
        """Persons arrived, stayed, moved on and returned on the day asked, one row each.

        Columns: mean, sd, and the quantiles q05, q25, q50, q75, q95.
        """
        return _frame(self._record["outcomes"], "outcome")

    def shares(self) -> pd.DataFrame:
        """Shares of those who arrived, between 0 and 1, one row each; columns as in `outcomes`."""
        return _frame(self._record["shares"], "outcome")

    def by_place(self) -> pd.DataFrame:
        """Where the cohort is on the day asked, persons, one row per place; columns as in `outcomes`."""
        return _frame(self._record["by_place"], "place")

    def timeline(self) -> pd.DataFrame:
        """Persons by date and outcome, in long form: date, outcome, mean, sd and quantiles."""
        import pandas as pd

        rows = [
            {"date": moment["date"], "outcome": outcome, **moment[outcome]}
            for moment in self._record["timeline"]
            for outcome in FATES
        ]
        frame = pd.DataFrame(rows)
        frame["date"] = pd.to_datetime(frame["date"])
        return frame

    def headlines(self) -> pd.DataFrame:
        """What each headline rests on, one row each; empty for an answer of an earlier version.

        Columns: `rests_on`; medians and 90 % intervals `prior_…` and `posterior_…`; the other fields of
        `sojourn.inference.prior_ledger.Headline`, with the title of the assumption and what it explains.
        """
        return frame_of_headlines(self.prior_ledger)

    def claims(self) -> pd.DataFrame:
        """Every reading of every claim: the figure said, prior and posterior weight, the figure expected.

        `expected_…` are in the unit of the claim, before any bias of its source.
        """
        import pandas as pd

        rows = [
            {
                **{key: claim[key] for key in ("claim", "source", "said", "status")},
                **{key: reading[key] for key in ("reading", "prior", "posterior")},
                **{f"expected_{key}": value for key, value in reading["expected"].items()},
            }
            for claim in self._record["claims"]
            for reading in claim["readings"]
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """The content of `answer.json`; its keys are those of the JSON Schema. Do not change it."""
        return dict(self._record)

    def to_json(self) -> str:
        """`answer.json` as text."""
        return dump_json(self._record)

    def save(self, folder: str | Path) -> Path:
        """Write answer.json, posterior.nc, the two tables and case.private.zip, all or none.

        The tables are timeline.parquet and claims.parquet. `case.private.zip` holds the case, with whole
        quotes and small contact groups. Only its owner can read it; do not publish it. An answer whose
        case is not known is saved without it.

        The files are written to a scratch folder first and moved when all are complete, so
        that an interrupted save leaves an earlier answer as it was.

        Raises:
            ValueError: the answer has no draws (its folder has no `posterior.nc`).
            NotADirectoryError: `folder` is a file.
        """
        if self.posterior is None:
            raise ValueError("the answer has no draws to save: its folder has no posterior.nc")
        target = Path(folder)
        if target.exists() and not target.is_dir():
            raise NotADirectoryError(f"{target} is a file, not a folder")
        from sojourn.case.archive import replace_archive

        with staged_folder(target) as draft:
            (draft / "answer.json").write_text(self.to_json(), encoding="utf-8")
            self.posterior.to_netcdf(draft / "posterior.nc", engine="h5netcdf")
            self.timeline().to_parquet(draft / "timeline.parquet", index=False)
            self.claims().to_parquet(draft / "claims.parquet", index=False)
            replace_archive(self.kept_case, draft, target)
        return target

    def audit(
        self,
        case: Case | None = None,
        *,
        refits: int = REFITS,
        report: Callable[[str], None] = lambda _: None,
    ) -> Any:
        """Audit the answer: shorthand for `sojourn.audit_answer`, which explains the arguments.

        Returns:
            A `sojourn.Audit`.
        """
        # By name: the layers below must not import those above, except when a method is called.
        return import_module("sojourn.audit.answer_audit").audit_answer(
            self, case, refits=refits, report=report
        )

    def report(self, path: str | PathLike[str], form: str = "html") -> Path:
        """Write a report of the answer: shorthand for `sojourn.write_report`.

        Args:
            path: the file to write; for `csv` the folder.
            form: `html`, `md`, `csv`, `xlsx` or `sdmx`.
        """
        return import_module("sojourn.report.write").write_report(self, Path(path), form)

    def __repr__(self) -> str:
        """Two lines: the question, and the medians of the outcomes."""
        return (
            f'Answer to "{self.question}"\n  '
            + describe_outcomes(self.asof, self.outcome_estimates, self.has_converged, self.is_draft)
            + state_caveat(self._record)
        )

    def _repr_html_(self) -> str:
        """A small table for notebooks: medians, 90 % intervals and shares by outcome."""
        return outcomes_as_html(self.question, self.asof, self.outcome_estimates, self.warnings)


def _frame(rows: Mapping[str, Mapping[str, float]], name: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame.from_dict(dict(rows), orient="index").rename_axis(name)


def read_answer(folder: str | PathLike[str]) -> Answer:
    """Read a saved answer back; its draws are read when they are first asked for.

    Args:
        folder: what `Answer.save` or `sojourn estimate --out` wrote.

    Raises:
        FileNotFoundError: there is no `answer.json` in the folder.
        ValueError: `answer.json` is not JSON, or not an answer of this version.

    Example:
        >>> import sojourn
        >>> answer = sojourn.read_answer("my-answer")
        >>> answer.question
        'Of the people who came to Hostland after the shock of March 2022, how many stayed?'
    """
    record = json.loads((Path(folder) / "answer.json").read_text(encoding="utf-8"))
    schema = json.loads(files("sojourn.inference").joinpath("answer.schema.json").read_text(encoding="utf-8"))
    if not isinstance(record, dict):
        raise ValueError("is not an answer of sojourn, which is a JSON object")
    if missing := [key for key in schema["required"] if key not in record]:
        raise ValueError(
            f"the keys {', '.join(missing)} are missing: it is no answer, or one of another version"
        )
    if record["schema"] != SCHEMA:
        raise ValueError(f"its schema is {record['schema']}, and this version reads {SCHEMA}")
    return Answer(record, Path(folder) / "posterior.nc")
