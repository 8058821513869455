"""The outcomes of a displaced person: their names in files and arrays, and their labels for readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Outcome = Literal["arrived", "stayed", "moved_on", "returned"]
OUTCOMES: tuple[Outcome, ...] = ("arrived", "stayed", "moved_on", "returned")
"""Everyone who arrived, then the three groups that they divide into; the order of arrays."""
FATES: tuple[Outcome, ...] = OUTCOMES[1:]
"""The groups that add up to those who arrived."""
LABELS: Mapping[str, str] = {
    "arrived": "arrived",
    "stayed": "stayed",
    "moved_on": "moved on",
    "returned": "returned",
}
