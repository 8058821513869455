"""One small world, simulated once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn.simulation.records import Records
from sojourn.simulation.settings import WorldSettings, read_world
from sojourn.simulation.simulate import simulate
from sojourn.simulation.true_counts import Counts

WORLD = Path(__file__).parent / "data" / "WORLD.toml"


@pytest.fixture(scope="session")
def world() -> WorldSettings:
    return read_world(WORLD)


@pytest.fixture(scope="session")
def records(world: WorldSettings) -> Records:
    return simulate(world, seed=5)


@pytest.fixture(scope="session")
def counts(world: WorldSettings, records: Records) -> Counts:
    return Counts(world, records)
