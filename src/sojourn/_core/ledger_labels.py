"""Names for the codes of a ledger: places, sources, claims, series and quantities, as a reader sees them.

The terminal and the report print these names. Files for programs (JSON, CSV) keep the codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sojourn._core.answer_warnings import AnswerWarning, warnings_of
from sojourn._core.headline_labels import HEADLINES
from sojourn._core.outcomes import LABELS

PARAMETERS: Mapping[str, str] = {
    "size": "number of arrivals",
    "duration": "duration of the surge",
    "background": "arrivals after the surge",
    "background_walk": "change of arrivals after the surge",
    "passing": "share in transit",
    "leave.passing": "departure rate in transit",
    "leave.staying": "departure rate of those staying",
    "leave.place": "departure rate by country",
    "leave.origin": "second departure after a return",
    "leave.elsewhere": "departure rate from third countries",
    "leave_walk": "change of departure rates over time",
    "leave_walk.elsewhere": "change of departure rates in other countries",
    "settle": "rate of obtaining a residence permit",
    "settled_stays": "effect of a permit on departures",
    "regime_push": "effect of stay rules on departures",
    "regime_settle": "effect of stay rules on permits",
    "run_out": "compliance when permitted days run out",
    "pull": "attraction of destinations",
    "pair": "attraction between pairs of countries",
    "back.staying": "odds of return of those staying",
    "back.settled": "odds of return of permit holders",
    "back.passing": "odds of return of those in transit",
    "stratum_share": "share of each stratum",
    "stratum_push": "departure rate by stratum",
    "stratum_back": "odds of return by stratum",
    "visitors": "number of visitors",
    "season": "seasonality of visits",
    "visit_days": "length of visits",
    "trips": "trips per visitor",
    "from_origin": "share of visitors entering from the origin",
    "visitor_step": "change of visits after an event",
    "visitor_walk": "change of visits over time",
    "visitor_walk.elsewhere": "change of visits to other countries",
    "residents": "number of earlier residents",
    "resident_trips": "trips of earlier residents",
    "via_origin": "share travelling through the origin",
    "excursions": "trips abroad of those staying",
    "excursions.regime": "effect of stay rules on trips abroad",
    "part_arrivals": "share of arrivals by region",
    "part_stock": "share of stays by region",
    "scheme_delay": "delay of registration",
    "scheme_uptake": "share registering",
    "scheme_leak": "registration of visitors",
    "scheme_renewal": "rate of renewal",
    "scheme_struck": "rate of removal from the register",
    "sigma.crossings": "error of crossing counts",
    "sigma.persons": "error of counts of arrivals",
    "sigma.stocks": "error of counts of people present",
    "sigma.onward": "error of counts of onward moves",
    "sigma.returns": "error of counts of returns",
    "sigma.documents": "error of counts of documents",
    "sigma.shares": "error of shares",
    "sigma.rents": "error of changes in rents",
    "bias": "bias of single sources",
    "common": "bias shared by sources with one interest",
    "rent_elasticity": "response of rents to arrivals",
    "rent_trend": "trend of rents",
    "concentration": "similarity of acquaintances",
    "reach": "better contact with those who stayed",
    "likelihood": "all figures together",
}
"""Parameter of the model, as in `[priors]` of `case.toml`, and its title."""

MEASURES: Mapping[str, str] = {
    "entries": "border entries",
    "exits": "border exits",
    "net": "border entries minus exits",
    "people": "individuals who entered",
    "arrivals": "first arrivals",
    "departures": "final departures",
    "present": "people present",
    "settled": "holders of a residence permit",
    "issued": "documents issued",
    "register": "entries on a register",
    "stayed": "people who stayed",
    "moved_on": "people who moved on",
    "returned": "people who returned",
    "rate": "share that went elsewhere within a period",
    "rent": "change in rents",
}
"""Measure of a reading, as in `readings.csv`, and the noun for what it counts."""
WHO: Mapping[str, str] = {"all": "everyone", "residents": "earlier residents"}
"""Group of people that a reading counts, where its code is not already the word for it."""


@dataclass(frozen=True)
class ClaimLabel:
    """Who said a claim and what was said; `series` is the series of its source that it belongs to."""

    source: str
    said: str
    series: str = ""


@dataclass(frozen=True)
class LedgerLabels:
    """The names behind the codes of one case, and the warnings of its answer by text.

    A code without a name is returned as it is.

    Example:
        >>> labels = LedgerLabels(
        ...     places={"XX": "elsewhere"},
        ...     sources={"border": "Border service"},
        ...     claims={"c03": ClaimLabel("border", "250,000 crossings")},
        ... )
        >>> labels.place("XX"), labels.quantity("share moved_on"), labels.claim("c03")
        ('elsewhere', 'share that moved on', 'Border service: “250,000 crossings” (c03)')
    """

    places: Mapping[str, str] = field(default_factory=dict[str, str])
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    claims: Mapping[str, ClaimLabel] = field(default_factory=dict[str, ClaimLabel])
    events: Mapping[str, str] = field(default_factory=dict[str, str])
    groups: frozenset[str] = frozenset()
    warnings: Mapping[str, AnswerWarning] = field(default_factory=dict[str, AnswerWarning])

    def place(self, code: str) -> str:
        """Name of a place."""
        return self.places.get(code, code)

    def source(self, code: str) -> str:
        """Name of a source."""
        return self.sources.get(code, code)

    def speaker(self, claim: str) -> str:
        """Name of the source of a claim."""
        return self.source(self.claims[claim].source) if claim in self.claims else claim

    def claim(self, code: str) -> str:
        """A claim by its speaker and figure, with its id in brackets; or a contact group."""
        if code in self.groups:
            return f"contact group {code}"
        found = self.claims.get(code)
        return f"{self.source(found.source)}: “{found.said}” ({code})" if found else code

    def mark(self, code: str, others: int = 0) -> str:
        """Label of a claim in a chart: the figure first, since narrow screens cut the end of a label.

        Args:
            code: id of the claim, or of a contact group.
            others: number of further claims of the same series that the mark stands for.
        """
        found = self.claims.get(code)
        label = f"“{found.said}”, {self.source(found.source)} ({code})" if found else self.claim(code)
        return label + more_of_series(others)

    def quantity(self, code: str) -> str:
        """A headline, a share, a number of people in a place, or a parameter of the model."""
        if code.startswith("share "):
            return f"share that {LABELS.get(code[6:], code[6:])}"
        if code.startswith("in "):
            return f"in {self.place(code[3:])}"
        name, _, scope = code.removesuffix("]").partition("[")
        title = LABELS.get(name) or HEADLINES.get(name) or PARAMETERS.get(name, name)
        parts = [self._scope(part) for part in scope.split(":") if part not in ("", "all")]
        return f"{title} ({', '.join(parts)})" if parts else title

    def _scope(self, code: str) -> str:
        for names in (self.places, self.sources, self.events):
            if code in names:
                return names[code]
        return code.replace("_", " ")

    def sentence(self, text: str, claims: Iterable[str] = ()) -> str:
        """A sentence in which claims, sources and quantities are named instead of given by code.

        Args:
            text: the text of one of the `warnings`, which know their subjects, or another sentence.
            claims: ids of the claims that another sentence is about.
        """
        warning = self.warnings.get(text)
        if warning and warning.quantity:
            text = text.replace(warning.quantity, self.quantity(warning.quantity), 1)
        for code in warning.claims if warning else claims:
            found = self.claims.get(code)
            if found:
                text = text.replace(f"{code} ({found.said})", self.claim(code))
                text = text.replace(f"({code}, {found.source})", f"({self.source(found.source)}, {code})")
        return text

    def series(self, claims: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The first claim of each series, with the later claims of the same series.

        Args:
            claims: ids of claims (or of contact groups), in the order in which they are listed.

        Returns:
            Ids in that order, each with the ids that it stands for. A claim outside any series stands alone.
        """
        first: dict[tuple[str, ...], str] = {}
        found: dict[str, tuple[str, ...]] = {}
        for code in claims:
            claim = self.claims.get(code)
            key = (claim.source, claim.series) if claim and claim.series else (code,)
            if key in first:
                found[first[key]] += (code,)
            else:
                first[key], found[code] = code, ()
        return found

    def one_per_series(self, claims: Iterable[str]) -> dict[str, int]:
        """The first claim of each series, with the number of later claims of the same series.

        Example:
            >>> one, other = ClaimLabel("border", "1,000", "daily"), ClaimLabel("border", "5,000")
            >>> LedgerLabels(claims={"a": one, "b": one, "c": other}).one_per_series("abc")
            {'a': 1, 'c': 0}
        """
        return {code: len(others) for code, others in self.series(claims).items()}


