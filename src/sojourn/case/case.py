"""A case in memory: its claims, their readings, and the question to be answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sojourn.case.settings import CaseSettings
from sojourn.case.tables import Claim, ContactGroup, Reading, Source


@dataclass(frozen=True, slots=True)
class Series:
    """A regular series (`series/NAME.csv`): its header and rows, with cells as written."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Case:
    """Everything in a case folder except its truth (`truth.toml`), validated.

    `files` holds the bytes of each file by its path within the folder, so that `write_case`
    leaves unchanged parts as they were.

    Example:
        >>> from sojourn.case import read_case
        >>> case = read_case("kazakhstan-2022")
        >>> case.settings.host, len(case.sources) > 1
        ('KZ', True)
    """

    name: str
    settings: CaseSettings = field(repr=False)
    sources: tuple[Source, ...] = field(default=(), repr=False)
    claims: tuple[Claim, ...] = field(default=(), repr=False)
    readings: tuple[Reading, ...] = field(default=(), repr=False)
    contacts: tuple[ContactGroup, ...] = field(default=(), repr=False)
    series: tuple[Series, ...] = field(default=(), repr=False)
    path: Path | None = None
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False, compare=False)

    @cached_property
    def claims_by_id(self) -> dict[str, Claim]:
        """Claims by their id."""
        return {claim.claim: claim for claim in self.claims}

    @cached_property
    def sources_by_id(self) -> dict[str, Source]:
        """Sources by their id."""
        return {source.source: source for source in self.sources}

    @cached_property
    def readings_by_claim(self) -> dict[str, tuple[Reading, ...]]:
        """The readings of each claim that has any, in the order of the file."""
        found: dict[str, list[Reading]] = {}
        for reading in self.readings:
            found.setdefault(reading.claim, []).append(reading)
        return {claim: tuple(readings) for claim, readings in found.items()}

    def is_counted(self, claim: Claim) -> bool:
        """Tell whether a claim enters the likelihood: it is used, and was published by `claims_until`.

        A claim dated only to a month or a year counts if the whole of that period has passed.
        """
        return claim.status == "use" and claim.published_until <= self.settings.claims_until
