"""A case in memory: what was said, what it may count, and the question asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sojourn.case.settings import CaseSettings
from sojourn.case.tables import Claim, ContactGroup, Reading, Source


@dataclass(frozen=True, slots=True)
class Series:
    """A regular series (`series/NAME.csv`), cells as written: its header and its rows."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Case:
    """Everything in a case folder but its truth, validated.

    `files` holds the bytes it was read from, by path within the folder, so that
    `write_case` changes nothing that was not changed here.
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
        """Whether a claim adds to the likelihood: used, and surely published by `claims_until`."""
        return claim.status == "use" and claim.published_until <= self.settings.claims_until