def measure_title(measure: str, who: str) -> str:
    """What a reading counts, and among whom: `entries` and `all` → border entries (everyone)."""
    return f"{MEASURES.get(measure, measure.replace('_', ' '))} ({WHO.get(who, who)})"


def more_of_series(others: int) -> str:
    """ " … and 4 more of this series", or nothing if there are none."""
    return f" … and {others} more of this series" if others else ""


def labels_of_answer(answer: Mapping[str, Any]) -> LedgerLabels:
    """The names in an answer, from the content of `answer.json`."""
    ledger = answer["ledger"]
    return LedgerLabels(
        places=ledger["places"],
        sources={code: source["name"] for code, source in ledger["sources"].items()},
        claims=dict(_claims(answer)),
        events={event["id"]: event["name"] for event in ledger["events"] if event["kind"] == "shock"},
        groups=frozenset(code for code in ledger["contacts"] if " " not in code),
        warnings={warning.text: warning for warning in warnings_of(answer)},
    )


def _claims(answer: Mapping[str, Any]) -> Iterator[tuple[str, ClaimLabel]]:
    words = answer["ledger"]["claims"]
    for claim in answer["claims"]:
        code = claim["claim"]
        yield code, ClaimLabel(claim["source"], claim["said"], words.get(code, {}).get("series", ""))
