"""The prior ledger of an answer: each headline before and after the figures, and what it rests on.

The rule is here, and only here; the words are in `sojourn._core.headline_labels`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from sojourn._core.headline_labels import WORDS, RestsOn
from sojourn._core.thresholds import ASSUMED
from sojourn.inference.answer_parts import DrawSummary

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *("quantity", "rests_on", "prior_q50", "prior_q05", "prior_q95"),
    *("posterior_q50", "posterior_q05", "posterior_q95", "untouched_share", "untouched_error"),
    *("assumption", "explains", "prior_power", "moved_by", "likelihood_power", "others_low", "others_high"),
)
"""Columns of the headlines as a data frame."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """A prior that the figures do not touch, and how much of a headline it explains.

    `prior` is its name, as in `[priors]` of `case.toml`; `unknown` is the one unknown that does nearly all of
    it, empty if several do; `title` says the same in words, `says` gives the prior. `explains` is the share
    of the headline's variance, on draws held out.
    """

    prior: str
    unknown: str
    title: str
    says: str
    explains: float


@dataclass(frozen=True, slots=True)
class Headline:
    """A number of an answer before and after the figures, and what it rests on.

    `quantity` is an outcome; `surge` or `later`, the arrivals in and after the surge; `settled`, those who
    stayed with a permit; `share OUTCOME`; or `in PLACE`. `untouched_share` is the share of its variance that
    untouched unknowns explain on draws held out, `untouched_error` its Monte-Carlo error, and `assumption`
    the one that explains most. `prior_power` and `likelihood_power` are its sensitivity to the power of the
    prior that moves it most, named by `moved_by`, and of the likelihood. `had_others_read` is the range of
    its median under other weights of readings. What cannot be told is None or empty.
    """

    quantity: str
    rests_on: RestsOn
    prior: DrawSummary
    posterior: DrawSummary
    untouched_share: float | None = None
    untouched_error: float | None = None
    assumption: Assumption | None = None
    prior_power: float | None = None
    moved_by: str = ""
    likelihood_power: float | None = None
    had_others_read: tuple[float, float] | None = None

    @property
    def words(self) -> str:
        """ "rests on assumptions", "nothing speaks to this …", or nothing."""
        return WORDS[self.rests_on]


@dataclass(frozen=True, slots=True)
class PriorLedger:
    """What the headlines of an answer rest on.

    `untouched` of the `unknowns` are untouched by the figures. Of `weightings` vectors of other weights of
    readings, `weightings_used` could be computed from the draws. `remarks` says what could not be told.
    """

    headlines: tuple[Headline, ...]
    untouched: int
    unknowns: int
    weightings: int
    weightings_used: int
    remarks: tuple[str, ...] = ()

    def headline(self, quantity: str) -> Headline:
        """One headline.

        Raises:
            KeyError: the answer has no such headline.
        """
        return {headline.quantity: headline for headline in self.headlines}[quantity]

    def as_record(self) -> dict[str, Any]:
        """The content of `prior_ledger` in `answer.json`."""
        ranges = ("untouched", "unknowns", "weightings", "weightings_used")
        return {
            "headlines": [_without_missing(asdict(headline)) for headline in self.headlines],
            **{name: getattr(self, name) for name in ranges},
            "remarks": list(self.remarks),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """From the `prior_ledger` of `answer.json`."""
        headlines = tuple(_read_headline(item) for item in record["headlines"])
        fields: dict[str, Any] = {**record, "headlines": headlines, "remarks": tuple(record["remarks"])}
        return cls(**fields)


def decide_basis(silent: bool, share: float | None, prior_power: float, likelihood_power: float) -> RestsOn:
    """What a headline rests on: the rule.

    Args:
        silent: whether no reading of a claim in use bears on it.
        share: share of its variance that untouched unknowns explain; None if that cannot be told.
        prior_power: sensitivity to the power of the prior that moves it most.
        likelihood_power: sensitivity to the power of the likelihood.

    Example:
        >>> decide_basis(False, 0.31, 0.0, 1.0), decide_basis(False, 0.3, 0.1, 0.2)
        ('assumptions', 'figures')
    """
    if silent:
        return "nothing"
    if share is None:
        return "unknown"
    return "assumptions" if share > ASSUMED or prior_power > likelihood_power else "figures"


def frame_of_headlines(ledger: PriorLedger | None) -> pd.DataFrame:
    """The headlines as a data frame, one row each; empty without a ledger."""
    import pandas as pd

    rows = [dict(_row(headline)) for headline in ledger.headlines] if ledger else []
    frame: Any = pd.DataFrame(rows, columns=COLUMNS)
    return frame.set_index("quantity")


def _row(headline: Headline) -> Iterator[tuple[str, Any]]:
    for name in ("quantity", "rests_on", "untouched_share", "untouched_error"):
        yield name, getattr(headline, name)
    for when in ("prior", "posterior"):
        summary: DrawSummary = getattr(headline, when)
        yield from ((f"{when}_{key}", getattr(summary, key)) for key in ("q50", "q05", "q95"))
    if headline.assumption:
        yield from (("assumption", headline.assumption.title), ("explains", headline.assumption.explains))
    for name in ("prior_power", "moved_by", "likelihood_power"):
        yield name, getattr(headline, name)
    yield from zip(("others_low", "others_high"), headline.had_others_read or (None, None), strict=True)


def _without_missing(item: dict[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in item.items() if value is not None and value != ""}
    if found.get("had_others_read"):
        found["had_others_read"] = list(found["had_others_read"])
    return found


def _read_headline(item: Mapping[str, Any]) -> Headline:
    changed: dict[str, Any] = {
        **item,
        "prior": DrawSummary(**item["prior"]),
        "posterior": DrawSummary(**item["posterior"]),
    }
    if "assumption" in item:
        fields: dict[str, Any] = {"unknown": "", "says": "", **item["assumption"]}
        changed["assumption"] = Assumption(**fields)
    if "had_others_read" in item:
        low, high = item["had_others_read"]
        changed["had_others_read"] = (low, high)
    return Headline(**changed)
