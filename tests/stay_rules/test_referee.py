"""Random itineraries against the day-by-day referee; `make referee` runs 20,000 per period kind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stay_rules import agreement
from tests.stay_rules.itineraries import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_one_traveller_row_by_row(kind: str) -> None:
    agreement.rows(kind, 2_000)


@pytest.mark.parametrize("kind", KINDS)
def test_one_traveller_outlook(kind: str) -> None:
    agreement.outlook(kind, 1_500)


@pytest.mark.parametrize("kind", KINDS)
def test_register(kind: str, duck: Any) -> None:
    agreement.register(kind, 2_000, duck, specs=4)
